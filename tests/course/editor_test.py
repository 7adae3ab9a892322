"""What an editor shows: clangd opens each lesson's starter without an error or a warning, and other files
of the tree as well; and it finds the mistake in one that has a mistake. Usage: editor_test.py COURSE BUILD
SANITIZE"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver
import language_server
from language_server import ERROR, LanguageServer

COURSE = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "course")
OTHERS = ["daemon/fd.cc", "daemon/children.hh", "net/stream.cc", "lessons/01-processes/1-zombies.cpp",
          "lessons/02-threads/check.cpp"]  # of the copy, beside the starters


def lessons():
    """The names and sources of those that have an exercise."""
    for file in sorted((ROOT / "lessons").glob("[0-9][0-9]-*/lesson.json")):
        sources = json.loads(file.read_text(encoding="utf-8"))["sources"]
        if sources:
            yield file.parent.name, sources


@unittest.skipUnless(language_server.is_there(), "clangd is not there")
@unittest.skipIf((ROOT / "HANDOUT.md").exists(), "this is a handed-out copy itself")
@unittest.skipUnless((ROOT / ".git").exists(), "not a git checkout, so nothing can be handed out")
class EditorTest(unittest.TestCase):
    """In a handed-out copy: the first lessons are as in the original, the others without their solutions.
    Its build folder is set up as a learner's is, and nothing is built."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="waymark-")
        cls.addClassCleanup(temporary.cleanup)
        cls.home = pathlib.Path(temporary.name) / "home"
        cls.copy = pathlib.Path(temporary.name) / "copy"
        names = [name for name, _ in lessons()]
        cls.course(ROOT, "handout", cls.copy, "--from", names[len(names) // 2])
        subprocess.run(["meson", "setup", "-Dparts=course", cls.copy / "build", cls.copy], check=True,
                       stdout=subprocess.DEVNULL)
        cls.starters = []
        for name, sources in lessons():
            cls.course(cls.copy, "begin", name)
            cls.starters += [cls.copy / "work" / name / pathlib.Path(source).name for source in sources]

    @classmethod
    def course(cls, root, *words):
        subprocess.run([COURSE, "--root", root, "--build", root / "build", "--build-address",
                        root / "none", "--build-thread", root / "none", *words], check=True,
                       stdout=subprocess.DEVNULL)

    def test_the_courses_build_folder_is_one_that_clangd_looks_in(self):
        script = (ROOT / "lessons/course/course.sh").read_text(encoding="utf-8")
        self.assertIn('--build "$root/build" ', script)

    def test_starters_and_other_files_are_without_a_red_line(self):
        self.assertGreater(len(self.starters), 0)
        with LanguageServer(self.copy, self.home) as server:
            for file in self.starters + [self.copy / name for name in OTHERS]:
                with self.subTest(str(file.relative_to(self.copy))):
                    self.assertEqual(server.problems(file), [])

    def test_a_folder_below_may_be_opened_alone(self):
        for folder in (self.copy / "work", self.starters[-1].parent):
            with self.subTest(folder.name), LanguageServer(folder, self.home) as server:
                self.assertEqual(server.problems(self.starters[-1]), [])

    def test_a_mistake_is_shown_at_its_line(self):
        lines = self.starters[0].read_text(encoding="utf-8").splitlines()
        at = next(number for number, line in enumerate(lines, 1) if "#endregion" in line)
        lines.insert(at - 1, 'inline int wrong() { return "a word"; }')
        with LanguageServer(self.copy, self.home) as server:
            said = server.problems(self.starters[0], "\n".join(lines) + "\n")
        self.assertEqual([(severity, line) for severity, line, _ in said], [(ERROR, at)], said)

    def test_without_the_compile_commands_nothing_is_found(self):
        commands = self.copy / "build/compile_commands.json"
        commands.rename(commands.with_suffix(".away"))
        self.addCleanup(commands.with_suffix(".away").rename, commands)
        with LanguageServer(self.copy, self.home) as server:
            said = server.problems(self.starters[0])
        self.assertIn(ERROR, [severity for severity, _, _ in said])


if __name__ == "__main__":
    driver.main()
