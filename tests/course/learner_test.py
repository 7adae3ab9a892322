"""What a learner sees: begin, check, hint, solution, reset, list. Usage: learner_test.py COURSE BUILD
SANITIZE"""

import fcntl
import json
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import SOLUTION, OneLearner

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")

WRONG = "int twice(int value) {\n    return value + 2;\n}\n"
BROKEN = "int twice(int value) {\n    return value + ;\n}\n"
FREED = "int twice(int value) {\n    int* gone = new int(value);\n    delete gone;\n    return *gone;\n}\n"
HANGS = "}\n#include <unistd.h>\nnamespace small {\nint twice(int) {\n    for (;;) pause();\n}\n"


class Learner(OneLearner):
    small_course = (COURSE, BUILD, SANITIZE)

    def test_from_the_starter_to_the_solution(self):
        self.assertIn("Next: read lessons/01-twice/README.md, then ./waymark begin 01", self.say("list"))
        self.assertIn("./waymark begin 01", self.say("check", "01", code=100))
        self.assertIn("work/01-twice/twice.cc", self.say("begin", "1"))
        self.assertIn("return 0;", self.file.read_text())
        text = self.say("check", code=1)
        self.assertIn("FAIL  two and two is four", text)
        self.assertIn("1. double 2 <- here", text)
        self.assertRegex(text, r"expected +4\n +saw +0\n")
        self.assertIn("Likely: added once", text)
        self.assertIn("lessons/01-twice/README.md#added-once\n", text)
        self.assertIn("int(7)", text)
        self.assertIn("0 of 4 cases pass, 3 wait behind this one", text)
        self.course.hand_in(SOLUTION)
        text = self.say("check")
        self.assertIn("skip  the moon is full: there is no moon here", text)
        self.assertIn("passed: 3 of 4 cases pass, 1 skipped", text)
        self.assertRegex((self.course.root / "work/progress.txt").read_text(),
                         r"^01-twice +passed \d{4}-\d\d-\d\d 3/4\n$")
        self.assertIn("1 of 1 lessons passed", self.say("list"))
        self.assertIn("value + value", self.say("solution", "01"))

    def test_every_lesson_that_was_begun_is_checked(self):
        self.assertEqual(self.say("check", "--begun"),
                         "No lesson was begun yet: './waymark list' says where to go on.\n")
        self.say("begin", "01")
        self.assertIn("FAIL  two and two is four", self.say("check", "--begun", code=1))
        self.course.hand_in(SOLUTION)
        self.assertIn("passed: 3 of 4 cases pass", self.say("check", "--begun"))
        for more in ("01", "--json"):
            self.assertIn("excludes", self.say("check", "--begun", more, code=100))

    def test_a_wrong_answer_names_the_step_and_what_was_seen(self):
        text = self.checked(WRONG)
        self.assertIn("ok    two and two is four", text)
        self.assertIn("1. double 0 <- here", text)
        self.assertRegex(text, r"expected +0\n +saw +2\n")

    def test_what_does_not_compile_is_named_with_file_and_line(self):
        text = self.checked(BROKEN)
        self.assertRegex(text, r"work/01-twice/twice\.cc:9:\d+: error: ")
        self.assertIn("It does not compile yet", text)

    def test_a_crash_is_told_in_plain_words_with_the_line(self):
        if "address" not in SANITIZE:
            print("SKIP: freed memory: only the address sanitizer sees it")
            return
        text = self.checked(FREED)
        self.assertIn("The program crashed: the program used memory after it was freed", text)
        self.assertRegex(text, r"where +twice.cc:11, in small::twice\(int\)")
        self.assertNotIn("0x", text)

    def test_a_hang_says_what_it_waits_for(self):
        text = self.checked(HANGS)
        self.assertIn("It did not end in time", text)
        self.assertRegex(text, r"process \d+ \(01-twice\) waits")
        self.assertIn("Likely: added once", text)

    def test_two_checks_of_a_lesson_do_not_write_the_same_program(self):
        self.say("begin", "01")
        self.course.hand_in(SOLUTION)
        self.say("check")
        with open(self.course.root / "work/.built/01-twice/course.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # as one that is running has it
            with self.course.start("check", "01") as waits:
                self.assertEqual(waits.stdout.readline(),
                                 "Another check of 01-twice is running; this one waits for its end.\n")
                fcntl.flock(lock, fcntl.LOCK_UN)
                self.assertIn("passed: 3 of 4 cases pass", waits.communicate(timeout=60)[0])

    def test_hints_come_one_after_the_other(self):
        self.say("begin", "01")
        for word in ("one", "two", "three", "three"):
            self.assertIn(f": {word}\n", self.say("hint", "01"))
        self.assertIn(": two\n", self.say("hint", "01", "--tier", "2"))
        self.assertIn("there are hints 1 to 3", self.say("hint", "01", "--tier", "4", code=100))
        with tempfile.TemporaryDirectory() as others:
            self.say("--work", others, "begin", "01")
            self.assertIn(": one\n", self.say("--work", others, "hint", "01"))

    def test_the_solution_waits_for_the_learner(self):
        self.say("begin", "01")
        self.assertIn("--anyway", self.say("solution", "01", code=100))
        self.assertIn("value + value", self.say("solution", "01", "--anyway"))

    def test_reset_puts_the_work_aside(self):
        self.course.hand_in(WRONG)
        self.assertIn("yours is now work/01-twice/twice.cc.1", self.say("reset", "01"))
        self.assertIn("value + 2", (self.file.parent / "twice.cc.1").read_text())
        self.assertIn("return 0;", self.file.read_text())

    def test_tools_get_json(self):
        self.course.hand_in(WRONG)
        code, output, _ = self.course.run("check", "01", "--json")
        verdict = json.loads(output)
        self.assertEqual((code, verdict["passed"], verdict["cases_in_all"]), (1, False, 4))
        failed = verdict["cases"][-1]
        self.assertEqual((failed["outcome"], failed["failure"]["seen"]), ("failed", "2"))
        self.assertEqual(failed["misconception"]["name"], "added once")
        self.assertEqual(json.loads(self.course.run("list", "--json")[1])[0]["lesson"], "01-twice")

    def test_colour_is_only_for_terminals_and_those_who_ask(self):
        self.course.hand_in(WRONG)
        self.assertNotIn("\x1b", self.say("check", "01", code=1))
        self.assertIn("\x1b[31mFAIL\x1b[0m", self.say("--color", "always", "check", "01", code=1))

    def test_unknown_names_are_refused_with_what_there_is(self):
        self.assertIn("there are 01-twice", self.say("check", "99", code=100))
        self.assertIn("--nonsense", self.say("check", "01", "--nonsense", code=100))
        for words, known in ((["grade", "01", "--format", "xml"], "gradescope, junit, github, autolab, json"),
                             (["--color", "pink", "list"], "auto, always, never")):
            text = self.say(*words, code=100)
            self.assertIn(f"there is no '{words[-1] if words[0] == 'grade' else 'pink'}'; there are {known}", text)
            self.assertNotIn("{", text)


if __name__ == "__main__":
    driver.main()
