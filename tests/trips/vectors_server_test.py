#!/usr/bin/env python3
"""Sends vectors of requests to the running server, and looks for what it answered and stored.

    vectors_server_test.py TRACKER VECTORS.json

The same requests as `tracker decode` gets in commands/decode_test.py, here on the whole way: socket,
receiver, store, disk. The server's clock is today's; our own vectors (own-) are left out, because the
verdict of some hangs on the day. Vectors that wait for a decoder are named by decode_test.py.
"""

import pathlib
import socket
import sqlite3
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "lessons" / "16-tracker" / "commands")]

from count import Count
from decode_test import Vectors, differences, instant, note, raw_request
from running_tracker import RunningTracker

FIXES = """
    SELECT device.name, latitude_e7 / 1e7, longitude_e7 / 1e7, time_ms / 1e3, altitude_cm / 1e2,
           speed_mm_s / 1e3, course_centidegrees / 1e2, accuracy_cm / 1e2, battery_per_mille / 1e1
    FROM fix JOIN device ON device.number = fix.device"""
NAMES = ("device", "lat", "lon", "time", "alt_m", "speed_mps", "course_deg", "accuracy_m",
         "battery_pct")
REASONS = "SELECT number, position, reason FROM quarantine"


def exchange(url, request):
    """Sends a request; returns the status of the answer."""
    place = urllib.parse.urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n" not in answer:
            piece = connection.recv(4096)
            if not piece:
                raise ConnectionError(f"closed after {answer!r}")
            answer += piece
    return int(answer.split()[1])


class Disk:
    """What is in the database, read beside the server."""

    def __init__(self, path):
        self.database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def fixes(self):
        return [dict(zip(NAMES, row)) for row in self.database.execute(FIXES)]

    def quarantine(self):
        return {number: {"index": index, "reason": reason}
                for number, index, reason in self.database.execute(REASONS)}


def as_compared(fix, now):
    """The expected fix, with its time as the database has it."""
    when = now if fix["time"] == "@now" else instant(fix["time"])
    return {name: fix.get(name) for name in NAMES if name != "time"}, when


def missing(expected, fixes, now):
    """Lines that say which expected fix is not there exactly once."""
    wanted, when = as_compared(expected, now)
    tolerance = 60 if expected["time"] == "@now" else 0.002
    found = [fix for fix in fixes if abs(fix["time"] - when) <= tolerance
             and not differences("fix", wanted, fix, "")]
    return [] if len(found) == 1 else [f"{expected} is there {len(found)} times"]


def check(server, disk, vector):
    """Lines that say what is wrong with answer or store."""
    expected = vector["expect"]
    before, kept = len(disk.fixes()), disk.quarantine()
    lines = []
    for _ in range(vector.get("repeat", 1)):
        status = exchange(server.devices_url, raw_request(vector))
        if status != expected["status"]:
            lines.append(f"answered {status} instead of {expected['status']}")
    fixes, now = disk.fixes(), time.time()
    for fix in expected.get("fixes", []):
        lines += missing(fix, fixes, now)
    if not expected.get("fixes") and len(fixes) != before:
        lines.append(f"stored {len(fixes) - before} fixes instead of none")
    new = [row for number, row in disk.quarantine().items() if number not in kept]
    return lines + differences("quarantine", expected.get("rejected", []), new, "")


def main():
    tracker, path = sys.argv[1:]
    vectors = Vectors(path)
    count = Count()
    with RunningTracker(tracker) as server:
        server.run("device", "import", path, "--data", server.data)
        disk = Disk(server.database)
        note(count, [] if check(server, disk, vectors.wrong_one()) else
             ["the check finds nothing wrong with a wrong vector"])
        for vector in vectors.ready:
            if vector["protocol"] != "own":
                note(count, [f"{vector['id']}: {line}" for line in check(server, disk, vector)])
    print(count.line())
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
