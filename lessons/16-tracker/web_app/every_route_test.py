#!/usr/bin/env python3
"""Every route of the web app, tried by those who may not come to it:  every_route_test.py TRACKER

The list is the server's own (GET /api/routes): a route that somebody adds is tried without a word here.
A stranger gets nothing but what is open, with no cookie, a wrong one, and that of a session that has ended.
A member gets no admin's routes, and hears of a device that he may not see what he hears of one that is not
there. Who has a share link reaches what is its, and with one that has ended nothing. Pages of other sites
change nothing, whoever looks at them."""

import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
import tracker_session
from running_tracker import RunningTracker

TRACKER = os.path.abspath(sys.argv.pop(1))
PATIENCE_SECONDS = 120
SEEN, HIDDEN, MISSING = 1, 2, 9
HIDDEN_NAME = "a secret phone"
# What a handler may want to know before it looks at the device.
NOW_MS = int(time.time() * 1000)
QUERY = f"device={{device}}&from={NOW_MS - 3600000}&to={NOW_MS + 3600000}&offset=0&number=1&box=0,0,1,1&after=0"


class Routes(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = RunningTracker(TRACKER)
        cls.addClassCleanup(cls.server.__exit__, None, None, None)  # also if what follows fails
        cls.server.start()
        for name in ("seen", HIDDEN_NAME):
            cls.server.add_device(name)
            place = {"lat": 12.3 if name == HIDDEN_NAME else 48.1, "lon": 11.5}
            fix = urllib.parse.urlencode({"id": name, **place, "timestamp": NOW_MS})
            with urllib.request.urlopen(f"{cls.server.devices_url}?{fix}", timeout=PATIENCE_SECONDS) as answer:
                assert answer.status == 200
        status = json.loads(cls.server.run("status", "--json", "--data", cls.server.data)[1])
        cls.host = status["web"][0]
        cls.admin = tracker_session.log_in(TRACKER, cls.server.data, f"http://{cls.host}/")
        made = subprocess.run([TRACKER, "user", "add", "member", "--sees", "seen", "--data", cls.server.data],
                              text=True, input="a member of the family\n", capture_output=True,
                              timeout=PATIENCE_SECONDS)
        if made.returncode != 0:
            raise AssertionError(made.stderr)
        cls.member = cls.log_in("member", "a member of the family")
        cls.ended = cls.log_in("member", "a member of the family")
        assert cls.ask("POST", "/api/log-out", cls.ended)[0] < 300
        cls.routes = json.loads(cls.ask("GET", "/api/routes", cls.admin)[1])

    @classmethod
    def log_in(cls, name, password):
        status, _, fields = cls.ask("POST", "/api/log-in", None, body=json.dumps({"name": name, "password": password}))
        assert status == 200, status
        return fields["Set-Cookie"].partition(";")[0]

    @classmethod
    def ask(cls, method, path, cookie, body=None, fields=()):
        """(status, body, fields). What is posted is an empty object, or nothing where a route takes no body."""
        if method != "POST" or body is not None:
            return cls.ask_once(method, path, cookie, body, fields)
        answer = cls.ask_once(method, path, cookie, "{}", fields)
        return cls.ask_once(method, path, cookie, None, fields) if answer[0] == 413 else answer

    @classmethod
    def ask_once(cls, method, path, cookie, body, fields):
        """Of a stream, which has no end, the body is left out."""
        connection = http.client.HTTPConnection(cls.host, timeout=PATIENCE_SECONDS)
        fields = {"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {}), **dict(fields)}
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            is_stream = answer.headers["Content-Type"] == "text/event-stream"
            return answer.status, "" if is_stream else answer.read().decode(errors="replace"), answer.headers
        finally:
            connection.close()

    @staticmethod
    def place(route, device=SEEN):
        path = route["pattern"].replace("{}", str(device)).replace("*", "x")
        return f"{path}?{QUERY.format(device=device)}"

    def those(self, *admits, method=None):
        chosen = [route for route in self.routes if route["admits"] in admits and method in (None, route["method"])]
        self.assertGreater(len(chosen), 2, admits)
        return chosen

    def test_the_list_is_long_and_has_each_kind(self):
        self.assertGreater(len(self.routes), 20)
        self.assertIn({"method": "GET", "pattern": "/api/routes", "admits": "admins"}, self.routes)
        self.assertIn({"method": "POST", "pattern": "/api/log-in", "admits": "strangers"}, self.routes)
        self.assertEqual({route["admits"] for route in self.routes}, {"strangers", "holders", "viewers", "admins"})

    def test_each_route_is_described_with_whom_it_admits_and_nothing_else_is(self):
        """/api/openapi.json: a route without words is a failed test, and so are words without a route."""
        description = json.loads(self.ask("GET", "/api/openapi.json", self.member)[1])
        described = {(method.upper(), re.sub(r"\{[^}]*\}", "{}", path), operation["x-admits"])
                     for path, item in description["paths"].items() for method, operation in item.items()}
        there = {(route["method"], route["pattern"].replace("*", "{}"), route["admits"]) for route in self.routes}
        self.assertEqual(there - described, set(), "without words")
        self.assertEqual(described - there, set(), "without a route")
        for path, item in description["paths"].items():
            for method, operation in item.items():
                self.assertEqual(operation["security"] == [{}], operation["x-admits"] == "strangers", path)

    def test_strangers_reach_nothing_but_what_is_open(self):
        wrong = self.member[:-4] + ("AAAA" if not self.member.endswith("AAAA") else "BBBB")
        for cookie in (None, wrong, self.ended, "session=", "session=%00", self.member.partition("=")[0]):
            for route in self.those("viewers", "admins"):
                with self.subTest(route=route, cookie=cookie):
                    status, body, fields = self.ask(route["method"], self.place(route), cookie)
                    is_page = route["method"] == "GET" and not route["pattern"].startswith("/api/")
                    self.assertEqual(status, 303 if is_page else 401)
                    if is_page:
                        self.assertTrue(fields["Location"].startswith("/login"), fields["Location"])
                    self.assertEqual(body, '{"error":"Log in first."}')
        # The controls: the same cookie, whole, is let in; and what is open is open.
        for route in self.those("viewers", method="GET"):
            self.assertNotIn(self.ask("GET", self.place(route), self.member)[0], (303, 401), route)
        self.assertEqual(self.ask("GET", "/login", None)[0], 200)

    def share(self, device):
        """The number of a new live link, and the field by which its holder asks."""
        asked = {"device": device, "name": "x", "live": True, "from": NOW_MS - 60000, "until": NOW_MS + 3600000}
        status, body, _ = self.ask("POST", "/api/shares/add", self.admin, json.dumps(asked))
        self.assertEqual(status, 200, body)
        made = json.loads(body)
        return made["share"], {"Authorization": f"Bearer {made['secret']}"}

    def test_who_has_a_link_reaches_what_is_its_and_nothing_else(self):
        number, holder = self.share(SEEN)
        _, of_another = self.share(HIDDEN)
        unknown = {"Authorization": "Bearer " + "A" * 22}
        mine = [route["pattern"] for route in self.those("holders")]
        self.assertEqual(sorted(mine), ["/api/shared", "/api/shared/live", "/api/shared/map",
                                        "/api/shared/streets.pmtiles", "/api/shared/track"])
        for route in self.those("viewers", "admins"):
            with self.subTest(route=route):
                self.assertIn(self.ask(route["method"], self.place(route), None, fields=holder)[0], (303, 401))
        no_streets = "/api/shared/streets.pmtiles"
        for pattern in mine:
            with self.subTest(pattern=pattern):
                self.assertEqual(self.ask("GET", pattern, None, fields=holder)[0], 404 if pattern == no_streets else 200)
                for other in ({}, unknown):
                    self.assertEqual(self.ask("GET", pattern, None, fields=other)[0], 404)
                # An account is no link.
                self.assertEqual(self.ask("GET", pattern, self.member)[0], 404)
        # What the link says counts, not what is asked; each sees its device.
        asked = f"/api/shared?device={HIDDEN}"
        self.assertEqual(json.loads(self.ask("GET", asked, None, fields=holder)[1])["last"]["lat"], 48.1)
        self.assertEqual(json.loads(self.ask("GET", asked, None, fields=of_another)[1])["last"]["lat"], 12.3)
        for path in ("/api/shared", "/api/shared/map"):
            self.assertNotIn(HIDDEN_NAME, self.ask("GET", path, None, fields=of_another)[1])
        self.assertEqual(self.ask("POST", "/api/shares/end", self.admin, json.dumps({"share": number}))[0], 200)
        for pattern in mine:
            with self.subTest(ended=pattern):
                self.assertEqual(self.ask("GET", pattern, None, fields=holder)[0], 410)
        # The control: the other one goes on.
        self.assertEqual(self.ask("GET", "/api/shared", None, fields=of_another)[0], 200)

    def test_a_member_reaches_no_routes_of_admins(self):
        for route in self.those("admins"):
            with self.subTest(route=route):
                status, body, _ = self.ask(route["method"], self.place(route), self.member)
                self.assertEqual(status, 403)
                if route["pattern"].startswith("/api/") or route["pattern"] == "/metrics":  # no page
                    self.assertEqual(body, '{"error":"Only an admin of this server may do this."}')
                else:
                    self.assertIn("This page is for admins", body)
                if route["pattern"] != "/api/log-out":
                    self.assertNotIn(self.ask(route["method"], self.place(route), self.admin)[0], (401, 403))

    def test_a_device_that_a_member_may_not_see_is_not_there_for_him(self):
        told_apart = 0
        for route in self.those("viewers"):
            if route["pattern"] in ("/api/log-out", "/api/sessions/end-rest"):
                continue
            bodies = {device: json.dumps({"device": device, "from": NOW_MS - 3600000, "to": NOW_MS + 3600000})
                      for device in (SEEN, HIDDEN, MISSING)}
            answers = {device: self.ask(route["method"], self.place(route, device), self.member,
                                        bodies[device] if route["method"] == "POST" else None)[:2]
                       for device in bodies}
            with self.subTest(route=route):
                # Clocks and counters go on between two questions.
                plain = {device: re.sub(r"\d+", "N", body) for device, (_, body) in answers.items()}
                self.assertEqual(answers[HIDDEN][0], answers[MISSING][0])
                self.assertEqual(plain[HIDDEN], plain[MISSING])
                self.assertNotIn(HIDDEN_NAME, "".join(body for _, body in answers.values()))
            told_apart += answers[SEEN] != answers[MISSING]
        # The controls: some of these routes do look at the device, and an admin sees the name.
        self.assertGreater(told_apart, 0)
        self.assertIn(HIDDEN_NAME, self.ask("GET", "/api/devices", self.admin)[1])

    def test_pages_of_other_sites_change_nothing(self):
        elsewhere = ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                     {"Sec-Fetch-Site": "same-site"}, {"Origin": f"http://{self.host}.evil.example"},
                     {"Origin": f"https://{self.host}"})
        for route in self.those("strangers", "viewers", "admins", method="POST"):
            for fields in elsewhere:
                with self.subTest(route=route, fields=fields):
                    self.assertEqual(self.ask("POST", self.place(route), self.admin, fields=fields)[0], 403)
            # What a form can send without asking first.
            if route["pattern"] not in ("/api/log-out", "/api/sessions/end-rest"):
                status = self.ask("POST", self.place(route), self.admin, "x=y",
                                  {"Content-Type": "text/plain", "Origin": f"http://{self.host}"})[0]
                self.assertIn(status, (413, 415), route)
        # The control: a page of ours gets past this.
        own = self.ask("POST", "/api/devices/rename", self.admin, "{}", {"Origin": f"http://{self.host}"})
        self.assertEqual(own[0], 400)

    def test_other_methods_than_the_route_s_are_refused(self):
        for route in self.those("strangers", "viewers", "admins"):
            for method in ("PUT", "DELETE", "PATCH"):
                status = self.ask(method, self.place(route), self.admin)[0]
                self.assertIn(status, (404, 405, 413), (route, method))


if __name__ == "__main__":
    driver.main()
