#!/usr/bin/env python3
"""How a server in the foreground ends:  foreground_test.py TRACKER

By Ctrl-C and by two, by a signal, with its terminal, and when it is killed: each time a demo, which has one
process more than others, and each time nobody is left behind."""

import contextlib
import json
import os
import pathlib
import pty
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from processes import descendants, parents
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


def services(data):
    """{name: {"pid", "state", "starts"}}"""
    output = subprocess.run([TRACKER, "status", "--json", "--data", data], check=True,
                            capture_output=True, timeout=PATIENCE_SECONDS).stdout
    return {service["name"]: service for service in json.loads(output)["services"]}


def wait_until_all_ended(pids):
    wait_until(lambda: not set(pids) & set(parents()), f"the end of {pids}")


class AtATerminal(unittest.TestCase):
    """In a session of its own with a terminal, as a shell's window gives it."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        self.data = os.path.join(scratch.name, "data")

    @contextlib.contextmanager
    def start(self, *arguments, hang_up=signal.SIG_DFL):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGHUP, hang_up)
            os.execv(TRACKER, [TRACKER, "serve", "--foreground", "--data", self.data, *PORTS,
                               *arguments])
        self.status = None
        self.all = [self.pid]
        try:
            self.shown = self.read_until(b"Ctrl-C stops everything")
            self.all += descendants(self.pid)
            yield
        finally:
            if self.status is None:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            if self.terminal is not None:
                os.close(self.terminal)
            wait_until_all_ended(self.all)

    def read_until(self, words):
        shown = b""
        until = time.monotonic() + PATIENCE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.terminal, selectors.EVENT_READ)
            while words not in shown:
                if not selector.select(until - time.monotonic()):
                    raise AssertionError(f"{words} is not in {shown}")
                shown += os.read(self.terminal, 4096)
        return shown.decode()

    def press_ctrl_c(self):
        os.write(self.terminal, b"\x03")

    def wait_for_end(self):
        def ended():
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            return pid

        wait_until(ended, "its end")
        self.assertEqual(self.status, 0)
        wait_until_all_ended(self.all)

    def test_a_person_reads_sentences_and_a_program_lines(self):
        with self.start("--demo"):
            self.assertRegex(self.shown, r"\r\nThe map is at http://127\.0\.0\.1:\d+/\r\n"
                             r"Two demo devices are on their way there; they are made up, and nobody need log in\.\r\n"
                             r"Devices send to http://127\.0\.0\.1:\d+/\r\n"
                             f"The demo's positions are kept in {self.data}\r\n")
            self.assertNotIn("\r\nweb: ", self.shown)

    def test_ctrl_c_ends_everything(self):
        with self.start("--demo"):
            self.assertGreaterEqual(len(self.all), 4)
            self.press_ctrl_c()
            self.wait_for_end()

    def test_a_second_ctrl_c_does_not_wait_for_one_that_hangs(self):
        with self.start("--demo"):
            # One Ctrl-C would wait ten seconds for it, and then say that it is killed.
            os.kill(self.receiver(), signal.SIGSTOP)
            self.press_ctrl_c()
            self.read_until(b"info: stopping")
            self.press_ctrl_c()
            self.read_until(b"stopping at once")
            self.wait_for_end()

    def test_it_ends_with_its_terminal(self):
        for arguments in (["--demo"], ["--demo", "--log", self.data + "/log"]):
            with self.subTest(arguments), self.start(*arguments):
                os.close(self.terminal)
                self.terminal = None
                self.wait_for_end()

    def test_a_hang_up_that_comes_twice_is_no_hurry(self):
        with self.start("--demo", "--log", self.data + "/log"):
            with self.held(self.receiver()):  # within the ten seconds that it is given to end in
                os.kill(self.pid, signal.SIGHUP)
                self.wait_for_log("stopping")
                os.kill(self.pid, signal.SIGHUP)
                wait_until(lambda: not self.is_pending(signal.SIGHUP), "the look at the second signal")
            self.wait_for_end()
        self.assertNotIn("stopping at once", self.log())

    def test_nohup_keeps_it(self):
        with self.start("--demo", "--log", self.data + "/log", hang_up=signal.SIG_IGN):
            os.close(self.terminal)
            self.terminal = None
            self.wait_for_log("the configuration was read again")
            self.assertIn(self.pid, parents())
            os.kill(self.pid, signal.SIGTERM)
            self.wait_for_end()

    @contextlib.contextmanager
    def held(self, pid):
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:  # also when the test fails: nobody else lets it go on
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def is_pending(self, number):
        """Sent, and not yet read by it from its descriptor (ShdPnd in proc(5))."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"ShdPnd:\s+(\w+)", status)[1], 16) >> (number - 1) & 1

    def receiver(self):
        return services(self.data)["receiver 0"]["pid"]

    def log(self):
        return pathlib.Path(self.data, "log").read_text(encoding="utf-8")

    def wait_for_log(self, words):
        wait_until(lambda: words in self.log(), f"'{words}' in the log")


class WithoutATerminal(unittest.TestCase):

    def in_a_session_of_its_own(self, tracker):
        """RunningTracker starts it in ours, which may have a terminal."""
        tracker.stop()
        tracker.begin([TRACKER, "serve", "--foreground", "--demo", "--data", tracker.data, *PORTS],
                      start_new_session=True)
        return [tracker.process.pid, *descendants(tracker.process.pid)]

    def test_sighup_is_a_wish_to_read_the_configuration_again(self):
        with RunningTracker(TRACKER, ["--demo"]) as tracker:
            self.in_a_session_of_its_own(tracker)
            tracker.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "the configuration was read again" in tracker.log_text(), "reload")
            self.assertIsNone(tracker.process.poll())

    def test_each_signal_that_stops_it_leaves_nothing(self):
        with RunningTracker(TRACKER, ["--demo"]) as tracker:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
                with self.subTest(number.name):
                    pids = self.in_a_session_of_its_own(tracker)
                    tracker.process.send_signal(number)
                    self.assertEqual(tracker.process.wait(PATIENCE_SECONDS), 0)
                    wait_until_all_ended(pids)

    def test_a_supervisor_that_is_killed_takes_everybody_along(self):
        with RunningTracker(TRACKER, ["--demo"]) as tracker:
            self.in_a_session_of_its_own(tracker)
            wait_until(lambda: services(tracker.data)["demo"]["state"] == "up", "the demo")
            pids = [tracker.process.pid, *descendants(tracker.process.pid)]
            self.assertEqual(len(pids), 5)
            tracker.process.kill()
            tracker.process.wait()
            wait_until_all_ended(pids)

    def test_a_unix_socket_is_shown_as_one_and_its_file_is_removed(self):
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            os.chmod(folder, 0o777)  # started by root, the server becomes another user
            path = os.path.join(folder, "devices.sock")
            with RunningTracker(TRACKER, ["--listen-devices", f"unix:{path}"]) as tracker:
                _, status, _ = tracker.run("status", "--data", tracker.data)
                self.assertIn(f"Phones send to unix:{path}\n", status)
                self.assertIn(f"devices: unix:{path}\n", tracker.log_text())
                self.assertTrue(os.path.exists(path))
                tracker.stop()
                self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    driver.main()
