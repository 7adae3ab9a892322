"""The negative controls of the invariants in faults.py: each is shown what it must not let pass.
Usage: faults_test.py TRACKER
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import types
import unittest

from faults import (Phones, Tracker, check_integrity, check_log_is_short, check_nothing_lost,
                    check_nothing_twice, check_one_clear_line, check_store)
from processes_seen import PATIENCE_SECONDS, Level, check_no_zombie, process_state, wait_until

import driver


class AStoreThatLostSomething(unittest.TestCase):
    """A real store with real acknowledgements, of which a copy is then damaged."""

    @classmethod
    def setUpClass(cls):
        cls.tracker = Tracker()
        cls.addClassCleanup(cls.tracker.__exit__, None, None, None)
        cls.tracker.start()
        cls.tracker.add_device("control")
        with Phones(cls.tracker.devices_url, "control") as cls.phones:
            cls.phones.wait_for_more(200)
        cls.tracker.stop()  # the log is in the file now, which can be copied alone

    def damaged(self, change):
        """What check_store() is given: the phones, and a copy of the database after `change`."""
        copy = os.path.join(self.tracker.folder.name, "copy.db")
        shutil.copyfile(self.tracker.database, copy)
        change(copy)
        return types.SimpleNamespace(database=copy), self.phones

    def execute(self, path, text, *arguments):
        connection = sqlite3.connect(path)
        connection.execute(text, arguments)
        connection.commit()
        connection.close()

    def test_a_whole_store_passes(self):
        check_store(*self.damaged(lambda path: None))

    def test_a_missing_row_is_seen(self):
        one = max(self.phones.acknowledged)
        with self.assertRaisesRegex(AssertionError, f"1 acknowledged fixes .* {one}"):
            check_store(*self.damaged(lambda path: self.execute(
                path, "DELETE FROM fix WHERE time_ms = ?", one * 1000)))

    def test_a_row_that_is_there_twice_is_seen(self):
        one = max(self.phones.acknowledged)
        with self.assertRaisesRegex(AssertionError, "more than once"):
            check_store(*self.damaged(lambda path: self.execute(
                path, "INSERT INTO fix SELECT device, time_ms, latitude_e7 + 1, longitude_e7,"
                " altitude_cm, speed_mm_s, course_centidegrees, accuracy_cm, battery_per_mille,"
                " valid, source, sequence, extras FROM fix WHERE time_ms = ?", one * 1000)))

    def test_a_row_that_nobody_sent_is_seen(self):
        def add(path):
            self.execute(path, "INSERT INTO fix SELECT device, 4102444800000, latitude_e7,"
                         " longitude_e7, altitude_cm, speed_mm_s, course_centidegrees, accuracy_cm,"
                         " battery_per_mille, valid, source, sequence, extras FROM fix LIMIT 1")

        with self.assertRaisesRegex(AssertionError, "nobody sent"):
            check_store(*self.damaged(add))

    def test_a_damaged_page_is_seen(self):
        def damage(path):
            with open(path, "r+b") as file:
                file.seek(-4096, os.SEEK_END)
                file.write(b"\xff" * 4096)
        with self.assertRaises((AssertionError, sqlite3.DatabaseError)):
            check_integrity(self.damaged(damage)[0].database)

    def test_a_run_without_acknowledgements_proves_nothing(self):
        nobody = types.SimpleNamespace(acknowledged=set(), attempted=set(), device="control")
        with self.assertRaisesRegex(AssertionError, "no fix was acknowledged"):
            check_store(self.tracker, nobody)


class TheInvariants(unittest.TestCase):

    def test_sets_are_compared_the_right_way_round(self):
        check_nothing_lost({1, 2}, [1, 2, 3])  # stored and not acknowledged: sent again, no harm
        with self.assertRaises(AssertionError):
            check_nothing_lost({1, 2, 3}, [1, 2])
        check_nothing_twice([1, 2])
        with self.assertRaises(AssertionError):
            check_nothing_twice([1, 2, 2])

    def test_a_zombie_is_seen(self):
        child = subprocess.Popen(["true"])
        try:
            wait_until(lambda: process_state(child.pid) == "Z", PATIENCE_SECONDS, "it has ended")
            with self.assertRaisesRegex(AssertionError, "zombie"):
                check_no_zombie(os.getpid(), 0.1)
        finally:
            child.wait()
        check_no_zombie(os.getpid(), 0.1)

    def test_descriptors_and_children_that_are_left_are_seen(self):
        level = Level(os.getpid())
        level.check_is_back(0.1)
        with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as two, \
                tempfile.TemporaryFile() as three, self.assertRaisesRegex(AssertionError, "descript"):
            self.assertLess(one.fileno(), two.fileno() + three.fileno())
            level.check_is_back(0.1)
        child = subprocess.Popen(["sleep", "60"])
        try:
            with self.assertRaisesRegex(AssertionError, "children"):
                level.check_is_back(0.1)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()

    def test_a_line_per_event_is_seen(self):
        line = "2026-01-01T00:00:00.000Z tracker[1] error: fixes cannot be stored\n"
        check_log_is_short(line, 1)
        with self.assertRaisesRegex(AssertionError, "30 lines"):
            check_log_is_short(line * 30, 1)

    def test_a_message_of_two_lines_or_a_wrong_exit_code_is_seen(self):
        check_one_clear_line(self, (100, "", "tracker: no such file\n"), (100,), "file")
        for result in ((0, "", "tracker: no such file\n"), (100, "", "tracker: no such\nfile\n"),
                       (100, "", ""), (-6, "", "terminate called\n"), (100, "", "tracker: hm\n")):
            with self.assertRaises(AssertionError):
                check_one_clear_line(self, result, (100,), "file")

    def test_what_does_not_come_back_in_time_is_seen(self):
        with self.assertRaisesRegex(AssertionError, "not within 0.05 s: never"):
            wait_until(lambda: False, 0.05, "never")


if __name__ == "__main__":
    driver.main()
