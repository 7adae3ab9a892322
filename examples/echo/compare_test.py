#!/usr/bin/env python3
"""The short form of compare:  compare_test.py BUILD LEARNERS_PROGRAM

What is certain of it: who answered, that the counts add up, the columns, and that nothing is left. Never a time."""

import csv
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes import descendants
from processes_seen import PATIENCE_SECONDS

import driver

BUILD, LEARNERS = sys.argv[1:]
del sys.argv[1:]
COMPARE = [sys.executable, pathlib.Path(__file__).with_name("compare.py"), "--build", BUILD]
COLUMNS = ["design", "connections", "served", "requests", "short_per_s", "short_cpu_us", "kept_per_s", "cpu_us",
           "memory_kib", "p99_ms", "stopped"]
DESIGNS = ["iterative", "fork", "thread", "thread-pool", "prefork", "prefork-threads", "select", "poll", "epoll",
           "coroutines"]


def compare(*arguments):
    return subprocess.run([*COMPARE, *arguments], capture_output=True, text=True, check=False,
                          timeout=4 * PATIENCE_SECONDS)


class Compare(unittest.TestCase):
    def test_1_every_design_answers_and_the_counts_add_up(self):
        with tempfile.TemporaryDirectory() as folder:
            table, picture = pathlib.Path(folder, "t.csv"), pathlib.Path(folder, "p.svg")
            result = compare("--short", "--also", LEARNERS, "--csv", table, "--svg", picture)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            with open(table, encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file)
                rows = list(reader)
            self.assertEqual(reader.fieldnames, COLUMNS)
            drawn = "".join(xml.etree.ElementTree.parse(picture).getroot().itertext())
        self.assertEqual(list(dict.fromkeys(row["design"] for row in rows)), [*DESIGNS, os.path.basename(LEARNERS)])
        for row in rows:
            with self.subTest(f"{row['design']} at {row['connections']}"):
                self.assertIn(row["design"], drawn)
                served, connections = int(row["served"]), int(row["connections"])
                self.assertEqual(row["requests"], "50")
                self.assertTrue(1 <= served <= connections)
                self.assertEqual(served < connections, row["stopped"] != "")
        # One that serves one client at a time serves one, however many come.
        self.assertEqual([row["served"] for row in rows if row["design"] == "iterative"], ["1", "1"])

    def test_2_a_program_that_is_no_echo_server_is_told(self):
        result = compare("--short", "iterative", "--also", "/bin/true")
        self.assertEqual(result.returncode, 111)
        self.assertIn("compare: /usr/bin/true: it did not say where it listens"
                      if os.path.realpath("/bin/true").startswith("/usr") else "compare: /bin/true", result.stderr)

    def test_3_what_is_wrong_with_the_command_is_said_in_one_line(self):
        for arguments in (["no-such-design"], ["--also", "/nowhere"], ["--seconds", "0"], ["--build", "/nowhere"],
                          ["--csv", "/nowhere/t.csv"], ["--svg", "/"]):
            with self.subTest(" ".join(arguments)):
                result = compare("--short", *arguments)
                self.assertEqual((result.returncode, result.stdout, result.stderr.count("\n")), (100, "", 1),
                                 result.stderr)

    def test_4_stopped_it_leaves_nothing_behind(self):
        """As Ctrl-C and as kill do it, in the middle of a load."""
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([*COMPARE, "--seconds", "600", "fork"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True) as process:
                while "design" not in process.stdout.readline():
                    pass
                started = []
                while len(started) < 2:
                    started = descendants(process.pid)
                process.send_signal(number)
                _, error = process.communicate(timeout=PATIENCE_SECONDS)
                self.assertEqual((process.returncode, error),
                                 (130, "\ncompare: stopped; everything that it started has ended\n"))
                self.assertEqual([pid for pid in started if os.path.exists(f"/proc/{pid}")], [])


if __name__ == "__main__":
    driver.main()
