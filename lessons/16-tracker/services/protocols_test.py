#!/usr/bin/env python3
"""Sends the vectors that come without HTTP to the running server: NMEA over TCP and UDP, and from a gpsd that
it calls. What it has on disk is compared with what the vectors expect. Then OwnTracks's friends, who see
what others have sent. (Those over HTTP: tests/trips/vectors_server_test.py.)

    protocols_test.py TRACKER VECTORS.json

A vector with a wrong place must be found wrong, or the test would be blind.
"""

import copy
import json
import pathlib
import socket
import sqlite3
import sys
import threading
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "commands"))

import decode_test as decoding
from phone_requests import WAIT_SECONDS, Checks, command, wait_for
from running_tracker import RunningTracker

# Times of these are the server's own, or they are too old for its clock's future.
AT_THE_SERVERS_TIME = "@now"


def send_http(server, raw):
    place = urllib.parse.urlsplit(server.devices_url)
    raw = raw.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    answer = b""
    with socket.create_connection((place.hostname, place.port), timeout=WAIT_SECONDS) as connection:
        connection.sendall(raw)
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), body.decode()


def stored(server, device, fix):
    """Whether the fix is on disk, for all who read the database."""
    if fix["time"] == AT_THE_SERVERS_TIME:
        return True
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT latitude_e7, longitude_e7 FROM fix JOIN device ON device = number "
            "WHERE name = ? AND abs(time_ms - ?) <= 2",
            (device, round(decoding.instant(fix["time"]) * 1000))).fetchall()
    return any(abs(row[0] / 1e7 - fix["lat"]) < 1e-6 and abs(row[1] / 1e7 - fix["lon"]) < 1e-6
               for row in rows)


def missing(server, vector):
    return [fix for fix in vector["expect"].get("fixes", [])
            if not stored(server, fix["device"], fix)]


def pieces(vector):
    body, at = vector["body"].encode(), 0
    for size in vector.get("chunks", []):
        yield body[at:at + size]
        at += size
    yield body[at:]


def check_nmea(check, server, address, vectors):
    for vector in vectors:
        kind = socket.SOCK_DGRAM if vector["method"] == "UDP" else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as connection:
            connection.connect(address)
            for piece in pieces(vector):
                connection.send(piece)
        check(f"{vector['id']} is on disk", wait_for(lambda v=vector: not missing(server, v)),
              server.log_text())


def nmea_address(server):
    status = json.loads(command(server, "status", "--json"))
    host, port = status["nmea"][0].rsplit(":", 1)
    return host, int(port)


class Gpsd:
    """Says once what a gpsd says, to whoever calls, and hangs up; remembers what it was asked."""

    def __init__(self, text):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.text, self.asked = text.encode(), []
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            with connection:
                self.asked.append(connection.recv(4096))
                connection.sendall(self.text)


def check_friends(check, server, by_id):
    command(server, "device", "share", "bob/tablet", "--with", "alice/phone")
    vector = by_id["ot-14"]

    def sees_bob():
        _, _, body = send_http(server, decoding.raw_request(vector))
        return any(each.get("tid") == "BO" and each["_type"] == "location"
                   for each in json.loads(body))
    check("a friend's place is in OwnTracks's answer", wait_for(sees_bob))
    command(server, "device", "share", "bob/tablet", "--with", "alice/phone", "--stop")
    check("and no longer when it is not shared any more", wait_for(lambda: not sees_bob()))


def main():
    tracker, path = sys.argv[1:]
    vectors = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["vectors"]
    by_id = {vector["id"]: vector for vector in vectors}
    check = Checks()
    gpsd = Gpsd(by_id["gd-01"]["body"])
    with RunningTracker(tracker, ["--listen-nmea", "127.0.0.1:0", "--gpsd", gpsd.address,
                                  "--gpsd-device", "boat"]) as server:
        command(server, "device", "import", path)
        command(server, "device", "add", "boat 2", "--id", "boat")
        for name in ("ov-01", "gl-01"):  # a place to look for, and the friend's
            check(f"{name} is taken", send_http(server, decoding.raw_request(by_id[name]))[0] == 200)
        check_nmea(check, server, nmea_address(server),
                   [v for v in vectors if v["method"] in ("TCP", "UDP")])
        of_gpsd = copy.deepcopy(by_id["gd-01"])
        of_gpsd["expect"]["fixes"][0]["device"] = "boat 2"
        check("what gpsd says is on disk", wait_for(lambda: not missing(server, of_gpsd)),
              server.log_text())
        check("gpsd is asked to watch, and called again",
              wait_for(lambda: len(gpsd.asked) >= 2) and
              gpsd.asked[0].decode().strip() == by_id["gd-01"]["expect"]["sends"], gpsd.asked)
        check_friends(check, server, by_id)
        wrong = copy.deepcopy(by_id["ov-01"])
        wrong["expect"]["fixes"][0]["lat"] += 0.001
        check("a wrong place is found wrong", missing(server, wrong))
    print(check.count.line())
    return 1 if check.count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
