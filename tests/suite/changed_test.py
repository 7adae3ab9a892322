"""`--changed` on a small tree of its own, really built: which change reaches which test."""

import contextlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import build_graph
import changed
import driver
import run

RUNNER = pathlib.Path(__file__).with_name("run.py")
COUNT = "1 passed, 0 failed, 0 skipped"
PROGRAM = '#include <cstdio>\n#include "{0}.hh"\nint main() {{ std::puts({0}()); }}\n'
TREE = {
    ".gitignore": "/build\n",
    "meson.build": "project('small', 'cpp')\npython = find_program('python3')\n"
                   "subdir('lib')\nsubdir('lessons')\nsubdir('drivers')\n",
    "lib/meson.build": "lib = static_library('lib', 'a.cc', 'b.cc')\n"
                       "foreach n : ['a', 'b']\n  test(n, executable(n, n + '_test.cc', link_with: lib,"
                       " build_by_default: false))\nendforeach\n",
    "lib/a.hh": '#include "part.hh"\n', "lib/part.hh": "const char* a();\n",
    "lib/b.hh": "const char* b();\n",
    "lib/a.cc": f'#include "a.hh"\nconst char* a() {{ return "{COUNT}"; }}\n',
    "lib/b.cc": f'#include "b.hh"\nconst char* b() {{ return "{COUNT}"; }}\n',
    "lib/a_test.cc": PROGRAM.format("a"), "lib/b_test.cc": PROGRAM.format("b"),
    "lessons/meson.build": "foreach n : ['01-one', '02-two']\n  test(n, python, args: "
                           "[files('proof.py'), '--root', meson.project_source_root(), 'prove', n])\n"
                           "endforeach\n",
    "lessons/proof.py": f"print('{COUNT}')\n",
    "lessons/01-one/lesson.json": '{"sources": ["lib/a.cc"]}\n',
    "lessons/01-one/mutants/wrong.cc": "// source: lib/a.cc\n",
    "lessons/02-two/lesson.json": "{}\n",
    "drivers/meson.build": "test('driven', python, args: [files('driven.py'), meson.current_source_dir() / 'corpus'])\n"
                           "test('all', python, args: [files('all.py'), meson.project_source_root()])\n",
    "drivers/driven.py": f"import helper\nFILE = 'named.txt'\nprint('{COUNT}')\n",
    "drivers/helper.py": "import deeper\n", "drivers/deeper.py": "\n", "drivers/named.txt": "\n",
    "drivers/corpus/1": "\n", "drivers/all.py": f"print('{COUNT}')\n", "drivers/unread.txt": "\n",
    "README.md": "\n", "unread": "\n",
}
EVERY = "01-one 02-two a b driven"
# A changed file, and the tests that see it. `all`, which is given the whole tree, always runs.
REACHES = {
    "lib/a.cc": "01-one a", "lib/b.cc": "b", "lib/a.hh": "a", "lib/part.hh": "a", "lib/b_test.cc": "b",
    "lib/meson.build": "a b", "lessons/01-one/mutants/wrong.cc": "01-one",
    "lessons/02-two/lesson.json": "02-two", "lessons/proof.py": "01-one 02-two",
    "drivers/driven.py": "driven", "drivers/deeper.py": "driven", "drivers/named.txt": "driven",
    "drivers/corpus/1": "driven", "README.md": "",
    "drivers/unread.txt": "driven",  # nobody is known to read it: the tests of its folder
    "unread": EVERY, "meson.build": EVERY,
}


def git(root, *words):
    subprocess.run(["git", "-C", root, "-c", "user.name=n", "-c", "user.email=e", *words], check=True,
                   stdout=subprocess.DEVNULL)


class ChangedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        cls.build = cls.root / "build"
        for name, text in TREE.items():
            (cls.root / name).parent.mkdir(parents=True, exist_ok=True)
            (cls.root / name).write_text(text)
        git(cls.root, "init", "--quiet")
        git(cls.root, "add", ".")
        git(cls.root, "commit", "--quiet", "-m", "first")
        git(cls.root, "commit", "--quiet", "--allow-empty", "-m", "second")
        subprocess.run(["meson", "setup", cls.build, cls.root], check=True, stdout=subprocess.DEVNULL)

    def setUp(self):
        subprocess.run(["ninja", "-C", self.build, "lib/a", "lib/b"], check=True,
                       stdout=subprocess.DEVNULL)

    def chosen(self, name):
        """The tests that a change of this file reaches, without `all`; and what is said."""
        file = self.root / name
        was = file.read_text() if file.exists() else None
        time = file.stat().st_mtime_ns if file.exists() else 0
        file.write_text((was or "") + "\n")
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                tests, _ = changed.reached(self.root, "", [(self.build, run.tests_of(self.build)),
                                                           (self.build, [])], run.introspect)
        finally:
            if was is None:
                file.unlink()
            else:
                file.write_text(was)
                os.utime(file, ns=(time, time))  # for the build it never changed
        names = {test.name for test in tests}
        self.assertIn("all", names)
        return " ".join(sorted(names - {"all"})), said.getvalue()

    def test_each_change_reaches_what_can_see_it(self):
        for file, tests in REACHES.items():
            with self.subTest(file):
                self.assertEqual(self.chosen(file)[0], tests)

    def test_without_the_recorded_headers_the_table_is_wrong(self):
        kept = build_graph.Graph.read_recorded

        def forget_headers(graph):
            kept(graph)
            graph.recorded = {name: files[:1] for name, files in graph.recorded.items()}

        build_graph.Graph.read_recorded = forget_headers
        try:
            self.assertNotEqual(self.chosen("lib/part.hh")[0], REACHES["lib/part.hh"])
        finally:
            build_graph.Graph.read_recorded = kept

    def test_a_program_that_was_never_built_is_reached(self):
        (self.build / "lib/b").unlink()
        subprocess.run(["ninja", "-C", self.build, "-t", "clean", "lib/b"], check=True,
                       stdout=subprocess.DEVNULL)
        (self.build / ".ninja_deps").unlink()
        self.assertEqual(self.chosen("drivers/deeper.py")[0], "a b driven")

    def test_it_says_what_changed_and_who_sees_it(self):
        said = self.chosen("drivers/deeper.py")[1]
        self.assertIn("changed since HEAD: drivers/deeper.py\n2 of 6 tests can see that:\n", said)
        self.assertIn("  drivers/deeper.py -> driven\n", said)
        self.assertIn("no test is known to read new: running every test", self.chosen("new")[1])

    def run_it(self, *options):
        answer = subprocess.run([sys.executable, RUNNER, "--build", self.build, *options], text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False, timeout=120)
        return answer.returncode, answer.stdout

    def test_the_chosen_tests_are_run_and_counted(self):
        file = self.root / "lib/b.cc"
        file.write_text(TREE["lib/b.cc"] + "\n")
        self.addCleanup(file.write_text, TREE["lib/b.cc"])
        code, said = self.run_it("--changed")
        self.assertEqual((code, said.splitlines()[-1]), (0, "2 passed, 0 failed, 0 skipped"), said)

    def test_without_a_change_no_run_is_called_a_success(self):
        code, said = self.run_it("--changed")
        self.assertEqual(code, 100)
        self.assertIn("nothing has changed since HEAD~1, so there is no test to run", said)
        for options in (["--changed", "no-such-commit"], ["--changed", "HEAD", "--only", "a"]):
            self.assertEqual(self.run_it(*options)[0], 100)


if __name__ == "__main__":
    driver.main()
