#!/usr/bin/env python3
"""Positions of a running server that are hidden, shown again and deleted by command; what phones are
told of friends meanwhile: fix_test.py TRACKER"""

import base64
import http.client
import json
import pathlib
import sqlite3
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from running_tracker import RunningTracker

TRACKER = sys.argv.pop(1)
PATIENCE_SECONDS = 60
FIRST = 1768025565
DAY = ("--from", "2026-01-10T00:00:00Z", "--to", "2026-01-11T00:00:00Z")


def ask(url, target, method="GET", body=None, headers=()):
    """(status, body)"""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class FixCommands(unittest.TestCase):

    def setUp(self):
        self.tracker = RunningTracker(TRACKER)
        self.enterContext(self.tracker)
        self.tracker.add_device("van")
        self.token = self.tracker.add_device("boat")
        for second in range(5):
            self.assertEqual(self.send(second), 200)

    def send(self, second):
        fields = {"id": "van", "lat": 48 + second / 1000, "lon": 11, "timestamp": FIRST + second}
        return ask(self.tracker.devices_url, "/?" + urllib.parse.urlencode(fields))[0]

    def command(self, *arguments, fails=0):
        code, output, error = self.tracker.run("fix", *arguments, "--data", self.tracker.data)
        self.assertEqual(code, fails, output + error)
        return output + error

    def stored(self):
        connection = sqlite3.connect(self.tracker.database)
        try:
            return [row[0] - FIRST for row in connection.execute(
                "SELECT time_ms / 1000 FROM fix WHERE device = 1 ORDER BY time_ms")]
        finally:
            connection.close()

    def friend_time(self):
        """When the boat's OwnTracks is told that the van was seen; None for never."""
        secret = base64.b64encode(f"boat:{self.token}".encode()).decode()
        status, body = ask(self.tracker.devices_url, "/owntracks", "POST",
                           json.dumps({"_type": "location", "lat": 1, "lon": 2, "tst": FIRST}),
                           {"Authorization": f"Basic {secret}"})
        self.assertEqual(status, 200, body)
        times = [each["tst"] - FIRST for each in json.loads(body) if each["_type"] == "location"]
        return times[0] if times else None

    def wait_for_friend(self, expected):
        until = time.monotonic() + PATIENCE_SECONDS
        while self.friend_time() != expected:
            self.assertLess(time.monotonic(), until, f"{self.friend_time()} is not {expected}")

    def test_1_hidden_ones_are_left_out_and_come_back(self):
        code, _, error = self.tracker.run("device", "share", "van", "--with", "boat", "--data",
                                          self.tracker.data)
        self.assertEqual(code, 0, error)
        self.wait_for_friend(4)
        # From the fourth second on.
        output = self.command("hide", "--device", "van", "--from", str(FIRST + 3), "--to",
                              str(FIRST + 100))
        self.assertIn("2 positions are hidden, as number 1", output)
        self.assertEqual(self.stored(), [0, 1, 2])
        self.assertEqual(self.friend_time(), 2)
        self.assertEqual(self.send(4), 200)
        self.assertEqual(self.stored(), [0, 1, 2], "sent again, and still hidden")
        self.assertEqual(self.friend_time(), 2)
        self.assertIn("2 positions from", self.command("list", "--device", "van"))
        self.assertIn("undone", self.command("show", "--number", "1"))
        self.assertEqual(self.stored(), [0, 1, 2, 3, 4])
        self.assertEqual(self.friend_time(), 4)
        self.assertIn("Nothing of van is hidden", self.command("list", "--device", "van"))

    def test_2_deleted_ones_are_gone_for_good(self):
        refused = self.command("delete", "--device", "van", *DAY, fails=100)
        self.assertIn("5 positions would be deleted for good", refused)
        self.assertEqual(len(self.stored()), 5)
        self.assertIn("5 positions are deleted", self.command("delete", "--device", "van", *DAY,
                                                              "--yes"))
        for second in range(5):
            self.assertEqual(self.send(second), 200)
        self.assertEqual(self.stored(), [])
        self.assertEqual(self.send(5), 200)
        self.assertEqual(self.stored(), [5], "what is new is taken")

    def test_3_what_is_wrong_is_refused_in_words(self):
        for arguments, words in [
                (("hide", "--device", "bus", *DAY), "there is no device bus"),
                (("hide", "--device", "van", "--from", "monday", "--to", "1"), "--from monday"),
                (("hide", "--device", "van", "--from", "9", "--to", "8"), "must be after"),
                (("hide", "--device", "van", *DAY, "--box", "1,2"), "--box 1,2"),
                (("show", "--number", "7"), "not there any more")]:
            self.assertIn(words, self.command(*arguments, fails=100))
        self.assertEqual(len(self.stored()), 5)


if __name__ == "__main__":
    driver.main()
