"""A learner's copy of a small course: what is in it, what is not, and that it works.
Usage: handout_test.py COURSE BUILD SANITIZE"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import LESSON, SOLUTION, STARTER, SmallCourse, source, write

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")
THRICE = source("int thrice(int value) {\n    return 3 * value;\n}\n").replace("exercise-01", "exercise-02")
THRICE_STARTER = "// Write this: three times the value.\nint thrice(int) {\n    return 0;\n}\n"


def add_second_lesson(root):
    write(root / "small" / "thrice.cc", THRICE)
    lesson = root / "lessons" / "02-thrice"
    write(lesson / "lesson.json", json.dumps({**LESSON, "sources": ["small/thrice.cc"]}))
    write(lesson / "starter" / "thrice.cc", THRICE_STARTER)
    for number in ("01-twice", "02-thrice"):
        write(root / "lessons" / number / "mutants" / "wrong.cc", "// a wrong body\n")
        write(root / "lessons" / number / "right" / "odd.cc", "// an odd body\n")
    write(root / "lessons" / "01-twice" / "transcript.txt", "what a demo said\n")


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


class HandoutTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.course = SmallCourse(COURSE, BUILD, SANITIZE)
        cls.addClassCleanup(cls.course.remove)
        root = cls.course.root
        add_second_lesson(root)
        write(root / ".gitignore", "/build/\n/work/\n")
        write(root / "lessons/course/handout/HANDOUT.md", "a copy\n")
        write(root / "lessons/course/handout/.host/at-each-push.yml", "check: all\n")
        write(root / "lessons/course/handout/README.md", "the copy's own\n")
        write(root / "README.md", "of the whole repository\n")
        write(root / "run", "#!/bin/sh\n")
        (root / "run").chmod(0o755)
        (root / "way").symlink_to("run")
        cls.git("init", "--quiet")
        cls.git("add", ".")
        cls.git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "--quiet", "-m", "all")
        write(root / "notes.txt", "not tracked: the teacher's own\n")

    @classmethod
    def git(cls, *arguments):
        subprocess.run(["git", *arguments], cwd=cls.course.root, check=True)

    def setUp(self):
        self.copy = self.course.root.parent / "copy"
        self.addCleanup(shutil.rmtree, self.copy, ignore_errors=True)

    def hand_out(self, *arguments):
        return self.course.run("handout", self.copy, *arguments)

    def refused(self, words, *arguments):
        code, output, error = self.course.run("handout", *arguments)
        self.assertEqual((code, output, error.count("\n")), (100, b"", 1), error)
        self.assertIn(words, error)

    def text(self, name):
        return (self.copy / name).read_text(encoding="utf-8")

    def test_every_solution_stays_at_home(self):
        code, output, error = self.hand_out()
        self.assertEqual((code, error), (0, ""))
        self.assertIn(b"small/thrice.cc", output)
        self.assertEqual(self.text("small/twice.cc"), source(STARTER))
        self.assertEqual(self.text("small/thrice.cc"),
                         source(THRICE_STARTER).replace("exercise-01", "exercise-02"))
        for file in self.copy.rglob("*"):
            if file.is_file():
                self.assertNotIn("value + value;\n}\n", file.read_text(encoding="utf-8"), file)

    def test_lessons_before_from_keep_their_solution(self):
        self.assertEqual(self.hand_out("--from", "02")[0], 0)
        self.assertEqual(self.text("small/twice.cc"), source(SOLUTION))
        self.assertIn(THRICE_STARTER, self.text("small/thrice.cc"))

    def test_a_lesson_on_which_the_copy_stands_keeps_its_solution(self):
        manifest = self.course.root / "lessons/02-thrice/lesson.json"
        before = manifest.read_text(encoding="utf-8")
        self.addCleanup(write, manifest, before)
        write(manifest, json.dumps({**json.loads(before), "kept_in_handouts_because": "the server counts by it"}))
        code, output, error = self.hand_out()
        self.assertEqual((code, error), (0, ""))
        self.assertIn(b"the solution of lesson 02 is in it: the server counts by it\n", output)
        self.assertNotIn(b"still to be written: small/thrice.cc", output)
        self.assertEqual(self.text("small/thrice.cc"), THRICE)
        self.assertEqual(self.text("small/twice.cc"), source(STARTER))

    def test_it_holds_what_git_tracks_and_no_history_and_no_proofs(self):
        self.hand_out()
        tracked = {name for name in subprocess.run(
            ["git", "ls-files"], cwd=self.course.root, capture_output=True, text=True,
            check=True).stdout.splitlines() if "/mutants/" not in name and "/right/" not in name}
        self.assertEqual(files_below(self.copy),
                         {name.removeprefix("lessons/course/handout/") for name in tracked})
        self.assertIn("lessons/01-twice/transcript.txt", tracked)
        self.assertTrue(os.access(self.copy / "run", os.X_OK))
        self.assertEqual(os.readlink(self.copy / "way"), "run")

    def test_what_only_a_copy_has_lies_at_its_root(self):
        self.hand_out()
        self.assertEqual(self.text("HANDOUT.md"), "a copy\n")
        self.assertEqual(self.text(".host/at-each-push.yml"), "check: all\n")

    def test_git_tracks_what_learners_write_there(self):
        self.hand_out()
        self.assertEqual(self.text(".gitignore"), "/build/\n")

    def test_it_builds_and_its_checks_fail_where_they_must(self):
        for arguments, passes in (((), False), (("--from", "02"), True)):
            with self.subTest(arguments):
                shutil.rmtree(self.copy, ignore_errors=True)
                self.hand_out(*arguments)
                subprocess.run(["meson", "setup", self.copy / "build", self.copy,
                                f"-Db_sanitize={SANITIZE}", "-Db_lundef=false"], check=True,
                               stdout=subprocess.DEVNULL)
                subprocess.run(["ninja", "-C", self.copy / "build", "--quiet"], check=True)
                check = self.copy / "build" / "lessons" / "01-twice" / "check"
                code = subprocess.run([check, "two and two is four"], stdout=subprocess.DEVNULL).returncode
                self.assertEqual(code, 0 if passes else 1)

    def test_begin_works_there_and_there_is_no_solution_to_show(self):
        self.hand_out()
        root, self.course.root = self.course.root, self.copy
        self.addCleanup(setattr, self.course, "root", root)
        self.course.run("begin", "01")  # builds ahead in the original's folder; that is not asked here
        self.assertEqual(self.text("work/01-twice/twice.cc"), source(STARTER))
        code, output, error = self.course.run("solution", "01", "--anyway")
        self.assertEqual((code, output), (100, b""))
        self.assertIn("without the solution", error)

    def test_the_original_has_a_solution_to_show(self):
        code, output, _ = self.course.run("solution", "01", "--anyway")
        self.assertEqual(code, 0)
        self.assertIn(SOLUTION.encode(), output)

    def test_a_folder_that_holds_something_is_refused_and_left_alone(self):
        write(self.copy / "mine.txt", "mine")
        self.refused("is there already", self.copy)
        self.assertEqual(files_below(self.copy), {"mine.txt"})

    def test_a_folder_inside_the_checkout_is_refused(self):
        self.refused("inside the checkout", self.course.root / "copies" / "one")

    def test_an_unknown_lesson_is_refused(self):
        self.refused("no lesson '07'", self.copy, "--from", "07")

    def test_a_lesson_without_a_starter_leaves_no_half_of_a_copy(self):
        starter = self.course.root / "lessons" / "02-thrice" / "starter" / "thrice.cc"
        starter.rename(starter.with_suffix(".away"))
        self.addCleanup(starter.with_suffix(".away").rename, starter)
        self.refused("has no starter", self.copy)
        self.assertFalse(self.copy.exists())

    def test_a_lesson_that_git_does_not_track_is_refused_and_no_half_is_left(self):
        root = self.course.root
        for name in ("lessons/03-new/lesson.json", "lessons/03-new/check.cpp", "lessons/01-twice/fresh.svg"):
            text = json.dumps({**LESSON, "sources": []}) if name.endswith(".json") else "new\n"
            write(root / name, text)
            words = "lessons/03-new/" if "03" in name else "lessons/01-twice/fresh.svg"
            self.refused(words, self.copy)
            self.assertFalse(self.copy.exists())
            if "03-new/check" in name:
                self.refused("git add", self.copy)
                shutil.rmtree(root / "lessons/03-new")
        (root / "lessons/01-twice/fresh.svg").unlink()
        self.assertEqual(self.hand_out()[0], 0)

    def test_what_is_not_in_the_copy_is_told(self):
        self.assertIn(b"not in it, because git does not track it: notes.txt\n", self.hand_out()[1])

    def test_the_copy_has_a_readme_of_its_own(self):
        self.hand_out()
        self.assertEqual(self.text("README.md"), "the copy's own\n")

    def test_without_git_nothing_is_handed_out(self):
        hidden = self.course.root / ".git-away"
        (self.course.root / ".git").rename(hidden)
        self.addCleanup(hidden.rename, self.course.root / ".git")
        self.refused("git tracks nothing", self.copy)


if __name__ == "__main__":
    driver.main()
