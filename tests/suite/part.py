"""The chosen tests of one build folder: compiled, run by Meson, and what its log says of them."""

import fcntl
import json
import os
import re
import subprocess
import threading
import time

import processes

MESON_LINE = re.compile(r"^\s*\d+/\d+ (?:[^:]*:)?(.*?)\s+"
                        r"(OK|FAIL|SKIP|TIMEOUT|ERROR|INTERRUPT)\s+([\d.]+)s")
PROGRESS_SECONDS = 5


def introspect(build, what):
    answer = subprocess.run(["meson", "introspect", what, str(build)], check=True,
                            stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout)


def files_of_targets(build):
    """{identifier: what ninja calls its files}."""
    return {target["id"]: [os.path.relpath(file, build) for file in target["filename"]]
            for target in introspect(build, "--targets")}


def at_once():
    """How many tests of the first build run at the same time: one more for each two cores, because
    many of them wait for something to time out."""
    cores = len(os.sched_getaffinity(0))
    return cores + (cores + 1) // 2


class Part:
    """Compiled, then run, a line for each test that ends.
    The lines and labels of a `second` build name it, because it runs tests that the first runs too."""

    def __init__(self, build, tests, second=False):
        self.build = build
        self.tests = tests
        self.processes = 1 if second else at_once()
        self.remark = f" ({build.name})" if second else ""
        self.meson = self.reader = None
        self.told = 0.0  # when it was last said how far the compiling is

    def label(self, test):
        return test.label() + self.remark

    def compile(self, environment):
        """Builds what these tests need and nothing else. Shows what was said only if it fails."""
        began = self.told = time.monotonic()
        # A lesson's proof may bring the same folder up to date (lessons/course/toolchain.cc).
        with open(self.build / "course.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.run_ninja(environment):
                return False
        print(f"{self.build.name}: {len(self.tests)} test programs, compiled in "
              f"{time.monotonic() - began:.0f} s", flush=True)
        return True

    def run_ninja(self, environment):
        files = files_of_targets(self.build)
        needed = sorted({file for test in self.tests for target in test.depends
                         for file in files[target]})
        said = []
        # Without a target ninja would build what users get, too; with this one it still looks whether
        # the build files have changed.
        ninja = begin(["ninja", "-C", str(self.build), *(needed or ["build.ninja"])], environment)
        for line in ninja.stdout:
            said.append(line)
            self.tell_progress(line)
        if end(ninja) != 0:
            print("".join(said[-60:]), end="", flush=True)
            return False
        return True

    def tell_progress(self, line):
        """Ninja begins its lines with [12/410]; now and then this is passed on."""
        match = re.match(r"\[(\d+)/(\d+)\]", line)
        if match and time.monotonic() - self.told >= PROGRESS_SECONDS:
            self.told = time.monotonic()
            print(f"{self.build.name}: {match.group(1)} of {match.group(2)}", flush=True)

    def start(self, environment):
        log_of(self.build).unlink(missing_ok=True)
        names = sorted({test.name for test in self.tests})
        self.meson = begin(["meson", "test", "-C", str(self.build), "--no-rebuild",
                            "--num-processes", str(self.processes), *names], environment)
        self.reader = threading.Thread(target=self.show, daemon=True)
        self.reader.start()

    def show(self):
        for line in self.meson.stdout:
            match = MESON_LINE.match(line)
            if match:
                name, result, seconds = match.groups()
                name = name.replace(" / ", ": ")
                print(f"  {result.lower():9} {name:40} {float(seconds):6.1f} s{self.remark}\n",
                      end="", flush=True)

    def wait(self):
        self.reader.join()
        return end(self.meson)


def begin(command, environment):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace",
                               env=environment, start_new_session=True)
    processes.waited_for.add(process.pid)
    return process


def end(process):
    exit_code = process.wait()
    processes.waited_for.discard(process.pid)
    return exit_code


def log_of(build):
    return build / "meson-logs" / "testlog.json"


def entries(build):
    log = log_of(build)
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
