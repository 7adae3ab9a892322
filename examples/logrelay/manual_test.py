#!/usr/bin/env python3
"""The man pages name the options that the programs have, and the units name none that they have not:
manual_test.py LOGRELAY CLIENT"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite")]

import driver
import unit_files

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


class Units(unittest.TestCase):
    UNITS = {"logrelay": ["logrelay.service", "logrelay.socket"], "logrelay-client": ["logrelay-client.service"]}

    def test_systemd_understands_them_and_they_may_do_little(self):
        for name, units in self.UNITS.items():
            with self.subTest(name):
                files = [HERE / unit for unit in units]
                self.assertEqual(unit_files.verify(files, pathlib.Path(PROGRAMS[name]).resolve()), "")
                self.assertLessEqual(unit_files.exposure(files[0]), 1.5)

    def test_and_it_would_say_what_is_wrong(self):
        unit = HERE / "logrelay-client.service"
        said = unit_files.verify([unit], "/bin/true", lambda text: text.replace("ProtectHome=yes", "ProtectHom=yes"))
        self.assertIn("ProtectHom", said)
        with tempfile.NamedTemporaryFile("w", suffix=".service") as open_one:
            open_one.write("[Service]\nExecStart=/bin/true\n")
            open_one.flush()
            self.assertGreater(unit_files.exposure(open_one.name), 5)


if __name__ == "__main__":
    driver.main()
