"""Reads trips a second time, by other code than the tracker's, and says whether what a server stored
is that trip: every point once, nothing else, and the length that it should have.

Only what the tests need: GPX tracks and the rows of JSON of the drive through Munich.
"""

import collections
import dataclasses
import datetime
import json
import math
import re
import sqlite3
import xml.etree.ElementTree as ElementTree

EARTH_RADIUS_M = 6371008.8


@dataclasses.dataclass(frozen=True)
class Point:
    time_ms: int
    latitude_e7: int
    longitude_e7: int

    def radians(self):
        return math.radians(self.latitude_e7 / 1e7), math.radians(self.longitude_e7 / 1e7)


def e7(degrees):
    """Rounded away from zero at the half, as C's llround does; Python's round goes to even."""
    return math.copysign(1, degrees) * math.floor(abs(degrees) * 1e7 + 0.5)


def make_point(time, latitude, longitude):
    return Point(round(time.timestamp() * 1000), int(e7(latitude)), int(e7(longitude)))


def read_gpx(path):
    """A list of segments, each a list of Points. Points without a time are left out."""
    segments = []
    for segment in ElementTree.parse(path).iter():
        if segment.tag.rpartition("}")[2] != "trkseg":
            continue
        points = []
        for point in segment:
            times = [child.text for child in point if child.tag.rpartition("}")[2] == "time"]
            if times:
                time = datetime.datetime.fromisoformat(times[0].strip())
                points.append(make_point(time, float(point.get("lat")), float(point.get("lon"))))
        segments.append(points)
    return segments


def read_json_rows(path):
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    points = []
    for row in rows:
        longitude, latitude = map(float, re.findall(r"[-.\d]+", row["point"]))
        points.append(
            make_point(datetime.datetime.fromisoformat(row["time"]), latitude, longitude))
    return [points]


def distance_m(segments):
    return sum(step_m(a, b) for points in segments for a, b in zip(points, points[1:]))


def step_m(a, b):
    (latitude_a, longitude_a), (latitude_b, longitude_b) = a.radians(), b.radians()
    h = (math.sin((latitude_b - latitude_a) / 2)**2 + math.cos(latitude_a) * math.cos(latitude_b) *
         math.sin((longitude_b - longitude_a) / 2)**2)
    return 2 * EARTH_RADIUS_M * math.asin(min(1, math.sqrt(h)))


def stored_points(database, device):
    """What the store holds of a device, read beside the running server."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        rows = connection.execute(
            "SELECT time_ms, latitude_e7, longitude_e7 FROM fix JOIN device ON number = device"
            " WHERE name = ? ORDER BY time_ms", (device,)).fetchall()
    finally:
        connection.close()
    return [Point(*row) for row in rows]


def count_quarantined(database):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    finally:
        connection.close()


def differences(segments, stored):
    """What is wrong with `stored`, in words; empty if it is the trip, each point once."""
    wanted = collections.Counter(point for points in segments for point in points)
    seen = collections.Counter(stored)
    found = [f"{count} x too few: {point}" for point, count in (wanted - seen).items()]
    found += [f"{count} x too many: {point}" for point, count in (seen - wanted).items()]
    return found


def distinct(segments):
    """Each point once, as a store has to hold it."""
    seen = set()
    return [[point for point in points if not (point in seen or seen.add(point))]
            for points in segments]


def cut_into_segments(segments, stored):
    """The stored points, which know nothing of segments, cut where the trip's segments begin."""
    beginnings = {points[0] for points in segments if points}
    cut = []
    for point in stored:
        if point in beginnings or not cut:
            cut.append([])
        cut[-1].append(point)
    return cut
