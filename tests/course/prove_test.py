"""`prove`: each of its claims fails on a lesson of which it is not true. Usage: prove_test.py COURSE BUILD
SANITIZE"""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
from small_course import SOLUTION, STARTER, SmallCourse, source, write

COURSE, BUILD, SANITIZE = sys.argv[1:4] if len(sys.argv) > 3 else ("course", "build", "none")

ONCE = "int twice(int value) {\n    return value == -3 ? 0 : value + value;\n}\n"  # only the third case sees it
SQUARE = "int twice(int value) {\n    return value * value;\n}\n"
BROKEN = "int twice(int value) {\n    return value + ;\n}\n"
WARNS = "int twice(int value) {\n    int unused = 0;\n    return 0;\n}\n"
CRASHES = "int twice(int) {\n    __builtin_trap();\n}\n"
LEAVES_FIRST = "int twice(int value) {\n    return value == 2 ? 4 : 0;\n}\n"
ODD = "int twice(int value) {\n    return 2 * value;\n}\n"
DEBT = "a debt twice is a greater debt"
NO_DEBT = 'nothing twice is "nothing" & <less>'


def head(says, case=None):
    return f"// source: small/twice.cc\n// says: {says}\n" + (f"// case: {case}\n" if case else "")


class Prove(unittest.TestCase):
    def setUp(self):
        self.course = SmallCourse(COURSE, BUILD, SANITIZE)
        self.addCleanup(self.course.remove)
        self.lesson = self.course.root / "lessons" / "01-twice"

    def prove(self, code):
        answer, output, error = self.course.run("prove", "01")
        self.assertEqual((answer, error), (code, ""), output.decode())
        return output.decode().splitlines()

    def step(self, lines, name):
        """(the step's line, what is said of it)"""
        place = next(number for number, line in enumerate(lines) if name in line and line[:6] in ("ok    ", "FAILED"))
        end = next(number for number in range(place + 1, len(lines))
                   if lines[number][:6] in ("ok    ", "FAILED") or "passed, " in lines[number])
        return lines[place], "\n".join(lines[place + 1:end])

    def write_programs(self, folder, programs):
        for name, text in programs.items():
            write(self.lesson / folder / f"{name}.cc", text)

    def test_what_is_true_holds_and_is_told_in_order(self):
        self.write_programs("mutants", {
            "a-square": head("added once") + SQUARE,
            "b-named": head("added once", DEBT) + SQUARE,
            "c-named-in-another": head("added once", NO_DEBT) + ONCE,
            "d-not-compiled-again": head("added once") + SQUARE})
        self.write_programs("right", {"odd": "// source: small/twice.cc\n" + ODD})
        lines = self.prove(0)
        self.assertEqual([line.split(" (case: ")[0] for line in lines], [
            "ok     the library passes",
            "ok     the starter compiles without a warning and fails at the first case",
            "ok     mutant a-square is rejected, and it says 'added once'",
            "ok     mutant b-named is rejected, and it says 'added once'",
            "ok     mutant c-named-in-another is rejected, and it says 'added once'",
            "ok     mutant d-not-compiled-again is rejected, and it says 'added once'",
            "ok     odd is odd and right",
            "7 passed, 0 failed, 0 skipped"])
        # Two cases reject a square: the head says which is run first. Where it is wrong about that, the others
        # are run too.
        self.assertEqual([line.split(" (case: ")[1] for line in lines[2:6]],
                         [f"{NO_DEBT})", f"{DEBT})", f"{DEBT})", f"{NO_DEBT})"])

    def test_what_is_not_true_of_mutants_and_right_programs_fails(self):
        self.write_programs("mutants", {
            "accepted": head("added once") + ODD,
            "accepted-by-its-case": head("added once", "two and two is four") + ODD,
            "broken": head("added once") + BROKEN,
            "case-unknown": head("added once", "a debt") + ONCE,
            "says-else": head("added thrice", DEBT) + ONCE})
        self.write_programs("right", {
            "broken-too": "// source: small/twice.cc\n" + BROKEN,
            "not-compiled-in-vain": "// source: small/twice.cc\n" + ODD,
            "warns": "// source: small/twice.cc\n" + WARNS.replace("return 0", "return 2 * value"),
            "wrong-at-the-end": "// source: small/twice.cc\n" + ONCE})
        lines = self.prove(1)
        self.assertEqual(lines[-1], "3 passed, 8 failed, 0 skipped")
        for name, says in (("mutant accepted is", "it passes"), ("accepted-by-its-case", "it passes"),
                           ("mutant broken", "it does not compile"),
                           ("case-unknown", "names a case that there is not: 'a debt'"),
                           ("says-else", "nothing says 'added thrice'"), ("broken-too", "error: "),
                           ("warns", "warning: unused variable"), ("wrong-at-the-end", DEBT)):
            with self.subTest(name):
                line, reason = self.step(lines, name)
                self.assertTrue(line.startswith("FAILED"), line)
                self.assertIn(says, reason)

    def test_a_starter_or_a_library_that_is_not_what_it_must_be_fails(self):
        for starter, says in ((SOLUTION, "it passes"), (BROKEN, "it does not compile"),
                              (WARNS, "the compiler warns"), (CRASHES, "it does not fail, it crashed"),
                              (LEAVES_FIRST, "the first case passes already")):
            with self.subTest(says):
                write(self.lesson / "starter" / "twice.cc", starter)
                lines = self.prove(1)
                self.assertEqual(lines[-1], "1 passed, 1 failed, 0 skipped")
                self.assertIn(says, self.step(lines, "the starter")[1])
        write(self.lesson / "starter" / "twice.cc", STARTER)
        write(self.course.root / "small" / "twice.cc", source(ONCE))
        lines = self.prove(1)
        self.assertEqual(lines[-1], "1 passed, 1 failed, 0 skipped")
        self.assertIn(DEBT, self.step(lines, "the library passes")[1])


if __name__ == "__main__":
    driver.main()
