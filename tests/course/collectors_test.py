"""What `pack` makes for Gradescope and Autolab, used as their documents say that they use it: Autograder
Specifications of Gradescope; Guide for Lab Authors, "Add the required autograding files", of Autolab.
Usage: collectors_test.py COURSE BUILD SANITIZE"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
import grade_rules
from small_course import SOLUTION, SmallCourse, source, write

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")
COLLECTORS = ROOT / "lessons/course/collectors"
WRONG = "int twice(int value) {\n    return value > 0 ? 2 * value : value;\n}\n"
WAYMARK = """#!/usr/bin/env bash
root=$(dirname "$(readlink -f "$0")")
case $1 in
    packages) exit 0 ;;
    set-up) exec meson setup "$root/$2" "$root" -Db_sanitize=@SANITIZE@ -Db_lundef=false ;;
esac
exec '@COURSE@' --root "$root" --build "$root/build" --build-address "$root/build" --build-thread "$root/build" "$@"
"""
GIT = ["git", "-c", "user.name=T", "-c", "user.email=t@localhost"]


class CollectorsTest(unittest.TestCase):
    def setUp(self):
        self.course = SmallCourse(COURSE, BUILD, SANITIZE)
        self.addCleanup(self.course.remove)
        root, self.folder = self.course.root, pathlib.Path(self.course.temporary)
        shutil.rmtree(self.course.build)
        write(root / "waymark", WAYMARK.replace("@COURSE@", os.path.abspath(COURSE)).replace("@SANITIZE@", SANITIZE))
        (root / "waymark").chmod(0o755)
        shutil.copytree(COLLECTORS, root / "lessons/course/collectors")
        write(self.folder / "bin/apt-get", "#!/bin/sh\n")  # this machine's packages stay as they are
        (self.folder / "bin/apt-get").chmod(0o755)
        self.environment = {**os.environ, "AUTOGRADER": str(self.folder),
                            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        self.ran("git", "init", "--quiet")
        self.ran("git", "add", ".")
        self.ran(*GIT, "commit", "--quiet", "-m", "all")

    def ran(self, *command, cwd=None, code=0):
        result = subprocess.run(command, cwd=cwd or self.course.root, env=self.environment, capture_output=True,
                                text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def pack(self, *arguments, code=0):
        return self.ran(self.course.root / "lessons/course/collectors/pack", *arguments, code=code)

    def test_gradescope(self):
        self.pack("gradescope", "01", str(self.folder / "01.zip"))
        with zipfile.ZipFile(self.folder / "01.zip") as packed:
            packed.extractall(self.folder / "source")
            for entry in packed.infolist():
                usual = 0o755 if entry.is_dir() else 0o644
                (self.folder / "source" / entry.filename).chmod(entry.external_attr >> 16 & 0o777 or usual)
        for name in ("setup.sh", "run_autograder"):
            self.assertTrue(os.access(self.folder / "source" / name, os.X_OK), name)
        self.ran(self.folder / "source/setup.sh", cwd="/")
        shutil.copy(self.folder / "source/run_autograder", self.folder)
        (self.folder / "results").mkdir()
        for body, score in ((SOLUTION, 3), (WRONG, 2), ("int twice(int) { return }\n", 0), (None, 0)):
            shutil.rmtree(self.folder / "submission", ignore_errors=True)
            (self.folder / "submission").mkdir()
            if body:
                write(self.folder / "submission/twice.cc", source(body))
            self.ran(self.folder / "run_autograder", cwd=self.folder)
            result = (self.folder / "results/results.json").read_text()
            self.assertEqual(grade_rules.gradescope(result), [])
            self.assertEqual(json.loads(result)["score"], score)

    @unittest.skipUnless(shutil.which("make"), "no make")
    def test_autolab(self):
        self.pack("autolab", "01", str(self.folder / "lab"))
        for handin, body, score in (("twice.cc", SOLUTION, 3), ("handin.tar", WRONG, 2), ("twice.cc", "x\n", 0)):
            for old in ("course", "handin", "autograde.tar", "Makefile", "twice.cc", "handin.tar"):
                path = self.folder / old
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            shutil.copy(self.folder / "lab/autograde.tar", self.folder)
            shutil.copy(self.folder / "lab/autograde-Makefile", self.folder / "Makefile")
            write(self.folder / "twice.cc", source(body))
            if handin.endswith(".tar"):
                self.ran("tar", "--create", "--file", handin, "twice.cc", cwd=self.folder)
                (self.folder / "twice.cc").unlink()
            output = self.ran("make", cwd=self.folder)
            self.assertEqual(grade_rules.autolab(output), [])
            self.assertEqual(json.loads(output.splitlines()[-1]), {"scores": {"01-twice": score}})

    def test_wrong_words_are_refused(self):
        for arguments in ((), ("gradescope", "01"), ("moodle", "01", "x"), ("gradescope", "77", "x.zip"),
                          ("gradescope", "01", "x.tar")):
            self.assertEqual(self.pack(*arguments, code=100), "")


if __name__ == "__main__":
    driver.main()
