#!/usr/bin/env python3
"""Runs every demo anew and compares what it prints with its recording in slides/transcripts. What
differs from run to run and machine to machine is made equal first: process ids, times, addresses,
counts of more than two digits. The order of lines that several processes print is nobody's, and how
often a line with such a number is repeated (progress) is the machine's.

  transcripts_test.py SLIDE_SERVER MANIFEST ROOT
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import driver

SERVER, MANIFEST, ROOT = sys.argv[1:4]
RECORDED = pathlib.Path(ROOT) / "slides/transcripts"
COLUMNS = 70  # what fits beside the process tree on a slide; slides/server/terminal.cc says so too

VARYING = [
    (r"\x1b\[[0-9;]*[A-Za-z]", ""),                                       # colours
    (r"0x[0-9a-f]+", "ADDRESS"),
    (r"/tmp/[\w./-]+", "FILE"),
    (r"/dev/pts/\d+", "TERMINAL"),
    (r"\d\d:\d\d:\d\d", "TIME"),
    (r"\b\d+(\.\d+)? ?(ns|us|ms|s|seconds|MiB)\b", r"QUANTITY \2"),
    (r"\d{3,}", "NUMBER"),                                                # pids, counts
    (r"\b\d+( +(lines|signals|refused|found|are lost)\b)", r"NUMBER\1"),
    (r"[ \t]+", " "),
]
VARIES = re.compile(r"\b(NUMBER|QUANTITY|ADDRESS)\b")
# A sanitizer's remark on a mistake that the demo makes on purpose; what people run has none.
REMARK = re.compile(r"runtime error:|^AddressSanitizer")


def normal(text):
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not REMARK.search(line)]
    varying = {line for line in lines if VARIES.search(line)}
    return sorted([line for line in lines if not VARIES.search(line)] + list(varying))


def too_long(text):
    return [line for line in text.splitlines() if len(line) > COLUMNS and not REMARK.search(line)]


class TranscriptsTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.said = subprocess.run([SERVER, "record", "--root", ROOT, "--manifest", MANIFEST, "--into", cls.folder.name],
                                  check=True, stdout=subprocess.PIPE, text=True).stdout
        print("".join(line for line in cls.said.splitlines(True) if line.startswith("SKIP: ")), end="")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_demos_print_what_is_recorded(self):
        now = sorted(pathlib.Path(self.folder.name).rglob("*.txt"))
        self.assertGreater(len(now), 0)
        for file in now:
            name = file.relative_to(self.folder.name)
            with self.subTest(name):
                recorded = (RECORDED / name).read_text(encoding="utf-8")
                self.assertEqual(normal(file.read_text(encoding="utf-8")), normal(recorded))

    def test_no_recording_is_of_a_demo_that_is_gone(self):
        names = {file.relative_to(RECORDED) for file in RECORDED.rglob("*.txt")}
        now = {file.relative_to(self.folder.name) for file in pathlib.Path(self.folder.name).rglob("*.txt")}
        skipped = self.said.count("SKIP: ")
        self.assertLessEqual(len(names - now), skipped, names - now)

    def test_every_line_fits_on_its_slide(self):
        self.assertEqual(too_long("x" * COLUMNS + "\n" + "y" * (COLUMNS + 1)), ["y" * (COLUMNS + 1)])
        for file in pathlib.Path(self.folder.name).rglob("*.txt"):
            with self.subTest(file.name):
                self.assertEqual(too_long(file.read_text(encoding="utf-8")), [])

    def test_what_varies_is_equal_and_what_matters_is_not(self):
        self.assertEqual(normal("pid 4711, 1.25 s, 0x7ffe\n"), normal("pid 88112, 0.3 s, 0x5566\n"))
        self.assertEqual(normal("a\nb\n"), normal("b\na\n"))
        self.assertEqual(normal("1200 lines\n"), normal("3400 lines\n5600 lines\n"))
        for other in ("zombies: 8\n", "zombie: 9\n", "zombies: 9\nand more\n", ""):
            self.assertNotEqual(normal("zombies: 9\n"), normal(other))
        self.assertNotEqual(normal("[exit status 0]"), normal("[exit status 1]"))
        self.assertNotEqual(normal("killed by signal 9"), normal("killed by signal 15"))


if __name__ == "__main__":
    driver.main()
