#!/usr/bin/env python3
"""Who keeps positions in a file needs no libpq, and who has none is told so:  libpq_test.py TRACKER"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from processes import descendants
from running_tracker import RunningTracker

TRACKER = os.path.abspath(sys.argv.pop(1))
USAGE = 100
# Nobody listens there: a libpq that is loaded says so itself.
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def libraries(pid):
    lines = pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    return {os.path.basename(line.split()[-1]) for line in lines if ".so" in line}


class Libpq(unittest.TestCase):

    def migrate(self, **environment):
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            data = os.path.join(folder, "data")
            subprocess.run([TRACKER, "device", "add", "bike", "--data", data], env={**os.environ, **environment}, check=True,
                           capture_output=True, timeout=240)
            return subprocess.run([TRACKER, "migrate-store", "--from", data, "--to", NOWHERE], env={**os.environ, **environment},
                                  capture_output=True, text=True, timeout=240)

    def test_a_server_on_a_file_has_none_in_any_process(self):
        with RunningTracker(TRACKER) as server:
            pids = [server.process.pid, *descendants(server.process.pid)]
            self.assertGreater(len(pids), 2)
            for pid in pids:
                found = libraries(pid)
                self.assertTrue(any(name.startswith("libsqlite3.so") for name in found), found)
                self.assertEqual({name for name in found if name.startswith(("libpq.so", "libldap", "libgnutls"))}, set())

    def test_one_that_cannot_be_loaded_costs_postgresql_alone(self):
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            pathlib.Path(folder, "libpq.so.5").write_text("no library\n", encoding="ascii")
            done = self.migrate(LD_LIBRARY_PATH=folder)
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertIn("install the package libpq5", done.stderr)
        self.assertIn("libpq.so.5", done.stderr)

    def test_one_that_is_there_speaks_for_itself(self):
        done = self.migrate()
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("libpq5", done.stderr)
        self.assertIn("127.0.0.1", done.stderr)


if __name__ == "__main__":
    driver.main()
