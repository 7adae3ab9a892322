"""The workflows of a learner's copy, read as YAML, and their very steps run in one: nothing begun, begun,
passed, wrong. Usage: workflows_test.py COURSE BUILD SANITIZE"""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import SOLUTION, SmallCourse, source, write

try:
    import yaml
except ImportError:
    yaml = None

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")
HANDOUT = ROOT / "lessons/course/handout"
# Where a host's own words are not for this test: they would install packages here.
PACKAGES = '#!/bin/sh\necho "${0##*/} $*" >>"$PACKAGES_LOG"\n'
WAYMARK = """#!/usr/bin/env bash
root=$(dirname "$(readlink -f "$0")")
[[ $1 != packages ]] || { echo "waymark $*" >>"$PACKAGES_LOG"; exit 0; }
exec '@COURSE@' --root "$root" --build "$root/build" --build-address "$root/build" --build-thread "$root/build" "$@"
"""
WRONG = "int twice(int value) {\n    return value + 2;\n}\n"
THRICE = "int thrice(int value) {\n    return 3 * value;\n}\n"
SECOND = "02-thrice"


def in_second(text):
    """What the first lesson has, for the second."""
    return text.replace("twice", "thrice").replace("exercise-01", "exercise-02").replace(
        "value + value", "3 * value")


def add_second_lesson(course):
    lesson = course.root / "lessons" / SECOND
    first = course.root / "lessons" / "01-twice"
    write(course.root / "small/thrice.cc", in_second(source(SOLUTION)))
    write(course.root / "small/thrice.hh", in_second((course.root / "small/twice.hh").read_text()))
    write(course.root / "small/meson.build", (course.root / "small/meson.build").read_text().replace(
        "'twice.cc'", "'twice.cc', 'thrice.cc'"))
    write(course.root / "meson.build", (course.root / "meson.build").read_text() + f"subdir('lessons/{SECOND}')\n")
    for name in ("meson.build", "check.cpp", "lesson.json"):
        write(lesson / name, in_second((first / name).read_text()))
    write(lesson / "starter/thrice.cc", in_second((first / "starter/twice.cc").read_text()))


class Host:
    """What a workflow's commands get from the host that runs it."""

    def __init__(self, folder, copy):
        self.copy = copy
        self.packages = folder / "packages"
        self.summary = folder / "summary"
        self.environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
                            "PACKAGES_LOG": str(self.packages), "HOME": str(folder), "CI": "true"}
        write(folder / "bin/apt-get", PACKAGES)
        (folder / "bin/apt-get").chmod(0o755)

    def shell(self, script, **environment):
        result = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
                                cwd=self.copy, env={**self.environment, **environment}, text=True,
                                stdin=subprocess.DEVNULL, capture_output=True)
        return result.returncode, result.stdout + result.stderr

    def github(self):
        """(whether the run is red, what it printed)"""
        job = yaml.safe_load((self.copy / ".github/workflows/waymark.yml").read_text())["jobs"]["check"]
        red, printed = False, ""
        for step in job["steps"]:
            if "run" in step and (not red or step.get("if") == "${{ !cancelled() }}"):
                code, words = self.shell(step["run"], GITHUB_STEP_SUMMARY=str(self.summary))
                red, printed = red or code != 0, printed + words
        return red, printed

    def gitlab(self):
        job = yaml.safe_load((self.copy / ".gitlab-ci.yml").read_text())["waymark"]
        code, printed = self.shell("\n".join(job["before_script"] + job["script"]))
        return code != 0, printed


@unittest.skipIf(yaml is None, "python3-yaml is not there")
@unittest.skipUnless(HANDOUT.exists(), "this is a handed-out copy itself")
class WorkflowsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.course = SmallCourse(COURSE, BUILD, SANITIZE)
        cls.addClassCleanup(cls.course.remove)
        root = cls.course.root
        add_second_lesson(cls.course)
        write(root / "waymark", WAYMARK.replace("@COURSE@", cls.course.program))
        (root / "waymark").chmod(0o755)
        write(root / ".gitignore", "/build*/\n/work/\n")
        shutil.copytree(HANDOUT, root / "lessons/course/handout")
        for words in (["init", "--quiet"], ["add", "."]):
            subprocess.run(["git", *words], cwd=root, check=True)
        cls.copy = root.parent / "copy"
        cls.hand_out()
        subprocess.run(["meson", "setup", cls.copy / "build", cls.copy, f"-Db_sanitize={SANITIZE}",
                        "-Db_lundef=false"], check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def hand_out(cls):
        code, output, error = cls.course.run("handout", cls.copy)
        assert code == 0, output.decode() + error

    def setUp(self):
        shutil.rmtree(self.copy / "work", ignore_errors=True)
        (self.copy / "grade.xml").unlink(missing_ok=True)
        folder = self.course.root.parent / "host"
        shutil.rmtree(folder, ignore_errors=True)
        self.host = Host(folder, self.copy)

    def hand_in(self, first=None, second=None):
        for body, name, change in ((first, "01-twice/twice.cc", str), (second, f"{SECOND}/thrice.cc", in_second)):
            if body is not None:
                write(self.copy / "work" / name, change(source(body)))

    def both(self):
        return {"github": self.host.github(), "gitlab": self.host.gitlab()}

    def assert_all(self, red):
        for host, (is_red, printed) in self.both().items():
            with self.subTest(host):
                self.assertEqual(is_red, red, printed)

    def test_who_has_begun_nothing_is_green_and_told(self):
        for host, (red, printed) in self.both().items():
            with self.subTest(host):
                self.assertFalse(red, printed)
                self.assertIn("No lesson was begun yet: './waymark list' says where to go on.", printed)

    def test_what_passes_is_green_while_other_lessons_are_not_begun(self):
        self.hand_in(SOLUTION)
        self.assert_all(red=False)

    def test_a_starter_is_red(self):
        self.host.shell("./waymark begin 01")
        self.assertTrue((self.copy / "work/01-twice/twice.cc").exists())
        self.assert_all(red=True)

    def test_a_wrong_answer_beside_a_right_one_is_red_and_named(self):
        for first, second, wrong in ((WRONG, SOLUTION, "01-twice/twice.cc"),
                                     (SOLUTION, WRONG, f"{SECOND}/thrice.cc")):
            with self.subTest(wrong):
                self.hand_in(first, second)
                red, printed = self.host.github()
                self.assertTrue(red, printed)
                self.assertIn(f"::error file=work/{wrong},", printed)
                self.assertIn("| 01-twice | ", self.host.summary.read_text())
                red, printed = self.host.gitlab()
                self.assertTrue(red, printed)
                suites = {suite.get("name"): int(suite.get("failures")) for suite in
                          xml.etree.ElementTree.parse(self.copy / "grade.xml").getroot()}
                lesson = wrong.partition("/")[0]
                self.assertEqual([name for name, failures in suites.items() if failures],
                                 [f"waymark.{lesson}"])

    def test_a_file_that_is_gone_is_red(self):
        self.hand_in(SOLUTION)
        self.assertEqual(self.host.gitlab()[0], False)
        lesson = self.copy / "lessons/01-twice/lesson.json"
        text = lesson.read_text()
        self.addCleanup(lesson.write_text, text)
        lesson.write_text(text.replace('"small/twice.cc"', '"small/twice.cc",\n    "small/thrice.cc"'))
        red, printed = self.host.gitlab()
        self.assertTrue(red, printed)
        self.assertIn("work/01-twice/thrice.cc is not there", printed)

    def test_packages_are_the_courses_and_no_others(self):
        for run in (self.host.github, self.host.gitlab):
            self.host.packages.unlink(missing_ok=True)
            run()
            lines = self.host.packages.read_text().splitlines()
            self.assertEqual(lines[-1], "waymark packages course")
            for line in lines[:-1]:
                self.assertIn(line, ("apt-get update",
                                     "apt-get install --yes --no-install-recommends ca-certificates git"))

    def test_what_learners_write_is_tracked_and_what_is_built_is_not(self):
        self.host.shell("./waymark begin 01; ./waymark check 01")
        listed = self.host.shell("git init --quiet; git add .; git ls-files; rm -rf .git")[1].splitlines()
        self.assertIn("work/01-twice/twice.cc", listed)
        self.assertEqual([name for name in listed if ".built" in name or name.startswith("build")], [])


if __name__ == "__main__":
    driver.main()
