"""The capstone on a small course whose server prints twice 21: whose modules are in it, and that its
acceptance tests decide. Usage: capstone_test.py COURSE BUILD SANITIZE"""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import MESON, SOLUTION, STARTER, SmallCourse, source, write

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")

SERVER = """#include <cstdio>

#include "small/twice.hh"

int main() { std::printf("%d\\n", small::twice(21)); }
"""
ACCEPTANCE = """import os, subprocess, sys, traceback
said = subprocess.run([sys.argv[1]], capture_output=True, text=True)
open(os.environ["SEEN"], "w").write(sys.argv[1] + " " + said.stdout + said.stderr)
right = said.stdout == "42\\n"
print("the server said", said.stdout)
if os.environ.get("LEAVE"):
    subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
if os.environ.get("SILENT"):
    sys.exit(0)
if not right:
    try:
        raise AssertionError("the server must say 42")
    except AssertionError:
        traceback.print_exc(file=sys.stdout)
print("SKIP: the moon: is not there")
print(f"{int(right)} passed, {int(not right)} failed, 1 skipped")
sys.exit(0 if right else 1)
"""
MESON_SERVER = """subdir('lessons/16-tracker')
"""
MESON_TRACKER = """tracker = executable('tracker', 'main.cc', include_directories: root, link_with: small_library)
test('whole', find_program('python3'), args: [files('acceptance.py'), tracker], suite: ['server', 'acceptance'],
  env: {'SEEN': meson.project_source_root() / 'seen.txt'})
test('not_of_it', find_program('false'), suite: 'server')
"""
# Right, and it can be told from the library's.
MINE = "}\n#include <cstdio>\nnamespace small {\n" \
       "int twice(int value) {\n    std::fputs(\"mine\\n\", stderr);\n    return value + value;\n}\n"
WRONG_LATER = "int twice(int value) {\n    return value == 21 ? 7 : value + value;\n}\n"


class CapstoneCourse(SmallCourse):
    def write_files(self, real_build):
        super().write_files(real_build)
        text = (self.root / "meson.build").read_text()
        write(self.root / "meson.build", text + MESON_SERVER)
        folder = self.root / "lessons" / "16-tracker"
        for name, text in (("main.cc", SERVER), ("acceptance.py", ACCEPTANCE), ("meson.build", MESON_TRACKER)):
            write(folder / name, text)


class CapstoneTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.course = CapstoneCourse(COURSE, BUILD, SANITIZE)
        cls.addClassCleanup(cls.course.remove)

    def capstone(self, body, environment=None):
        self.course.hand_in(body)
        seen = self.course.root / "seen.txt"
        seen.unlink(missing_ok=True)
        code, output, error = self.course.run("capstone", environment=environment)
        self.assertEqual(error, "")
        return code, output.decode(), seen.read_text() if seen.exists() else ""

    def test_without_anything_of_the_learners_all_is_the_librarys(self):
        code, output, seen = self.capstone(None)
        self.assertEqual(code, 0, output)
        self.assertIn("the library's  small/twice.cc (not begun)", output)
        self.assertIn("all of its modules are the library's", output)
        self.assertIn("0 of 1 modules are yours.\nThe others are the library's:\n", output)
        self.assertIn("  01-twice        not begun: ./waymark begin 01\n", output)
        self.assertIn("work/.built/capstone/tracker", seen)
        self.assertNotIn("mine", seen)

    def test_a_module_that_passes_is_in_the_server(self):
        code, output, seen = self.capstone(MINE)
        self.assertEqual(code, 0, output)
        self.assertIn("1 of its 1 modules are yours", output)
        self.assertNotIn("The others", output)
        self.assertIn("mine", seen)
        self.assertIn("SKIP: the moon: is not there", output)
        self.assertIn("1 passed, 0 failed, 1 skipped", output)
        self.assertNotIn("not_of_it", output)

    def test_a_module_that_does_not_pass_stays_out_and_it_says_why(self):
        for body, why in ((STARTER, "3 of 4 cases do not pass"), ("int twice(int) { return }\n", "does not compile")):
            code, output, seen = self.capstone(body)
            self.assertEqual(code, 0, output)
            self.assertIn(f"the library's  small/twice.cc ({why})", output)
            self.assertIn("42", seen)
            self.assertIn(f"  01-twice        {why}: ./waymark check 01 says what is wrong\n", output)

    def test_it_can_be_built_without_its_tests(self):
        self.course.hand_in(MINE)
        (self.course.root / "seen.txt").unlink(missing_ok=True)
        code, output, error = self.course.run("capstone", "--no-tests")
        self.assertEqual((code, error), (0, ""))
        self.assertIn("1 of 1 modules are yours", output.decode())
        self.assertFalse((self.course.root / "seen.txt").exists())
        tracker = subprocess.run([self.course.root / "work/.built/capstone/tracker"], capture_output=True, text=True)
        self.assertEqual((tracker.stdout, tracker.stderr), ("42\n", "mine\n"))

    def test_the_acceptance_tests_decide(self):
        code, output, seen = self.capstone(WRONG_LATER)
        self.assertEqual(code, 1, output)
        self.assertIn("yours", output)
        self.assertIn("FAIL  whole", output)
        self.assertIn("the server said 7", output)
        self.assertIn("1 of its tests fail with 1 of 1 modules yours", output)
        self.assertIn("\n        the server must say 42\n", output)
        self.assertNotIn("Traceback", output)
        self.assertNotIn("File ", output)

    def test_a_failure_names_the_lesson_without_whose_module_it_passes(self):
        _, output, _ = self.capstone(WRONG_LATER)
        self.assertIn("whole passes with the library's module of lesson 01-twice in place of yours", output)
        tracker = subprocess.run([self.course.root / "work/.built/capstone/tracker"], capture_output=True, text=True)
        self.assertEqual(tracker.stdout, "7\n")  # the learner's own is there again
        _, output, _ = self.capstone(MINE, {"SILENT": "1"})
        self.assertIn("No single module of yours (01-twice) makes the difference", output)
        _, output, _ = self.capstone(None, {"SILENT": "1"})
        self.assertIn("None of your modules is in it", output)

    def test_a_process_that_is_left_behind_is_a_failure_and_is_ended(self):
        code, output, _ = self.capstone(None, {"LEAVE": "1"})
        self.assertEqual(code, 1, output)
        self.assertIn("1 processes were left behind", output)

    def test_a_test_without_a_result_proves_nothing(self):
        code, output, _ = self.capstone(None, {"SILENT": "1"})
        self.assertEqual(code, 1, output)
        self.assertIn("no result", output)

    def test_in_a_copy_without_solutions_there_is_no_server_yet(self):
        library = self.course.root / "small" / "twice.cc"
        write(library, source(STARTER))
        self.addCleanup(write, library, source(SOLUTION))
        code, output, seen = self.capstone(None)
        self.assertEqual((code, seen), (1, ""), output)
        self.assertIn("nobody's yet", output)
        code, output, seen = self.capstone(MINE)
        self.assertEqual(code, 0, output)
        self.assertIn("mine", seen)


if __name__ == "__main__":
    driver.main()
