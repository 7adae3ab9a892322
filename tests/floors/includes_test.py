"""Every source includes what it uses, and the look at that is shown to miss none of the planted faults.
Argument: the root of the tree."""

import pathlib
import sys
import tempfile
import unittest

import driver
import includes
from floors_test import plant

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()

FD = "// f\nclass Fd {\n  public:\n    void reset_now();\n};\nvoid set_blocking(int fd);\nvoid check(int result);\n"
# what is planted, and the words that must be said; no words: nothing is missing.
TREES = [
    ("what is included", {"daemon/fd.hh": FD, "net/a.cc": '#include "daemon/fd.hh"\nvoid f() { set_blocking(1); }\n'}, ""),
    ("by way of another header", {"daemon/fd.hh": FD, "daemon/b.hh": '#include "daemon/fd.hh"\n#include <vector>\n',
                                  "net/a.cc": '#include "daemon/b.hh"\nstd::vector<Fd> all() { return {}; }\n'}, ""),
    ("a function of ours", {"daemon/fd.hh": FD, "net/a.cc": "void f() { set_blocking(1); }\n"},
     "net/a.cc: set_blocking is used, and daemon/fd.hh is not included"),
    ("a type of ours", {"daemon/fd.hh": FD, "net/a.cc": "void f(const Fd& fd);\n"}, "Fd is used, and daemon/fd.hh"),
    ("a short name with its floor", {"daemon/fd.hh": FD, "net/a.cc": "void f() { daemon::check(1); }\n"},
     "daemon::check is used, and daemon/fd.hh"),
    ("a short name that another header has, too", {
        "daemon/fd.hh": FD, "net/b.hh": "bool check(char);\n", "net/a.cc": '#include "net/b.hh"\nbool f() { return daemon::check(1); }\n'},
     "daemon::check is used, and daemon/fd.hh"),
    ("a member of the same name", {"daemon/fd.hh": FD, "net/a.cc": "void f(T& it) { it.set_blocking(1); it->set_blocking(2); }\n"}, ""),
    ("in words only", {"daemon/fd.hh": FD, "net/a.cc": '// set_blocking(1) of Fd\nconst char* s = "Fd std::vector";\n'}, ""),
    ("a name of its own", {"daemon/fd.hh": FD, "net/a.cc": "class Fd {};\nFd f();\ntemplate <class Fd> void g(Fd);\n"}, ""),
    ("of the standard library", {"net/a.cc": "#include <string>\nstd::vector<std::string> f();\n"},
     "net/a.cc: std::vector is used, and <vector> is not included"),
    ("of a range", {"net/a.cc": "void f() { std::ranges::sort(all); }\n"}, "std::ranges::sort is used, and <algorithm>"),
    ("brought by a library", {"net/a.cc": "#include <fmt/core.h>\nstd::string f() { return fmt::format(\"\"); }\n"}, ""),
    ("a library", {"net/a.cc": "#include <string>\nstd::string f() { return fmt::format(\"\"); }\n"}, "fmt:: is used, and <fmt/core.h>"),
    ("a system call", {"net/a.cc": "#include <unistd.h>\nint f() { return ::open(\"a\", 0); }\n"}, "::open is used, and <fcntl.h>"),
    ("a test, which is compiled by itself", {"daemon/fd.hh": FD, "net/a_test.cc": "void f() { set_blocking(1); }\n"}, ""),
]


class IncludesTest(unittest.TestCase):
    def test_planted_trees_are_judged_as_they_are(self):
        for what, files, words in TREES:
            with self.subTest(what), tempfile.TemporaryDirectory() as folder:
                plant(folder, files)
                problems, looked_at = includes.check(folder)
                self.assertEqual(bool(problems), bool(words), problems)
                self.assertIn(words, "\n".join(problems))
                self.assertGreaterEqual(looked_at, 1)

    def test_the_tree_includes_what_it_uses(self):
        problems, looked_at = includes.check(ROOT)
        self.assertEqual(problems, [])
        self.assertGreater(looked_at, 300)


if __name__ == "__main__":
    driver.main()
