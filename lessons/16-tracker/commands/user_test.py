#!/usr/bin/env python3
"""The accounts of a running server by command:  user_test.py TRACKER"""

import http.client
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from running_tracker import RunningTracker

TRACKER = sys.argv.pop(1)
PATIENCE_SECONDS = 120
PASSWORD = "a horse and a cart"


class Accounts(unittest.TestCase):

    def setUp(self):
        self.tracker = self.enterContext(RunningTracker(TRACKER))
        self.web = self.status()["web"][0]

    def status(self):
        code, output, error = self.tracker.run("status", "--json", "--data", self.tracker.data)
        self.assertEqual(code, 0, error)
        return json.loads(output)

    def user(self, *arguments, typed=""):
        done = subprocess.run([TRACKER, "user", *arguments, "--data", self.tracker.data], text=True,
                              input=typed, capture_output=True, timeout=PATIENCE_SECONDS)
        return done.returncode, done.stdout, done.stderr

    def add(self, name, *options):
        code, _, error = self.user("add", name, *options, typed=PASSWORD + "\n")
        self.assertEqual(code, 0, error)

    def post(self, path, body, cookie=""):
        connection = http.client.HTTPConnection(*self.web.rsplit(":", 1), timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", path, json.dumps(body),
                               {"Content-Type": "application/json", "Cookie": cookie})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()), answer.getheader("Set-Cookie")
        finally:
            connection.close()

    def get(self, path, cookie):
        connection = http.client.HTTPConnection(*self.web.rsplit(":", 1), timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def log_in(self, name, password=PASSWORD):
        status, _, cookie = self.post("/api/log-in", {"name": name, "password": password})
        return status, (cookie or "").partition(";")[0]

    def test_somebody_is_added_while_the_server_runs_and_gets_in_at_once(self):
        self.add("Anna", "--admin")
        status, cookie = self.log_in("anna")
        self.assertEqual(status, 200)
        self.assertEqual(self.get("/api/session", cookie), (200, {"name": "Anna", "role": "admin",
                                                                  "demo": False}))
        _, listed, _ = self.user("list")
        self.assertRegex(listed, r"^Anna +admin")
        self.assertNotIn(PASSWORD, listed + json.dumps(self.status()))

    def test_a_member_sees_the_devices_that_were_named(self):
        for device in ("van", "boat"):
            self.tracker.add_device(device)
        self.add("Anna", "--admin")
        self.add("Ben", "--sees", "boat")
        cookie = self.log_in("Ben")[1]
        names = [device["name"] for device in self.get("/api/devices", cookie)[1]["devices"]]
        self.assertEqual(names, ["boat"])
        self.assertEqual(self.get("/api/users", cookie)[0], 403)

    def test_a_new_password_ends_all_sessions_and_the_old_one_is_none(self):
        self.add("Anna", "--admin")
        cookie = self.log_in("Anna")[1]
        code, said, error = self.user("passwd", "Anna", typed="a cart and a horse\n")
        self.assertEqual((code, said), (0, "Anna has a new password, and is logged out everywhere.\n"), error)
        self.assertEqual(self.log_in("Anna")[0], 401)
        self.assertEqual(self.get("/api/session", cookie)[0], 401)
        self.assertEqual(self.log_in("Anna", "a cart and a horse")[0], 200)

    def test_a_link_lets_in_whoever_forgot_their_password_once(self):
        self.add("Anna", "--admin")
        _, said, _ = self.user("link", "Anna", "--url", "https://family.example/")
        token = re.search(r"^    https://family\.example/welcome#([\w-]{22})$", said, re.MULTILINE)[1]
        body = {"link": token, "password": "a cart and a horse"}
        self.assertEqual(self.post("/api/welcome", body)[0], 200)
        self.assertEqual(self.post("/api/welcome", body)[0], 404)

    def test_who_is_removed_is_out_and_the_last_admin_stays(self):
        self.add("Anna", "--admin")
        self.add("Ben")
        cookie = self.log_in("Ben")[1]
        code, _, error = self.user("remove", "Ben")
        self.assertEqual((code, error), (100, "tracker: nobody is there to be asked: say --yes\n"))
        self.assertEqual(self.user("remove", "Ben", "--yes")[0], 0)
        self.assertEqual(self.get("/api/session", cookie)[0], 401)
        code, _, error = self.user("remove", "Anna", "--yes")
        self.assertEqual(code, 100)
        self.assertIn("Anna is the last admin who can log in", error)
        self.assertEqual(self.user("role", "Anna", "member")[0], 100)

    def test_what_is_wrong_is_said_in_a_line_and_changes_nothing(self):
        for arguments, typed, words in ((("add", "Anna", "--admin"), "short\n", "shorter than 10 characters"),
                                        (("add", "Anna", "--admin"), "", "no password was given"),
                                        (("add", " Anna"), PASSWORD + "\n", "begins or ends with a space"),
                                        (("add", "Anna", "--admin", "--sees", "van"), PASSWORD + "\n",
                                         "there is no device van"),
                                        (("add", "Anna"), PASSWORD + "\n", "the first account must be an admin's"),
                                        (("passwd", "Anna"), PASSWORD + "\n", "nobody here is called Anna")):
            with self.subTest(arguments=arguments):
                code, _, error = self.user(*arguments, typed=typed)
                self.assertEqual(code, 100)
                self.assertIn(words, error)
                self.assertEqual(error.count("\n"), 1)
        self.assertEqual(self.user("list", "--json")[1], "[]\n")

    def test_the_start_and_the_status_say_how_the_first_account_is_made_as_long_as_there_is_none(self):
        self.assertRegex(self.status()["first_account"], r"^welcome#[\w-]{22}$")
        link = f"Make the first account at http://{self.web}/{self.status()['first_account']}\n"
        self.assertIn(link, self.tracker.run("status", "--data", self.tracker.data)[1])
        self.add("Anna", "--admin")
        self.assertNotIn("first account", self.tracker.run("status", "--data", self.tracker.data)[1])
        self.assertEqual(self.post("/api/welcome/look",
                                   {"link": self.status()["first_account"].partition("#")[2]})[0], 404)

    def test_what_is_typed_on_a_terminal_is_not_shown(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(TRACKER, [TRACKER, "user", "add", "Anna", "--admin", "--data", self.tracker.data])
        shown = b""
        try:
            for question in (b"Password for Anna: ", b"Once more: "):
                while question not in shown:
                    shown += os.read(terminal, 1000)
                os.write(terminal, PASSWORD.encode() + b"\n")
            while b"an admin now" not in shown:
                shown += os.read(terminal, 1000)
        finally:
            status = os.waitpid(pid, 0)[1]  # before its terminal is closed, which would end it
            os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertNotIn(PASSWORD.encode(), shown)
        self.assertEqual(self.log_in("Anna")[0], 200)


if __name__ == "__main__":
    driver.main()
