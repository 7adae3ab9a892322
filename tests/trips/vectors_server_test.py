#!/usr/bin/env python3
"""Sends vectors of requests to the running server, and looks for what it answered and stored.

    vectors_server_test.py TRACKER VECTORS.json

The same requests as `tracker decode` gets in commands/decode_test.py, here on the whole way: socket,
receiver, store, disk. The server's clock is today's; our own vectors (own-) are left out, because the
verdict of some hangs on the day. What comes without HTTP is sent by services/protocols_test.py.
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
from decode_test import SESSIONS, Vectors, differences, instant, note, raw_request
from running_tracker import RunningTracker

FIXES = """
    SELECT device.name, latitude_e7 / 1e7, longitude_e7 / 1e7, time_ms / 1e3, altitude_cm / 1e2,
           speed_mm_s / 1e3, course_centidegrees / 1e2, accuracy_cm / 1e2, battery_per_mille / 1e1
    FROM fix JOIN device ON device.number = fix.device"""
NAMES = ("device", "lat", "lon", "time", "alt_m", "speed_mps", "course_deg", "accuracy_m",
         "battery_pct")
OVER_HTTP = ("GET", "POST", "PUT", "HEAD")
REASONS = "SELECT number, position, reason FROM quarantine"


def exchange(url, request):
    """Sends a request; returns the status of the answer, its head and its body."""
    place = urllib.parse.urlsplit(url)
    request = request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    answer = b""
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(request)
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.decode().partition("\r\n\r\n")
    if not head:
        raise ConnectionError("closed without an answer")
    return int(head.split()[1]), head, body


def learn_sessions(url, by_id):
    """Logs in where an app does: what it gets then is in its next requests."""
    SESSIONS["@session:alice"] = exchange(url, raw_request(by_id["ul-01"]))[1].split("Set-Cookie: ")[1].split(";")[0]
    SESSIONS["@sid"] = exchange(url, raw_request(by_id["hk-01"]))[2].split("\n")[1]


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


def missing(expected, before, fixes, now):
    """Lines that say which expected fix is not there exactly once. Where another vector has
    told of that place and instant before, its fix stays as it was."""
    wanted, when = as_compared(expected, now)
    tolerance = 60 if expected["time"] == "@now" else 0.002

    def of_that_instant(rows):
        return [fix for fix in rows if abs(fix["time"] - when) <= tolerance and
                not differences("fix", {name: wanted[name] for name in ("device", "lat", "lon")}, fix, "")]
    if expected["time"] != "@now" and of_that_instant(before):
        found = of_that_instant(fixes)
    else:
        found = [fix for fix in fixes if abs(fix["time"] - when) <= tolerance and not differences("fix", wanted, fix, "")]
    return [] if len(found) == 1 else [f"{expected} is there {len(found)} times"]


def check(server, disk, vector):
    """Lines that say what is wrong with answer or store."""
    expected = vector["expect"]
    before, kept = disk.fixes(), disk.quarantine()
    lines = []
    for _ in range(vector.get("repeat", 1)):
        status, head, _ = exchange(server.devices_url, raw_request(vector))
        if status not in (expected["status"], *expected.get("alt_status", [])):
            lines.append(f"answered {status} instead of {expected['status']}")
    wanted = expected.get("response", {}).get("header")
    if wanted and f"\n{wanted}:".lower() not in head.lower():
        lines.append(f"the answer has no {wanted}")
    fixes, now = disk.fixes(), time.time()
    for fix in expected.get("fixes", []):
        lines += missing(fix, before, fixes, now)
    if not expected.get("fixes") and len(fixes) != len(before):
        lines.append(f"stored {len(fixes) - len(before)} fixes instead of none")
    new = [row for number, row in disk.quarantine().items() if number not in kept]
    return lines + differences("quarantine", expected.get("rejected", []), new, "")


def main():
    tracker, path = sys.argv[1:]
    vectors = Vectors(path)
    count = Count()
    with RunningTracker(tracker) as server:
        server.run("device", "import", path, "--data", server.data)
        disk = Disk(server.database)
        learn_sessions(server.devices_url, {vector["id"]: vector for vector in vectors.ready})
        note(count, [] if check(server, disk, vectors.wrong_one()) else
             ["the check finds nothing wrong with a wrong vector"])
        for vector in vectors.ready:
            if vector["protocol"] != "own" and vector["method"] in OVER_HTTP:
                note(count, [f"{vector['id']}: {line}" for line in check(server, disk, vector)])
    print(count.line())
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
