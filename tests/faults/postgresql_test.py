"""The tracker on PostgreSQL: the server is killed, a tracker is, both are; a replica takes over; two trackers share a
database; a server accepts and never answers (FAULTS 2, 24, 42).
Usage: postgresql_test.py TRACKER [--long] [--seed=N]
"""

import os
import shutil
import socket
import subprocess
import time
import unittest

from faults import FIRST_TIME, LONG, TRACKER, Phones, ask, chance, check_nothing_lost, run_tracker, send_fix
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs
from postgresql_tracker import Page, PostgresqlTracker, check_shows_no_password, check_store, lines_with, stored_times
from processes_seen import PATIENCE_SECONDS, Level, cpu_seconds, wait_until

import driver

KILLS = 30 if LONG else 3
# A try to connect may take three seconds, and a phone's connection waits for eight.
BOUNDED_SECONDS = 60


def refused(phones):
    return sum(phones.refusals.values())


class ACase(unittest.TestCase):
    def wait_for_refusals(self, phones):
        before = refused(phones)
        wait_until(lambda: refused(phones) > before, PATIENCE_SECONDS, "a phone was refused")

    def check_refusals(self, phones):
        """503 keeps the fix in the phone, and Retry-After says when to come again."""
        self.assertLessEqual(set(phones.refusals), {503})
        self.assertEqual(phones.retry_after_missing, 0)


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class PostgreSQLIsKilled(ACase):
    def test_1_while_phones_are_acknowledged(self):
        random = chance("kill PostgreSQL")
        with PostgreSQL() as server, PostgresqlTracker(server.url) as tracker:
            tracker.add_device("killed")
            store, level = tracker.service_pid("store"), Level(tracker.pid)
            with Phones(tracker.devices_url, "killed") as phones:
                for _ in range(KILLS):
                    phones.wait_for_more(20)
                    time.sleep(random.uniform(0, 0.3))
                    server.kill()
                    self.wait_for_refusals(phones)
                    server.start()
                phones.wait_for_more()
            self.check_refusals(phones)
            self.assertEqual(tracker.service_pid("store"), store)  # I7: it lives through it
            level.check_is_back()
            check_store(server, phones)
            check_shows_no_password(server, tracker)

    def test_2_what_it_did_not_sync_would_be_seen_to_be_lost(self):
        """Control: a server that answers first and writes later, killed in the same way."""
        with PostgreSQL(wal_writer_delay="10s") as server:
            server.query("CREATE TABLE told (number int)")
            server.query("CHECKPOINT")
            server.query("SET synchronous_commit = off; INSERT INTO told VALUES (17)")
            server.kill()
            server.start()
            with self.assertRaisesRegex(AssertionError, "1 acknowledged fixes are not stored"):
                check_nothing_lost({17}, [int(row[0]) for row in server.query("SELECT number FROM told")])

    def test_3_the_tracker_is_killed_and_then_both(self):
        with PostgreSQL() as server, PostgresqlTracker(server.url) as tracker:
            tracker.add_device("both")
            with Phones(tracker.devices_url, "both") as phones:
                for kills_both in (False, True) * (KILLS // 3):
                    phones.wait_for_more(20)
                    if kills_both:
                        server.kill()
                    tracker.end_by_sigkill()
                    if kills_both:
                        server.start()
                    tracker.start()
                phones.wait_for_more()
            check_store(server, phones)

    def test_4_a_replica_takes_over(self):
        with PostgreSQL() as server:
            replica = server.add_replica()
            with PostgresqlTracker(server.url_with(replica)) as tracker:
                tracker.add_device("failover")
                store = tracker.service_pid("store")
                with Phones(tracker.devices_url, "failover") as phones:
                    phones.wait_for_more(50)
                    server.kill()
                    self.wait_for_refusals(phones)
                    replica.promote()
                    phones.wait_for_more(20)
                self.check_refusals(phones)
                self.assertEqual(tracker.service_pid("store"), store)
                check_store(replica, phones)
                self.assertEqual(ask(tracker.web_url, "/api/positions")[0], 200)
                check_shows_no_password(server, tracker)

    def test_5_a_replica_that_nobody_waited_for_would_be_seen_to_lack_some(self):
        """Control: the same failover, and commits that did not wait."""
        with PostgreSQL() as server:
            replica = server.add_replica()
            with PostgresqlTracker(server.url_with(replica)) as tracker:
                tracker.add_device("control")
                server.query("ALTER SYSTEM SET synchronous_standby_names = ''")
                server.query("SELECT pg_reload_conf()")
                wait_until(lambda: server.query("SELECT sync_state FROM pg_stat_replication") == [("async",)], PATIENCE_SECONDS,
                           "commits wait for nobody")
                replica.kill()
                with Phones(tracker.devices_url, "control") as phones:
                    phones.wait_for_more(20)
                    server.kill()
                replica.start()
                replica.promote()
                with self.assertRaisesRegex(AssertionError, "acknowledged fixes are not stored"):
                    check_nothing_lost(phones.acknowledged, stored_times(replica, "control"))


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class PostgreSQLDoesNotAnswer(ACase):
    def test_1_one_that_is_stopped_costs_refusals_and_no_process(self):
        with PostgreSQL() as server, PostgresqlTracker(server.url) as tracker:
            tracker.add_device("silence")
            pids = {name: service["pid"] for name, service in tracker.services().items()}
            with Phones(tracker.devices_url, "silence") as phones:
                phones.wait_for_more(20)
                server.suspend()
                self.wait_for_refusals(phones)
                cpu, begin = cpu_seconds(pids["store"]), time.monotonic()
                for _ in range(3):
                    self.wait_for_refusals(phones)
                self.assertLess(cpu_seconds(pids["store"]) - cpu, 0.5 * (time.monotonic() - begin) + 0.5)
                server.resume()
                phones.wait_for_more(20)
            self.check_refusals(phones)
            tracker.wait_until_up()
            self.assertEqual({name: service["pid"] for name, service in tracker.services().items()}, pids)
            check_store(server, phones)

    def test_2_a_start_says_so_and_ends(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"postgresql://waymark@127.0.0.1:{silent.getsockname()[1]}/waymark"
            self.check_start(url, 111, "timeout expired")
        # Control: the same words are not said of one that is not there.
        result = self.check_start(url, 111, "refused")
        self.assertNotIn("timeout expired", result)

    def check_start(self, url, exit_code, words):
        tracker = PostgresqlTracker(url)
        try:
            code, _, error = run_tracker("serve", "--foreground", "--data", tracker.data, "--listen-devices", "127.0.0.1:0",
                                         "--listen-web", "127.0.0.1:0", *tracker.extra_arguments, timeout=BOUNDED_SECONDS)
            self.assertEqual(code, exit_code, error)
            self.assertIn(words, error)
            return error
        finally:
            tracker.__exit__(None, None, None)


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class TwoTrackers(ACase):
    def test_1_see_each_others_phones_live_and_once(self):
        with PostgreSQL() as server, PostgresqlTracker(server.url) as one, PostgresqlTracker(server.url) as two:
            one.add_device("crossing")
            one.log_in(one.web_at)
            one.is_logged_in = two.is_logged_in = True
            wait_until(lambda: send_fix(two.devices_url, "crossing", FIRST_TIME - 2)[0] == 200, PATIENCE_SECONDS,
                       "the second tracker knows the device of the first")
            wait_until(lambda: ask(two.web_url, "/api/devices")[0] == 200, PATIENCE_SECONDS, "and the account")
            with Page(one.web_url, "crossing") as first, Page(two.web_url, "crossing") as second:
                for time_s in range(FIRST_TIME, FIRST_TIME + 10):
                    sender = (one, two)[time_s % 2]
                    self.assertEqual(send_fix(sender.devices_url, "crossing", time_s)[0], 200)
                    for page in (first, second):
                        page.wait_for(time_s)
                sent = list(range(FIRST_TIME, FIRST_TIME + 10))
                self.assertEqual([time_s for time_s in first.times if time_s >= FIRST_TIME], sent)
                self.assertEqual([time_s for time_s in second.times if time_s >= FIRST_TIME], sent)
            with Phones(one.devices_url, "crossing", first_time=FIRST_TIME + 10_000_000) as ones, \
                    Phones(two.devices_url, "crossing", first_time=FIRST_TIME + 20_000_000) as twos:
                ones.wait_for_more(50)
                twos.wait_for_more(50)
                two.end_by_sigkill()
                ones.wait_for_more(20)
                server.kill()
                server.start()
                two.start()
                ones.wait_for_more(20)
                twos.wait_for_more(20)
            check_store(server, ones, twos)

    def test_2_what_is_stored_without_a_doorbell_is_found_all_the_same(self):
        """As on an engine that has no NOTIFY; here it is somebody's SQL that does not ring."""
        with PostgreSQL() as server, PostgresqlTracker(server.url) as tracker:
            tracker.add_device("polled")
            tracker.add_device("unheard")
            with Page(tracker.web_url, "polled") as page:
                # Below its first fix, which the tracker may look for between the two.
                server.query("INSERT INTO writer (number, name, sequence, process) VALUES (99, 'silent', 999, 0)")
                self.store_silently(server, "polled", FIRST_TIME, 1000)
                page.wait_for_live(FIRST_TIME)  # a page that reads anew may know it before the tracker has looked
                # Control: what was seen of this writer is not asked for again, so this one is not told.
                self.store_silently(server, "unheard", FIRST_TIME + 1, 999)
                self.store_silently(server, "polled", FIRST_TIME + 2, 1001)
                page.wait_for(FIRST_TIME + 2)
                self.assertEqual([time_s for time_s in page.times if time_s >= FIRST_TIME], [FIRST_TIME, FIRST_TIME + 2])

    def store_silently(self, server, device, time_s, sequence):
        server.query("INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, valid, source, sequence, writer)"
                     f" SELECT number, {time_s * 1000}, latitude_e7, longitude_e7, valid, source, {sequence}, 99"
                     f" FROM fix, device WHERE writer <> 99 AND name = '{device}' LIMIT 1;"
                     f" UPDATE writer SET sequence = greatest(sequence, {sequence}) WHERE number = 99")

    def test_3_a_copy_of_a_data_folder_replaces_the_first(self):
        with PostgreSQL() as server, PostgresqlTracker(server.url) as first:
            first.add_device("fenced")
            copy = PostgresqlTracker(server.url)
            shutil.copytree(first.data, copy.data, ignore=lambda folder, names: set(names) - {"waymark.writer"})
            if os.geteuid() == 0:
                shutil.chown(os.path.join(copy.data, "waymark.writer"), os.stat(first.data).st_uid)
                shutil.chown(copy.data, os.stat(first.data).st_uid)
            self.assertEqual(send_fix(first.devices_url, "fenced", FIRST_TIME)[0], 200)
            with copy:
                self.assertEqual(send_fix(copy.devices_url, "fenced", FIRST_TIME + 1)[0], 200)
                status = send_fix(first.devices_url, "fenced", FIRST_TIME + 2)[0]
                self.assertEqual(status, 503)
                wait_until(lambda: lines_with(first, "a copy of this data folder has taken the place of this one"),
                           PATIENCE_SECONDS, "the first says why")
                self.assertEqual(send_fix(copy.devices_url, "fenced", FIRST_TIME + 3)[0], 200)
            self.assertEqual([time_s for time_s in stored_times(server, "fenced") if time_s >= FIRST_TIME],
                             [FIRST_TIME, FIRST_TIME + 1, FIRST_TIME + 3])


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class Commands(unittest.TestCase):
    def test_1_find_the_database_by_the_folder_alone(self):
        with PostgreSQL() as server, PostgresqlTracker(server.url) as tracker:
            tracker.add_device("found")
            self.assertEqual(server.query("SELECT name FROM device"), [("found",)])
            self.assertFalse(os.path.exists(tracker.database))
            self.assertEqual(os.stat(os.path.join(tracker.data, "waymark.store")).st_mode & 0o777, 0o600)
            code, output, _ = tracker.run("device", "list", "--data", tracker.data, "--store", "sqlite")
            self.assertNotEqual(code, 0, output)  # there is no file
            code, _, error = tracker.run("backup", "copy.db", "--data", tracker.data)
            self.assertEqual(code, 100)
            self.assertIn("pg_dump", error)
            self.assertNotIn(server.password, error)

    def test_2_a_password_on_a_command_line_is_refused_and_not_repeated(self):
        with PostgreSQL() as server:
            code, _, error = run_tracker("device", "list", "--store", server.url)
            self.assertEqual(code, 100, error)
            self.assertIn("WAYMARK_STORE", error)
            self.assertNotIn(server.password, error)
            result = subprocess.run([TRACKER, "device", "add", "by-environment", "--data", server.folder + "-data"],
                                    env={**os.environ, "WAYMARK_STORE": server.url}, capture_output=True, text=True,
                                    check=False, timeout=PATIENCE_SECONDS)
            shutil.rmtree(server.folder + "-data", ignore_errors=True)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(server.query("SELECT name FROM device"), [("by-environment",)])


if __name__ == "__main__":
    driver.main()
