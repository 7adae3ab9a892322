#!/usr/bin/env python3
"""`./waymark new`, from a build folder:  new_test.py BUILD_FOLDER SANITIZERS

A project is made, built, and its own tests are run; then something in it is broken, and they must fail. What cannot become a
project is refused with one line, and leaves nothing."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/suite")]

import compiler_cache
import driver
import unit_files
from installed_tree import InstalledTree

BUILD, SANITIZERS = sys.argv[1:3]
del sys.argv[1:3]
MAKE = ROOT / "examples/new/make_project.sh"
PATIENCE_SECONDS = 1000


def told(*command, **more):
    """(exit code, what it said on both outputs)"""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, timeout=PATIENCE_SECONDS, **more)
    return done.returncode, done.stdout


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Refused(InFolder):
    def assert_refused(self, place, code, *words, **more):
        """In both ways in which it is asked, and nothing is there that was not."""
        before = sorted(self.folder.rglob("*"))
        for first in ("--check", BUILD):
            with self.subTest(place, first=first):
                ended, said = told(MAKE, first, place, cwd=self.folder, **more)
                self.assertEqual((ended, said.count("\n")), (code, 1), said)
                for word in ("waymark: ", *words):
                    self.assertIn(word, said)
        self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_a_name_that_is_no_identifier_and_one_that_would_be(self):
        for name, better in (("my-daemon", "my_daemon"), ("9lives", "lives"), ("My Daemon", "my_daemon"), ("Ähre", "hre"),
                             ("a" * 40, "a" * 31), ("", "my_daemon"), ("..", "my_daemon"), ("a\nb", "a_b"), ("-x", "x"),
                             ("$(id)", "id")):
            self.assert_refused(name, 100, f"say {better}\n")

    def test_a_name_that_the_project_has_already(self):
        for name in ("test", "all", "waymark", "subprojects"):
            self.assert_refused(name, 100, f"say my_{name}\n")

    def test_a_folder_that_has_something_a_file_and_a_link(self):
        (self.folder / "full").mkdir()
        (self.folder / "full/file").touch()
        (self.folder / "file").touch()
        (self.folder / "link").symlink_to("nowhere")
        self.assert_refused("full", 100, "not empty; say another")
        self.assert_refused("file", 100, "no folder; say another")
        self.assert_refused("link", 100, "no folder; say another")

    def test_a_folder_that_is_nowhere_and_one_within_the_checkout(self):
        self.assert_refused("no where/hello", 100, "mkdir -p 'no where'\n")
        self.assert_refused(ROOT / "hello", 100, "Waymark's own folder; say one beside it")
        self.assertFalse((ROOT / "hello").exists())

    @unittest.skipIf(os.geteuid() != 0, "to be somebody without rights")
    def test_a_place_where_one_may_not_write(self):
        os.chmod(self.folder, 0o755)
        if told("setpriv", "--reuid", "65534", "--clear-groups", "test", "-x", MAKE)[0] != 0:
            self.skipTest("nobody may not reach the checkout")
        code, said = told("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", MAKE, "--check", self.folder / "hello")
        self.assertEqual((code, said.count("\n")), (111, 1), said)
        self.assertIn("you may not write", said)

    def test_words_that_are_missing(self):
        for words in ((), ("hello", "you")):
            code, said = told(ROOT / "waymark", "new", *words)
            self.assertEqual((code, said.count("\n")), (100, 1), said)
            self.assertIn("./waymark new ../my_daemon", said)

    def test_the_command_refuses_before_it_installs_or_builds(self):
        code, said = told(ROOT / "waymark", "new", "9lives", cwd=self.folder)
        self.assertEqual((code, said.count("\n")), (100, 1), said)

    def test_a_toolkit_that_is_not_there_leaves_nothing(self):
        code, said = told(MAKE, self.folder, self.folder / "hello")
        self.assertEqual(code, 111, said)
        self.assertIn("the toolkit could not be taken", said)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_who_is_interrupted_finds_nothing(self):
        # A meson that waits until the signal is on its way.
        (self.folder / "bin").mkdir()
        tool = self.folder / "bin/meson"
        tool.write_text("#!/bin/sh\nkill -TERM $PPID\nexit 0\n")
        tool.chmod(0o755)
        place = self.folder / "place"
        place.mkdir()
        code, said = told(MAKE, BUILD, place / "hello", env={**os.environ, "PATH": f"{tool.parent}:{os.environ['PATH']}"})
        self.assertEqual(code, 111, said)
        self.assertEqual(list(place.iterdir()), [])


class Made(InFolder):
    def setUp(self):
        super().setUp()
        self.environment = {**os.environ, **compiler_cache.found_from_any_folder(self.folder)}
        (self.folder / "hello").mkdir()  # one that is empty is as good as none
        self.project = self.folder / "hello"
        code, said = told(MAKE, BUILD, self.project)
        self.assertEqual((code, said), (0, ""))
        self.assertEqual(list(self.folder.iterdir()), [self.project])

    def meson(self, *words):
        return told("meson", *words, cwd=self.project, env=self.environment)

    def set_up(self):
        # Only so that it links with what this folder was built with; a person's needs no options.
        options = [] if SANITIZERS == "none" else [f"-Db_sanitize={SANITIZERS}", "-Db_lundef=false", "-Doptimization=0"]
        code, said = self.meson("setup", "build", "--force-fallback-for=waymark", *options)
        self.assertEqual(code, 0, said)

    def run_tests(self):
        """(exit code, names of the tests that failed)"""
        code, said = self.meson("test", "-C", "build", "--print-errorlogs")
        self.said = said
        return code, sorted(set(re.findall(r"^\s*\d+/\d+ (.*?) +FAIL", said, re.MULTILINE)))

    def break_in(self, file, old, new):
        path = self.project / file
        whole = path.read_text()
        self.assertEqual(whole.count(old), 1, old)
        path.write_text(whole.replace(old, new))
        return lambda: path.write_text(whole)

    def test_it_passes_its_tests_at_once_and_fails_them_when_it_is_broken(self):
        self.set_up()
        self.assertEqual(self.run_tests(), (0, []), self.said)
        self.assertRegex(self.said, r"Ok: +2\b")
        mend = self.break_in("conversation.cc", "std::toupper", "std::tolower")
        self.assertEqual(self.run_tests()[1], ["end to end", "unit"], self.said)
        self.assertIn("lines are answered", self.said)
        mend()
        mend = self.break_in("service.cc", "settings_ = std::move(options->settings);", "")
        self.assertEqual(self.run_tests()[1], ["end to end"], self.said)
        self.assertIn("test_sighup_reads_the_settings_again", self.said)
        mend()
        self.break_in("main.cc", "file.remove();", "")
        self.assertEqual(self.run_tests()[1], ["end to end"], self.said)
        self.assertIn("test_the_file_of_a_unix_socket_goes_with_it", self.said)

    def test_nothing_of_the_template_and_nothing_of_this_machine_is_left_in_it(self):
        files = [path for path in self.project.rglob("*") if path.is_file()]
        mine = [path for path in files if path.parent != self.project / "subprojects/waymark/lib" and "include" not in path.parts]
        self.assertGreater(len(mine), 14)
        for path in mine:
            text = path.read_text()
            self.assertNotRegex(text.lower(), "newdaemon", path)
            for place in (str(ROOT), str(self.folder), "@VERSION@"):
                self.assertNotIn(place, text, path)
        for name in ("hello.service.in", "hello.socket", "hello.conf", "hello_test.py", ".gitignore", "README.md"):
            self.assertIn(self.project / name, files)
        self.assertTrue(os.access(self.project / "hello_test.py", os.X_OK))

    def test_its_readme_names_each_file_and_no_other_one(self):
        table = "\n".join(re.findall(r"^\| (`.*?) \|", (self.project / "README.md").read_text(), re.MULTILINE))
        there = {path.name for path in self.project.iterdir()} - {"README.md", ".gitignore"}
        self.assertEqual(set(re.findall(r"`(.*?)`", table)), there)

    def test_its_units_are_understood_and_shut_in(self):
        units = self.folder / "units"
        units.mkdir()
        service = (self.project / "hello.service.in").read_text()
        (units / "hello.service").write_text(service.replace("@BINDIR@", "/usr/local/bin").replace("@CONFIGURATION@", "/etc/hello.conf"))
        shutil.copy(self.project / "hello.socket", units)
        pair = [units / "hello.service", units / "hello.socket"]
        self.assertEqual(unit_files.verify(pair, "/bin/true"), "")
        self.assertIn("Restrat", unit_files.verify(pair, "/bin/true", lambda text: text.replace("Restart=", "Restrat=")))
        self.assertLess(unit_files.exposure(pair[0]), 2.0)

    def test_a_name_that_is_a_word_of_mesons_or_of_its_file(self):
        for name in ("if", "toolkit"):
            self.project = self.folder / name
            self.assertEqual(told(MAKE, BUILD, self.project), (0, ""))
            self.set_up()

    def test_the_toolkit_of_the_system_is_taken_first(self):
        tree = InstalledTree(BUILD, tags=("devel",))
        self.addCleanup(tree.remove)
        folders = ":".join(str(path) for path in tree.prefix.glob("lib/**/pkgconfig"))
        shutil.rmtree(self.project / "subprojects")
        environment = {**self.environment, "PKG_CONFIG_PATH": folders}
        code, said = told("meson", "setup", "build", cwd=self.project, env=environment)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"Run-time dependency waymark-net found: YES")
        # Without either it says what is missing.
        code, said = self.meson("setup", "elsewhere")
        self.assertNotEqual(code, 0)
        self.assertIn("waymark", said)


if __name__ == "__main__":
    driver.main()
