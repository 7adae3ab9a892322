"""The disk under the store: calls that fail (FAULTS 5 and 7), a process that dies in the middle of one
(3), a full disk (6), a database that another process holds (40).
Usage: storage_test.py TRACKER [--long] [--seed=N]
"""

import os
import sqlite3
import time
import unittest

from faults import (LONG, Phones, Tracker, ask, chance, check_log_is_short, check_store,
                    run_tracker)
from full_disk import FullDisk
from processes_seen import PATIENCE_SECONDS, Level, is_running, wait_until
from tracing import Strace, reason_not_to_trace

import driver

NO_TRACE = reason_not_to_trace()


class ACase(unittest.TestCase):

    def check_back(self, phones):
        """I4: after the end of the fault."""
        phones.wait_for_more()

    def wait_for_refusals(self, phones):
        wait_until(lambda: sum(phones.refusals.values()) > 0, PATIENCE_SECONDS,
                   "a phone was refused")

    def check_refusals(self, phones):
        """503 keeps the fix in the phone, and Retry-After says when to come again."""
        self.assertEqual(set(phones.refusals), {503})
        self.assertEqual(phones.retry_after_missing, 0)


@unittest.skipIf(NO_TRACE, NO_TRACE)
class CallsThatFail(ACase):

    def fail_while(self, injection, seconds=1.5):
        with Tracker() as tracker:
            tracker.add_device("fail")
            store, trace = tracker.service_pid("store"), os.path.join(tracker.folder.name, "trace")
            level = Level(store)
            with Phones(tracker.devices_url, "fail") as phones:
                phones.wait_for_more()
                with Strace([store], trace, "-e", "trace=fdatasync,fsync,pwrite64,ftruncate", "-e",
                            "inject=" + injection):
                    self.wait_for_refusals(phones)
                    time.sleep(seconds)
                self.check_back(phones)
            self.check_refusals(phones)
            self.assertEqual(tracker.service_pid("store"), store)  # I7: it lives through it
            level.check_is_back()
            check_store(tracker, phones)
            # One line when it began; perhaps another after a moment in which it worked (I6).
            check_log_is_short(tracker.whole_log(), 10)
            self.assertIn("cannot be stored", tracker.whole_log())
            with open(trace, encoding="ascii") as lines:
                self.assertIn("(INJECTED)", lines.read())

    def test_1_every_sync_fails(self):
        self.fail_while("fdatasync,fsync:error=EIO")

    def test_2_one_sync_fails(self):
        self.fail_while("fdatasync:error=EIO:when=3", 0.2)

    def test_3_every_third_write_fails(self):
        self.fail_while("pwrite64:error=EIO:when=3+3")

    def test_4_every_write_finds_the_disk_full(self):
        self.fail_while("pwrite64:error=ENOSPC")

    def test_5_the_store_dies_in_any_of_its_calls(self):
        """SIGKILL at the n-th write or sync, for every n in the long form (FAULTS 3)."""
        random = chance("the n-th call")
        numbers = range(1, 41) if LONG else sorted(random.sample(range(1, 25), 2))
        for call in ("pwrite64", "fdatasync"):
            with Tracker() as tracker:
                tracker.add_device("nth")
                with Phones(tracker.devices_url, "nth") as phones:
                    for number in numbers:
                        self.die_in(tracker, phones, call, number)
                check_store(tracker, phones)
                self.assertEqual(phones.broken, 0)

    def die_in(self, tracker, phones, call, number):
        tracker.wait_until_up()
        phones.wait_for_more()
        store = tracker.service_pid("store")
        with Strace([store], os.path.join(tracker.folder.name, "trace"), "-e", "trace=" + call, "-e",
                    f"inject={call}:signal=KILL:when={number}", kills=True):
            wait_until(lambda: not is_running(store), PATIENCE_SECONDS, f"the store died in {call} {number}")
        self.check_back(phones)


class AnotherProcessHoldsTheDatabase(ACase):

    def hold(self, tracker, seconds, is_felt=lambda: True):
        """For so many seconds, and until it is felt."""
        other = sqlite3.connect(tracker.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        wait_until(is_felt, PATIENCE_SECONDS, "it is felt that another holds the database")
        other.execute("ROLLBACK")
        other.close()

    def test_1_for_a_moment_phones_wait(self):
        with Tracker() as tracker:
            tracker.add_device("moment")
            with Phones(tracker.devices_url, "moment") as phones:
                phones.wait_for_more()
                self.hold(tracker, 2.5)
                self.check_back(phones)
            self.assertEqual(phones.refusals, {})
            self.assertGreater(phones.longest_wait, 1)  # it was felt, so it was held
            check_store(tracker, phones)

    def test_2_for_long_phones_are_told_to_come_again(self):
        with Tracker() as tracker:
            tracker.add_device("long")
            store = tracker.service_pid("store")
            with Phones(tracker.devices_url, "long") as phones:
                phones.wait_for_more()
                self.hold(tracker, 30 if LONG else 0, lambda: sum(phones.refusals.values()) > 0)
                self.check_back(phones)
            self.check_refusals(phones)
            self.assertEqual(tracker.service_pid("store"), store)
            check_store(tracker, phones)

    def test_3_a_reader_that_never_ends_stops_nobody(self):
        with Tracker() as tracker:
            tracker.add_device("reader")
            reader = sqlite3.connect(tracker.database, isolation_level=None)
            reader.execute("BEGIN")
            seen = reader.execute("SELECT count(*) FROM fix").fetchone()
            with Phones(tracker.devices_url, "reader") as phones:
                phones.wait_for_more(200)
            self.assertEqual(reader.execute("SELECT count(*) FROM fix").fetchone(), seen)
            reader.close()
            self.assertEqual((phones.broken, phones.refusals), (0, {}))
            check_store(tracker, phones)


class AFullDisk(ACase):

    def test_1_phones_hear_503_readers_are_served_and_room_ends_it(self):
        with FullDisk(2) as disk:
            # The log and the pid file are on it, too.
            tracker = Tracker("--log", disk.folder + "/data/tracker.log")
            tracker.data = disk.folder + "/data"
            with tracker:
                tracker.add_device("full")
                ask(tracker.web_url)  # who reads has logged in while there was room
                with Phones(tracker.devices_url, "full") as phones:
                    phones.wait_for_more(50)
                    self.live_through(tracker, disk, phones)
                self.check_refusals(phones)
                check_store(tracker, phones)

    def live_through(self, tracker, disk, phones):
        disk.fill()
        self.wait_for_refusals(phones)
        refused_at = phones.count()
        self.assertEqual(ask(tracker.web_url)[0], 200)
        self.assertEqual(ask(tracker.web_url, "/api/devices")[0], 200)
        time.sleep(1)
        self.assertLess(phones.count() - refused_at, 500)  # it stays full
        disk.grow(16)
        self.check_back(phones)
        tracker.wait_until_up()

    def test_2_started_on_a_full_disk_it_says_so(self):
        with FullDisk(1) as disk:
            os.mkdir(disk.folder + "/data", 0o700)
            disk.fill()
            result = run_tracker("serve", "--foreground", "--data", disk.folder + "/data",
                                 "--listen-devices", "127.0.0.1:0", "--listen-web", "127.0.0.1:0")
        self.assertEqual(result[0], 111, result[2])
        self.assertRegex(result[2], "No space left on device|full")


if __name__ == "__main__":
    driver.main()
