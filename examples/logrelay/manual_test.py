#!/usr/bin/env python3
"""The man pages name the options that the programs have, and the units name none that they have not:
manual_test.py LOGRELAY CLIENT"""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite")]

import driver

HERE = pathlib.Path(__file__).parent
PROGRAMS = dict(zip(("logrelay", "logrelay-client"), sys.argv[1:3]))
del sys.argv[1:3]


def options_of(name):
    text = subprocess.run([PROGRAMS[name], "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^ +(?:-h,)?(--[\w-]+)", text, re.MULTILINE)) - {"--help"}


class Manual(unittest.TestCase):
    def test_each_option_is_in_the_page_and_no_other(self):
        for name in PROGRAMS:
            with self.subTest(name):
                text = (HERE / f"{name}.1").read_text(encoding="ascii")
                section = text[text.index(".SH OPTIONS"):text.index(".SH SIGNALS")]
                self.assertEqual(set(re.findall(r"--[a-z][\w-]+", section)), options_of(name))

    def test_the_page_says_what_holds_unless_told_otherwise(self):
        for name in PROGRAMS:
            text = subprocess.run([PROGRAMS[name], "--help"], capture_output=True, text=True, check=True).stdout
            page = (HERE / f"{name}.1").read_text(encoding="ascii")
            for option, value in re.findall(r"(--[\w-]+) SECONDS\S*?=([\d.]+)", text):
                with self.subTest(f"{name} {option}"):
                    self.assertRegex(page[page.index(f'"{option}' if f'"{option}' in page else option):][:400],
                                     rf"\b{re.escape(value.removesuffix('.0'))}\b")

    def test_the_units_use_options_that_there_are(self):
        for name in PROGRAMS:
            with self.subTest(name):
                unit = (HERE / f"{name}.service").read_text(encoding="ascii")
                command = re.search(r"^ExecStart=(.*(?:\\\n.*)*)", unit, re.MULTILINE).group(1)
                used = set(re.findall(r" (--[\w-]+)", command))
                self.assertTrue(used)
                self.assertLessEqual(used, options_of(name))


if __name__ == "__main__":
    driver.main()
