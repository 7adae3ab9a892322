"""The text of lesson 16: the table has every lesson before it, each file that it names is there, and in it the symbol;
what is printed under a command is what its demo's recording has. Usage: tracker_text_test.py"""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver

LESSON = ROOT / "lessons" / "16-tracker"
ROW = re.compile(r"^\| \[(\d\d \S+)\]\(\.\./(\S+)/README\.md\) \| \[\S+\]\((\S+)\) \| (.*) \|$", re.MULTILINE)
# A link to a source, and the symbol behind it.
PLACE = re.compile(r"\[[^\]]+\]\(([^)]+\.(?:cc|hh))\), `([\w:]+)`")
SHOWN = re.compile(r"`\./waymark demo 16/(\d)`.*?```\n(.*?)```", re.DOTALL)


def faults_of(text):
    """Lines that say what is wrong with the text."""
    rows = ROW.findall(text)
    wanted = [folder.name for folder in sorted((ROOT / "lessons").glob("[0-9][0-9]-*"))
              if (folder / "lesson.json").exists() and folder != LESSON]
    faults = [] if [row[1] for row in rows] == wanted else [f"the table has {[row[1] for row in rows]}"]
    for name, folder, module, place in rows:
        if name.replace(" ", "-") != folder:
            faults.append(f"{name} leads to {folder}")
        if not (LESSON / module).is_file():
            faults.append(f"{name}: {module} is not there")
        found = PLACE.findall(place)
        if not found:
            faults.append(f"{name}: names no file with a symbol")
        faults += [f"{name}: {file} has no {symbol}" for file, symbol in found if not has_symbol(file, symbol)]
    return faults + shown_faults(text)


def has_symbol(file, symbol):
    path = LESSON / file
    return path.is_file() and re.search(rf"\b{symbol}\b", path.read_text(encoding="utf-8")) is not None


def shown_faults(text):
    faults = []
    shown = SHOWN.findall(text)
    if len(shown) != 4:
        faults.append(f"{len(shown)} demos are shown")
    for number, printed in shown:
        [recording] = (ROOT / "slides" / "transcripts" / "16-tracker").glob(f"{number}-*.txt")
        if not recording.read_text(encoding="utf-8").startswith(printed):
            faults.append(f"demo {number} prints something else")
    return faults


class TheText(unittest.TestCase):
    def setUp(self):
        self.text = (LESSON / "README.md").read_text(encoding="utf-8")

    def test_it_is_true(self):
        self.assertEqual(faults_of(self.text), [])

    def test_what_is_wrong_with_it_would_be_seen(self):
        for pattern, word in ((r"\| \[07 clients\].*\n", ""), (r"`House::heard`", "`House::hears`"),
                              (r"root_start\.cc\)", "root_end.cc)"), (r"frame\.hh\)", "frames.hh)"),
                              (r"on the disk are 8", "on the disk are 9"), (r"\.\./09-servers", "../08-timed-io")):
            altered, count = re.subn(pattern, word, self.text)
            self.assertGreater(count, 0, pattern)
            self.assertNotEqual(faults_of(altered), [], word)


if __name__ == "__main__":
    driver.main()
