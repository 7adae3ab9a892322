#!/usr/bin/env python3
"""Runs every test of Waymark and ends with one line: N passed, N failed, N skipped.

Meson builds the test programs and runs them; this file chooses them, shows each as it ends, reads
from Meson's log what each of them counted (count.py), lists loudly what failed and what was skipped,
and looks for processes that were left behind (processes.py); temporary files that were go with the run. It refuses to call a run without a
single test a success. Exit code: 0 when nothing failed, 1 when something did, 100 for a wrong
command line, 128 + the signal when it was interrupted.
"""

import argparse
import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import changed
import compiler_cache
import count
import processes
from part import Part, entries, introspect

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXIT_USAGE = 100
THREADS = "threads"  # the suite that runs under the thread sanitizer as well
SLOW = "slow"  # the suite that --quick leaves out
TAIL_LINES = 25
MOST_OF_A_LINE = 160
# As doctest, node's and Python's drivers, the proofs of lessons and the sanitizers say it.
NAMES_A_FAILURE = re.compile(r"\b(FAIL(ED)?|not ok|TEST CASE:|[A-Z]\w*Error|ERROR)\b")
BEGINS_A_FAILURE = re.compile(r"(FAIL(ED)?|ERROR|not ok)\b")  # what a program logs has a time in front
MOST_BEGINNINGS, LINES_OF_A_BEGINNING = 5, 8

SANITIZERS = {
    "ASAN_OPTIONS": ("detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:"
                     "quarantine_size_mb=16"),  # a large one is copied by every fork
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


class Test:
    """One entry of `meson introspect --tests`."""

    def __init__(self, entry):
        self.name = entry["name"]
        self.command = tuple(entry["cmd"])
        self.depends = entry["depends"]  # identifiers of targets
        self.environment = entry["env"]
        # The script that an interpreter is given, or the program.
        self.driver = next((os.path.normpath(word) for word in self.command
                            if word.endswith((".py", ".js"))), self.command[0])
        self.suites = [suite.partition(":")[2] or suite for suite in entry["suite"]]

    def label(self):
        return f"{self.suites[0]}: {self.name}" if self.suites else self.name


def tests_of(build):
    return [Test(entry) for entry in introspect(build, "--tests")]


def chosen(tests, only, quick):
    if only:
        return [test for test in tests if any(name in (test.name, *test.suites) for name in only)]
    return [test for test in tests if not (quick and SLOW in test.suites)]


def shown(entry):
    """The last lines of a failed test, and before them the first that failed: a proof tells it where it happens,
    and goes on for a hundred lines."""
    text = entry["stdout"].rstrip() + "\n" + entry.get("stderr", "").rstrip()
    lines = text.strip().splitlines()
    before, last = lines[:-TAIL_LINES], lines[-TAIL_LINES:]
    begins = [at for at, line in enumerate(before) if BEGINS_A_FAILURE.match(line)][:MOST_BEGINNINGS]
    ends = [min(at + LINES_OF_A_BEGINNING, following)
            for at, following in zip(begins, [*begins, len(before)][1:], strict=True)]
    return [line for at, end in zip(begins, ends, strict=True) for line in [*before[at:end], "..."]] + last


def in_a_line(lines):
    """Which of a test's lines name what failed, the first two of them, or else its last line."""
    naming = [line for line in lines if NAMES_A_FAILURE.search(line)][:2] or lines[-1:]
    return "".join(f" | {' '.join(line.split())[:MOST_OF_A_LINE]}" for line in naming)


class Run:
    """What all builds together have shown."""

    def __init__(self):
        self.total = count.Count()
        self.failures = []  # (label, problem, lines)
        self.skips = []  # (label, reason)

    def fail(self, label, problem, lines=()):
        self.total.failed += 1
        self.failures.append((label, problem, list(lines)))

    def run(self, parts, environment):
        """The tests of the first build run while the second is compiled: many of them wait for something
        to time out."""
        started = []
        for part in parts:
            if part.compile(environment):
                part.start(environment)
                started.append(part)
            else:
                self.fail(part.build.name, "does not build; the compiler's words are above")
        for part in started:
            self.take_part(part, part.wait())

    def take_part(self, part, meson_exit):
        labels = {test.command: part.label(test) for test in part.tests}
        logged = [entry for entry in entries(part.build) if tuple(entry["command"]) in labels]
        for entry in logged:
            self.take(labels.pop(tuple(entry["command"])), entry)
        if not logged:
            self.fail(part.build.name, f"no test was run (meson test ended with {meson_exit})")
            return
        for label in labels.values():
            self.fail(label, "was not run")

    def take(self, label, entry):
        seen = count.count(entry["stdout"], entry["returncode"], entry["result"])
        self.total.add(seen)
        self.skips += [(label, reason) for reason in seen.reasons]
        if seen.problem:
            self.failures.append((label, seen.problem, shown(entry)))

    def look_for_processes(self):
        remaining = processes.left_behind()
        if remaining:
            self.fail("processes", "were left behind by the tests",
                      [f"{pid} {command}" for pid, command in remaining])
            processes.end_all()

    def report(self):
        for label, problem, lines in self.failures:
            print(f"\nFAILED {label}: {problem}")
            print("".join(f"    {line}\n" for line in lines), end="")
        if self.skips:
            print("\nNot tested:")
        for label, reason in self.skips:
            print(f"  SKIPPED {label}: {reason}")
        # Once more in a line each, at the end: where only the last lines of a log are kept, they are all there is.
        if self.failures:
            print("\nFailed:")
        for label, problem, lines in self.failures:
            print(f"  FAILED {label}: {problem}{in_a_line(lines)}")
        if self.total.passed + self.total.failed + self.total.skipped == 0:
            self.fail("the run", "no test was run")
            print("\nFAILED: no test was run")
        print(f"\n{self.total.line()}", flush=True)
        return 1 if self.total.failed else 0


def temporary_folder():
    """Where the tests have their temporary files, and leave those that nobody removes: a test that is killed cannot.
    As /tmp is, for some tests become another user. Its name is short, because paths of Unix sockets are."""
    folder = tempfile.mkdtemp(prefix="waymark-")
    os.chmod(folder, 0o1777)
    return folder


def remove(folder):
    # Some tests take rights away from their own files.
    subprocess.run(["chmod", "-R", "u+rwX", folder], stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def end_on_signals(folder):
    def on_signal(number, _frame):
        signal.signal(number, signal.SIG_IGN)
        print("\ninterrupted: ending the tests", flush=True)
        processes.end_all()
        remove(folder)
        os._exit(128 + number)  # no clean-up handler may wait for what was just ended

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)


def command_line():
    parser = argparse.ArgumentParser(prog="waymark test", allow_abbrev=False)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--build-threads", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--check-options", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="a test or a suite; may be given several times")
    parser.add_argument("--changed", nargs="?", const="", metavar="COMMIT",
                        help="only what the changes since COMMIT can reach; HEAD if none is named")
    parser.add_argument("--quick", action="store_true", help="leave out the slow tests")
    parser.error = lambda message: usage_error(message)
    options = parser.parse_args()
    if options.only and options.changed is not None:
        usage_error("--only and --changed both choose the tests; give one of them")
    return options


def usage_error(message):
    print(f"waymark test: {message}", file=sys.stderr)
    sys.exit(EXIT_USAGE)


def reached(options, selected, threaded):
    """Those of them that the change can reach, after saying why."""
    root = introspect(options.build, "--buildsystem-files")[0]
    try:
        return changed.reached(os.path.dirname(root), options.changed,
                               [(options.build, selected), (options.build_threads, threaded)],
                               introspect)
    except changed.NothingChanged as nothing:
        return usage_error(str(nothing))


def main():
    options = command_line()
    if options.check_options:
        return 0
    processes.become_subreaper()
    folder = temporary_folder()
    atexit.register(remove, folder)
    end_on_signals(folder)
    environment = {**SANITIZERS, **compiler_cache.found_from_any_folder(ROOT), **os.environ, "PYTHONUNBUFFERED": "1",
                   "TMPDIR": folder}
    tests = tests_of(options.build)
    selected = chosen(tests, options.only, options.quick)
    threaded = []  # some are only there: a lesson about threads is proved under the thread sanitizer
    if options.build_threads and not options.quick:
        tests_there = tests_of(options.build_threads)
        threaded = [test for test in chosen(tests_there, options.only, options.quick)
                    if THREADS in test.suites]
        tests += tests_there
    known = {name for test in tests for name in (test.name, *test.suites)}
    if unknown := [name for name in options.only if name not in known]:
        usage_error(f"no test or suite is called {' or '.join(unknown)}; there are: {' '.join(sorted(known))}")
    if options.changed is not None:
        selected, threaded = reached(options, selected, threaded)
    parts = []
    if selected:
        parts.append(Part(options.build, selected))
    if threaded:
        parts.append(Part(options.build_threads, threaded, second=bool(selected)))
    run = Run()
    run.run(parts, environment)
    run.look_for_processes()
    return run.report()


if __name__ == "__main__":
    sys.exit(main())
