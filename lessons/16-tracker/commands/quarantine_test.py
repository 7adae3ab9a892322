#!/usr/bin/env python3
"""The quarantine of a running server, from a phone's point to its owner's decision:
quarantine_test.py TRACKER"""

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
DAY = 86_400


def ask(url, target, method="GET", headers=()):
    """(status, headers, body)"""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, target, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


class Quarantine(unittest.TestCase):

    def start(self):
        tracker = RunningTracker(TRACKER)
        self.enterContext(tracker)
        tracker.add_device("van")
        tracker.add_device("boat")
        self.tracker = tracker
        return tracker

    def send(self, device, **fields):
        status, headers, body = ask(self.tracker.devices_url,
                                    "/?" + urllib.parse.urlencode({"id": device, **fields}))
        return status, headers, body

    def send_bad(self, device, number):
        return self.send(device, lat=95 + number / 1000, lon=11, timestamp=1768025565)[0]

    def rows(self, *arguments):
        code, output, error = self.tracker.run("quarantine", "list", "--json", "--data",
                                               self.tracker.data, *arguments)
        self.assertEqual(code, 0, error)
        return json.loads(output)

    def command(self, *arguments):
        code, output, error = self.tracker.run("quarantine", *arguments, "--data",
                                               self.tracker.data)
        self.assertEqual(code, 0, error)
        return output

    def database(self):
        connection = sqlite3.connect(self.tracker.database, isolation_level=None)
        self.addCleanup(connection.close)
        return connection

    def test_1_each_point_that_was_acknowledged_is_kept(self):
        self.start()
        for number in range(700):
            self.assertEqual(self.send_bad("van", number), 200)
        self.assertEqual(len(self.rows()), 700)

    def test_2_list_replay_and_delete(self):
        self.start()
        now = int(time.time())
        # A clock that is two days ahead. In two days it is no future any more.
        self.assertEqual(self.send("van", lat=48, lon=11, timestamp=now + 2 * DAY)[0], 200)
        self.assertEqual(self.send("van", lat=95, lon=11, timestamp=now)[0], 200)
        self.assertEqual(self.send("boat", lat=96, lon=11, timestamp=now)[0], 200)
        rows = self.rows()
        self.assertEqual([row["reason"] for row in rows],
                         ["lat_out_of_range", "lat_out_of_range", "time_in_future"])
        self.assertEqual({row["protocol"] for row in rows}, {"traccar"})
        self.assertEqual([row["device"] for row in self.rows("--device", "boat")], ["boat"])
        self.assertIn("0 became positions, 3 stay", self.command("replay"))
        # What two days would do.
        self.database().execute("UPDATE quarantine SET received_ms = received_ms + ?",
                                (3 * DAY * 1000,))
        self.assertIn("1 became positions, 2 stay", self.command("replay"))
        self.assertEqual(self.database().execute("SELECT count(*) FROM fix").fetchall(), [(1,)])
        self.assertEqual(self.tracker.run("quarantine", "delete", "--data", self.tracker.data)[0],
                         100)
        self.assertEqual(len(self.rows()), 2)
        number = self.rows("--device", "van")[0]["number"]
        self.assertIn("1 deleted", self.command("delete", "--number", str(number)))
        self.assertIn("1 deleted", self.command("delete", "--all"))
        self.assertIn("Nothing", self.command("list"))
        # The server goes on from there.
        self.assertEqual(self.send("van", lat=48, lon=11, timestamp=now)[0], 200)
        self.assertEqual(self.database().execute(
            "SELECT count(DISTINCT sequence) FROM fix").fetchall(), [(2,)])

    def test_3_a_full_one_drops_nothing_and_says_so(self):
        self.start()
        self.assertEqual(self.send_bad("van", 1), 200)
        self.tracker.stop()
        self.database().execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 64) "
            "INSERT INTO quarantine (device, received_ms, position, reason, source, digest, raw) "
            "SELECT 1, 0, 0, 'filler', 1, randomblob(16), zeroblob(1048576) FROM n")
        self.tracker.start()
        status, headers, body = self.send("van", lat=95, lon=11, timestamp=1768025565)
        self.assertEqual(status, 503)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertIn("quarantine", body)
        # Whoever sends what can be stored does not notice.
        self.assertEqual(self.send("van", lat=48, lon=11, timestamp=1768025565)[0], 200)
        # What is kept already is acknowledged again: the first answer may have been lost.
        self.assertEqual(self.send_bad("van", 1), 200)
        self.assertEqual(self.send_bad("boat", 1), 503)
        self.assertEqual(len(self.rows()), 65)
        self.assertIn("the quarantine is full", self.tracker.log_text())
        self.assertIn("1 deleted", self.command("delete", "--number", "2"))
        self.assertEqual(self.send("van", lat=95, lon=11, timestamp=1768025565)[0], 200)
        self.assertIn("has room again", self.tracker.log_text())

    def test_4_a_point_with_a_time_is_stored_once_one_without_at_each_time(self):
        """Without a time it is where the device is now: the same words a minute later are another report."""
        self.start()
        for _ in range(3):
            self.assertEqual(self.send("van", lat=48, lon=11, timestamp=1768025565)[0], 200)
        self.assertEqual(self.database().execute("SELECT count(*) FROM fix").fetchall(), [(1,)])
        for count in (1, 2):
            self.assertEqual(self.send("boat", lat=48, lon=11)[0], 200)
            self.assertEqual(self.database().execute(
                "SELECT count(*) FROM fix WHERE device = 2").fetchall(), [(count,)])


if __name__ == "__main__":
    driver.main()
