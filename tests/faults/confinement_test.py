"""The services of a running server are confined: every thread of each of them, also of one that was
started again, and they work. What each may still do is tried by services/confinement_test.cc.
Usage: confinement_test.py TRACKER
"""

import os
import re
import signal
import sqlite3
import unittest

from faults import FIRST_TIME, ROOT, Tracker, ask, query, send_fix, stored_times
from processes_seen import PATIENCE_SECONDS, wait_until
from tracing import reason_not_to_trace

import driver

NO_TRACE = reason_not_to_trace()
CONFINED = ("1", "2")  # NoNewPrivs; Seccomp: a filter (proc(5))


def held(status):
    with open(status, encoding="ascii") as file:
        text = file.read()
    return tuple(re.search(rf"^{name}:\t(\d)$", text, re.MULTILINE).group(1)
                 for name in ("NoNewPrivs", "Seccomp"))


def make_first_form(database):
    """In place of what the file holds: the tables as the first version of the server made them, with a device and a fix."""
    text = (ROOT / "lessons/16-tracker/store/migrations.cc").read_text()
    [tables] = re.findall(r'^ *\{1, R"\((.*?)\)"\}', text, re.MULTILINE | re.DOTALL)
    [(application,)] = query(database, "PRAGMA application_id")
    os.truncate(database, 0)  # so that it stays its owner's
    with sqlite3.connect(database) as old:
        old.executescript(tables)
        old.execute("INSERT INTO device (number, name, created_ms) VALUES (1, 'old', 0)")
        old.execute("INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, valid, source, sequence)"
                    " VALUES (1, ?, 0, 0, 1, 0, 1)", (FIRST_TIME * 1000,))
        old.execute(f"PRAGMA application_id = {application}")
        old.execute("PRAGMA user_version = 1")
    old.close()


def all_threads(pid):
    folder = f"/proc/{pid}/task"
    return {held(f"{folder}/{thread}/status") for thread in os.listdir(folder)}


class Confinement(unittest.TestCase):

    def check_serves(self, tracker, device):
        wait_until(lambda: send_fix(tracker.devices_url, device, FIRST_TIME)[0] == 200,
                   PATIENCE_SECONDS, f"the receivers know {device}")
        self.assertEqual(ask(tracker.web_url, "/api/devices")[0], 200)

    def test_1_every_thread_of_every_service_is_confined(self):
        with Tracker("--receivers", "2", "--threads", "2", "--demo", "--log-level", "debug") as tracker:
            self.check_serves(tracker, "demo/bicycle")
            wait_until(lambda: tracker.services()["demo"]["counters"].get("delivered", 0) > 0,
                       PATIENCE_SECONDS, "the demo's phones are heard")
            services = tracker.services()
            self.assertEqual(set(services), {"store", "receiver 0", "receiver 1", "web app", "demo"})
            for name, service in services.items():
                with self.subTest(name):
                    self.assertEqual(all_threads(service["pid"]), {CONFINED})
            self.assertEqual(held(f"/proc/{tracker.pid}/status")[1], "0")  # it starts the others
            self.assertNotIn("has no Landlock", tracker.whole_log())

            os.kill(services["receiver 0"]["pid"], signal.SIGKILL)
            wait_until(lambda: tracker.services()["receiver 0"]["starts"] == 2
                       and tracker.services()["receiver 0"]["state"] == "up",
                       PATIENCE_SECONDS, "the receiver is back")
            self.assertEqual(all_threads(tracker.services()["receiver 0"]["pid"]), {CONFINED})
            self.check_serves(tracker, "demo/bicycle")
            for name in services:
                self.assertRegex(tracker.whole_log(), rf"{name}\[\d+\] debug: confined: system calls, and")

    def test_2_services_that_are_threads_of_one_process_are_not(self):
        with Tracker("--one-process") as tracker:
            tracker.add_device("free")
            self.check_serves(tracker, "free")
            self.assertEqual(held(f"/proc/{tracker.pid}/status")[1], "0")

    # strace(1) answers in the kernel's place; the leak checker of a sanitized build cannot work under it.
    @unittest.skipIf(NO_TRACE, NO_TRACE)
    def test_3_a_kernel_without_landlock_is_told_once_and_the_filter_stays(self):
        tracker = Tracker()
        tracker.wrapper = ["env", "ASAN_OPTIONS=detect_leaks=0", "strace", "-D", "-f", "-qq", "-o", "/dev/null",
                           "-e", "trace=landlock_create_ruleset",
                           "-e", "inject=landlock_create_ruleset:error=ENOSYS"]
        with tracker:
            tracker.add_device("held")
            self.check_serves(tracker, "held")
            for name, service in tracker.services().items():
                with self.subTest(name):
                    self.assertEqual(all_threads(service["pid"]), {CONFINED})
            self.assertEqual(tracker.whole_log().count("has no Landlock"), 1)

    def test_4_a_confined_store_brings_a_database_of_the_first_form_up_to_date(self):
        with Tracker() as tracker:
            newest = query(tracker.database, "PRAGMA user_version")[0][0]
            tracker.stop()
            make_first_form(tracker.database)
            tracker.start()
            self.assertEqual(all_threads(tracker.services()["store"]["pid"]), {CONFINED})
            self.assertEqual(query(tracker.database, "PRAGMA user_version"), [(newest,)])
            before = f"{tracker.database}.before-v{newest}"
            self.assertEqual(query(before, "PRAGMA user_version"), [(1,)])
            for database in (tracker.database, before):
                self.assertEqual(stored_times(database, "old"), [FIRST_TIME])


if __name__ == "__main__":
    driver.main()
