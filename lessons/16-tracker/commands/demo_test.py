#!/usr/bin/env python3
"""A server with a demo:  demo_test.py TRACKER

Its made-up devices, the folder that they have for themselves, and what keeps it from starting."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
import tracker_session
from running_tracker import RunningTracker

TRACKER = sys.argv.pop(1)
PATIENCE_SECONDS = 60
PORTS = ["--listen-devices", "127.0.0.1:0", "--listen-web", "127.0.0.1:0"]


def wait_until(holds, what):
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.05)


def services(tracker):
    code, output, error = tracker.run("status", "--json", "--data", tracker.data)
    if code != 0:
        raise AssertionError(f"status: {error}")
    status = json.loads(output)
    return status, {service["name"]: service for service in status["services"]}


def read_web(tracker, path):
    """As whoever has logged in; a demo asks nobody to."""
    web = services(tracker)[0]["web"][0]
    asked = urllib.request.Request(f"http://{web}{path}", headers=tracker_session.fields())
    with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)


class Demo(unittest.TestCase):

    def check_rides(self, *arguments):
        with RunningTracker(TRACKER, ["--demo", *arguments]) as tracker:
            wait_until(lambda: len(read_web(tracker, "/api/positions")["positions"]) == 2,
                       "two devices on the map")
            names = {device["name"] for device in read_web(tracker, "/api/devices")["devices"]}
            self.assertEqual(names, {"demo/bicycle", "demo/car"})
            self.assertEqual(read_web(tracker, "/api/status")["demo_devices"], 2)
            # The page of the server has a figure of each process, this one included.
            wait_until(lambda: {service["name"] for service in read_web(tracker, "/api/status/history")["services"]
                                if service["memory"] > 0} >= {"demo", "store", "supervisor"}, "all memory")
            self.assertEqual(tracker.run("reload", "--data", tracker.data)[0], 0)
            tracker.process.send_signal(signal.SIGTERM)
            self.assertEqual(tracker.process.wait(PATIENCE_SECONDS), 0, tracker.log_text())

    def test_two_devices_ride_and_the_page_can_say_so(self):
        self.check_rides()

    def test_they_ride_as_threads_too(self):
        self.check_rides("--one-process")

    def test_without_a_demo_nobody_rides(self):
        with RunningTracker(TRACKER) as tracker:
            self.assertNotIn("demo", services(tracker)[1])
            tracker.log_in(f"http://{services(tracker)[0]['web'][0]}/")
            self.assertEqual(read_web(tracker, "/api/devices")["devices"], [])
            self.assertEqual(read_web(tracker, "/api/status")["demo_devices"], 0)

    def test_a_demo_that_dies_is_started_again_and_the_others_stay(self):
        with RunningTracker(TRACKER, ["--demo"]) as tracker:
            wait_until(lambda: services(tracker)[1]["demo"]["state"] == "up", "the demo")
            before = services(tracker)[1]
            os.kill(before["demo"]["pid"], signal.SIGKILL)
            wait_until(lambda: services(tracker)[1]["demo"]["starts"] == 2
                       and services(tracker)[1]["demo"]["state"] == "up", "the demo again")
            after = services(tracker)[1]
            self.assertEqual({name for name in before if before[name]["pid"] != after[name]["pid"]},
                             {"demo"})
            self.assertIn("demo ended: killed by signal 9", tracker.log_text())


class Folders(unittest.TestCase):
    """A demo and a person's positions never share one."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        self.scratch = scratch.name
        self.data = os.path.join(self.scratch, "data")

    def run_tracker(self, *arguments, data=True):
        environment = dict(os.environ, XDG_DATA_HOME=self.scratch)
        return subprocess.run([TRACKER, *arguments, *(["--data", self.data] if data else [])],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS, env=environment)

    def assert_refused(self, result, *words):
        self.assertEqual((result.returncode, result.stdout), (100, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in (self.data, *words):
            self.assertIn(word, result.stderr)

    def serve_once(self, *arguments, data=True):
        """To its welcome, and no further."""
        process = subprocess.Popen(
            [TRACKER, "serve", "--foreground", *PORTS, *arguments,
             *(["--data", self.data] if data else [])], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=dict(os.environ, XDG_DATA_HOME=self.scratch))
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C stops everything" in line:
                process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE_SECONDS), 0, lines)
        process.stdout.close()
        return "".join(lines)

    def test_a_demo_in_a_persons_own_folder_is_refused(self):
        self.assertEqual(self.run_tracker("device", "add", "van").returncode, 0)
        self.assert_refused(self.run_tracker("serve", "--foreground", "--demo", *PORTS),
                            "positions of your own", "leave out --demo")
        self.assertNotIn("waymark.demo", os.listdir(self.data))
        self.assertIn("The map is at", self.serve_once())

    def test_a_demos_folder_is_refused_to_everybody_else(self):
        self.assertIn("made up", self.serve_once("--demo"))
        self.assert_refused(self.run_tracker("serve", "--foreground", *PORTS), "add --demo")
        self.assert_refused(self.run_tracker("serve", *PORTS), "add --demo")
        self.assert_refused(self.run_tracker("device", "add", "van"), "folder of a demo")
        self.assertIn("made up", self.serve_once("--demo"))

    def test_without_a_name_it_is_beside_the_persons_own(self):
        self.assertIn(f"kept in {self.scratch}/waymark-demo\n", self.serve_once("--demo", data=False))
        self.assertEqual(os.listdir(self.scratch), ["waymark-demo"])
        self.assertIn(f"kept in {self.scratch}/waymark\n", self.serve_once(data=False))

    def test_what_is_in_the_way_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            result = self.run_tracker("serve", "--foreground", "--demo", "--listen-devices", address,
                                      "--listen-web", "127.0.0.1:0")
            self.assertEqual(result.returncode, 111)
            self.assertIn(f"bind {address}: Address already in use", result.stderr)
        with open(os.path.join(self.scratch, "file"), "w", encoding="ascii"):
            self.data = os.path.join(self.scratch, "file")
        self.assert_refused(self.run_tracker("serve", "--foreground", "--demo", *PORTS),
                            "not a folder")

    def test_a_second_demo_is_told_of_the_first(self):
        with RunningTracker(TRACKER, ["--demo"]) as tracker:
            self.data = tracker.data
            self.assert_refused(self.run_tracker("serve", "--foreground", "--demo", *PORTS),
                                "already running", str(tracker.process.pid))


if __name__ == "__main__":
    driver.main()
