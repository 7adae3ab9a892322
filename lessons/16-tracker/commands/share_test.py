#!/usr/bin/env python3
"""Share links by command, and a running server that notices:  share_test.py TRACKER"""

import http.client
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from running_tracker import RunningTracker

TRACKER = sys.argv.pop(1)
PATIENCE_SECONDS = 120


class Shares(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.tracker = RunningTracker(TRACKER)
        cls.addClassCleanup(cls.tracker.__exit__, None, None, None)
        cls.tracker.start()
        cls.tracker.add_device("van")
        cls.web = json.loads(cls.tracker.run("status", "--json", "--data", cls.tracker.data)[1])["web"][0]

    def share(self, *arguments):
        return self.tracker.run("share", *arguments, "--data", self.tracker.data)

    def look(self, secret):
        connection = http.client.HTTPConnection(self.web, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/api/shared", headers={"Authorization": f"Bearer {secret}"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def test_a_link_is_made_listed_and_revoked(self):
        code, output, error = self.share("add", "van", "--name", "Our van", "--url", "https://x.example/")
        self.assertEqual(code, 0, error)
        number, secret = re.search(r"Link (\d+) shows van until .*\n    https://x.example/shared#([\w-]{22})\n", output).groups()
        status, body = self.look(secret)
        self.assertEqual((status, body["name"], body["live"], body["last"]), (200, "Our van", True, None))
        [listed] = json.loads(self.share("list", "--json")[1])
        self.assertEqual((listed["number"], listed["device"], listed["open"]), (int(number), "van", True))
        self.assertIn("Our van", self.share("list")[1])
        self.assertNotIn(secret, self.share("list")[1])
        self.assertEqual(self.share("revoke", number)[0], 0)
        self.assertEqual(self.look(secret)[0], 410)
        self.assertFalse(json.loads(self.share("list", "--json")[1])[0]["open"])

    def test_an_address_that_nobody_else_can_open_is_told(self):
        for words, is_told in (((), True), (("--url", "http://localhost:8080/"), True), (("--url", "https://[::1]:8443"), True),
                               (("--url", "https://localhost.example"), False), (("--url", "http://192.0.2.127:8080"), False)):
            with self.subTest(words):
                code, output, error = self.share("add", "van", "--name", "Our van", *words)
                self.assertEqual((code, error), (0, ""))
                self.assertRegex(output, r"\n    http\S+/shared#[\w-]{22}\n")
                self.assertEqual("this machine alone" in output, is_told)

    def test_what_is_wrong_is_one_line_and_makes_nothing(self):
        before = self.share("list", "--json")[1]
        for arguments in (["add", "boat", "--name", "x"], ["add", "van", "--name", ""],
                          ["add", "van", "--name", "x", "--hours", "745"], ["add", "van", "--name", "x", "--hours", "0"],
                          ["add", "van", "--name", "x", "--hours", "nan"], ["add", "van", "--name", "x", "--hours", "inf"],
                          ["add", "van", "--name", "x", "--until", "tomorrow"],
                          ["add", "van", "--name", "x", "--until", "2020-01-01T00:00:00Z"],
                          ["add", "van", "--name", "x", "--to", "2020-01-01T00:00:00Z"],
                          ["add", "van", "--name", "x", "--from", "2999-01-01T00:00:00Z"],
                          ["revoke", "99"], ["revoke", "x"], ["revoke"]):
            with self.subTest(arguments=arguments):
                code, _, error = self.share(*arguments)
                self.assertEqual(code, 100, error)
                self.assertEqual(error.strip().count("\n"), 0, error)
                if "--hours" in arguments:
                    self.assertIn("not in [0.001 - 744]", error)
        self.assertEqual(self.share("list", "--json")[1], before)


if __name__ == "__main__":
    driver.main()
