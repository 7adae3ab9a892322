"""Each format of a grade keeps to the rules of who reads it. Usage: grade_format_test.py COURSE BUILD SANITIZE"""

import json
import pathlib
import sys
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
import grade_rules
from small_course import SOLUTION, SmallCourse

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")

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

# What is handed in, the points of three that it gets, and the words that its reader must find in every format.
ANSWERS = {
    "pass": (SOLUTION, 3, ()),
    "wrong": ("int twice(int value) {\n    return value > 0 ? 2 * value : value;\n}\n", 2,
              ("a debt twice is a greater debt", "double -3", "-6", "added once")),
    "compile error": ("int twice(int value) {\n    return value + valu;\n}\n", 0,
                      ("does not compile", "twice.cc:9", "valu")),
    "crash": ("int twice(int value) {\n    if (value == -3) __builtin_trap();\n    return value + value;\n}\n", 2,
              ("a debt twice is a greater debt", "The program crashed", "double -3")),
    # It sleeps: a loop that turns costs a processor the five seconds of each format.
    "hang": ("}\n#include <unistd.h>\nnamespace small {\n"
             "int twice(int value) {\n    while (value == -3) pause();\n    return value + value;\n}\n", 2,
             ("a debt twice is a greater debt", "did not end in time", "double -3")),
}


def points_in(form, text):
    """What the format says of the points; junit leaves the sum to who reads it."""
    if form == "gradescope":
        return json.loads(text)["score"]
    if form == "junit":
        suite = xml.etree.ElementTree.fromstring(text)[0].attrib
        return int(suite["tests"]) - sum(int(suite[count]) for count in ("failures", "errors", "skipped"))
    if form == "github":
        return int(text.rsplit("::notice title=Waymark::", 1)[1].split(" of ")[0])
    if form == "autolab":
        return json.loads(text.splitlines()[-1])["scores"]["01-twice"]
    return json.loads(text)["points"]


class EachAnswerTest(unittest.TestCase):
    """Each kind of answer in each format: the rules hold, the points are right, and the words are there."""

    @classmethod
    def setUpClass(cls):
        cls.course = SmallCourse(COURSE, BUILD, SANITIZE)
        cls.addClassCleanup(cls.course.remove)

    def test_each_answer_in_each_format(self):
        rules = {"gradescope": grade_rules.gradescope, "junit": grade_rules.junit, "github": grade_rules.github,
                 "autolab": grade_rules.autolab, "json": lambda text: [] if json.loads(text) else ["empty"]}
        for kind, (body, points, words) in ANSWERS.items():
            self.course.hand_in(body)
            for form in FORMATS:
                with self.subTest(kind=kind, form=form):
                    code, output, _ = self.course.run("grade", "01", "--format", form)
                    text = output.decode("utf-8")
                    self.assertEqual(code, 0 if points == 3 else 1)
                    self.assertEqual(rules[form](text), [])
                    self.assertEqual(points_in(form, text), points)
                    for word in words:
                        self.assertIn(word, text)
                    if points == 3:
                        self.assertNotRegex(text, "FAIL|<failure|<error|::error|\"failed\"|broken")


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
