"""`lesson new` and `lesson lint`: a new folder lacks exactly what was not written yet, a complete
lesson lacks nothing, and every part that is taken away is missed. Usage: lint_test.py COURSE
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import SOLUTION, STARTER, source, write

COURSE = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "course")
LESSON = "01-twice"

README = """# 01 Twice: how much is it?

""" + "Words that somebody reads, ten of them in each line. " * 85 + """ See wait(2) and [the picture](twice.svg).

![a picture](twice.svg)

## The wrong way: once
## The right way: twice
## Where the tracker uses it
In [its source](../../small/twice.cc), and see [below](#added-once).
## The exercise
`./waymark begin 01`, then `./waymark check 01`.
## Misconceptions
### Added once
Add it twice.
## Further reading
## Three questions
""" + "<details><summary>Why?</summary>\n\nBecause.\n\n</details>\n" * 3
MANIFEST = {
    "title": "Twice", "question": "How much is it?",
    "minutes": {"text": 20, "demos": 10, "exercise": 30}, "sources": ["small/twice.cc"],
    "demos": [{"name": "1-once", "title": "Once", "look": "At the sum.", "wrong": True},
              {"name": "2-twice", "title": "Twice", "look": "At the sum."}],
    "hints": ["How often?", "int(7)", "value + value"]}
CHECK = """// The check.
#include "lessons/course/check/story.hh"
const Advice kOnce{"added once", "It is "
                   "not twice.", "README.md#added-once; small/twice.md, twice(); int(7)"};
""" + "".join(f'TEST_CASE("case {number}") {{}}\n' for number in range(8))
MUTANT = "// source: small/twice.cc\n// misconception: added once\n// says: not twice\nint twice(int v) { return v; }\n"
PATCH = "// source: small/twice.cc\n// misconception: added once\n// says: not twice\n// case: case 7\n@@\n-    return value + value;\n+    return value;\n"
RIGHT = "// source: small/twice.cc\n// why it is right: it is twice\nint twice(int v) { return 2 * v; }\n"
FILES = {
    "README.md": README, "lesson.json": json.dumps(MANIFEST, indent=2), "check.cpp": CHECK,
    "1-once.cpp": "// Once.\n", "2-twice.cpp": "// Twice.\n",
    "twice.svg": '<svg role="img"><title>Two</title></svg>', "starter/twice.cc": STARTER,
    "../../slides/01-twice.md": "# Twice\n",
    "meson.build": "foreach demo : ['1-once', '2-twice']\nendforeach\n"
                   "lesson_checks += {'01-twice': executable('check', 'check.cpp')}\n",
    **{f"mutants/wrong-{number}.cc": MUTANT for number in range(5)},
    "mutants/wrong-5.patch": PATCH,
    **{f"right/odd-{number}.cc": RIGHT for number in range(2)}}

# file, what is replaced, by what, what the lint then says. None for the whole file: it is removed.
FAULTS = [
    ("README.md", None, "", "README.md: is not there"),
    ("README.md", "Words that", "", "words before the misconceptions"),
    ("README.md", "# 01 Twice", "# Twice", "does not begin with the heading '# 01 ...'"),
    ("README.md", "wait(2)", "wait", "cites no page of the manual"),
    ("README.md", "./waymark begin 01", "begin", "does not say './waymark begin'"),
    ("README.md", "## The wrong way", "## One way", "no section '## ...wrong way...'"),
    ("README.md", "## Where the tracker", "## Where it", "no section '## ...tracker...'"),
    ("README.md", "## Further reading", "### Further", "no section '## ...Further reading...'"),
    ("README.md", "## Three questions\n", "## Three questions\n## More\n", "are not the last"),
    ("README.md", "## The exercise", "## Misconceptions\n## The exercise", "is not in its place"),
    ("README.md", "<details><summary>Why?</summary>\n\nBecause.\n\n</details>\n", "", "folds 0 answers"),
    ("README.md", "</summary>", "", "is not closed"),
    ("README.md", "../../small/twice.cc", "../../small/thrice.cc", "thrice.cc is not there"),
    ("README.md", "#added-once", "#added-never", "has no such section"),
    ("README.md", "### Added once", "### Added never", "README.md#added-once is no section"),
    ("twice.svg", "<title>Two</title>", "", "no <title>"),
    ("lesson.json", "How much is it?", "Twice.", "'question' asks nothing"),
    ("lesson.json", '"text": 20', '"text": 0', "'text' is not known"),
    ("lesson.json", '"int(7)",', "", "'hints' has 2"),
    ("lesson.json", '"wrong": true', '"wrong": false', "no demo shows what goes wrong"),
    ("lesson.json", '"At the sum."', '""', "does not say where to 'look'"),
    ("lesson.json", '"At the sum."', '"at the sum."', "begin it with a capital"),
    ("lesson.json", '"At the sum."', '"At the sum"', "end it with a full stop"),
    ("lesson.json", '"name": "1-once"', '"name": "1-ones"', "1-ones.cpp: is not there"),
    ("lesson.json", '"name": "1-once"', '"name": "3-once"', "demo '3-once' is in place 1"),
    ("1-once.cpp", None, "", "1-once.cpp: is not there"),
    ("1-once.cpp", "// Once.", "int x;", "does not open with a comment"),
    ("3-thrice.cpp", "", "// Thrice.", "does not list it among the demos"),
    ("check.cpp", None, "", "check.cpp: is not there"),
    ("check.cpp", 'TEST_CASE("case 7")', "// none", "has 7 cases"),
    ("check.cpp", '"case 7"', '"case 7, and more"', "has a comma"),
    ("check.cpp", "small/twice.md", "twice.md", "sends its reader to 'twice.md', which is not there"),
    ("check.cpp", '"added once"', '"added twice"', "knows no misconception 'added once'"),
    ("starter/twice.cc", None, "", "starter/twice.cc: is not there"),
    ("starter/twice.cc", STARTER, SOLUTION, "is the solution"),
    ("starter/twice.cc", "// Write this", "", "states no contract"),
    ("mutants/wrong-0.cc", None, "", "has 5 programs, and there must be 6"),
    ("mutants/wrong-0.cc", "// says: not twice\n", "", "lacks the line '// says: ...'"),
    ("mutants/wrong-0.cc", "small/twice.cc", "small/thrice.cc", "is no source of the exercise"),
    ("mutants/wrong-5.patch", None, "", "has 5 programs, and there must be 6"),
    ("mutants/wrong-5.patch", "// misconception: added once\n", "", "lacks the line '// misconception: ...'"),
    ("mutants/wrong-5.patch", "+ value;", "- value;", "wrong-5.patch: line 5: the old lines of the hunk stand nowhere"),
    ("mutants/wrong-5.patch", "case: case 7", "case: case 9", "the check has no case 'case 9'"),
    ("right/odd-0.cc", None, "", "has 1 programs, and there must be 2"),
    ("right/odd-0.cc", "// why it is right: it", "// It", "lacks the line '// why it is right: ...'"),
    ("../../slides/01-twice.md", None, "", "slides/01-twice.md: is not there"),
    ("../../slides/01-twice.md", "# Twice", "<write: a deck>", "still to be written: a deck"),
    ("meson.build", "'2-twice'", "", "does not build the demo '2-twice'"),
    ("meson.build", "'check'", "'chuck'", "does not build the check"),
    ("meson.build", "lesson_checks += ", "all_checks += ", "so './waymark test' does not prove it"),
    ("lesson.json", '"demos": [', '"grading": {"must_pass": ["case 9"]}, "demos": [', "'grading' names 'case 9'"),
    ("lesson.json", '"question"', '"exercise_only": true, "question"', "'exercise_only', and there are demos"),
    ("../meson.build", "subdir('01-twice')", "", "does not name '01-twice'"),
    ("../../small/twice.cc", "//#region exercise-01", "", "exercise-01"),
    ("../../small/twice.cc", SOLUTION, "", "region is empty"),
    ("check.cpp", "// The check.", "// <write: the check>", "check.cpp: still to be written: the check"),
]


class LintTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="waymark-lint-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.lesson = self.root / "lessons" / LESSON
        write(self.root / "small" / "twice.cc", source(SOLUTION))
        write(self.root / "small" / "twice.md", "Twice.\n")
        write(self.root / "lessons" / "meson.build", "subdir('course')\nsubdir('16-tracker')\n")

    def write_complete_lesson(self):
        for name, text in FILES.items():
            write(self.lesson / name, text)
        write(self.root / "lessons" / "meson.build", "subdir('course')\nsubdir('01-twice')\n")

    def run_course(self, *arguments):
        result = subprocess.run(
            [COURSE, "--root", self.root, "--build", self.root, "--build-address", self.root,
             "--build-thread", self.root, "lesson", *arguments], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60)
        return result.returncode, result.stdout, result.stderr

    def lint(self, *arguments):
        code, output, error = self.run_course("lint", *arguments)
        self.assertEqual(error, "")
        return code, output

    def test_a_complete_lesson_lacks_nothing(self):
        self.write_complete_lesson()
        for arguments in ((), ("1",), ("twice",)):
            code, output = self.lint(*arguments)
            self.assertEqual(code, 0, output)
            self.assertRegex(output, r"1 lessons, 60 minutes, [1-9]\d+ things looked at, 0 not right\n")

    def test_every_part_is_missed(self):
        for place, (name, old, new, says) in enumerate(FAULTS):
            with self.subTest(place=place, file=name, says=says):
                self.write_complete_lesson()
                write(self.root / "small" / "twice.cc", source(SOLUTION))
                file = self.lesson / name
                if old is None:
                    file.unlink()
                else:
                    text = file.read_text() if file.exists() else ""
                    self.assertIn(old, text)
                    write(file, text.replace(old, new) if old else new)
                code, output = self.lint()
                self.assertEqual(code, 1, output)
                self.assertIn(says, output)
                if not FILES.get(name):
                    (self.lesson / "3-thrice.cpp").unlink(missing_ok=True)

    def test_a_new_lesson_lacks_what_is_to_be_written_and_nothing_is_forgotten(self):
        code, output, error = self.run_course("new", LESSON, "--source", "small/twice.cc")
        self.assertEqual((code, error), (0, ""))
        for name in output.splitlines()[:-1]:
            self.assertTrue(pathlib.Path(name).exists(), name)
        code, output = self.lint("01")
        self.assertEqual(code, 1)
        for says in ("README.md: has ", "README.md: still to be written: the question",
                     "'question' asks nothing", "'demos' has 0", "'hints' has 0", "has 0 cases",
                     "mutants: has 1 programs", "right: has 1 programs", "slides/01-twice.md: still to be written",
                     "first-mistake.patch: still to be written: the name of an Advice in the check",
                     "another-way.patch: still to be written: what is odd about it",
                     "starter/twice.cc: still to be written"):
            self.assertIn(says, output)
        # What the scaffold did write is not missed.
        for says in ("is not there", "does not build the check", "has no section", "does not name", "does not prove",
                     "lacks the line", "is no source"):
            self.assertNotIn(says, output)

    def test_a_new_lesson_that_is_written_lacks_nothing(self):
        self.run_course("new", LESSON, "--source", "small/twice.cc")
        for name, text in FILES.items():
            write(self.lesson / name, text)
        for name in ("mutants/first-mistake.patch", "right/another-way.patch"):
            (self.lesson / name).unlink()
        code, output = self.lint()
        self.assertEqual(code, 0, output)

    def test_a_lesson_may_be_an_exercise_only(self):
        self.run_course("new", LESSON, "--source", "small/twice.cc", "--exercise-only")
        self.assertFalse((self.root / "slides" / "01-twice.md").exists())
        code, output = self.lint()
        self.assertEqual(code, 1)
        for says in ("demos", "slides", "no section", "Further"):
            self.assertNotIn(says, output)
        for name in ("check.cpp", "starter/twice.cc"):
            write(self.lesson / name, FILES[name])
        for name in [name for name in FILES if name.startswith(("mutants", "right"))]:
            write(self.lesson / name, FILES[name])
        for name in ("mutants/first-mistake.patch", "right/another-way.patch"):
            (self.lesson / name).unlink()
        write(self.lesson / "meson.build", FILES["meson.build"])
        write(self.lesson / "lesson.json", json.dumps({**MANIFEST, "exercise_only": True, "demos": []}))
        write(self.lesson / "README.md", "# 01 Twice: how much?\n\n## The exercise\n\n" + "Words of a contract. " * 20 +
              "See wait(2). `./waymark begin 01`, `./waymark check 01`.\n\n## Misconceptions\n\n### Added once\n\nNo.\n")
        code, output = self.lint()
        self.assertEqual(code, 0, output)

    def test_a_new_lesson_is_built_in_its_place(self):
        for name in ("07-clients", "03-workers"):
            self.assertEqual(self.run_course("new", name)[0], 0)
        self.assertEqual((self.root / "lessons" / "meson.build").read_text(),
                         "subdir('course')\nsubdir('03-workers')\nsubdir('07-clients')\nsubdir('16-tracker')\n")

    def test_a_wrong_name_is_refused_and_nothing_is_written(self):
        self.write_complete_lesson()
        before = sorted(self.root.rglob("*"))
        for arguments, words in ((["new", "clients"], "no name for a lesson"),
                                 (["new", "7-clients"], "no name for a lesson"),
                                 (["new", "07-../x"], "no name for a lesson"),
                                 (["new", "01-other"], "has that number"),
                                 (["new", "02-next", "--source", "small/none.cc"], "no source"),
                                 (["lint", "09"], "no lesson '09'"), ([], "subcommand")):
            with self.subTest(arguments):
                code, output, error = self.run_course(*arguments)
                self.assertEqual((code, output, error.count("\n")), (100, "", 1))
                self.assertIn(words, error)
        self.assertEqual(sorted(self.root.rglob("*")), before)

    def test_nothing_to_look_at_is_no_success(self):
        code, output, error = self.run_course("lint")
        self.assertEqual((code, output), (100, ""))
        self.assertIn("no lesson to look at", error)

    def test_a_handed_out_copy_is_not_looked_at(self):
        self.write_complete_lesson()
        write(self.root / "HANDOUT.md", "a copy\n")
        code, _, error = self.run_course("lint")
        self.assertEqual(code, 100)
        self.assertIn("learner's copy", error)


@unittest.skipIf((ROOT / "HANDOUT.md").exists(), "this is a handed-out copy")
class RealLessonsTest(unittest.TestCase):
    def test_no_lesson_of_this_checkout_lacks_anything(self):
        result = subprocess.run([COURSE, "--root", ROOT, "--build", ROOT, "--build-address", ROOT,
                                 "--build-thread", ROOT, "lesson", "lint"], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        looked_at = int(re.search(r"(\d+) things looked at, 0 not right", result.stdout).group(1))
        self.assertGreater(looked_at, 1000)


if __name__ == "__main__":
    driver.main()
