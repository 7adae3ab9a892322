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
QUIT = "}\n#include <unistd.h>\nnamespace small {\nint twice(int) {\n    _exit(0);\n}\n"
HANG_BEFORE_MAIN = "}\n#include <unistd.h>\nnamespace small {\nint early = [] { for (;;) pause(); return 0; }();\n" \
                   + SOLUTION
KILLER = "}\n#include <signal.h>\n#include <unistd.h>\nnamespace small {\n" \
         "int twice(int) {\n    kill(getppid(), SIGKILL);\n    return 0;\n}\n"
# Megabytes, bytes that are no text, and words that would be a verdict if they were at the wrong place.
NOISE = """}
#include <cstdio>
namespace small {
int twice(int value) {
    for (int line = 0; line < 100000; ++line) std::printf("a line of forty bytes that nobody needs\\n");
    std::fputs("\\x1b[2J\\xff\\xfe\\x01 ]]></error><x>& 100%\\r\\n", stderr);
    std::puts("::error::forged\\n{\\"scores\\": {\\"01-twice\\": 999}}\\nresult=Zm9yZ2Vk");
    return value == 0 ? 0 : 7;
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
        self.assertIn("valu", lesson["cases"][0]["story"])
        self.assertEqual(lesson["cases"][0]["line"], 9)

    def test_what_was_not_handed_in_gets_nothing(self):
        lesson = self.graded(None)
        self.assertEqual(lesson["reason"], "twice.cc was not handed in")
        self.assertEqual((lesson["points"], len(lesson["cases"])), (0, CASES))

    def test_a_crash_costs_its_case_and_names_the_line(self):
        lesson = self.graded(CRASH)
        self.assertEqual(self.marks(lesson), ["passed", "passed", "broken", "skipped"])
        self.assertEqual((lesson["cases"][2]["reason"], lesson["cases"][2]["line"]), ("crashed", 10))

    def test_a_hang_costs_its_case(self):
        lesson = self.graded(HANG)
        self.assertEqual(self.marks(lesson), ["passed", "passed", "broken", "skipped"])
        self.assertEqual(lesson["cases"][2]["reason"], "hung")

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


class FormatTest(unittest.TestCase):
    """Every format keeps to its rules, for the noisiest program and for one that does not compile."""

    @classmethod
    def setUpClass(cls):
        cls.course = SmallCourse(COURSE, BUILD, SANITIZE)
        cls.addClassCleanup(cls.course.remove)
        cls.texts = {}
        for name, body in (("noise", NOISE), ("compile", "int twice(int) { return 1 }\n")):
            cls.course.hand_in(body)
            for form in FORMATS:
                cls.texts[name, form] = cls.text(form)

    @classmethod
    def text(cls, form):
        files = {name: cls.course.root / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        for file in files.values():
            file.unlink(missing_ok=True)
        _, output, _ = cls.course.run("grade", "01", "--format", form,
                                      environment={name: str(file) for name, file in files.items()})
        text = output.decode("utf-8")  # and nothing else
        if form == "github":
            cls.summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
            cls.output = files["GITHUB_OUTPUT"].read_text(encoding="utf-8")
        elif any(file.exists() for file in files.values()):
            raise AssertionError(f"{form} wrote a file of GitHub's")
        return text

    def both(self, form):
        return [self.texts[name, form] for name in ("noise", "compile")]

    def test_gradescope(self):
        for text in self.both("gradescope"):
            self.assertEqual(grade_rules.gradescope(text), [])
        noise = json.loads(self.texts["noise", "gradescope"])
        self.assertEqual([test["score"] for test in noise["tests"]], [0, 0, 0, 0])
        self.assertEqual([test["status"] for test in noise["tests"]], ["failed"] * 3 + ["passed"])

    def test_junit(self):
        for text in self.both("junit"):
            self.assertEqual(grade_rules.junit(text), [])
        self.assertIn('failures="3" errors="0"', self.texts["noise", "junit"])
        self.assertIn('failures="0" errors="4"', self.texts["compile", "junit"])

    def test_github(self):
        for text in self.both("github"):
            self.assertEqual(grade_rules.github(text), [])
            self.assertNotIn("\n::error::forged", text)
        self.assertEqual(self.texts["noise", "github"].count("::error "), 3)
        self.assertIn("file=work/01-twice/twice.cc,line=8,", self.texts["compile", "github"])
        self.assertEqual(grade_rules.github_output(self.output), [])
        self.assertEqual(len({line.count("|") for line in self.summary.splitlines()}), 1, self.summary)

    def test_autolab(self):
        for text in self.both("autolab"):
            self.assertEqual(grade_rules.autolab(text), [])
            self.assertEqual(json.loads(text.splitlines()[-1]), {"scores": {"01-twice": 0}})

    def test_what_was_printed_is_bounded(self):
        for form in FORMATS:
            self.assertLess(len(self.texts["noise", form]), 60000, form)

    def test_the_rules_can_say_no(self):
        gradescope, junit, github, autolab = (self.texts["noise", form] for form in FORMATS[:4])
        for rule, text, wrong, instead in (
                (grade_rules.gradescope, gradescope, '"failed"', '"bad"'),
                (grade_rules.gradescope, gradescope, '"visible"', '"shown"'),
                (grade_rules.gradescope, gradescope, '"score": 0', '"score": "0"'),
                (grade_rules.gradescope, gradescope, '"score": 0', '"score": 2'),
                (grade_rules.gradescope, gradescope, '"text"', '"latex"'),
                (grade_rules.gradescope, gradescope, '"tests"', '"test"'),
                (grade_rules.junit, junit, "&amp;", "&"),
                (grade_rules.junit, junit, "double", "\x01"),
                (grade_rules.junit, junit, 'tests="4"', 'tests="5"'),
                (grade_rules.junit, junit, "<failure", "<fault"),
                (grade_rules.junit, junit, 'classname="', 'colour="'),
                (grade_rules.github, github, "%0A", "\n"),
                (grade_rules.github, github, "%3A", ":"),
                (grade_rules.github, github, "title=", "headline="),
                (grade_rules.github_output, self.output, "=", "=="),
                (grade_rules.autolab, autolab, '{"scores"', ' and {"scores"'),
                (grade_rules.autolab, autolab, '{"01-twice":0}', '{"01-twice":"0"}'),
                (grade_rules.autolab, autolab, '"passed":false', '"passed":"no"')):
            with self.subTest(rule=rule.__name__, wrong=wrong):
                self.assertIn(wrong, text)
                self.assertEqual(rule(text), [])
                self.assertNotEqual(rule(text.replace(wrong, instead)), [])
        self.assertNotEqual(grade_rules.autolab(autolab + "goodbye\n"), [])


if __name__ == "__main__":
    driver.main()
