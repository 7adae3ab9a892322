"""The tree obeys the floors, and the check that says so is shown to reject planted trees that do not.
Argument: the root of the tree."""

import pathlib
import sys
import tempfile
import unittest

import driver
import floors

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()

# what is planted: {file: text}, and the words that must be said; no words: the tree is right.
TREES = [
    ("looking down", {"daemon/fd.hh": "// fd\n", "net/stream.cc": '// s\n#include "daemon/fd.hh"\n',
                      "net/http/server.cc": '// h\n#include "net/stream.cc"\n#include <vector>\n',
                      "lessons/16-tracker/main.cc": '// m\n#include "net/http/server.cc"\n'}, ""),
    ("a lesson names its own files", {"lessons/16-tracker/fix.hh": "// f\n",
                                      "lessons/16-tracker/store/store.cc": '// s\n#include "fix.hh"\n'}, ""),
    ("daemon looks up to net", {"net/address.hh": "// a\n", "daemon/fd.cc": '// f\n#include "net/address.hh"\n'},
     "daemon/fd.cc:2: net/address.hh looks up, from daemon to net"),
    ("net looks up to net/http", {"net/http/url.hh": "// u\n", "net/stream.cc": '// s\n#include "net/http/url.hh"\n'},
     "looks up, from net to net/http"),
    ("net/http looks up to a lesson", {"lessons/16-tracker/fix.hh": "// f\n",
                                       "net/http/url.cc": '// u\n#include "lessons/16-tracker/fix.hh"\n'},
     "looks up, from net/http to lessons"),
    ("up by a path with dots", {"net/address.hh": "// a\n", "daemon/fd.cc": '// f\n#include "../net/address.hh"\n'},
     "../net/address.hh"),
    ("examples look into slides", {"slides/server/deck.hh": "// d\n",
                                   "examples/echo/main.cc": '// m\n#include "slides/server/deck.hh"\n'},
     "looks up, from examples to slides"),
    ("slides and a lesson look into the course", {
        "lessons/course/region.hh": "// r\n",
        "slides/server/deck.cc": '// d\n#include "lessons/course/region.hh"\n',
        "lessons/01-processes/a.cc": '// a\n#include "lessons/course/region.hh"\n'}, ""),
    ("slides look into a lesson", {"lessons/01-processes/a.hh": "// a\n",
                                   "slides/server/deck.cc": '// d\n#include "lessons/01-processes/a.hh"\n'},
     "looks up, from slides to lessons"),
    ("the course looks into a lesson", {"lessons/01-processes/a.hh": "// a\n",
                                        "lessons/course/b.cc": '// b\n#include "lessons/01-processes/a.hh"\n'},
     "looks up, from lessons/course to lessons"),
    ("something includes tests", {"tests/suite/help.hh": "// h\n",
                                  "lessons/16-tracker/a.cc": '// a\n#include "tests/suite/help.hh"\n'},
     "looks up, from lessons to tests"),
    ("one lesson looks into another", {"lessons/01-processes/a.hh": "// a\n",
                                       "lessons/02-threads/b.cc": '// b\n#include "lessons/01-processes/a.hh"\n'},
     "looks into another lesson"),
    ("an include of the own folder in daemon", {"daemon/fd.hh": "// f\n", "daemon/fd.cc": '// f\n#include "fd.hh"\n'},
     "is not written from the root"),
    ("ours in angle brackets", {"net/address.hh": "// a\n", "daemon/fd.cc": "// f\n#include <net/address.hh>\n"},
     "angle brackets"),
    ("an include that leads nowhere", {"daemon/fd.cc": '// f\n#include "daemon/absent.hh"\n'}, "leads to no file"),
    ("with spaces round the hash", {"net/a.hh": "// a\n", "daemon/fd.cc": '// f\n  #  include "net/a.hh"\n'},
     "looks up"),
    ("a source and a test that lean on their header", {
        "daemon/fd.hh": "// fd\n", "daemon/fd.cc": '#include "daemon/fd.hh"\n',
        "daemon/fd_test.cc": '#include "daemon/fd.hh"\n'}, ""),
    ("a header without an opening comment", {"daemon/fd.hh": "#pragma once\n"}, "does not open with a comment"),
    ("a source without header or comment", {"daemon/main.cc": "int x;\n"}, "does not open with a comment"),
    ("too long", {"daemon/fd.cc": "// f\n" * 301}, "has 301 lines"),
    ("bytes taken for characters", {"lessons/16-tracker/a.cc": "// a\nauto p = reinterpret_cast<const unsigned char*>(q);\n"}, ""),
    ("bytes taken for a number", {"lessons/16-tracker/map/a.cc": "// a\nauto n = *reinterpret_cast<const std::uint32_t*>(p);\n"},
     "lessons/16-tracker/map/a.cc:2: reinterpret_cast<const std::uint32_t*> takes bytes for more than bytes"),
    ("bytes taken for a class's reference", {"lessons/16-tracker/a.cc": "// a\nauto& n = reinterpret_cast<Head<int>&>(p);\n"},
     "lessons/16-tracker/a.cc:2: reinterpret_cast<"),
    ("bytes taken for a number on a floor with the checks", {"net/a.cc": "// a\nauto n = *reinterpret_cast<const int*>(p);\n"}, ""),
    ("a lock file with a host", {"tests/browser/package-lock.json": '{"resolved": "any://host/a"}'},
     "names the host"),
]


def plant(folder, files):
    for name, text in files.items():
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class FloorsTest(unittest.TestCase):
    def test_planted_trees_are_judged_as_they_are(self):
        for what, files, words in TREES:
            with self.subTest(what), tempfile.TemporaryDirectory() as folder:
                plant(folder, files)
                problems, _ = floors.check(folder)
                if words:
                    self.assertIn(words, "\n".join(problems))
                else:
                    self.assertEqual(problems, [])

    def test_a_tree_of_nothing_is_seen_to_be_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(floors.check(folder), ([], 0))

    def test_the_tree_obeys(self):
        problems, read = floors.check(ROOT)
        print(f"floors: read {read} files")
        self.assertGreater(read, 20)
        self.assertEqual("\n".join(problems), "")


if __name__ == "__main__":
    driver.main()
