"""What Node.js is asked to run, against the Node.js that the oldest Debian has that Waymark runs on.

A package that wants a newer one installs without a word on Debian 12, and fails there at its first line.
"""

import json
import pathlib
import re
import subprocess
import unittest

import driver

ROOT = pathlib.Path(__file__).resolve().parents[2]
OLDEST_NODE = 18  # Debian 12's


def tracked(*patterns):
    names = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, check=True,
                           stdout=subprocess.PIPE).stdout.decode().split("\0")
    return [ROOT / name for name in names if name]


def too_new(lock):
    """The packages of a lock file that do not say that they run on the oldest Node.js."""
    names = []
    for name, package in lock["packages"].items():
        wanted = package.get("engines", {}).get("node")
        if wanted is None:
            continue
        least = re.fullmatch(r">= ?(\d+)(\.\d+)*", wanted)
        if least is None or int(least.group(1)) > OLDEST_NODE:
            names.append(f"{name} {package['version']} wants Node.js {wanted}")
    return names


def is_module(script):
    """Whether Node.js is told so, by the package.json next above: the newer ones find out by themselves."""
    for folder in script.parents:
        if (folder / "package.json").exists():
            return json.loads((folder / "package.json").read_text()).get("type") == "module"
        if folder == ROOT:
            return False


class NodeVersionTest(unittest.TestCase):
    def test_all_packages_run_on_the_oldest(self):
        locks = tracked("*package-lock.json")
        self.assertGreater(len(locks), 0)
        for lock in locks:
            with self.subTest(lock.name):
                self.assertEqual(too_new(json.loads(lock.read_text())), [])

    def test_a_package_that_wants_a_newer_one_is_seen(self):
        lock = {"packages": {"new": {"version": "2", "engines": {"node": ">=20"}},
                             "odd": {"version": "1", "engines": {"node": "^18 || ^20"}},
                             "old": {"version": "1", "engines": {"node": ">=14.16"}}, "any": {"version": "1"}}}
        self.assertEqual(too_new(lock), ["new 2 wants Node.js >=20", "odd 1 wants Node.js ^18 || ^20"])

    def test_every_script_that_imports_is_said_to_be_a_module(self):
        # Those that run in Node.js: pages' own modules are named by their pages.
        scripts = [script for script in tracked("tests/*.js", "slides/print/*.js")
                   if re.search(r"^(import|export) ", script.read_text(), re.MULTILINE)]
        self.assertGreater(len(scripts), 10)
        self.assertEqual([str(script) for script in scripts if not is_module(script)], [])

    def test_a_script_without_a_package_of_its_kind_is_no_module(self):
        self.assertFalse(is_module(ROOT / "lessons/course/no.js"))


if __name__ == "__main__":
    driver.main()
