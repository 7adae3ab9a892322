#!/usr/bin/env python3
"""What a person copies has everything: the database of a server that was stopped, a backup of one that
runs, a restore:  backup_test.py TRACKER"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
import tracker_session
from running_tracker import RunningTracker

TRACKER = sys.argv.pop(1)
PATIENCE_SECONDS = 60


def everything(path):
    """All rows of all tables of a file, whichever it has, without what may lie in a log beside it."""
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        tables = [name for name, in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr)
                for table in tables}
    finally:
        connection.close()


class ACopy(unittest.TestCase):

    def setUp(self):
        self.tracker = self.enterContext(RunningTracker(TRACKER))
        self.token = self.tracker.add_device("van")
        self.web_url = self.status_url()
        self.tracker.log_in(self.web_url)
        self.sent = 0

    def status_url(self):
        code, output, error = self.tracker.run("status", "--json", "--data", self.tracker.data)
        self.assertEqual(code, 0, error)
        return f"http://{json.loads(output)['web'][0]}/"

    def ask(self, url, target):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
        self.addCleanup(connection.close)
        connection.request("GET", target, headers=tracker_session.fields())
        return connection.getresponse()

    def send(self, count):
        """So many fixes, and a point for the quarantine."""
        targets = [f"/?id=van&lat=48&lon=11&timestamp={1768025565 + number}"
                   for number in range(self.sent, self.sent + count)]
        self.sent += count
        targets.append(f"/?id=van&lat=95&lon=11&timestamp={1768025565 + self.sent}")
        parts = urllib.parse.urlsplit(self.tracker.devices_url)
        phone = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
        for target in targets:
            phone.request("GET", target)
            answer = phone.getresponse()
            answer.read()
            self.assertEqual(answer.status, 200)
        phone.close()

    def look(self):
        """A viewer, and readers that have the database open."""
        viewer = self.ask(self.web_url, "/api/live")
        self.assertEqual(viewer.status, 200)
        self.assertEqual(self.ask(self.web_url, "/api/positions").status, 200)
        return viewer

    def stop(self):
        self.tracker.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.tracker.process.wait(PATIENCE_SECONDS), 0)

    def copied_alone(self):
        alone = os.path.join(self.tracker.folder.name, "alone.db")
        shutil.copyfile(self.tracker.database, alone)
        return everything(alone)

    def test_1_after_a_stop_with_a_viewer_the_database_alone_has_all(self):
        self.look()
        self.send(50)
        self.stop()
        rows = self.copied_alone()
        self.assertEqual(len(rows["fix"]), 50)
        self.assertEqual(len(rows["quarantine"]), 1)

    def test_2_a_stranger_who_reads_on_delays_the_stop_and_the_log_says_what_to_copy(self):
        reader = sqlite3.connect(self.tracker.database, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM fix").fetchone()
        self.send(5)
        self.stop()
        self.assertIn("waymark.db-wal", self.tracker.log_text())
        self.assertNotEqual(len(self.copied_alone()["fix"]), 5)  # the case exists
        reader.close()  # and now it is in the file

    def test_3_a_backup_of_a_running_server_has_all_and_is_private(self):
        self.look()
        self.send(30)
        copy = os.path.join(self.tracker.folder.name, "copy.db")
        code, output, error = self.tracker.run("backup", copy, "--data", self.tracker.data)
        self.assertEqual(code, 0, error)
        self.assertIn(copy, output)
        self.assertEqual(os.stat(copy).st_mode & 0o777, 0o600)
        code, _, error = self.tracker.run("backup", copy, "--data", self.tracker.data)
        self.assertEqual((code, error.count("\n")), (100, 1), error)
        self.assertIn("--force", error)
        self.send(1)
        self.assertEqual(self.tracker.run("backup", copy, "--force", "--data",
                                          self.tracker.data)[0], 0)
        backed_up = everything(copy)
        self.assertEqual(len(backed_up["fix"]), 31)
        self.stop()
        self.assertEqual(backed_up, self.copied_alone())

    def test_4_a_restore_brings_back_each_row_and_keeps_what_was_there(self):
        self.send(20)
        copy = os.path.join(self.tracker.folder.name, "copy.db")
        self.assertEqual(self.tracker.run("backup", copy, "--data", self.tracker.data)[0], 0)
        backed_up = everything(copy)
        self.send(10)
        code, _, error = self.tracker.run("restore", copy, "--data", self.tracker.data)
        self.assertEqual((code, error.count("\n")), (100, 1), error)  # a server runs
        self.assertIn("running", error)
        self.tracker.stop()
        later = self.copied_alone()
        self.assertNotEqual(later, backed_up)  # so the comparison can fail
        self.assertGreater(set(later), {"device", "fix", "hidden_fix", "audit", "sqlite_sequence"})
        code, _, error = self.tracker.run("restore", copy, "--data", self.tracker.data)
        self.assertEqual((code, error.count("\n")), (100, 1), error)  # there is a database
        self.assertIn("--force", error)
        self.assertEqual(self.copied_alone(), later)
        self.refuse_what_is_no_backup(copy, later)
        code, output, error = self.tracker.run("restore", copy, "--force", "--data",
                                               self.tracker.data)
        self.assertEqual(code, 0, error)
        self.assertEqual(self.copied_alone(), backed_up)
        aside = output.strip().rsplit(" ", 1)[1]
        self.assertEqual(everything(aside), later)
        # It is a server's database: the same phone goes on.
        self.tracker.start()
        self.send(1)
        answer = self.ask(self.tracker.devices_url, f"/osmand/{self.token}?lat=48&lon=11")
        self.assertEqual(answer.status, 200)

    @unittest.skipUnless(os.geteuid() == 0, "only root restores for another user")
    def test_5_a_restore_by_root_that_is_refused_leaves_nothing_of_roots(self):
        """A file of root's would keep the server, who is not root, from its next start."""
        copy, pid_file = (os.path.join(self.tracker.folder.name, name) for name in ("copy.db", "data/tracker.pid"))
        self.assertEqual(self.tracker.run("backup", copy, "--data", self.tracker.data)[0], 0)
        os.unlink(pid_file)
        code, _, error = self.tracker.run("restore", copy, "--force", "--data", self.tracker.data)
        self.assertEqual(code, 100)
        self.assertIn("already running", error)
        self.assertTrue(os.path.exists(pid_file), "the restore had no lock, and this test shows nothing")
        owner = os.stat(self.tracker.data).st_uid
        self.assertNotEqual(owner, 0)
        self.assertEqual(os.stat(pid_file).st_uid, owner)

    def refuse_what_is_no_backup(self, copy, later):
        """A damaged file, another program's, and one of a newer version: nothing is changed."""
        path = os.path.join(self.tracker.folder.name, "no-backup.db")
        for spoil, word in ((self.damage, "damaged"), (self.make_foreign, "another program"),
                            (self.make_newer, "newer program")):
            shutil.copyfile(copy, path)
            spoil(path)
            code, _, error = self.tracker.run("restore", path, "--force", "--data",
                                              self.tracker.data)
            self.assertEqual((code, error.count("\n")), (100, 1), error)
            self.assertIn(word, error)
            self.assertEqual(self.copied_alone(), later)
            os.unlink(path)

    def damage(self, path):
        with open(path, "r+b") as file:  # the head is whole, a page behind it is not
            file.seek(4096 * 3)
            file.write(b"\xa5" * 4096)

    def make_foreign(self, path):
        self.execute(path, "PRAGMA application_id = 1")

    def make_newer(self, path):
        self.execute(path, "PRAGMA user_version = 1000")

    def execute(self, path, statement):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute(statement)
        connection.close()


if __name__ == "__main__":
    driver.main()
