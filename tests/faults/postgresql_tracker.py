"""Trackers whose store is PostgreSQL, what it has of their phones, and a page that looks at them live."""

import http.client
import json
import os
import pathlib
import re
import socket
import threading
import urllib.parse

import tracker_session
from faults import FIRST_TIME, Tracker, ask, check_nothing_lost, check_nothing_twice
from processes_seen import PATIENCE_SECONDS, wait_until


class PostgresqlTracker(Tracker):
    """The URL has a password, so it stands in a file: a command line is read by others."""

    def __init__(self, url, *arguments):
        super().__init__(*arguments)
        config = pathlib.Path(self.folder.name, "tracker.toml")
        config.touch(0o600)
        config.write_text(f'store = "{url}"\n', encoding="utf-8")
        self.extra_arguments += ["--config", str(config)]

    def log_in_as(self, other):
        """The account is in the database, which is the other's as well."""
        self.is_logged_in = other.is_logged_in
        return self


def stored_times(server, device):
    rows = server.query("SELECT time_ms / 1000 FROM fix JOIN device ON number = device"
                        f" WHERE name = '{device}' ORDER BY 1")
    return [int(row[0]) for row in rows]


def check_store(server, *phones):
    """I1 and I2, of phones of one device or of several."""
    for sent in phones:
        assert sent.acknowledged, "no fix was acknowledged"
        stored = [time_s for time_s in stored_times(server, sent.device) if time_s >= FIRST_TIME]
        check_nothing_lost(sent.acknowledged, stored)
        check_nothing_twice(stored)
    if len({sent.device for sent in phones}) == len(phones):
        for sent in phones:
            strange = {time_s for time_s in stored_times(server, sent.device) if time_s >= FIRST_TIME} - sent.attempted
            assert not strange, f"{len(strange)} fixes are stored that nobody sent"


class Page:
    """A browser's stream: the times of the fixes that it has told, in seconds, in their order. Use in a `with`.

    A page is told "reset" when somebody has changed a device or an account, a second or ten later, and before it has
    begun to listen nothing is told to it: then it reads all anew. So does this, for the newest fix of `device`."""

    def __init__(self, web_url, device=None):
        self.web_url, self.device = web_url, device
        self.read_anew_first = set()  # and may be told once more, if they came in between
        parts = urllib.parse.urlsplit(web_url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
        self.connection.request("GET", "/api/live", headers=tracker_session.fields())
        self.socket = self.connection.sock  # which http.client forgets when the answer has no end
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        self.times = []
        self.resets = 0
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(PATIENCE_SECONDS)
        self.connection.close()

    def read(self):
        event = ""
        try:
            for line in self.answer:
                line = line.decode().rstrip("\r\n")
                if line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: ") and event == "fixes":
                    self.take([row[1] // 1000 for row in json.loads(line[6:])])
                elif line.startswith("data: ") and event == "reset":
                    self.read_anew()
                    self.resets += 1
        except (OSError, ValueError, http.client.HTTPException):
            pass  # it was closed

    def take(self, times):
        for time_s in times:
            if time_s in self.read_anew_first:
                self.read_anew_first.remove(time_s)
            else:
                self.times.append(time_s)

    def read_anew(self):
        if self.device is None:
            return
        positions = json.loads(ask(self.web_url, "/api/positions")[2])["positions"]
        newest = next((each["time"] // 1000 for each in positions if each["name"] == self.device), None)
        if newest is not None and newest not in self.times:
            self.times.append(newest)
            self.read_anew_first.add(newest)

    def wait_for(self, time_s):
        return wait_until(lambda: time_s in self.times, PATIENCE_SECONDS, f"the page is told of {time_s}")

    def wait_for_live(self, time_s):
        """Until its stream has told it, whether or not it was read anew first."""
        return wait_until(lambda: time_s in self.times and time_s not in self.read_anew_first, PATIENCE_SECONDS,
                          f"the page is told of {time_s} by its stream")


def check_shows_no_password(server, *trackers):
    """Not in a log, not in a status, not in a command line of any process."""
    shown = {f"/proc/{pid}/cmdline": read_bytes(f"/proc/{pid}/cmdline") for pid in filter(str.isdigit, os.listdir("/proc"))}
    for tracker in trackers:
        shown["the log"] = tracker.whole_log().encode()
        shown["the status"] = json.dumps(tracker.status()).encode()
        shown["the table"] = tracker.run("status", "--data", tracker.data)[1].encode()
    for where, text in shown.items():
        assert server.password.encode() not in text, f"{where} shows the password: {text!r}"


def read_bytes(path):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


def lines_with(tracker, pattern):
    return [line for line in tracker.whole_log().splitlines() if re.search(pattern, line)]
