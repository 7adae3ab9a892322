#!/usr/bin/env python3
"""What `meson install` puts into the system is enough by itself:  installed_test.py BUILD_FOLDER SANITIZERS

A program of somebody else's is built and run from it, each archive has all that it needs by its pkg-config file, each
header what it includes, and the tracker finds its pages where they are installed."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/suite")]

import driver
from installed_tree import PATIENCE_SECONDS, InstalledTree
from running_tracker import RunningTracker

BUILD, SANITIZERS = sys.argv[1:3]
del sys.argv[1:3]
FLAGS = [] if SANITIZERS == "none" else [f"-fsanitize={SANITIZERS}"]
PACKAGES = {"waymark-daemon": "waymark_daemon", "waymark-net": "waymark_net", "waymark-net-tls": "waymark_net_tls",
            "waymark-http": "waymark_http"}


def headers_not_there(include):
    """What an installed header includes and the tree has not."""
    missing = []
    for header in sorted(include.rglob("*.hh")):
        for name in re.findall(r'^#include "([^"]+)"', header.read_text(), re.MULTILINE):
            if not (include / name).is_file():
                missing.append(f"{header.relative_to(include)} includes {name}")
    return missing


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = InstalledTree(BUILD)
        cls.addClassCleanup(cls.tree.remove)
        cls.include = cls.tree.prefix / "include/waymark"

    def compile(self, source, *words):
        program = self.tree.root / "program"
        return program, subprocess.run(["g++", *FLAGS, "-o", program, source, *words], cwd=self.tree.root, text=True,
                                       capture_output=True, check=False, timeout=PATIENCE_SECONDS)

    def test_a_program_of_somebody_else_is_built_from_it_and_runs(self):
        words = self.tree.pkg_config("--cflags", "--libs", "waymark-net")
        self.assertFalse([word for word in words if str(ROOT) in word], "the checkout is no part of it")
        program, done = self.compile(ROOT / "tests/install/outside.cc", *words)
        self.assertEqual(done.stderr, "")
        ran = subprocess.run([program], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "heard: from outside\n", ""))

    def test_each_pc_file_names_all_that_its_archive_needs(self):
        source = self.tree.root / "nothing.cc"
        source.write_text("int main() {}\n")
        for package, archive in PACKAGES.items():
            with self.subTest(package):
                whole = ["-Wl,--whole-archive", *self.tree.pkg_config("--libs-only-L", package), f"-l{archive}",
                         "-Wl,--no-whole-archive"]
                libraries = self.tree.pkg_config("--cflags", "--libs", package)
                self.assertIn(f"-l{archive}", libraries)
                _, done = self.compile(source, *whole, *libraries)
                self.assertEqual(done.stderr, "")
                _, alone = self.compile(source, *whole)
                self.assertIn("undefined reference", alone.stderr, "a link that lacks something must fail")

    def test_each_header_has_what_it_includes(self):
        self.assertGreater(len(list(self.include.rglob("*.hh"))), 90)
        self.assertEqual(headers_not_there(self.include), [])
        self.assertEqual(list(self.include.rglob("*_under_test.hh")), [])

    def test_a_header_that_is_left_out_is_noticed(self):
        copy = self.tree.root / "copy"
        shutil.copytree(self.include, copy)
        (copy / "daemon/fd.hh").unlink()
        self.assertIn("net/listener.hh includes daemon/fd.hh", headers_not_there(copy))

    def test_each_program_runs_and_has_its_man_page(self):
        programs = sorted(path.name for path in (self.tree.prefix / "bin").iterdir())
        for name in ("balancer", "ca", "httpd", "lab", "logrelay", "logrelay-client", "tracker"):
            self.assertIn(name, programs)
        for name in programs:
            with self.subTest(name):
                done = subprocess.run([self.tree.prefix / "bin" / name, "--help"], capture_output=True, text=True,
                                      check=False, timeout=PATIENCE_SECONDS)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue((self.tree.prefix / f"share/man/man1/{name}.1").is_file(), "no man page")

    def test_the_tracker_finds_its_pages_where_they_are_installed(self):
        program = self.tree.prefix / "bin/tracker"
        site = self.tree.prefix / "share/waymark/site"
        (site / "assets/mark.txt").write_text("the installed ones\n")
        with RunningTracker(program) as server:
            url = server.wait_for_url("web").rstrip("/")
            with urllib.request.urlopen(f"{url}/assets/mark.txt", timeout=PATIENCE_SECONDS) as answer:
                self.assertEqual(answer.read(), b"the installed ones\n")
        site.rename(site.with_name("elsewhere"))
        self.addCleanup(site.with_name("elsewhere").rename, site)
        done = subprocess.run([program, "serve", "--foreground", "--data", self.tree.root / "data"], capture_output=True,
                              text=True, check=False, timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 100)
        self.assertRegex(done.stderr, r"\Atracker: the pages are neither in .* nor in .*share/waymark/site: .*\n\Z")


if __name__ == "__main__":
    driver.main()
