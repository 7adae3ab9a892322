"""What the tests of lab share: a lab in a folder of its own, and when to skip because the system lets nobody have one."""

import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "suite")]

LAB = os.path.abspath(sys.argv[1])
PATIENCE_SECONDS = 60  # for what must happen: a command that takes so long has failed
TEST_SECONDS = 120  # and a test
WITH_ROOT_OF_ITS_OWN = ["unshare", "--user", "--map-root-user"]


def why_there_are_no_labs():
    """An empty string where there can be some."""
    if not shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        return "ip is not here: apt-get install iproute2"
    tried = subprocess.run([*WITH_ROOT_OF_ITS_OWN, "--net", "--pid", "--fork", "true"], stderr=subprocess.PIPE, text=True, check=False)
    return f"this system lets nobody have namespaces: {tried.stderr.strip()}" if tried.returncode else ""


WHY_NOT = why_there_are_no_labs()


class LabTest(unittest.TestCase):
    """Each test has a state folder; a lab that it leaves up is taken down."""

    def run(self, result=None):
        """A line that never comes ends the test, and what it has started is taken down."""
        signal.signal(signal.SIGALRM, too_late)
        signal.alarm(TEST_SECONDS)
        try:
            return super().run(result)
        finally:
            signal.alarm(0)

    @classmethod
    def make_folder(cls):
        folder = tempfile.TemporaryDirectory(prefix="waymark-")
        return folder, pathlib.Path(folder.name)

    def setUp(self):
        made, self.folder = self.make_folder()
        self.addCleanup(made.cleanup)
        self.state = self.folder / "state"
        self.addCleanup(self.lab, "down")

    def lab(self, *words, before=(), **others):
        return run_lab(self.state, *words, before=before, **others)

    def must(self, *words, **others):
        done = self.lab(*words, **others)
        self.assertEqual(done.returncode, 0, f"lab {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def expect_refusal(self, done, code, *words):
        """One line on stderr that names the place and the cure."""
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("lab: "), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def start(self, *words, **others):
        """A lab command that goes on, with pipes; killed at the end of the test."""
        process = subprocess.Popen([LAB, "--state", str(self.state), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, **others)
        self.addCleanup(end, process)
        return process

    def keeper(self):
        return int((self.state / "keeper.pid").read_text())


def too_late(*_):
    raise AssertionError(f"nothing came for {TEST_SECONDS} s")


def run_lab(state, *words, before=(), **others):
    return subprocess.run([*before, LAB, "--state", str(state), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS, check=False, **others)


def end(process):
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


class Gone:
    """Processes, named so that a number given away again is no mistake: made while they live, asked later."""

    def __init__(self, pids):
        self.processes = [os.pidfd_open(pid) for pid in pids]

    def wait(self):
        """Whether all of them end."""
        try:
            return all(select.select([process], [], [], PATIENCE_SECONDS)[0] for process in self.processes)
        finally:
            for process in self.processes:
                os.close(process)
