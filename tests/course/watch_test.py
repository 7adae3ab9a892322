"""`watch` in a terminal: saves, keys, a file that goes away. Usage: watch_test.py COURSE BUILD SANITIZE"""

import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import termios
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import SOLUTION, SmallCourse, source

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")

WRONG = "int twice(int value) {\n    return value + 2;\n}\n"
SLOW = """}
#include <fstream>
namespace small {
int twice(int value) {
    std::ifstream started("STARTED");
    started.get();
    return value + 2;
}
"""
PATIENCE_SECONDS = 120


class Watched:
    """`watch` in a terminal that nobody sees."""

    def __init__(self, course):
        master, slave = pty.openpty()
        self.master, self.text = master, ""
        self.process = subprocess.Popen(
            [course.program, "--root", course.root, "--build", course.build, "--build-address",
             course.build, "--build-thread", course.build, "watch", "01"], stdin=slave, stdout=slave,
            stderr=slave, cwd=course.root, start_new_session=True, env={**os.environ, "NO_COLOR": "1"})
        self.slave = slave  # kept open: its settings are looked at afterwards

    def wait_for(self, words):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.text:
            if time.monotonic() > deadline:
                raise AssertionError(f"'{words}' did not come; what came: {self.text}")
            if select.select([self.master], [], [], 0.5)[0]:
                self.text += os.read(self.master, 65536).decode(errors="replace")
        before, _, self.text = self.text.partition(words)
        return before

    def press(self, key):
        os.write(self.master, key.encode())

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.course = SmallCourse(COURSE, BUILD, SANITIZE)
        self.addCleanup(self.course.remove)
        self.course.hand_in(WRONG)
        self.watched = Watched(self.course)
        self.addCleanup(self.watched.end)

    def test_a_save_is_checked_and_keys_are_obeyed(self):
        watched = self.watched
        watched.wait_for("double 0")
        watched.wait_for("[q]uit")
        file = self.course.root / "work" / "01-twice" / "twice.cc"
        fresh = file.with_suffix(".new")
        fresh.write_text(file.read_text().replace("value + 2", "value + value"))
        fresh.rename(file)  # as vim saves
        watched.wait_for("passed: 3 of 4")
        watched.wait_for("[q]uit")
        watched.press("h")
        watched.wait_for("Hint 1 of 3: one")
        watched.press("l")
        watched.wait_for("1 of 1 lessons passed")
        watched.press("r")
        watched.wait_for("passed: 3 of 4")
        watched.wait_for("[q]uit")
        watched.press("q")
        self.assertEqual(watched.process.wait(PATIENCE_SECONDS), 0)
        self.assertTrue(termios.tcgetattr(watched.slave)[3] & termios.ECHO, "the terminal is as before")

    def test_a_file_that_is_gone_is_told_and_looked_at_when_it_is_back(self):
        watched = self.watched
        watched.wait_for("[q]uit")
        file = self.course.root / "work" / "01-twice" / "twice.cc"
        file.unlink()
        watched.wait_for("work/01-twice/twice.cc is gone")
        file.write_text(source(SOLUTION))
        watched.wait_for("passed: 3 of 4")

    def test_a_save_during_a_check_ends_it(self):
        watched = self.watched
        watched.wait_for("[q]uit")
        file = self.course.root / "work" / "01-twice" / "twice.cc"
        started = self.course.root / "started"
        os.mkfifo(started)
        file.write_text(source(SLOW.replace("STARTED", str(started))))
        with open(started, "w"):  # opened when the case has begun; the case ends when it is closed
            fresh = file.with_suffix(".new")
            fresh.write_text(source(SOLUTION))
            fresh.rename(file)
        self.assertNotIn("double", watched.wait_for("saved meanwhile"))
        watched.wait_for("passed: 3 of 4")

    def test_ctrl_c_ends_it_and_the_terminal_is_as_before(self):
        self.watched.wait_for("[q]uit")
        self.watched.process.send_signal(signal.SIGINT)
        self.assertEqual(self.watched.process.wait(PATIENCE_SECONDS), 0)
        self.assertTrue(termios.tcgetattr(self.watched.slave)[3] & termios.ECHO)


if __name__ == "__main__":
    driver.main()
