"""Makes trips such as phones record, with what is odd in real ones: parts without times, empty
segments, points that come twice, stops, breaks of hours. The same seed makes the same trip.

It keeps its own account of the length, in metres as it walks, so that nothing of what reads the file
again is believed.
"""

import datetime
import math
import random

BEGIN = datetime.datetime(2024, 5, 1, 6, 0, 0)
METRES_A_DEGREE = 2 * math.pi * 6371008.8 / 360


class TripMaker:
    """Each of its calls adds to the trip; `write` puts it into a GPX file."""

    def __init__(self, seed, step_m=1.5):
        self.chance = random.Random(seed)
        self.step_m = step_m
        self.latitude, self.longitude, self.heading = 47.78, 9.61, 0.0
        self.second = 0
        self.length_m = 0.0  # inside segments, over points that have a time
        self.way_m = [0.0, 0.0]  # north and east, since the last of those
        self.segments = []

    def begin_segment(self):
        self.segments.append([])
        return self

    def go(self, count, has_times=True):
        """`count` points of a winding way, a second apart."""
        for _ in range(count):
            self.heading += self.chance.uniform(-0.4, 0.4)
            step_m = self.step_m * self.chance.uniform(0.5, 1.5)
            self.move(step_m * math.cos(self.heading), step_m * math.sin(self.heading))
            if has_times:
                # The first point of a segment is where its length begins.
                self.length_m += math.hypot(*self.way_m) if self.segments[-1] else 0
                self.way_m = [0.0, 0.0]
            self.add_point(has_times)
        return self

    def move(self, north_m, east_m):
        self.latitude += north_m / METRES_A_DEGREE
        self.longitude += east_m / METRES_A_DEGREE / math.cos(math.radians(self.latitude))
        self.way_m[0] += north_m
        self.way_m[1] += east_m

    def stand_still(self, count):
        """The same place at other times."""
        for _ in range(count):
            self.add_point()
        return self

    def add_point(self, has_time=True):
        time = BEGIN + datetime.timedelta(seconds=self.second)
        self.second += has_time
        text = f"<time>{time.isoformat()}Z</time>" if has_time else ""
        self.segments[-1].append(
            f'<trkpt lat="{self.latitude:.8f}" lon="{self.longitude:.8f}">{text}</trkpt>')

    def repeat_last(self):
        """The same point again, as receivers send it that were asked twice in a second."""
        self.segments[-1].append(self.segments[-1][-1])
        return self

    def pause(self, seconds):
        self.second += seconds
        return self

    def write(self, path):
        text = "".join(f"<trkseg>{chr(10).join(points)}</trkseg>" for points in self.segments)
        path.write_text(f'<gpx version="1.1"><trk>{text}</trk></gpx>')


def short_walk(seed):
    """600 points with a time in two segments, each with a point that has none."""
    trip = TripMaker(seed)
    for _ in range(2):
        trip.begin_segment().go(7).go(1, has_times=False).go(293).pause(4700)
    return trip


LONG_DRIVE_POINTS = 1194  # that have a time
LONG_DRIVE_REPEATED = 4
LONG_DRIVE_WITHOUT_TIME = 358


def long_drive(seed):
    """As long as a real one of 20 minutes, a point a second, with all that is odd."""
    trip = TripMaker(seed, step_m=11.4)
    trip.begin_segment().go(200).stand_still(45).go(100).repeat_last().repeat_last()
    trip.begin_segment()  # empty
    trip.begin_segment().go(LONG_DRIVE_WITHOUT_TIME, has_times=False)
    trip.pause(3 * 3600).begin_segment().go(500).stand_still(90).repeat_last()
    trip.pause(40).go(150).repeat_last()
    trip.pause(600).begin_segment().go(105)
    return trip
