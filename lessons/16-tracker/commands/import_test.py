#!/usr/bin/env python3
"""Positions out of files and into files, by command, beside a running server and without one:
import_test.py TRACKER"""

import fcntl
import http.client
import json
import os
import pathlib
import pty
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from running_tracker import RunningTracker

TRACKER = os.path.abspath(sys.argv.pop(1))
PATIENCE_SECONDS = 120
FIRST = 1768028400  # 2026-01-10T07:00:00Z


def csv_of(count, first=0):
    rows = [f"{FIRST + i},{48 + i / 100000:.5f},11.5,{500 + i % 10}" for i in range(first, first + count)]
    return "\n".join(["time,lat,lon,altitude", *rows]) + "\n"


class ImportAndExport(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = RunningTracker(TRACKER)
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.start()
        for name in ("van", "boat", "killed", "offline"):
            cls.server.add_device(name)

    def file(self, name, content):
        path = os.path.join(self.server.folder.name, name)
        pathlib.Path(path).write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def command(self, *arguments, fails=0, stdin=b""):
        done = subprocess.run([TRACKER, *arguments, "--data", self.server.data], input=stdin, capture_output=True,
                              timeout=PATIENCE_SECONDS)
        output = done.stdout.decode() + done.stderr.decode()
        self.assertEqual(done.returncode, fails, output)
        return output

    def rows(self, device, columns="time_ms, latitude_e7, longitude_e7, altitude_cm, speed_mm_s"):
        connection = sqlite3.connect(self.server.database)
        try:
            return connection.execute(
                f"SELECT {columns} FROM fix JOIN device ON device.number = fix.device WHERE device.name = ? "
                "ORDER BY time_ms", (device,)).fetchall()
        finally:
            connection.close()

    def test_1_a_file_is_stored_once_and_what_is_wrong_is_counted(self):
        wrong = self.file("van.csv", csv_of(3) + "yesterday,48,11,1\n1768028409,95,11,1\n1768028409,96,11,1\n")
        output = self.command("import", "--device", "van", wrong)
        self.assertIn(f"{wrong} (CSV): 6 positions read: 3 stored, 0 there already, 3 refused", output)
        self.assertIn("refused: 1 with a time that cannot be read; the first in line 5", output)
        self.assertIn("refused: 2 with a latitude beyond 90 degrees; the first in line 6", output)
        self.assertIn("0 stored, 3 there already", self.command("import", "--device", "van", wrong))
        self.assertEqual(len(self.rows("van")), 3)
        output = self.command("import", "--device", "van", "-", wrong, stdin=csv_of(2, 3).encode())
        self.assertIn("standard input (CSV): 2 positions read: 2 stored", output)
        self.assertIn("2 files: 8 positions read: 2 stored, 3 there already, 3 refused", output)
        self.assertEqual(len(self.rows("van")), 5)
        self.assertIn("there is no position in it",
                      self.command("import", "--device", "van", self.file("none.gpx", "<gpx></gpx>")))

    def test_2_what_goes_out_comes_in_the_same(self):
        before = self.rows("van")
        self.assertEqual(len(before), 5)
        for format in ("gpx", "geojson", "kml", "csv"):
            path = os.path.join(self.server.folder.name, f"out.{format}")
            output = self.command("export", "--device", "van", "-o", path)
            self.assertIn("5 positions of van", output)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            name = f"again {format}"
            self.server.add_device(name)
            self.assertIn("5 stored, 0 there already, 0 refused",
                          self.command("import", "--device", name, path))
            self.assertEqual(self.rows(name), before)
        span = self.command("export", "--device", "van", "--from", str(FIRST + 1), "--to", str(FIRST + 3), "--format",
                            "csv")
        self.assertEqual([line[:20] for line in span.splitlines()[1:]],
                         ["2026-01-10T07:00:01Z", "2026-01-10T07:00:02Z"])

    def test_2b_a_file_that_goes_out_is_private_whatever_was_there(self):
        folder = self.server.folder.name
        path = os.path.join(folder, "again.csv")
        pathlib.Path(path + ".part").write_text("left by a program that was killed")
        os.chmod(path + ".part", 0o666)
        self.command("export", "--device", "van", "-o", path)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(pathlib.Path(path).read_bytes().decode(),
                         self.command("export", "--device", "van", "--format", "csv"))
        # Another export writes it: what it holds is held by a lock (flock(2)).
        with open(path + ".part", "w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            self.assertIn("is being written by another program",
                          self.command("export", "--device", "van", "-o", path, fails=100))
        # A link is followed, and a device or a pipe stays what it is.
        os.symlink(path, os.path.join(folder, "link.csv"))
        self.command("export", "--device", "van", "-o", os.path.join(folder, "link.csv"))
        self.assertTrue(os.path.islink(os.path.join(folder, "link.csv")))
        # But not one that another user has laid in a folder for all.
        if os.geteuid() == 0:
            for_all, kept = os.path.join(folder, "for-all"), os.path.join(folder, "kept.csv")
            os.mkdir(for_all)
            os.chmod(for_all, 0o1777)
            pathlib.Path(kept).write_text("of somebody")
            os.symlink(kept, os.path.join(for_all, "van.csv"))
            os.lchown(os.path.join(for_all, "van.csv"), 65534, 65534)
            self.assertIn("Permission denied",
                          self.command("export", "--device", "van", "-o", os.path.join(for_all, "van.csv"), fails=100))
            self.assertEqual(pathlib.Path(kept).read_text(), "of somebody")
            os.lchown(os.path.join(for_all, "van.csv"), 0, 0)
            self.command("export", "--device", "van", "-o", os.path.join(for_all, "van.csv"))
            self.assertNotEqual(pathlib.Path(kept).read_text(), "of somebody")
        pipe = os.path.join(folder, "pipe.csv")
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.command("export", "--device", "van", "-o", pipe)
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))
        self.assertTrue(os.read(reader, 1 << 16).startswith(b"time,"))
        os.close(reader)

    def test_2c_more_files_than_may_be_open(self):
        names = [self.file(f"month-{number}.csv", csv_of(1, number)) for number in range(60)]
        self.server.add_device("months")
        limited = subprocess.run(["sh", "-c", 'ulimit -n 40; exec "$@"', "sh", TRACKER, "import", "--device", "months",
                                  "--data", self.server.data, *names], capture_output=True, text=True,
                                 timeout=PATIENCE_SECONDS)
        self.assertEqual(limited.returncode, 0, limited.stderr)
        self.assertIn("60 files: 60 positions read: 60 stored", limited.stdout)
        # What is missing is told before anything is stored, also of the last one.
        self.server.add_device("none of them")
        self.command("import", "--device", "none of them", *names, names[0] + ".none", fails=100)
        self.assertEqual(self.rows("none of them"), [])

    def test_2d_what_would_be_removed_again_is_refused_and_counted(self):
        self.server.add_device("short")
        now = int(time.time())
        days = self.file("days.csv", "time,lat,lon\n" + "".join(f"{now - day * 86400},48,11\n" for day in (40, 31, 29, 1)))
        self.command("device", "retention", "short", "30", "--yes")
        output = self.command("import", "--device", "short", days)
        self.assertIn("4 positions read: 2 stored, 0 there already, 2 refused", output)
        self.assertIn("2 with a time before the days for which this device's positions are kept; the first in line 2",
                      output)
        self.command("device", "retention", "short", "never")
        self.assertIn("2 stored, 2 there already", self.command("import", "--device", "short", days))

    def test_3_a_running_server_shows_what_was_imported(self):
        status = json.loads(self.server.run("status", "--json", "--data", self.server.data)[1])
        self.server.log_in(f"http://{status['web'][0]}/")
        # Friends are told on the phones' port; the page's own answers are in the browser's test.
        self.command("import", "--device", "boat", self.file("boat.csv", csv_of(1)))
        answer = self.server.run("status", "--json", "--data", self.server.data)
        self.assertEqual(answer[0], 0, answer)
        query = urllib.parse.urlencode({"id": "boat", "lat": 48, "lon": 11.5, "timestamp": FIRST + 60})
        parts = urllib.parse.urlsplit(self.server.devices_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/?" + query)
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        self.assertEqual(len(self.rows("boat")), 2)
        sequences = [row[0] for row in self.rows("boat", "sequence")]
        self.assertEqual(sequences, sorted(set(sequences)), "each commit has a number of its own")

    def test_4_killed_in_the_middle_and_run_again_gives_the_same(self):
        content = csv_of(20000)
        path = self.file("killed.csv", content)
        child = subprocess.Popen([TRACKER, "import", "--device", "killed", "-", "--data", self.server.data],
                                 stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        half = content.encode()[:len(content) // 2]
        child.stdin.write(half)
        child.stdin.flush()
        while not self.rows("killed"):
            self.assertIsNone(child.poll())
        child.send_signal(signal.SIGKILL)
        child.wait(PATIENCE_SECONDS)
        child.stdin.close()
        some = len(self.rows("killed"))
        self.assertGreater(some, 0)
        self.assertLess(some, 20000)
        self.assertIn(f"{20000 - some} stored, {some} there already",
                      self.command("import", "--device", "killed", path))
        self.assertEqual(len(self.rows("killed")), 20000)

    def test_5_progress_is_for_terminals(self):
        path = self.file("progress.csv", csv_of(5000))
        self.assertNotIn("\r", self.command("import", "--device", "van", path))
        master, terminal = pty.openpty()
        child = subprocess.Popen([TRACKER, "import", "--device", "van", path, "--data", self.server.data],
                                 stdout=subprocess.DEVNULL, stderr=terminal)
        os.close(terminal)
        self.assertEqual(child.wait(PATIENCE_SECONDS), 0)
        shown = os.read(master, 65536).decode()
        os.close(master)
        self.assertRegex(shown, r"progress\.csv: +\d+ %")
        self.assertTrue(shown.endswith("\x1b[K"), shown)

    def test_6_what_is_wrong_is_refused_in_words(self):
        good = self.file("good.csv", csv_of(1))
        cut = self.file("cut.gpx", '<gpx><trk><trkseg>\n<trkpt lat="48" lon="11"><time>2026-01-10T09:00:00Z</time>'
                        '</trkpt>\n<trkpt lat="4')
        bomb = self.file("bomb.gpx", "<!DOCTYPE g [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><gpx>&b;</gpx>")
        folder = self.server.folder.name
        for arguments, words in [
                (("import", good), "say --device: there are"),
                (("import", "--device", "bus", good), "there is no device bus"),
                (("import", "--device", "van", folder + "/none"), "No such file"),
                (("import", "--device", "van", folder), "is a folder"),
                (("import", "--device", "van", "--format", "doc", good), "--format doc is none of gpx"),
                (("import", "--device", "van", "--format", "gpx", good), "line 1: broken XML"),
                (("import", "--device", "van", self.file("packed", b"PK\x03\x04")), "ZIP archive"),
                (("import", "--device", "van", self.file("empty", "")), "the file is empty"),
                (("import", "--device", "van", bomb), "declares entities"),
                (("import", "--device", "van", cut), "line 3: broken XML: unclosed token; stored before it: 1 position"),
                (("export", "--device", "van", "--format", "nmea"), "--format nmea is not written: it can be gpx"),
                (("export", "--device", "van"), "say --format: it can be gpx"),
                (("export", "--device", "van", "-o", folder + "/none/a.gpx"), "No such file"),
                (("export", "--device", "van", "-o", folder + "/a.gpx", "--from", "monday"), "--from monday is no time"),
                (("export", "--device", "van", "-o", folder + "/a.gpx", "--from", "9", "--to", "8"), "must be after")]:
            with self.subTest(arguments=arguments):
                self.assertIn(words, self.command(*arguments, fails=100))
        self.assertFalse([name for name in os.listdir(folder) if name.startswith("a.gpx")])
        # The system's own faults may pass: 111, and no part stays.
        limited = subprocess.run(["sh", "-c", f'ulimit -f 8; exec "$@" -o {folder}/full.csv', "sh", TRACKER, "export",
                                  "--device", "killed", "--data", self.server.data], capture_output=True, text=True,
                                 timeout=PATIENCE_SECONDS)
        self.assertEqual(limited.returncode, 111, limited.stderr)
        self.assertIn("write", limited.stderr)
        self.assertFalse([name for name in os.listdir(folder) if name.startswith("full.csv")])

    def test_7_without_a_server_it_is_the_same(self):
        self.server.stop()
        path = self.file("offline.csv", csv_of(3))
        self.assertIn("3 stored", self.command("import", "--device", "offline", path))
        self.assertIn("3 there already", self.command("import", "--device", "offline", path))
        self.assertEqual(len(self.rows("offline")), 3)


if __name__ == "__main__":
    driver.main()
