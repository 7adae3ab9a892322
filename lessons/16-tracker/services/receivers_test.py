#!/usr/bin/env python3
"""Several receivers with several threads each:  receivers_test.py TRACKER

Every phone is answered whichever thread it meets; every thread has its own way to the store; a receiver
that is killed is replaced, with all its threads; the stop leaves nobody behind."""

import json
import os
import pathlib
import signal
import socket
import sys
import time
import urllib.request
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from running_tracker import RunningTracker

TRACKER = sys.argv.pop(1)
RECEIVERS, THREADS = 2, 3
PATIENCE_SECONDS = 60


def ask(tracker, request):
    """The answer of the running server's control socket."""
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(PATIENCE_SECONDS)
        control.connect(os.path.join(tracker.data, "control.sock"))
        control.sendall(request + b"\n")
        answer = b""
        while piece := control.recv(65536):
            answer += piece
    return answer


def receivers(tracker):
    services = json.loads(ask(tracker, b"status"))["services"]
    return [service for service in services if service["name"].startswith("receiver")]


def send_fix(tracker, token, number):
    """The status of one fix, sent over a connection of its own."""
    url = (f"{tracker.devices_url}osmand/{token}?lat=47.7{number:04}&lon=9.6"
           f"&timestamp={1_700_000_000 + number}")
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
        return answer.status


def wait_until(holds, what):
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.05)


def requests_of(receiver):
    return [thread["requests"] for thread in receiver["counters"]["threads"]]


class Receivers(unittest.TestCase):
    def test_threads_of_receivers(self):
        arguments = ["--receivers", str(RECEIVERS), "--threads", str(THREADS)]
        with RunningTracker(TRACKER, arguments) as tracker:
            token = tracker.add_device("van")
            self.assertEqual([send_fix(tracker, token, i) for i in range(40)], [200] * 40)
            seen = receivers(tracker)
            self.assertEqual([receiver["state"] for receiver in seen], ["up"] * RECEIVERS)
            for receiver in seen:
                threads = receiver["counters"]["threads"]
                self.assertEqual(len(threads), THREADS)
                self.assertTrue(all(thread["store_connected"] for thread in threads))
            self.assertEqual(sum(sum(requests_of(receiver)) for receiver in seen), 40)

            os.kill(seen[0]["pid"], signal.SIGKILL)
            wait_until(lambda: receivers(tracker)[0]["starts"] == 2
                       and receivers(tracker)[0]["state"] == "up", "the receiver is back")
            self.assertEqual([send_fix(tracker, token, i) for i in range(40, 60)], [200] * 20)
            pids = [receiver["pid"] for receiver in receivers(tracker)]
            self.assertNotIn(seen[0]["pid"], pids)
            tracker.stop()
            for pid in pids:
                self.assertFalse(os.path.exists(f"/proc/{pid}"))

    def test_threads_within_one_process_and_a_reload(self):
        with RunningTracker(TRACKER, ["--one-process", "--threads", str(THREADS)]) as tracker:
            token = tracker.add_device("van")
            self.assertEqual([send_fix(tracker, token, i) for i in range(20)], [200] * 20)
            self.assertEqual(ask(tracker, b"reload"), b"ok\n")
            self.assertEqual([send_fix(tracker, token, i) for i in range(20, 40)], [200] * 20)
            self.assertEqual(sum(requests_of(receivers(tracker)[0])), 40)

    def test_a_receiver_with_one_thread_counts_as_before(self):
        with RunningTracker(TRACKER) as tracker:
            self.assertIn("requests", receivers(tracker)[0]["counters"])

    def test_numbers_out_of_range_are_refused(self):
        with RunningTracker(TRACKER) as tracker:
            for wrong in ("0", "65", "many"):
                code, _, error = tracker.run("serve", "--foreground", "--threads", wrong)
                self.assertEqual(code, 100)
                self.assertIn("threads", error)


if __name__ == "__main__":
    driver.main()
