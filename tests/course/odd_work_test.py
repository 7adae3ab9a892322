"""What learners hand to `check` by mistake, and what their programs do that nobody expects: an empty file,
a pipe, fifty children, a signal to whoever started them. Usage: odd_work_test.py COURSE BUILD SANITIZE"""

import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import SOLUTION, OneLearner, write

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")

WRONG = "int twice(int value) {\n    return value + 2;\n}\n"
FORGOTTEN = "int three_times(int value);\nint three_times(int value) {\n    return 3 * value;\n}\n"
PARRICIDE = "}\n#include <signal.h>\n#include <unistd.h>\nnamespace small {\n" \
            "int twice(int) {\n    kill(getppid(), SIGKILL);\n    for (;;) pause();\n}\n"
FIFTY = """}
#include <unistd.h>
namespace small {
int twice(int value) {
    for (int child = 0; child < 50; ++child)
        if (fork() == 0)
            for (;;) pause();
    return value + value;
}
"""


class OddWork(OneLearner):
    small_course = (COURSE, BUILD, SANITIZE)

    def test_an_empty_file_is_said_to_be_empty(self):
        for nothing in ("", "\n\n  \n"):
            write(self.file, nothing)
            text = self.say("check", "01", code=1)
            self.assertIn("twice.cc: is empty; './waymark reset'", text)
            self.assertNotIn("undefined", text)

    def test_what_is_no_ordinary_file_is_refused_and_nobody_waits(self):
        self.file.parent.mkdir(parents=True)
        for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), pathlib.Path.mkdir,
                     lambda path: path.write_bytes(b"//" * 700_000)):
            make(self.file)
            for words in (["check", "01"], ["watch", "01"]):
                text = self.say(*words, code=100)
                self.assertRegex(text, "work/01-twice/twice.cc is (not an ordinary file|larger than)")
            answer, output, _ = self.course.run("grade", "01", "--format", "json")
            self.assertEqual(answer, 1)
            self.assertRegex(json.loads(output)["lessons"][0]["reason"], "not an ordinary file|larger than")
            self.file.rmdir() if self.file.is_dir() and not self.file.is_symlink() else self.file.unlink()

    def test_what_came_back_older_than_before_is_compiled_again(self):
        self.course.hand_in(SOLUTION)
        self.say("check", "01")
        self.checked(WRONG)
        self.course.hand_in(SOLUTION)
        os.utime(self.file, (1_000_000_000, 1_000_000_000))  # as mv and cp -p leave it
        self.say("check", "01")

    def test_a_program_that_signals_its_parent_does_not_end_waymark(self):
        text = self.checked(PARRICIDE)
        self.assertIn("getppid", text)
        self.assertIn("Likely: a parent taken for a child", text)

    def test_fifty_processes_left_behind_are_a_few_lines(self):
        text = self.checked(FIFTY)
        self.assertEqual(text.count("orphan: "), 1, text)
        self.assertIn("and 47 more)", text)

    def test_warnings_do_not_stand_between_a_case_and_its_steps(self):
        text = self.checked("int twice(int value) {\n    int unused;\n    return value + 2;\n}\n")
        self.assertIn("twice.cc:9:9: warning:", text)
        self.assertLess(text.index("1. double 0"), text.index("warning:"))
        self.assertLess(text.index("FAIL"), text.index("1. double 0"))

    def test_what_fails_later_is_not_called_passed(self):
        self.course.hand_in(SOLUTION)
        self.say("check", "01")
        self.checked(WRONG)
        text = self.say("list")
        self.assertIn("01-twice        broken", text)
        self.assertIn("0 of 1 lessons passed", text)
        self.assertIn("it passed once", text)
        self.say("solution", "01")  # it was earned
        self.course.hand_in(SOLUTION)
        self.say("check", "01")
        self.assertIn("1 of 1 lessons passed", self.say("list"))
        self.say("reset", "01")
        self.assertIn("0 of 1 lessons passed", self.say("list"))

    def test_a_forgotten_function_is_missed_in_plain_words(self):
        text = self.checked(FORGOTTEN)
        self.assertIn("small::twice(int) is declared, and nothing defines it", text)
        self.assertNotIn(".o", text)


if __name__ == "__main__":
    driver.main()
