"""A course of one lesson in a folder of its own: a library of one function, its exercise and its
check, set up with Meson and linked with the real check library. What is tested with it does not depend
on the real lessons, and no other test builds in its folder."""

import atexit
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 300

SOURCE_HEAD = """// Doubles numbers. The whole library.

#include "small/twice.hh"

namespace small {

//#region exercise-01
"""
SOLUTION = """int twice(int value) {
    return value + value;
}
"""
STARTER = """// Write this: twice the value.
int twice(int) {
    return 0;
}
"""
SOURCE_TAIL = """//#endregion exercise-01

}  // namespace small
"""

CHECK = """#include <doctest/doctest.h>

#include "lessons/course/check/story.hh"
#include "small/twice.hh"

using namespace waymark::course::check;

namespace {
const Advice kNotTwice{"added once", "Twice is the value and the value again.",
                       "README.md#added-once; int(7)"};
void look(int value) {
    step("double " + std::to_string(value));
    if_it_hangs(kNotTwice);
    expect_equal(small::twice(value), value + value, "the result", kNotTwice);
}
}  // namespace

TEST_CASE("two and two is four") { look(2); }
TEST_CASE("nothing twice is \\"nothing\\" & <less>") { look(0); look(1); }
TEST_CASE("a debt twice is a greater debt") { look(-3); }
TEST_CASE("the moon is full") { skip("there is no moon here"); }
"""
CASES = 4

MESON = """project('small', 'cpp', default_options: ['cpp_std=c++20'])
root = include_directories('.')
real = include_directories('@REAL@')
subdir('small')
subdir('lessons/01-twice')
"""
MESON_SMALL = "small_library = static_library('waymark_small', 'twice.cc', include_directories: root)\n"
MESON_LESSON = """executable('check', 'check.cpp', include_directories: [root, real], link_with: small_library,
  link_args: ['-Wl,--whole-archive', '@CHECK@', '-Wl,--no-whole-archive', '@DAEMON@', '-lfmt',
    '-lseccomp', '-lpthread', '-ldl'])
"""
LESSON = {
    "title": "Twice",
    "question": "How much is twice as much?",
    "minutes": {"text": 5, "demos": 5, "exercise": 10},
    "sources": ["small/twice.cc"],
    "demos": [],
    "hints": ["one", "two", "three"],
}


def source(body):
    return SOURCE_HEAD + body + SOURCE_TAIL


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class SmallCourse:
    """`program` is the course program; `build` the real build folder, whose libraries are used.

    A test program sets up and builds one course of each kind, and every test gets a copy of it. Its commands
    name files from the build folder on, and copies keep their times, so ninja finds nothing to do in a copy."""

    first = {}  # kind: the folder that is copied

    def __init__(self, program, build, sanitize):
        self.program = os.path.abspath(program)
        self.temporary = tempfile.mkdtemp(prefix="waymark-small-")
        os.chmod(self.temporary, 0o755)
        self.root = pathlib.Path(self.temporary) / "root"
        self.build = self.root / "build"
        kind = (type(self), build, sanitize)
        if kind not in self.first:
            self.set_up(pathlib.Path(build).resolve(), sanitize)
            self.first[kind] = tempfile.mkdtemp(prefix="waymark-first-")
            atexit.register(shutil.rmtree, self.first[kind], ignore_errors=True)
            shutil.copytree(self.root, self.first[kind], symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copytree(self.first[kind], self.root, symlinks=True)

    def set_up(self, real_build, sanitize):
        self.write_files(real_build)
        subprocess.run(["meson", "setup", self.build, self.root, f"-Db_sanitize={sanitize}",
                        "-Db_lundef=false"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["ninja", "-C", self.build, "lessons/01-twice/check"], check=True,
                       stdout=subprocess.DEVNULL)

    def write_files(self, real_build):
        names = {"@REAL@": os.path.relpath(ROOT, self.root),
                 "@CHECK@": str(real_build / "lessons/course/libwaymark_check.a"),
                 "@DAEMON@": str(real_build / "daemon/libwaymark_daemon.a")}
        lesson = self.root / "lessons" / "01-twice"
        for path, text in ((self.root / "meson.build", MESON),
                           (self.root / "small" / "meson.build", MESON_SMALL),
                           (self.root / "small" / "twice.hh", "#pragma once\nnamespace small {\nint twice(int value);\n}\n"),
                           (self.root / "small" / "twice.cc", source(SOLUTION)),
                           (lesson / "meson.build", MESON_LESSON),
                           (lesson / "check.cpp", CHECK),
                           (lesson / "starter" / "twice.cc", STARTER),
                           (lesson / "lesson.json", json.dumps(LESSON, indent=2) + "\n")):
            for name, value in names.items():
                text = text.replace(name, value)
            write(path, text)

    def hand_in(self, body):
        """Puts a region's body into the learner's file, or removes the file."""
        file = self.root / "work" / "01-twice" / "twice.cc"
        if body is None:
            file.unlink(missing_ok=True)
        else:
            write(file, source(body))

    def command(self, *arguments):
        return [self.program, "--root", self.root, "--build", self.build, "--build-address", self.build,
                "--build-thread", self.build, *arguments]

    def start(self, *arguments):
        """A process whose two outputs are one text."""
        return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, cwd=self.root)

    def run(self, *arguments, environment=None):
        """(exit code, standard output as bytes, standard error as text, without how far a build is)"""
        result = subprocess.run(
            self.command(*arguments), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=COMMAND_SECONDS, cwd=self.root,
            env={**os.environ, **(environment or {})})
        lines = result.stderr.decode(errors="replace").splitlines(keepends=True)
        return result.returncode, result.stdout, "".join(
            line for line in lines if not line.startswith("waymark: building the check of "))

    def remove(self):
        shutil.rmtree(self.temporary, ignore_errors=True)


class OneLearner(unittest.TestCase):
    """Each test has a course of its own, in which one learner works."""

    small_course = ()  # what SmallCourse is made of

    def setUp(self):
        self.course = SmallCourse(*self.small_course)
        self.addCleanup(self.course.remove)
        self.file = self.course.root / "work" / "01-twice" / "twice.cc"

    def say(self, *words, code=0):
        """What the command prints; its exit code must be `code`."""
        answer, output, error = self.course.run(*words)
        text = output.decode() + error
        self.assertEqual(answer, code, text)
        return text

    def checked(self, body):
        self.course.hand_in(body)
        return self.say("check", "01", code=1)
