"""The runner against small Meson projects whose tests fail, crash, hang, skip, say nothing or leave
a process behind: it must tell each of them, count it, and end with the one line."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

import driver

RUNNER = pathlib.Path(__file__).with_name("run.py")
GOOD = "print('2 passed, 0 failed, 0 skipped')"
LEAVES = ("from subprocess import *; Popen(['sleep', '300'], start_new_session=True, stdout=DEVNULL, "
          "stderr=DEVNULL); " + GOOD)


def project(folder, tests):
    """Sets up a project of Python one-liners: {name: (code, suite, seconds it may take)}."""
    lines = ["project('small')", "python = find_program('python3')"]
    for name, (code, suite, limit) in tests.items():
        program = folder / f"{name}.py"
        program.write_text(code + "\n")
        lines.append(f"test('{name}', python, args: ['{program}'], suite: '{suite}', timeout: {limit})")
    (folder / "meson.build").write_text("\n".join(lines) + "\n")
    subprocess.run(["meson", "setup", folder / "build", folder], check=True,
                   stdout=subprocess.DEVNULL)
    return folder / "build"


def start(build, *options):
    return subprocess.Popen([sys.executable, RUNNER, "--build", build, *options], text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class RunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_project(self, tests, *options):
        runner = start(project(self.folder, tests), *options)
        output = runner.communicate(timeout=120)[0]
        return runner.returncode, output, output.splitlines()[-1]

    def test_a_good_project_passes(self):
        code, output, last = self.run_project({"one": (GOOD, "daemon", 30), "two": (GOOD, "net", 30)})
        self.assertRegex(output, r"(?m)^  ok +daemon: one +\d+\.\d s$")
        self.assertEqual((code, last), (0, "4 passed, 0 failed, 0 skipped"))

    def test_what_fails_is_told_with_its_output_and_what_is_skipped_with_its_reason(self):
        code, output, last = self.run_project({
            "good": (GOOD, "daemon", 30),
            "fails": ("print('expected 3, saw 4'); print('1 passed, 1 failed, 0 skipped'); exit(1)",
                      "daemon", 30),
            "crashes": ("import os; os.abort()", "daemon", 30),
            "silent": ("pass", "daemon", 30),
            "slow": ("import time; time.sleep(300)", "daemon", 1),
            "skips": ("print('SKIP: lab: needs root'); exit(77)", "daemon", 30),
        })
        self.assertEqual((code, last), (1, "3 passed, 4 failed, 1 skipped"))
        for words in ("FAILED daemon: fails: 1 failed", "    expected 3, saw 4",
                      "FAILED daemon: crashes: was ended by signal 6",
                      "FAILED daemon: silent: printed no count",
                      "FAILED daemon: slow: took longer than it may",
                      "SKIPPED daemon: skips: lab: needs root"):
            self.assertIn(words, output)

    def test_what_failed_stands_at_the_end_once_more_in_a_line_each(self):
        code, output, _ = self.run_project({
            "fails": ("print('FAIL: test_a_line (Lines)'); print('x\\n' * 9); print('1 passed, 1 failed, 0 skipped'); exit(1)",
                      "daemon", 30),
            "nameless": ("print('expected 3, saw 4'); exit(3)", "daemon", 30),
            "skips": ("print('SKIP: lab: needs root'); exit(77)", "daemon", 30),
        })
        end = output[output.index("Not tested:"):]
        self.assertRegex(end, r"(?m)^Failed:$")
        self.assertRegex(end, r"(?m)^  FAILED daemon: fails: 1 failed \| FAIL: test_a_line \(Lines\)$")
        self.assertRegex(end, r"(?m)^  FAILED daemon: nameless: .* \| expected 3, saw 4$")
        self.assertEqual(code, 1)

    def test_what_fails_early_in_a_long_output_is_shown_too(self):
        code, output, _ = self.run_project({
            "long": ("print('FAILED mutant one is rejected\\n    nothing says so'); print('ok\\n' * 90, end=''); "
                     "print('9 passed, 1 failed, 0 skipped'); exit(1)", "daemon", 30),
            "logs": ("print('12:00 FAILED one\\n' * 9); print('ok\\n' * 90); print('0 passed, 1 failed, 0 skipped'); exit(1)",
                     "daemon", 30),
        })
        self.assertRegex(output, r"(?m)^    FAILED mutant one is rejected\n        nothing says so\n(    ok\n){6}    \.\.\.\n")
        self.assertRegex(output, r"(?m)^  FAILED daemon: long: 1 failed \| FAILED mutant one is rejected$")
        self.assertNotIn("12:00", output)
        self.assertEqual(code, 1)

    def test_a_run_without_a_test_fails(self):
        code, _, last = self.run_project({})
        self.assertEqual((code, last), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_project_that_does_not_build_fails(self):
        build = project(self.folder, {"one": (GOOD, "daemon", 30)})
        (self.folder / "meson.build").write_text("no such function(\n")
        runner = start(build)
        output = runner.communicate(timeout=120)[0]
        self.assertEqual(runner.returncode, 1, output)
        self.assertEqual(output.splitlines()[-1], "0 passed, 1 failed, 0 skipped")

    def test_two_builds_run_at_the_same_time_and_the_second_is_named(self):
        fifo = self.folder / "meet"
        os.mkfifo(fifo)
        # Opening a named pipe waits for the other end: neither can pass without the other.
        first, second = self.folder / "first", self.folder / "second"
        first.mkdir()
        second.mkdir()
        build = project(first, {"one": (f"open('{fifo}').read(); {GOOD}", "threads", 30),
                                "two": (GOOD, "net", 30)})
        other = project(second, {
            "one": (f"open('{fifo}', 'w').close(); print('1 passed, 1 failed, 0 skipped'); exit(1)",
                    "threads", 30),
            "not-threaded": ("exit(1)", "daemon", 30)})
        runner = start(build, "--build-threads", other)
        output = runner.communicate(timeout=120)[0]
        self.assertRegex(output, r"(?m)^  ok +threads: one +\d+\.\d s$")
        self.assertRegex(output, r"(?m)^  fail +threads: one +\d+\.\d s \(build\)$")
        self.assertIn("FAILED threads: one (build): 1 failed", output)
        self.assertEqual(output.splitlines()[-1], "5 passed, 1 failed, 0 skipped")

    def test_what_the_compiler_says_is_shown(self):
        (self.folder / "wrong.cc").write_text("int main() { return nothing; }\n")
        (self.folder / "meson.build").write_text(
            "project('small', 'cpp')\ntest('wrong', executable('wrong', 'wrong.cc'))\n")
        subprocess.run(["meson", "setup", self.folder / "build", self.folder], check=True,
                       stdout=subprocess.DEVNULL)
        runner = start(self.folder / "build")
        output = runner.communicate(timeout=120)[0]
        self.assertIn("‘nothing’ was not declared", output)
        self.assertIn("FAILED build: does not build", output)
        self.assertEqual(output.splitlines()[-1], "0 passed, 1 failed, 0 skipped")

    def test_a_process_left_behind_is_a_failure_and_is_ended(self):
        code, output, last = self.run_project({"leaves": (LEAVES, "daemon", 30)})
        self.assertEqual((code, last), (1, "2 passed, 1 failed, 0 skipped"))
        pid = int(re.search(r"^    (\d+) sleep 300$", output, re.MULTILINE).group(1))
        self.assertFalse(lives(pid))

    def test_temporary_files_are_in_a_folder_that_goes_with_the_run(self):
        told = self.folder / "told"
        code = ("import os, pathlib, stat, tempfile; folder = tempfile.mkdtemp(prefix='left-'); (pathlib.Path(folder) / 'file').touch(); "
                f"os.chmod(folder, 0o500); place = os.path.dirname(folder); open('{told}', 'a').write(place + '\\n'); "
                "everybody = stat.S_IMODE(os.stat(place).st_mode) == 0o1777; print(f'{everybody:d} passed, {not everybody:d} failed, 0 skipped')")
        self.assertEqual(self.run_project({"leaves": (code, "daemon", 30), "too": (code, "daemon", 30)})[0::2],
                         (0, "2 passed, 0 failed, 0 skipped"))
        first, second = map(pathlib.Path, told.read_text().splitlines())
        self.assertEqual(first, second)
        self.assertEqual(first.parent, pathlib.Path(tempfile.gettempdir()))
        self.assertFalse(first.exists())
        self.assertEqual(list(first.parent.glob("left-*")), [])

    def test_only_takes_a_test_or_a_suite_and_refuses_an_unknown_name(self):
        tests = {"one": (GOOD, "daemon", 30), "two": (GOOD, "net", 30), "three": (GOOD, "net", 30)}
        build = project(self.folder, tests)
        for options, code, last in ((["--only", "one"], 0, "2 passed, 0 failed, 0 skipped"),
                                    (["--only", "net"], 0, "4 passed, 0 failed, 0 skipped"),
                                    (["--only", "absent"], 100, "three two"),
                                    (["--only", "one", "--only", "absent"], 100, "three two")):
            runner = start(build, *options)
            output = runner.communicate(timeout=120)[0]
            self.assertEqual(runner.returncode, code)
            self.assertTrue(output.splitlines()[-1].endswith(last), output)

    def test_quick_leaves_out_the_slow_suite(self):
        tests = {"one": (GOOD, "daemon", 30), "two": (GOOD, "slow", 30)}
        self.assertEqual(self.run_project(tests, "--quick")[2], "2 passed, 0 failed, 0 skipped")

    def test_an_interrupted_run_leaves_no_process_and_no_file(self):
        fifo = self.folder / "started"
        os.mkfifo(fifo)
        code = ("import os, tempfile, time; folder = tempfile.mkdtemp(); "
                f"open('{fifo}', 'w').write(f'{{os.getpid()}} {{folder}}'); time.sleep(300)")
        runner = start(project(self.folder, {"hangs": (code, "daemon", 60)}))
        pid, left = fifo.read_text().split()
        pid = int(pid)
        self.assertTrue(os.path.exists(left))
        runner.send_signal(signal.SIGINT)
        runner.communicate(timeout=60)
        self.assertEqual(runner.returncode, 128 + signal.SIGINT)
        self.assertFalse(lives(pid))
        self.assertFalse(os.path.exists(os.path.dirname(left)))


if __name__ == "__main__":
    driver.main()
