"""Reads what one test program printed and says how many tests passed, failed and were skipped.

Two kinds of programs are understood. A doctest program ends with its own line "test cases: ...".
Any other driver prints one line, `N passed, N failed, N skipped`, as the last of its kind. Both may
print `SKIP: what: why` lines; each stands for one test that was left out, and is shown at the end of
the whole run. A program that was asked to run and shows no count proves nothing, so it counts as
failed; only a program that ends with exit code 77 may leave the count out: it was skipped as a whole.
"""

import dataclasses
import re

EXIT_SKIPPED = 77
COUNT_LINE = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)
DOCTEST_LINE = re.compile(
    r"^\[doctest\] test cases: *(\d+) *\| *(\d+) passed *\| *(\d+) failed *\|(?: *(\d+) skipped)?",
    re.MULTILINE)
SKIP_LINE = re.compile(r"^\s*SKIP: (.+)$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: list = dataclasses.field(default_factory=list)  # why tests were skipped
    problem: str = ""  # why the program as a whole counts as failed, in words

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count(output, exit_code, result="OK"):
    """The count of one program from its standard output, its exit code and Meson's verdict."""
    output = COLOUR.sub("", output)
    reasons = SKIP_LINE.findall(output)
    if exit_code == EXIT_SKIPPED and result == "SKIP":
        return Count(skipped=1, reasons=reasons or ["the whole program: it gave no reason"])
    found = counted_by_doctest(output, len(reasons)) or counted_by_driver(output)
    seen = found or Count()
    seen.reasons = reasons + ["no reason given"] * (seen.skipped - len(reasons))
    seen.problem = problem(found, exit_code, result)
    if seen.problem and seen.failed == 0:
        seen.failed = 1
    return seen


def counted_by_doctest(output, left_out):
    """doctest takes a case that returned early after a SKIP line for passed; it was not run."""
    lines = DOCTEST_LINE.findall(output)
    if not lines:
        return None
    _, passed, failed, skipped = (int(number or 0) for number in lines[-1])
    left_out = min(left_out, passed)
    return Count(passed - left_out, failed, skipped + left_out)


def counted_by_driver(output):
    lines = COUNT_LINE.findall(output)
    return Count(*(int(number) for number in lines[-1])) if lines else None


def problem(found, exit_code, result):
    if result == "TIMEOUT":
        return "took longer than it may"
    if result == "INTERRUPT":
        return "was interrupted"
    if exit_code is None or exit_code < 0 or exit_code > 128:
        return f"was ended by signal {signal_number(exit_code)}"
    if found is None:
        return f"printed no count (exit code {exit_code})"
    if found.passed + found.failed + found.skipped == 0:
        return "ran no test"
    if exit_code != 0 and found.failed == 0:
        return f"counted no failure, yet ended with exit code {exit_code}"
    if found.failed:
        return f"{found.failed} failed"
    return ""


def signal_number(exit_code):
    if exit_code is None:
        return "unknown"
    return -exit_code if exit_code < 0 else exit_code - 128
