#!/usr/bin/env python3
"""What programs ask a running server about itself: /metrics and /health.   operations_test.py TRACKER"""

import contextlib
import http.client
import json
import os
import pathlib
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
import metrics_format
import tracker_session
from running_tracker import RunningTracker

TRACKER = os.path.abspath(sys.argv.pop(1))
PATIENCE_SECONDS = 120
TOKEN = "a-token-for-prometheus-0123"

GOOD = """# HELP a_total It grows.
# TYPE a_total counter
a_total{x="1\\"2",y=""} 3
# a comment
a_total 4 1395066363000

# HELP h_seconds It is timed.
# TYPE h_seconds histogram
h_seconds_bucket{le="0.5"} 1
h_seconds_bucket{le="+Inf"} 2
h_seconds_sum 0.7
h_seconds_count 2
"""


class TheCheckOfTheFormat(unittest.TestCase):
    """It takes what is right, and refuses each thing that is not."""

    def test_controls(self):
        self.assertEqual(len(metrics_format.read(GOOD)), 6)
        for was, is_now in ((GOOD[-2:], "2"), ("# TYPE a_total counter\n", ""), ("# HELP a_total It grows.\n", ""),
                            ("a_total 4", "a-total 4"), ("a_total 4", 'a_total{x="1\\"2",y=""} 4'),
                            ('y=""', "y=''"), ('y=""', 'x=""'), ("counter", "counted"), ("counter", "gauge"),
                            ("a_total 4 1395066363000", "a_total four"), ('le="+Inf"', 'le="9"'),
                            ("h_seconds_count 2", "h_seconds_count 3"), ("h_seconds_sum 0.7\n", ""),
                            ('le="0.5"} 1', 'le="0.5"} 5'), ("h_seconds", "h_ms"),
                            ("# a comment\n", "# HELP b B.\n# TYPE b gauge\nb 1\n")):
            with self.subTest(is_now=is_now):
                self.assertIn(was, GOOD)
                with self.assertRaises(ValueError):
                    metrics_format.read(GOOD.replace(was, is_now))


class Operations(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = RunningTracker(TRACKER, ["--metrics-token", TOKEN, "--log-level", "debug"])
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.start()
        cls.server.add_device("van")
        status = json.loads(cls.server.run("status", "--json", "--data", cls.server.data)[1])
        cls.web = status["web"][0]
        cls.store = next(service["pid"] for service in status["services"] if service["name"] == "store")
        cls.server.log_in(f"http://{cls.web}/")

    def ask(self, path, fields=None):
        """(status, text, fields)"""
        with contextlib.closing(http.client.HTTPConnection(self.web, timeout=PATIENCE_SECONDS)) as connection:
            connection.request("GET", path, headers=tracker_session.fields() if fields is None else fields)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers

    def send(self, query):
        phones = urllib.parse.urlsplit(self.server.devices_url)
        with contextlib.closing(http.client.HTTPConnection(phones.hostname, phones.port,
                                                           timeout=PATIENCE_SECONDS)) as connection:
            connection.request("GET", f"/?{query}")
            return connection.getresponse().status

    def figures(self):
        status, text, fields = self.ask("/metrics")
        self.assertEqual((status, fields["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return metrics_format.read(text)

    def until(self, holds):
        """Figures for which it holds; they may be a second old."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            figures = self.figures()
            if holds(figures):
                return figures
        raise AssertionError(f"never: {figures}")

    def test_1_each_thing_that_happens_is_counted_once(self):
        before = self.figures()
        now = int(time.time())
        for second in range(3):
            self.assertEqual(self.send(f"id=van&lat=48&lon=11&timestamp={now - second}"), 200)
        self.assertEqual(self.send(f"id=van&lat=48&lon=11&timestamp={now}"), 200)
        self.assertEqual(self.send(f"id=van&lat=95&lon=11&timestamp={now}"), 200)
        self.assertIn(self.send(f"id=nobody&lat=48&lon=11&timestamp={now}"), (401, 403, 404))
        grown = {("waymark_fixes_stored_total", ()): 3, ("waymark_fixes_duplicate_total", ()): 1,
                 ("waymark_points_quarantined_total", ()): 1}
        after = self.until(lambda figures: all(figures[key] == before.get(key, 0) + by for key, by in grown.items())
                           and any(key[0] == "waymark_messages_refused_total" and
                                   ("reason", "unknown_device") in key[1] and
                                   ("outcome", "refused") in key[1] for key in figures))
        commits = ("waymark_commits_total", ())
        self.assertGreater(after[commits], before[commits])
        self.assertEqual(after["waymark_commit_seconds_count", ()], after[commits])
        self.assertGreater(after["waymark_commit_seconds_sum", ()], 0)
        for name in ("store", "receiver 0", "web app", "supervisor"):
            service = (("service", name),)
            self.assertGreater(after["waymark_process_memory_bytes", service], 100_000, name)
            self.assertEqual(after["waymark_service_up", service], 1, name)
        for name in ("waymark_uptime_seconds", "waymark_database_bytes", "waymark_disk_free_bytes"):
            self.assertGreaterEqual(after[name, ()], 0, name)
        self.assertEqual(after["waymark_database_bytes", ()] % 4096, 0)

    def test_2_figures_are_for_admins_and_for_whoever_has_the_token(self):
        for fields, status in (({"Authorization": f"Bearer {TOKEN}"}, 200),
                               ({"Authorization": f"Bearer {TOKEN}x"}, 401),
                               ({"Authorization": f"Bearer {TOKEN[:-1]}"}, 401),
                               ({"Authorization": f"Basic {TOKEN}"}, 401), ({}, 303)):
            with self.subTest(fields=fields):
                self.assertEqual(self.ask("/metrics", fields)[0], status)
        # The token is good for nothing else.
        for path in ("/api/status/history", "/api/devices", "/users"):
            self.assertEqual(self.ask(path, {"Authorization": f"Bearer {TOKEN}"})[0], 401, path)
        code, _, error = self.server.run("serve", "--data", self.server.data, "--metrics-token", "short")
        self.assertEqual((code, error.count("\n")), (100, 1), error)
        self.assertIn("metrics-token", error)

    def test_3_the_page_has_the_same_figures(self):
        status, text, _ = self.ask("/api/status/history")
        self.assertEqual(status, 200)
        answer = json.loads(text)
        self.assertEqual(answer["problems"], [])
        self.assertEqual({len(sample) for sample in answer["samples"]}, {8})
        self.assertGreater(answer["figures"]["disk_bytes"], answer["figures"]["disk_free_bytes"])
        self.assertIn("store", [service["name"] for service in answer["services"]])

    def test_4_a_store_that_does_not_answer_is_seen_and_named_to_admins_only(self):
        self.assertEqual(self.ask("/health", {})[:2], (200, '{"status":"ok"}'))
        os.kill(self.store, 19)  # SIGSTOP
        try:
            end = time.monotonic() + PATIENCE_SECONDS
            while self.ask("/health", {})[0] == 200 and time.monotonic() < end:
                time.sleep(0.05)
            self.assertEqual(self.ask("/health", {})[:2], (503, '{"status":"failing"}'))
            told = json.loads(self.ask("/health")[1])
            self.assertEqual(told["problems"], ["The service 'store' does not answer."])
        finally:
            os.kill(self.store, 18)  # SIGCONT
        self.until(lambda figures: figures["waymark_service_up", (("service", "store"),)] == 1)
        self.assertEqual(self.ask("/health", {})[0], 200)

    def times_memory_was_given_back(self):
        with open(self.server.log.name, "rb") as log:
            return log.read().count(b"idle: memory")

    def test_5_memory_is_given_back_after_work(self):
        for second in range(2):
            before = self.times_memory_was_given_back()
            self.assertEqual(self.send(f"id=van&lat=48&lon=11&timestamp={1_700_000_000 + second}"), 200)
            end = time.monotonic() + PATIENCE_SECONDS
            while self.times_memory_was_given_back() == before:
                self.assertLess(time.monotonic(), end, "it keeps what it has")
                time.sleep(0.05)


if __name__ == "__main__":
    driver.main()
