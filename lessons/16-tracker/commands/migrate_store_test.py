#!/usr/bin/env python3
"""Everything from SQLite to PostgreSQL and back, killed on the way again and again:  migrate_store_test.py TRACKER

What is compared here is read by sqlite3 and psql, not by the program, from each table that the schema has.
"""

import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
import unittest.mock
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs
from running_tracker import RunningTracker

TRACKER = os.path.abspath(sys.argv.pop(1))
PATIENCE_SECONDS = 240
COUNTERS = ("sqlite_sequence", "last_commit")
REFERS = {"device": 3, "account": 3, "place": 3, "viewer": 3, "seen": 3, "hook": 3, "event": 3}
NULL = "<null>"
FIXES = 400


def tables_of(connection):
    """The columns of each table, with their types."""
    names = [name for name, in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: [(column[1], column[2]) for column in connection.execute(f"PRAGMA table_info({name})")]
            for name in names if name not in COUNTERS}


def value_for(table, column, kind, row):
    if column in REFERS and table != column:
        return row % REFERS[column] + 1
    if column == "number":
        return row + 1
    if kind == "TEXT":
        return f"{column} ä {row}\n\\'\""
    return b"\x00\xff" + str(row).encode() if kind == "BLOB" else 1_700_000_000_000 + 7919 * row


def fill(path):
    """Rows in each table, whichever the schema has."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    for table, columns in tables_of(connection).items():
        for row in range(FIXES if table == "fix" else 3):
            values = [value_for(table, column, kind, row) for column, kind in columns]
            # Places on earth: a server reads them.
            values = [value % 900_000_000 if column.endswith("itude_e7") else value
                      for value, (column, _) in zip(values, columns)]
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    connection.execute("UPDATE last_commit SET sequence = 1800000000000")
    connection.execute("UPDATE sqlite_sequence SET seq = 4711 WHERE name IN ('device', 'place')")
    connection.commit()
    connection.close()


def shown(column, kind, hexadecimal="hex({})"):
    """As text that both engines write alike."""
    text = hexadecimal.format(column) if kind == "BLOB" else f"CAST({column} AS TEXT)"
    return f"coalesce({text}, '{NULL}')"


def in_file(path):
    connection = sqlite3.connect(path)
    try:
        return {table: sorted(connection.execute(
            f"SELECT {', '.join(shown(*column) for column in columns)} FROM {table}"))
            for table, columns in tables_of(connection).items()}
    finally:
        connection.close()


def on_server(server, database, path):
    """The same of the tables and columns that the file has."""
    connection = sqlite3.connect(path)
    tables = tables_of(connection)
    connection.close()
    return {table: sorted(server.query("SELECT " + ", ".join(
        shown(*column, "upper(encode({}, 'hex'))") for column in columns) + f" FROM {table}", database))
        for table, columns in tables.items()}


def number_in(path, query):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()


def can_trace():
    try:
        return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False,
                              timeout=PATIENCE_SECONDS).returncode == 0
    except FileNotFoundError:
        return False


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class MigrateStore(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(PostgreSQL(fsync="off"))
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="waymark-"))
        cls.data = os.path.join(cls.folder, "data")
        # What libpq knows of this server, and nothing of the person's own.
        cls.enterClassContext(unittest.mock.patch.dict(os.environ, HOME="/nonexistent", PGPASSWORD=cls.server.password))
        cls.source = os.path.join(cls.data, "waymark.db")
        subprocess.run([TRACKER, "device", "add", "first", "--data", cls.data], check=True, capture_output=True)
        connection = sqlite3.connect(cls.source)
        for table in ("device", "identifier", "audit"):
            connection.execute(f"DELETE FROM {table}")
        connection.commit()
        connection.close()
        fill(cls.source)
        cls.rows = in_file(cls.source)

    def new_database(self):
        """Its name, and the URL without the password, which the environment has."""
        url = self.server.new_database()
        return url.rpartition("/")[2], url.replace(f":{self.server.password}@", "@")

    def run_tracker(self, *words, before=()):
        return subprocess.run([*before, TRACKER, *words], capture_output=True, text=True, check=False,
                              timeout=PATIENCE_SECONDS)

    def migrate(self, source, target, fails=0, before=()):
        done = self.run_tracker("migrate-store", "--from", source, "--to", target, before=before)
        self.assertEqual(done.returncode, fails, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def killed(self, source, target, call, step):
        """Whether it was killed at the step-th of these calls; False: it came to its end before."""
        # A leak cannot be looked for in a program that is traced (LeakSanitizer says so, and fails).
        trace = ["env", f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0", "strace", "-f", "-qq", "-o",
                 "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={step}"]
        done = self.run_tracker("migrate-store", "--from", source, "--to", target, before=trace)
        self.assertIn(done.returncode, (0, -9), done.stdout + done.stderr)
        return done.returncode != 0

    def check_server_has_all(self, database):
        self.assertEqual(on_server(self.server, database, self.source), self.rows)

    def test_1_all_goes_there_and_back(self):
        database, url = self.new_database()
        output = self.migrate(self.data, url)
        self.assertIn(f"fix{FIXES:>27} rows the same", output)
        self.check_server_has_all(database)
        self.assertIn("Done", self.migrate(self.data, url))  # again: it is there
        back = os.path.join(self.folder, "back.db")
        again = self.migrate(url, back)
        self.assertEqual(in_file(back), self.rows)
        # The digests do not depend on the engine.
        self.assertEqual(re.findall("same  (.*)", again), re.findall("same  (.*)", output))
        self.assertEqual(number_in(back, "PRAGMA integrity_check"), "ok")
        self.assertEqual(os.stat(back).st_mode & 0o777, 0o600)
        # No number is given twice.
        self.assertEqual(number_in(back, "SELECT seq FROM sqlite_sequence WHERE name = 'device'"), 4711)
        self.assertGreater(number_in(back, "SELECT seq FROM sqlite_sequence WHERE name = 'place'"), 4711)
        self.assertEqual(number_in(back, "SELECT sequence FROM last_commit"), 1_800_000_000_000)

    def test_2_a_row_that_is_lost_on_the_way_is_found(self):
        database, url = self.new_database()
        self.migrate(self.data, url)
        self.server.query("DELETE FROM fix WHERE time_ms = 1700000015838", database)
        said = self.migrate(self.data, url, fails=100)
        self.assertIn("fix: the row with device 3, time_ms 1700000015838", said)
        self.assertIn("is missing", said)
        self.assertIn("name an empty database", said)

    @unittest.skipUnless(can_trace(), "strace cannot trace here")
    def test_3_killed_at_each_step_it_goes_on_and_nobody_takes_a_part_for_the_whole(self):
        database, url = self.new_database()
        step = 1
        while self.killed(self.data, url, "sendto", step):
            step += 3 if step < 60 else 9
            if self.server.query("SELECT count(*) FROM information_schema.tables WHERE table_name = 'moved_from'",
                                 database) == [("1",)]:
                refused = self.run_tracker("device", "list", "--data", self.folder + "/other", "--store", url)
                self.assertEqual(refused.returncode, 100, refused.stderr)
                self.assertIn("migrate-store", refused.stderr)
        self.assertGreater(step, 40)
        self.check_server_has_all(database)
        for step in (5, 50, 100, 150):  # and each of these first
            database, url = self.new_database()
            self.killed(self.data, url, "sendto", step)
            self.migrate(self.data, url)
            self.check_server_has_all(database)

    @unittest.skipUnless(can_trace(), "strace cannot trace here")
    def test_4_the_way_back_is_killed_at_each_step(self):
        _, url = self.new_database()
        self.migrate(self.data, url)
        for call in ("fdatasync", "ftruncate", "unlink", "renameat2"):
            step = 1
            back = os.path.join(self.folder, f"{call}.db")
            while self.killed(url, back, call, step):
                if os.path.exists(back):  # it has its name: it is whole
                    self.assertEqual(in_file(back), self.rows)
                step += 1
            self.assertEqual(in_file(back), self.rows)
            self.assertEqual([name for name in os.listdir(self.folder) if ".moving" in name], [])

    def test_5_what_is_in_the_way_is_refused_with_the_cure(self):
        _, url = self.new_database()
        self.assertIn("pg_dump", self.migrate(url, url, fails=100))
        self.assertIn("tracker backup", self.migrate(self.data, self.folder + "/x.db", fails=100))
        self.assertIn("is not there", self.migrate(self.folder + "/none", url, fails=100))
        with RunningTracker(TRACKER) as running:
            running.add_device("van")
            self.assertIn("stop it first", self.migrate(running.data, url, fails=100))
            running.stop()
            self.migrate(running.data, url)
        self.assertIn("is not the same", self.migrate(self.data, url, fails=100))
        # Somebody has the lock of the file.
        _, url = self.new_database()
        writer = sqlite3.connect(self.source, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        self.assertIn("locked", self.migrate(self.data, url, fails=111))
        writer.close()

    def test_6_a_server_goes_on_with_what_was_moved(self):
        _, url = self.new_database()
        with RunningTracker(TRACKER) as first:
            first.add_device("van")
            urllib.request.urlopen(first.devices_url + "?id=van&lat=48&lon=11&timestamp=1768025565").close()
            first.stop()
            self.migrate(first.data, url)
            first.extra_arguments = ["--store", url + "?application_name=of-a-person"]
            first.start()
            urllib.request.urlopen(first.devices_url + "?id=van&lat=48&lon=11&timestamp=1768025566").close()
            self.assertIn("stop them first", self.migrate(url, self.folder + "/running.db", fails=100))
            first.stop()
            back = os.path.join(self.folder, "after.db")
            self.migrate(url, back)
            self.assertEqual(number_in(back, "SELECT count(*) FROM fix"), 2)
            self.assertEqual(number_in(back, "SELECT sequence FROM last_commit"),
                             number_in(back, "SELECT max(sequence) FROM fix"))
            shutil.move(back, first.database)
            first.extra_arguments = ["--store", "sqlite"]
            first.start()
            urllib.request.urlopen(first.devices_url + "?id=van&lat=48&lon=11&timestamp=1768025567").close()
            self.assertEqual(number_in(first.database, "SELECT count(*) FROM fix"), 3)

    def test_7_a_change_that_somebody_makes_meanwhile_is_noticed(self):
        database, url = self.new_database()
        self.migrate(self.data, url)
        # Holds the last table until the move waits for it, and then changes something, as a person would.
        changes = threading.Thread(target=self.server.query, args=(
            "DO $$BEGIN LOCK TABLE web_hook_post; WHILE (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND"
            " datname = current_database()) = 0 LOOP PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP;"
            " UPDATE change_lock SET taken = taken + 1; END$$", database))
        changes.start()
        while self.server.query("SELECT 1 FROM pg_locks WHERE relation = 'web_hook_post'::regclass", database) == []:
            pass
        back = os.path.join(self.folder, "changed.db")
        self.assertIn("was written to meanwhile", self.migrate(url, back, fails=100))
        changes.join()
        self.assertFalse(os.path.exists(back))

    def test_8_a_name_that_is_not_there_may_be_meant_for_a_folder(self):
        _, url = self.new_database()
        self.migrate(self.data, url)
        new = os.path.join(self.folder, "new")
        for name, cure in ((new, f"'mkdir -m 700 {new}'"), (new + "/", "make the folder first")):
            said = self.migrate(url, name, fails=100)
            self.assertIn(f"{new} is not there", said)
            self.assertIn(cure, said)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("new")], [])
        os.mkdir(new, 0o700)
        self.migrate(url, new + "/")  # with the slash that a shell writes behind a folder
        self.assertEqual(os.listdir(new), ["waymark.db"])
        self.assertEqual(in_file(new + "/waymark.db"), self.rows)
        # A server of the folder finds the way out again.
        _, url = self.new_database()
        self.migrate(new + "/", url)
        self.assertEqual(pathlib.Path(new, "waymark.store").read_text(), url + "\n")


if __name__ == "__main__":
    driver.main()
