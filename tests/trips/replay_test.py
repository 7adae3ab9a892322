"""Trips through the real server: `tracker replay` sends them over several connections that break at
random, and the store must hold every point once. Usage: replay_test.py TRACKER

The trips are made up (made_trip.py), with what is odd in real ones. Some real ones take the same way
where they are there: they are not part of the project, and are looked for in ../shared/data/trips
beside it.
"""

import dataclasses
import functools
import pathlib
import re
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from made_trip import (LONG_DRIVE_POINTS, LONG_DRIVE_REPEATED, LONG_DRIVE_WITHOUT_TIME, long_drive,
                       short_walk)
from running_tracker import RunningTracker
from trip import (Point, count_quarantined, cut_into_segments, differences, distance_m, distinct,
                  read_gpx, read_json_rows, stored_points)

TRIPS = ROOT.parent / "shared" / "data" / "trips"
TRACKER = sys.argv[1] if len(sys.argv) > 1 else "tracker"
CONNECTIONS = 4
SEED = 20260115


def real_trip(name):
    path = TRIPS / name
    if not path.exists():
        raise unittest.SkipTest(f"{path} is not there")
    return path


class Replays(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.tracker = RunningTracker(TRACKER)
        cls.addClassCleanup(cls.tracker.__exit__, None, None, None)
        cls.tracker.start()
        cls.scratch = tempfile.TemporaryDirectory(prefix="waymark-trips-")
        cls.addClassCleanup(cls.scratch.cleanup)

    def replay(self, path, device, *options):
        """Sends the trip; returns the numbers of the line with which replay ends."""
        code, output, error = self.tracker.run(
            "replay", str(path), "--to", self.tracker.devices_url, "--device", device, "--speed",
            "max", "--connections", str(CONNECTIONS), *options)
        self.assertEqual(code, 0, f"{output}{error}\n{self.tracker.log_text()}")
        found = re.search(r"(\d+) points acknowledged: (\d+) requests, (\d+) of them sent again, "
                          r"(\d+) connections broken", output)
        self.assertTrue(found, output)
        return tuple(map(int, found.groups()))

    def check_trip(self, path, device, segments, length_m, *options):
        self.tracker.add_device(device)
        wanted = sum(map(len, segments))
        points, requests, again, breaks = self.replay(path, device, "--disconnects", str(SEED),
                                                      *options)
        self.assertEqual(points, wanted)
        self.assertEqual(requests, points + again)
        # Without them the test would be of a network that never fails.
        self.assertGreater(breaks, wanted // 20)
        stored = stored_points(self.tracker.database, device)
        self.assertEqual(differences(distinct(segments), stored), [])
        measured = distance_m(cut_into_segments(segments, stored))
        self.assertAlmostEqual(measured, length_m, delta=length_m / 1000)
        return stored

    def test_a_made_up_trip(self):
        path = pathlib.Path(self.scratch.name) / "made-up.gpx"
        short_walk(SEED).write(path)
        segments = read_gpx(path)
        self.assertEqual(sum(map(len, segments)), 600)
        stored = self.check_trip(path, "made-up", segments, short_walk(SEED).length_m)

        # A second time changes nothing: phones send again what they sent before.
        self.replay(path, "made-up")
        self.assertEqual(stored_points(self.tracker.database, "made-up"), stored)

    def long_drive(self):
        path = pathlib.Path(self.scratch.name) / "long.gpx"
        trip = long_drive(SEED)
        trip.write(path)
        return path, trip

    def test_a_long_drive_with_stops_breaks_and_points_that_come_twice(self):
        path, trip = self.long_drive()
        segments = read_gpx(path)
        self.assertEqual(sum(map(len, segments)), LONG_DRIVE_POINTS)
        stored = self.check_trip(path, "drive", segments, trip.length_m)
        self.assertEqual(len(stored), LONG_DRIVE_POINTS - LONG_DRIVE_REPEATED)

    def test_the_whole_long_drive_with_times_filled_in(self):
        path, _ = self.long_drive()
        self.tracker.add_device("whole-drive")
        points, *_ = self.replay(path, "whole-drive", "--fill-times", "--disconnects", str(SEED))
        self.assertEqual(points, LONG_DRIVE_POINTS + LONG_DRIVE_WITHOUT_TIME)
        stored = stored_points(self.tracker.database, "whole-drive")
        self.assertEqual(len(stored), points - LONG_DRIVE_REPEATED)

    def test_a_trip_of_which_a_point_was_not_sent_is_noticed(self):
        whole = pathlib.Path(self.scratch.name) / "whole.gpx"
        short_walk(SEED).write(whole)
        cut = pathlib.Path(self.scratch.name) / "cut.gpx"
        lines = whole.read_text().splitlines(keepends=True)
        cut.write_text("".join(lines[:100] + lines[101:]))
        self.tracker.add_device("cut")
        self.replay(cut, "cut", "--disconnects", "3")
        stored = stored_points(self.tracker.database, "cut")
        self.assertEqual(len(differences(read_gpx(whole), stored)), 1)
        self.assertEqual(differences(read_gpx(cut), stored), [])

    def test_a_made_up_trip_by_token_as_the_osmand_app_sends_it(self):
        path = pathlib.Path(self.scratch.name) / "made-up-osmand.gpx"
        short_walk(SEED).write(path)
        token = self.tracker.add_device("by-token")
        self.replay(path, token, "--protocol", "osmand", "--disconnects", "7")
        self.assertEqual(
            differences(read_gpx(path), stored_points(self.tracker.database, "by-token")), [])

    def write_log(self, name, date):
        """Two seconds of an NMEA log, its checksums in lower case, and one sentence that is damaged."""
        lines = []
        for second in (0, 10, 20):
            text = f"GNRMC,1015{second:02}.00,A,4747.1234,N,00936.5678,E,4.2,84.4,{date},,,A"
            checksum = functools.reduce(lambda sum, byte: sum ^ byte, text.encode(), 0)
            lines.append(f"${text}*{checksum ^ (second == 20):02x}\n")
        path = pathlib.Path(self.scratch.name) / name
        path.write_text("".join(lines))
        return path

    def test_a_log_says_at_the_end_what_was_passed_over(self):
        path = self.write_log("lower.nmea", "201120")
        self.tracker.add_device("logger")
        code, output, error = self.tracker.run("replay", str(path), "--to", self.tracker.devices_url,
                                               "--device", "logger")
        self.assertEqual(code, 0, error)
        self.assertIn("\n2 points acknowledged", "\n" + output)
        self.assertTrue(output.endswith("passed over: 1 sentence whose checksum is wrong\n"), output)
        self.assertEqual(len(stored_points(self.tracker.database, "logger")), 2)

    def test_dates_of_a_week_counter_that_began_anew_are_told_and_moved_if_asked(self):
        path = self.write_log("early.nmea", "200401")
        for device, options, year in (("as-it-is", [], 2001), ("moved", ["--rollover"], 2020)):
            self.tracker.add_device(device)
            code, output, error = self.tracker.run(
                "replay", str(path), "--to", self.tracker.devices_url, "--device", device, *options)
            self.assertEqual(code, 0, error)
            self.assertIn("were moved by 1024 weeks" if options else "--rollover moves them", output)
            times = [point.time_ms for point in stored_points(self.tracker.database, device)]
            self.assertEqual({time.gmtime(ms // 1000).tm_year for ms in times}, {year})

    def test_the_drive_through_munich(self):
        path = real_trip("json/barefoot_x0001-001.json")
        segments = read_json_rows(path)
        self.assertEqual(sum(map(len, segments)), 1194)
        self.check_trip(path, "munich", segments, 13647)

    def test_the_walk(self):
        path = real_trip("gpx/gpxgo_visnjan.gpx")
        segments = read_gpx(path)
        self.assertEqual(sum(map(len, segments)), 413)
        self.check_trip(path, "walk", segments, 4446)

    def test_the_hike_of_which_a_part_has_no_time(self):
        path = real_trip("gpx/gpxpy_korita-zbevnica.gpx")
        segments = read_gpx(path)
        self.assertEqual(sum(map(len, segments)), 513)
        self.check_trip(path, "hike", segments, distance_m(segments))

    def test_the_whole_hike_with_times_filled_in(self):
        path = real_trip("gpx/gpxpy_korita-zbevnica.gpx")
        self.tracker.add_device("whole-hike")
        points, *_ = self.replay(path, "whole-hike", "--fill-times", "--disconnects", str(SEED))
        self.assertEqual(points, 871)
        stored = stored_points(self.tracker.database, "whole-hike")
        self.assertEqual(len(stored), 871)
        # The segments begin after 358 and 176 points; times are in the order of the file.
        cut = [stored[:358], stored[358:534], stored[534:]]
        self.assertAlmostEqual(distance_m(cut), 14897, delta=14.897)

    def test_nothing_was_quarantined(self):
        self.assertEqual(count_quarantined(self.tracker.database), 0)

    def test_an_unknown_device_is_told_what_to_do(self):
        path = pathlib.Path(self.scratch.name) / "unknown.gpx"
        short_walk(SEED).write(path)
        code, _, error = self.tracker.run("replay", str(path), "--to", self.tracker.devices_url,
                                          "--device", "nobody")
        self.assertEqual(code, 100, error)
        self.assertIn("403", error)
        self.assertIn("tracker device add", error)
        self.assertEqual(error.count("\n"), 1)

    def test_a_server_that_is_not_there_is_the_systems_failure(self):
        path = pathlib.Path(self.scratch.name) / "away.gpx"
        short_walk(SEED).write(path)
        code, _, error = self.tracker.run("replay", str(path), "--to", "http://127.0.0.1:1",
                                          "--device", "nobody")
        self.assertEqual(code, 111, error)
        self.assertIn("Connection refused", error)

    def test_a_fleet_loses_nothing(self):
        code, output, error = self.tracker.run(
            "simulate", "--devices", "3", "--to", self.tracker.devices_url, "--data",
            self.tracker.data, "--history", "10", "--interval", "0.2", "--duration", "8")
        self.assertEqual(code, 0, error)
        sent, waiting = map(int, re.search(r"(\d+) fixes sent, (\d+) not yet", output).groups())
        names = ("demo/bicycle", "demo/car", "demo/walker")
        stored = [stored_points(self.tracker.database, name) for name in names]
        # Ten minutes of the past, a fix every five seconds, and what came since.
        self.assertGreaterEqual(sent + waiting, 3 * 120)
        # One exchange of each phone may have been under way when the clock struck.
        self.assertIn(sum(map(len, stored)) - sent, range(0, 4), output)
        # However far each has come: from the oldest on there is no gap, so none was lost.
        for points in stored:
            past = [point.time_ms for point in points[:120]]
            self.assertGreater(len(past), 0)
            self.assertEqual({b - a for a, b in zip(past, past[1:])} - {5000}, set())


class TheCheckItself(unittest.TestCase):
    """What is wrong with a store must be seen, or the tests above prove nothing."""

    TRIP = [[Point(1000, 478000000, 96000000), Point(2000, 478000100, 96000100)],
            [Point(3000, 478000200, 96000200)]]

    def stored(self):
        return [point for points in self.TRIP for point in points]

    def test_the_trip_itself_passes(self):
        self.assertEqual(differences(self.TRIP, self.stored()), [])
        self.assertEqual(cut_into_segments(self.TRIP, self.stored()), self.TRIP)

    def test_a_missing_point_is_seen(self):
        self.assertEqual(len(differences(self.TRIP, self.stored()[1:])), 1)

    def test_a_double_point_is_seen(self):
        self.assertEqual(len(differences(self.TRIP, self.stored() + self.stored()[:1])), 1)

    def test_a_moved_point_is_seen(self):
        moved = self.stored()
        moved[1] = dataclasses.replace(moved[1], latitude_e7=moved[1].latitude_e7 + 1)
        self.assertEqual(len(differences(self.TRIP, moved)), 2)

    def test_a_strange_point_is_seen(self):
        self.assertEqual(len(differences(self.TRIP, self.stored() + [Point(9, 9, 9)])), 1)

    def test_a_point_that_comes_twice_is_wanted_once(self):
        twice = [self.TRIP[0] + self.TRIP[0][-1:], self.TRIP[1]]
        self.assertEqual(differences(distinct(twice), self.stored()), [])
        self.assertEqual(len(differences(twice, self.stored())), 1)

    def test_a_made_trip_is_the_same_again_and_another_by_another_seed(self):
        made = long_drive(1)
        self.assertEqual(made.segments, long_drive(1).segments)
        self.assertNotEqual(made.segments, long_drive(2).segments)
        self.assertGreater(made.length_m, 10_000)

    def test_a_lost_kilometre_is_seen(self):
        shorter = [[Point(0, 0, 0), Point(1, 0, 1000000)]]
        longer = [[Point(0, 0, 0), Point(1, 0, 1001100)]]
        self.assertGreater(abs(distance_m(longer) - distance_m(shorter)), distance_m(shorter) / 1000)


if __name__ == "__main__":
    driver.main()
