"""The configuration is read again while the tracker works: one with a mistake changes nothing and says
where the mistake is (FAULTS 30); one after the other under load, nobody is turned away (31). After a
rotation of the log no process holds the old file.
Usage: reload_test.py TRACKER [--long]
"""

import http.client
import os
import signal
import tempfile
import unittest
import urllib.parse

from faults import (FIRST_TIME, LONG, Phones, Tracker, check_log_is_short, check_one_clear_line,
                    check_store, fix_target, run_tracker, send_fix)
from processes_seen import PATIENCE_SECONDS, Level, children_of, wait_until

import driver

RELOADS = 100 if LONG else 25
GOOD = 'log-level = "info"\nidle-timeout = 30\n'
DENY_ALL = 'access-devices = ["deny 127.0.0.0/8"]\n'


class WithAConfiguration(unittest.TestCase):

    def setUp(self):
        self.tracker = Tracker()
        self.file = os.path.join(self.tracker.folder.name, "tracker.toml")
        self.tracker.extra_arguments = ["--config", self.file]
        self.write(GOOD)
        self.addCleanup(self.tracker.__exit__, None, None, None)
        self.tracker.start()
        self.tracker.add_device("configured")

    def write(self, text):
        """Whole at once, as an editor saves it: the tracker may be reading just now."""
        with open(self.file + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.file + ".new", self.file)

    def reload(self):
        return self.tracker.run("reload", "--data", self.tracker.data)

    def is_served(self):
        try:
            return send_fix(self.tracker.devices_url, "configured", FIRST_TIME)[0] == 200
        except (OSError, http.client.HTTPException):
            return False


class AFileWithAMistake(WithAConfiguration):

    def check_refused(self, *words):
        """Both find it: the running tracker, which stays as it was, and `tracker check` before it."""
        services = {name: service["pid"] for name, service in self.tracker.services().items()}
        check_one_clear_line(self, self.reload(), (100,), "the old configuration stays", *words)
        check_one_clear_line(self, run_tracker("check", "--config", self.file), (100,), *words)
        self.assertTrue(self.is_served())
        self.assertEqual({name: service["pid"] for name, service in self.tracker.services().items()},
                         services)

    def test_1_each_mistake_is_told_with_its_place(self):
        for text, place in (("idle-timeout = 5\nlog-level = \"loud\"\n", ":2:1"),
                            ("idle-timeout = 0\n", ":1:1"), ("idle-timeout = 9999999999\n", ":1:1"),
                            ("\n\n  max-conections = 5\n", ":3:3"),
                            ("[section]\nlog-level = \"info\"\n", ":1:2"),
                            ('access-devices = ["allow 127.0.0.1/33"]\n', ":1:1"),
                            ('access-devices = ["allow 127.1"]\n', ":1:1"),
                            ("idle-timeout = \n", ""), ("\0\0\0\xff\n", "")):
            # What is right in the file must not be taken over either: whole or not at all.
            self.write(text + DENY_ALL if text[0] not in "[" else DENY_ALL + text)
            with self.subTest(text=text):
                if text[0] == "[":
                    place = ":2:2"
                self.check_refused(self.file + place)

    def test_2_a_file_that_cannot_be_read(self):
        os.unlink(self.file)
        self.check_refused(self.file)
        os.mkdir(self.file)
        self.check_refused(self.file)
        os.rmdir(self.file)

        # An editor that has emptied the file and not written it yet.
        self.write("")
        self.check_refused(self.file, "empty")

    def test_3_a_half_written_line(self):
        for length in range(1, len(DENY_ALL) - 2):
            self.write(DENY_ALL[:length])
            with self.subTest(text=DENY_ALL[:length]):
                check_one_clear_line(self, self.reload(), (100,), self.file + ":1:")
        self.assertTrue(self.is_served())

    def test_4_a_file_without_mistake_is_taken_over(self):
        """The control: what the mistakes above kept out comes in."""
        self.write(DENY_ALL)
        self.assertEqual(self.reload()[:2], (0, "Reloaded.\n"))
        wait_until(lambda: not self.is_served(), PATIENCE_SECONDS, "the receiver denies")
        self.write("# over two lines\naccess-devices = ['allow 127.0.0.1',\n  'allow ::1']\n")
        self.assertEqual(self.reload()[0], 0)
        wait_until(self.is_served, PATIENCE_SECONDS, "the receiver allows")

    def test_5_what_takes_a_new_start_is_named(self):
        self.write(GOOD + 'receivers = 2\nlisten-web = ["127.0.0.1:1"]\n')
        code, output, error = self.reload()
        self.assertEqual((code, output),
                         (0, "Reloaded. What takes a new start: receivers\n"), error)
        self.assertIn("take a new start: receivers", self.tracker.whole_log())
        self.write(GOOD)
        self.assertEqual(self.reload()[:2], (0, "Reloaded.\n"))


class UnderLoad(WithAConfiguration):

    def test_1_nobody_feels_it(self):
        level = Level(self.tracker.pid)
        pids = children_of(self.tracker.pid)
        with Phones(self.tracker.devices_url, "configured", pause_seconds=0.001) as phones:
            for number in range(RELOADS):
                self.write(GOOD + f"max-connections = {400 + number}\n")
                os.kill(self.tracker.pid, signal.SIGHUP)
                phones.wait_for_more(3)
            wait_until(lambda: self.tracker.whole_log().count("read again") >= 1,
                       PATIENCE_SECONDS, "it reloads")
        self.assertEqual((phones.broken, phones.refusals), (0, {}))
        self.assertEqual(children_of(self.tracker.pid), pids)
        level.check_is_back()
        check_store(self.tracker, phones)
        check_log_is_short(self.tracker.whole_log(), 0)
        self.assertLessEqual(self.tracker.whole_log().count("read again"), RELOADS)

    def test_2_a_connection_lives_through_it(self):
        parts = urllib.parse.urlsplit(self.tracker.devices_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        ports = set()
        for number in range(10):
            connection.request("GET", fix_target("configured", FIRST_TIME + number))
            ports.add(connection.sock.getsockname()[1])
            self.assertEqual(connection.getresponse().read(), b"")
            self.assertEqual(self.reload()[0], 0)
        connection.close()
        self.assertEqual(len(ports), 1)

    def test_3_the_check_sees_a_reload_that_turns_phones_away(self):
        with Phones(self.tracker.devices_url, "configured") as phones:
            phones.wait_for_more()
            self.write(DENY_ALL)
            self.assertEqual(self.reload()[0], 0)
            wait_until(lambda: not self.is_served(), PATIENCE_SECONDS, "the receiver denies")
            with Phones(self.tracker.devices_url, "configured") as late:
                wait_until(lambda: late.broken > 0, PATIENCE_SECONDS, "a phone is turned away")


class LogRotation(unittest.TestCase):
    """What logrotate does: the file gets another name, and the tracker is told."""

    def holders(self, path):
        """The processes of the tracker that have the file open."""
        found = []
        for pid in [self.tracker.pid, *children_of(self.tracker.pid)]:
            folder = f"/proc/{pid}/fd"
            for number in os.listdir(folder):
                try:
                    if os.path.samefile(os.path.join(folder, number), path):
                        found.append(pid)
                        break
                except FileNotFoundError:
                    pass  # closed meanwhile, or no file
        return found

    def test_every_process_leaves_the_old_file(self):
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            os.chmod(folder, 0o777)  # started by root, the tracker is another user by then
            log, old = (os.path.join(folder, name) for name in ("tracker.log", "tracker.log.1"))
            self.tracker = Tracker("--log", log, "--demo", "--threads", "2")
            with self.tracker:
                wait_until(lambda: len(self.holders(log)) >= len(children_of(self.tracker.pid)),
                           PATIENCE_SECONDS, "all have it open, but for the store, which writes none")
                os.rename(log, old)
                self.assertIn(self.tracker.pid, self.holders(old))  # the control
                self.assertEqual(self.tracker.run("reload", "--data", self.tracker.data)[0], 0)
                wait_until(lambda: self.holders(old) == [], PATIENCE_SECONDS,
                           f"nobody holds the old file: {self.holders(old)}")
                with open(log, encoding="utf-8") as file:
                    self.assertIn("read again", file.read())

    def test_a_file_that_cannot_be_opened_again_is_told(self):
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            os.chmod(folder, 0o777)
            log = os.path.join(folder, "tracker.log")
            self.tracker = Tracker("--log", log)
            with self.tracker:
                os.remove(log)
                os.mkdir(log)  # no file can have this name
                code, output, error = self.tracker.run("reload", "--data", self.tracker.data)
                self.assertEqual(code, 111)
                self.assertIn("Reloaded.", output)
                self.assertIn("goes on in the old file", error)


if __name__ == "__main__":
    driver.main()
