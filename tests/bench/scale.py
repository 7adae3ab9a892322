"""What one fix costs each part, on PostgreSQL: what SCALE.md calculates with.

Time of the processor is counted and not time of the clock, so a machine that does other things too spoils it less than a
rate. Devices, connections and rows are few enough for a small machine; what grows with them is measured for one.
"""
import json
import os
import subprocess

import load
from postgresql import Way, database_of, rows_in, single_devices, batch_devices, told_by_environment
from report import heading, row
from servers import Tracker

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    """Of these processes; one that has ended meanwhile counts nothing."""
    ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                ticks += sum(int(field) for field in stat.read().rpartition(")")[2].split()[11:13])
        except FileNotFoundError:
            pass
    return ticks / TICKS


def services(tracker):
    """The numbers of the processes of each kind of service."""
    output = subprocess.run([tracker.program, "status", "--json", "--data", tracker.data], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    found = {}
    for service in json.loads(output)["services"]:
        found.setdefault(service["name"].split()[0], []).append(service["pid"])
    return found


class Costs:
    """Before and after a load: what was spent meanwhile, for each fix."""

    def __init__(self, server, tracker, database):
        self.server, self.database = server, database
        self.groups = {**services(tracker), "PostgreSQL": server.pids()}
        self.before = self.now()

    def now(self):
        cpu = {name: cpu_seconds(pids) for name, pids in self.groups.items()}
        wal, = self.server.query("SELECT pg_current_wal_insert_lsn() - '0/0'", self.database)[0]
        commits, = self.server.query("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()",
                                     self.database)[0]
        return {**{f"{name}: processor": 1e6 * seconds for name, seconds in cpu.items()}, "log of PostgreSQL (WAL)": float(wal),
                "commits": float(commits)}

    def each(self, fixes):
        after = self.now()
        return {name: (after[name] - before) / fixes for name, before in self.before.items()}


def unit_of(name):
    if name in ("commits", "fixes"):
        return "a fix" if name == "commits" else "stored"
    return "us a fix" if "processor" in name else "bytes a fix"


def cost_of(way, server, build, seconds):
    url = server.new_database()
    with told_by_environment(url):
        tracker = Tracker(build)
        way.devices(tracker)
        with tracker:
            costs = Costs(server, tracker, database_of(url))
            load.wrk(tracker.port, seconds, connections=way.clients, script=way.script)
            fixes = rows_in(server, database_of(url))
            result = costs.each(fixes)
    whole, indexes = server.query("SELECT sum(pg_total_relation_size(inhrelid)), sum(pg_indexes_size(inhrelid)) "
                                  "FROM pg_inherits WHERE inhparent = 'fix'::regclass", database_of(url))[0]
    return {**result, "fixes": fixes, "table and indexes": float(whole) / fixes, "of these, indexes": float(indexes) / fixes}


def scale(build, rounds, seconds):
    from postgresql_server import PostgreSQL  # here, because only this case needs it
    for words, way in (("Single fixes, 64 connections", Way("fixes.lua", 64, 1, "", single_devices)),
                       ("Overland batches of 200, 8 connections", Way("overland.lua", 8, 200, "", batch_devices))):
        heading(f"What a fix costs on PostgreSQL: {words}",
                f"wrk -t2 -c{way.clients} -d{seconds:g}s -s tests/bench/{os.path.basename(way.script)}")
        seen = {}
        with PostgreSQL(shared_buffers="256MB", max_wal_size="4GB") as server:
            for _ in range(rounds):
                for name, value in cost_of(way, server, build, seconds).items():
                    seen.setdefault(name, []).append(value)
        for name, values in seen.items():
            row(name, values, unit_of(name))
