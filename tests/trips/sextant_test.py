"""A logger that speaks Sextant, and the real server: what exercise 16 decodes is stored, in the units of the server, once; what
cannot be a point is kept and acknowledged; a promise is no more than what is on the disk. Usage: sextant_test.py TRACKER"""

import functools
import pathlib
import re
import sqlite3
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from made_trip import short_walk
from running_tracker import RunningTracker
from trip import read_gpx, stored_points

TRACKER = sys.argv[1] if len(sys.argv) > 1 else "tracker"
SEED = 20260116
COLUMNS = "speed_mm_s, altitude_cm, course_centidegrees, battery_per_mille"


def line(text):
    checksum = functools.reduce(lambda total, byte: total ^ byte, text.encode(), 0)
    return f"{text}*{checksum:02X}\r\n"


def are_near(segments, stored):
    """The same points. Minutes are no binary fraction of degrees, so the last digit of a place may be another one."""
    wanted = sorted((point for segment in segments for point in segment), key=lambda point: point.time_ms)
    return len(wanted) == len(stored) and all(
        one.time_ms == other.time_ms and abs(one.latitude_e7 - other.latitude_e7) <= 1 and
        abs(one.longitude_e7 - other.longitude_e7) <= 1 for one, other in zip(wanted, stored))


class Sextant(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tracker = RunningTracker(TRACKER)
        cls.addClassCleanup(cls.tracker.__exit__, None, None, None)
        cls.tracker.start()

    def post(self, token, body):
        request = urllib.request.Request(f"{self.tracker.devices_url.rstrip('/')}/sextant/{token}", body.encode(),
                                         {"Content-Type": "text/plain"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def rows(self, what, device):
        with sqlite3.connect(f"file:{self.tracker.database}?mode=ro", uri=True) as database:
            return database.execute(f"{what} JOIN device ON device.number = device WHERE device.name = ?",
                                    (device,)).fetchall()

    def test_a_trip_that_a_logger_sends_is_there_once(self):
        with tempfile.TemporaryDirectory(prefix="waymark-sextant-") as folder:
            path = pathlib.Path(folder) / "walk.gpx"
            short_walk(SEED).write(path)
            token = self.tracker.add_device("logger")
            for _ in range(2):  # a second time changes nothing
                code, output, error = self.tracker.run(
                    "replay", str(path), "--to", self.tracker.devices_url, "--device", token, "--speed", "max",
                    "--connections", "4", "--protocol", "sextant", "--disconnects", "5")
                self.assertEqual(code, 0, f"{output}{error}\n{self.tracker.log_text()}")
                self.assertTrue(re.search(r"^600 points acknowledged", output, re.MULTILINE), output)
                self.assertTrue(are_near(read_gpx(path), stored_points(self.tracker.database, "logger")))

    def test_units_and_hemispheres_are_the_servers(self):
        token = self.tracker.add_device("boat")
        body = line("SXT1,glider,1") + line("150624,093000.25,3330.6S,07015.3W,10,359.5,-100,,42")
        self.assertEqual(self.post(token, body), (200, "OK 1\n"))
        [point] = stored_points(self.tracker.database, "boat")
        self.assertEqual((point.latitude_e7, point.longitude_e7, point.time_ms), (-335100000, -702550000, 1718443800250))
        [row] = self.rows(f"SELECT {COLUMNS} FROM fix", "boat")
        self.assertEqual(row, (5144, -3048, 35950, 420))

    def test_a_bad_point_is_kept_and_what_did_not_come_is_not_promised(self):
        token = self.tracker.add_device("bad")
        body = line("SXT1,x,9") + line("150624,093000,9130.0N,00936.0E") + "noise\r\n" + line("150624,093100,4747.0N,00936.0E")
        self.assertEqual(self.post(token, body), (200, "OK 3\n"))
        self.assertEqual(len(stored_points(self.tracker.database, "bad")), 1)
        reasons = self.rows("SELECT reason FROM quarantine", "bad")
        self.assertEqual(sorted(reasons), [("bad_checksum",), ("lat_out_of_range",)])

    def test_nobody_sends_in_anothers_name(self):
        self.tracker.add_device("victim")
        self.assertEqual(self.post("victim", line("SXT1,victim,1") + line("150624,093000,4747.0N,00936.0E"))[0], 403)
        self.assertEqual(stored_points(self.tracker.database, "victim"), [])


if __name__ == "__main__":
    driver.main()
