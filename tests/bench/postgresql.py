"""Durable fixes into PostgreSQL: through the tracker, and beside it what pgbench inserts of the same rows by itself.

Both write into the same server, in the same minute, one after the other: pgbench with as many clients as the tracker has
connections, each of which inserts a row and waits for its commit. The tracker has HTTP to read besides, and one connection
to the database: what makes up for both is that it commits what has come in meanwhile at once.
"""
import contextlib
import os
import re
import subprocess
import sys
import unittest.mock

import load
from report import heading, ratio, row
from servers import Tracker

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "suite"))

COLUMNS = ("device, time_ms, latitude_e7, longitude_e7, altitude_cm, speed_mm_s, course_centidegrees, accuracy_cm, "
           "battery_per_mille, valid, source, extras, sequence, writer")
# What fixes.lua has: each client counts its own seconds, so that no row is there already.
VALUES = ("1 + :client_id % 2, 1000000000000 + (:client_id * 1000000 + {number}) * CAST(1000 AS bigint), 481371540, 115761240, 51900, "
          "13885, 18250, 500, 870, 1, 1, NULL, {number}, 1")
ONE = (f"\\set number :number + 1\n"
       f"INSERT INTO fix ({COLUMNS}) VALUES ({VALUES.format(number=':number')}) ON CONFLICT DO NOTHING;\n")
BATCH = (f"\\set number :number + 200\n"
         f"INSERT INTO fix ({COLUMNS}) SELECT {VALUES.format(number='(:number + place)')} "
         f"FROM generate_series(0, 199) AS place ON CONFLICT DO NOTHING;\n")


@contextlib.contextmanager
def told_by_environment(url):
    """The programs that are started within find the database; its password stands on no command line. They see no home,
    where a person may have files for libpq."""
    changed = {name: value for name, value in os.environ.items() if name != "HOME"}
    with unittest.mock.patch.dict(os.environ, {**changed, "WAYMARK_STORE": url}, clear=True):
        yield


def pgbench(server, programs, database, clients, seconds, script):
    """Transactions a second, each with its commit, from when all clients are connected; and how many."""
    path = os.path.join(server.folder, "pgbench.sql")
    with open(path, "w", encoding="ascii") as file:
        file.write(script)
    command = [os.path.join(programs, "pgbench"), "-n", "-M", "prepared", f"-c{clients}", "-j2", f"-T{round(seconds)}",
               "-D", "number=0", "-f", path, server.url_of(database).replace(f":{server.password}@", "@")]
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "PGPASSWORD": server.password})
    if done.returncode != 0:
        raise RuntimeError(f"pgbench: {done.stderr}")
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))
    return rate, int(re.search(r"actually processed: (\d+)", done.stdout).group(1))


def rows_in(server, database):
    return int(server.query("SELECT count(*) FROM fix", database)[0][0])


def database_of(url):
    return url.rpartition("/")[2]


class Way:
    """One kind of load, by the tracker and by pgbench."""

    def __init__(self, script, clients, fixes, insert, devices):
        self.script = os.path.join(HERE, script)
        self.clients, self.fixes, self.insert, self.devices = clients, fixes, insert, devices

    def by_tracker(self, server, build, seconds):
        url = server.new_database()
        with told_by_environment(url):
            tracker = Tracker(build)
            self.devices(tracker)
            with tracker:
                rate = self.fixes * load.wrk(tracker.port, seconds, connections=self.clients, script=self.script)
        stored = rows_in(server, database_of(url))
        if stored < rate * seconds * 0.98:
            raise RuntimeError(f"only {stored} rows for {rate * seconds:.0f} that were answered")
        return rate

    def by_pgbench(self, server, build, programs, seconds):
        """Into tables of the tracker's own making, with two devices."""
        url = server.new_database()
        with told_by_environment(url):
            tracker = Tracker(build)
            for device in range(2):
                tracker.add_device(f"bench{device}", f"bench{device}")
            with tracker:
                pass  # makes the rest of the tables, and the writer 1
        month = ("CREATE TABLE IF NOT EXISTS fix_of_pgbench PARTITION OF fix FOR VALUES FROM (1000000000000) "
                 "TO (1100000000000)")
        server.query(month, database_of(url))
        rate, count = pgbench(server, programs, database_of(url), self.clients, seconds, self.insert)
        stored = rows_in(server, database_of(url))
        if stored != count * self.fixes:
            raise RuntimeError(f"pgbench says {count * self.fixes} and {stored} rows are there")
        return self.fixes * rate


def single_devices(tracker):
    for client in range(2):
        tracker.add_device(f"bench{client}", f"bench{client}")


def batch_devices(tracker):
    tracker.import_devices({"bench": {"token": "bench-token"}})


def measure(way, build, rounds, seconds, target):
    from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs  # here, because only this case needs it
    if not programs():
        raise RuntimeError(NO_POSTGRESQL)
    ours, theirs = [], []
    with PostgreSQL(shared_buffers="256MB", max_wal_size="4GB") as server:
        for _ in range(rounds):
            theirs.append(way.by_pgbench(server, build, programs(), seconds))
            ours.append(way.by_tracker(server, build, seconds))
    row("tracker", ours, "fixes/s")
    row("pgbench", theirs, "rows/s")
    ratio("ratio", ours, theirs, target)


def postgresql(build, rounds, seconds):
    heading("Durable single fixes into PostgreSQL, 64 connections: the answer comes after the commit",
            f"wrk -t2 -c64 -d{seconds:g}s -s tests/bench/fixes.lua  (pgbench -M prepared -c64 -j2: the same rows)")
    measure(Way("fixes.lua", 64, 1, ONE, single_devices), build, rounds, seconds, ">= 0.8")
    heading("Overland batches of 200 into PostgreSQL, 8 connections",
            f"wrk -t2 -c8 -d{seconds:g}s -s tests/bench/overland.lua  (pgbench -M prepared -c8 -j2: 200 rows a statement)")
    measure(Way("overland.lua", 8, 200, BATCH, batch_devices), build, rounds, seconds, "none: what a server alone can do")
