"""Grades of files that go wrong in every way. Usage: grade_test.py COURSE BUILD SANITIZE"""

import json
import os
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
import grade_rules
from small_course import CASES, SOLUTION, STARTER, SmallCourse

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")

CRASH = """int twice(int value) {
    int* nowhere = nullptr;
    return value == -3 ? *nowhere : value + value;
}
"""
HANG = "}\n#include <unistd.h>\nnamespace small {\n" \
       "int twice(int value) {\n    while (value == -3) pause();\n    return value + value;\n}\n"
# The first case ends when the third has begun, and the third when the first has.
MEET = """}
#include <fcntl.h>
#include <unistd.h>
namespace small {
int twice(int value) {
    char byte = 0;
    int fifo = -1;
    if (value == 2) {
        while ((fifo = open("MEETING", O_WRONLY | O_NONBLOCK)) == -1) usleep(5000);
        while (write(fifo, "x", 1) != 1) usleep(5000);
    } else if (value == -3) {
        fifo = open("MEETING", O_RDONLY | O_NONBLOCK);
        while (read(fifo, &byte, 1) != 1) usleep(5000);
    }
    if (fifo != -1) close(fifo);
    return value + value;
}
"""
QUIT = "}\n#include <unistd.h>\nnamespace small {\nint twice(int) {\n    _exit(0);\n}\n"
HANG_BEFORE_MAIN = "}\n#include <unistd.h>\nnamespace small {\nint early = [] { for (;;) pause(); return 0; }();\n" \
                   + SOLUTION
# Ends the grader: the last of its ancestors that are the course program. Never one beyond: what has lost its
# parent hangs below the suite's own runner, and with a fixed number of steps up that was ended, too.
KILLER = """}
#include <signal.h>
#include <unistd.h>
#include <fstream>
#include <string>
namespace small {
struct Status {
    std::string name;
    int parent = 0;
};
Status status_of(int process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string pid, state;
    Status status;
    stat >> pid >> status.name >> state >> status.parent;
    return status;
}
int twice(int) {
    int grader = getppid();
    while (status_of(status_of(grader).parent).name == "(course)") grader = status_of(grader).parent;
    if (status_of(grader).name == "(course)") kill(grader, SIGKILL);
    return 0;
}
"""
FORMATS = ("gradescope", "junit", "github", "autolab", "json")


class GradeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.course = SmallCourse(COURSE, BUILD, SANITIZE)
        cls.addClassCleanup(cls.course.remove)

    def graded(self, body, *arguments):
        """The lesson in our own format."""
        self.course.hand_in(body)
        code, output, error = self.course.run("grade", "01", "--format", "json", *arguments)
        self.assertEqual(error, "waymark: grading 01-twice\n")
        whole = json.loads(output)
        self.assertEqual(code, 0 if whole["points"] == whole["most_points"] else 1)
        return whole["lessons"][0]

    def marks(self, lesson):
        return [case["mark"] for case in lesson["cases"]]

    def test_the_solution_gets_every_point_and_what_is_skipped_counts_neither_way(self):
        lesson = self.graded(SOLUTION)
        self.assertEqual(self.marks(lesson), ["passed", "passed", "passed", "skipped"])
        self.assertEqual((lesson["points"], lesson["most_points"]), (3, 3))
        self.assertIn("no moon", lesson["cases"][3]["story"])

    def test_a_wrong_answer_costs_its_cases_only(self):
        lesson = self.graded("int twice(int value) {\n    return value > 0 ? 2 * value : value;\n}\n")
        self.assertEqual(self.marks(lesson), ["passed", "passed", "failed", "skipped"])
        story = lesson["cases"][2]["story"]
        for words in ("double -3", "expected  -6", "saw       -3", "added once"):
            self.assertIn(words, story)

    def test_what_does_not_compile_gets_nothing_and_the_compiler_is_quoted(self):
        lesson = self.graded("int twice(int value) {\n    return value + valu;\n}\n")
        self.assertEqual(self.marks(lesson), ["broken"] * CASES)
        self.assertEqual(lesson["reason"], "does not compile")
        self.assertIn("valu", lesson["story"])
        self.assertEqual({(case["file"], case["line"]) for case in lesson["cases"]},
                         {("work/01-twice/twice.cc", 9)})

    def test_what_the_compiler_says_is_told_once_in_every_format(self):
        self.course.hand_in("int twice(int value) {\n    return value + valu;\n}\n")
        for form in FORMATS:
            _, output, _ = self.course.run("grade", "01", "--format", form)
            self.assertEqual(output.decode().count("was not declared"), 1, form)

    def test_every_case_that_fails_has_a_file_and_a_line(self):
        for body in ("int twice(int value) {\n    return value + 2;\n}\n", CRASH, HANG, QUIT, " \n", None,
                     "int thrice(int value) {\n    return 3 * value;\n}\n"):
            for case in self.graded(body)["cases"]:
                if case["mark"] not in ("passed", "skipped"):
                    self.assertEqual(case["file"], "work/01-twice/twice.cc")
                    self.assertGreater(case["line"], 0)
        self.course.hand_in("int twice(int value) {\n    return value + 2;\n}\n")
        _, output, _ = self.course.run("grade", "01", "--format", "github")
        self.assertIn("::error file=work/01-twice/twice.cc,line=8,", output.decode())  # where it begins

    def test_cases_are_run_beside_each_other_so_that_hangs_are_waited_for_together(self):
        meeting = self.course.root / "meeting"
        os.mkfifo(meeting)
        self.addCleanup(meeting.unlink)
        lesson = self.graded(MEET.replace("MEETING", str(meeting)))
        self.assertEqual(self.marks(lesson), ["passed", "passed", "passed", "skipped"])

    def test_points_and_what_must_pass_are_in_the_manifest(self):
        manifest = self.course.root / "lessons" / "01-twice" / "lesson.json"
        text = manifest.read_text()
        self.addCleanup(manifest.write_text, text)

        def grading(**words):
            manifest.write_text(json.dumps({**json.loads(text), "grading": words}))
        debt = "a debt twice is a greater debt"
        without_debts = "int twice(int value) {\n    return value > 0 ? 2 * value : value;\n}\n"
        grading(points={debt: 5})
        self.assertEqual(self.graded(SOLUTION)["most_points"], 7)
        self.assertEqual(self.graded(without_debts)["points"], 2)
        grading(must_pass=[debt])
        lesson = self.graded(without_debts)
        self.assertEqual((lesson["points"], lesson["forfeited"]), (0, debt))
        self.assertEqual(self.graded(SOLUTION)["points"], 3)
        self.course.hand_in(without_debts)
        for form, rule in (("gradescope", grade_rules.gradescope), ("junit", grade_rules.junit),
                           ("github", grade_rules.github), ("autolab", grade_rules.autolab)):
            _, output, _ = self.course.run("grade", "01", "--format", form)
            self.assertEqual(rule(output.decode()), [])
        grading(points={"no such case": 2})
        self.assertIn("grades a case that there is not: 'no such case'", self.graded(SOLUTION)["reason"])
        for wrong in ({"points": {debt: -1}}, {"points": {debt: "2"}}, {"must": []}):
            grading(**wrong)
            self.assertEqual(self.course.run("grade", "01")[0], 100)

    def test_what_was_not_handed_in_gets_nothing(self):
        lesson = self.graded(None)
        self.assertEqual(lesson["reason"], "twice.cc was not handed in")
        self.assertEqual((lesson["points"], len(lesson["cases"])), (0, CASES))

    def test_a_crash_costs_its_case_and_names_the_line(self):
        lesson = self.graded(CRASH)
        self.assertEqual(self.marks(lesson), ["passed", "passed", "broken", "skipped"])
        # Without a sanitizer nobody says where it was; then it is where the exercise begins.
        line = 10 if "address" in SANITIZE else 8
        self.assertEqual((lesson["cases"][2]["reason"], lesson["cases"][2]["line"]), ("crashed", line))

    def test_a_hang_costs_its_case(self):
        lesson = self.graded(HANG)
        self.assertEqual(self.marks(lesson), ["passed", "passed", "broken", "skipped"])
        # The loop's own line, where a sanitizer can tell the stack.
        line = 12 if "address" in SANITIZE else 8
        self.assertEqual((lesson["cases"][2]["reason"], lesson["cases"][2]["line"]), ("hung", line))

    def test_a_program_that_ends_early_has_not_passed(self):
        lesson = self.graded(QUIT)
        self.assertEqual(self.marks(lesson), ["broken", "broken", "broken", "skipped"])

    def test_a_program_that_hangs_before_main_is_graded(self):
        lesson = self.graded(HANG_BEFORE_MAIN)
        self.assertEqual(self.marks(lesson), ["broken"] * CASES)

    def test_somebody_elses_folder_is_graded_flat_or_by_lesson(self):
        self.course.hand_in(None)
        for below in ("", "01-twice"):
            with self.subTest(below), tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / below / "twice.cc"
                file.parent.mkdir(exist_ok=True)
                file.write_text((self.course.root / "small" / "twice.cc").read_text())
                code, output, _ = self.course.run("grade", "--all", "--format", "json", "--work", folder)
                self.assertEqual((code, json.loads(output)["points"]), (0, 3))

    def test_a_program_that_kills_its_parent_costs_its_cases_only(self):
        lesson = self.graded("}\n#include <signal.h>\n#include <unistd.h>\nnamespace small {\nint twice(int value) {\n"
                             "    if (value == -3) kill(getppid(), SIGKILL);\n    return value + value;\n}\n")
        self.assertEqual(self.marks(lesson), ["passed", "passed", "failed", "skipped"])

    def test_a_program_that_kills_the_grader_leaves_a_result_without_points(self):
        self.course.hand_in(KILLER)
        result = self.course.root / "result.json"
        code, _, _ = self.course.run("grade", "01", "--format", "gradescope", "--output", result)
        self.assertEqual(code, -9)
        text = result.read_text()
        self.assertEqual(grade_rules.gradescope(text), [])
        self.assertEqual(json.loads(text)["score"], 0)
        self.assertIn("did not come to its end", text)

    def test_a_check_that_does_not_build_is_a_reason_too(self):
        check = self.course.root / "lessons" / "01-twice" / "check.cpp"
        text = check.read_text()
        self.addCleanup(check.write_text, text)
        check.write_text(text + "\nthis does not compile\n")
        lesson = self.graded(SOLUTION)
        self.assertIn("could not be graded", lesson["reason"])
        self.assertEqual((lesson["points"], lesson["most_points"]), (0, 1))

    def test_wrong_words_are_refused(self):
        for arguments in (["grade"], ["grade", "01", "--all"], ["grade", "02"],
                          ["grade", "01", "--begun"], ["grade", "--all", "--begun"],
                          ["grade", "01", "--format", "paper"]):
            code, output, error = self.course.run(*arguments)
            self.assertEqual((code, output, error.count("\n")), (100, b"", 1), error)


if __name__ == "__main__":
    driver.main()
