#!/usr/bin/env python3
"""What documents, pages and messages tell a person to type of the tracker is there:  printed_commands_test.py TRACKER

Each `tracker WORD... --option` is looked up in what the program says by --help, each `setting = value` among the options of
`serve`, each unit among those that are installed. Whether it does what is promised is for the tests of each command."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/suite"), str(ROOT / "lessons/16-tracker/manual")]

import command_words
import driver

TRACKER = sys.argv.pop(1)
LESSON = ROOT / "lessons/16-tracker"
DOCUMENTS = [ROOT / "README.md", *sorted(LESSON.glob("*.md")), LESSON / "package/README.Debian", LESSON / "service/tracker.toml"]
PAGES = [path for kind in ("*.html", "assets/*.js") for path in sorted((LESSON / "web/pages").glob(kind))]
SOURCES = [path for path in sorted(LESSON.rglob("*.cc")) if not path.name.endswith("_test.cc")]
UNITS = {path.name.removesuffix(".in") for path in (LESSON / "service").iterdir()}
SETTING = re.compile(r"^(?:# )?([a-z][a-z-]+) = [\"\[\d]", re.MULTILINE)
# In the same form, and another program's.
OF_POSTGRESQL = {"ssl", "synchronous_commit", "synchronous_standby_names"}


def joined(text):
    """A command that goes on in the next line, and a text that is broken in the middle of a source."""
    return re.sub(r'"\s*\n\s*"', "", re.sub(r"\\\n\s*", " ", text))


def commands_in_document(text):
    """What stands in backquotes, and in the lines of a block that is indented or fenced."""
    inline = re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    lines = [line for block in re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) for line in block.splitlines()]
    lines += re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)
    return [each.replace("\n", " ") for each in [*inline, *lines]]


def commands_in_source(text):
    """What stands in single quotes or in <code> and <pre>: 'tracker user link NAME'."""
    quoted = re.findall(r"'((?:sudo )?tracker [a-z][^'<>]*)'", joined(text))
    shown = [line for block in re.findall(r"<(?:code|pre)\b[^>]*>(.*?)</(?:code|pre)>", text, re.DOTALL) for line in block.splitlines()]
    return [*quoted, *shown]


def lines_of_manual(text):
    return re.findall(r"^tracker [a-z].*$", text, re.MULTILINE)


def command_of_tracker(text):
    """The words behind the program, or nothing where it is none: "sudo -u waymark tracker backup FILE"."""
    found = re.search(r"(?:^|[\s/;$(\"|])tracker ((?:[a-z-]|--).*)", text)
    if not found or re.match(r"\w+:", found[1]):  # "tracker serve: data: ..." is what it says
        return None
    return re.split(r"\s[|;&>#]|&&|;(?:\s|$)", found[1])[0].replace("'", " ").replace('"', " ").split()


class Words:
    def __init__(self, tree):
        self.tree = tree
        self.settings = {option.name[2:] for option in self.word(["serve"])[0].options}

    def word(self, words):
        """The one that they lead to, and what is left of them."""
        found, rest = self.tree, list(words)
        while rest and (below := next((each for each in found.words if each.path[-1] == rest[0]), None)):
            found, rest = below, rest[1:]
        return found, rest

    def fault(self, words):
        """What is wrong with it, or ''."""
        found, rest = self.word(words)
        options = {option.name for option in [*found.options, *self.tree.options]} | {"--help", "--version"}
        if found.words and rest and not rest[0].startswith("--"):
            return f"there is no command {' '.join([*found.path, rest[0]])}"
        wrong = [word for word in rest if word.startswith("--") and re.match(r"--[\w-]*", word)[0] not in options]
        return f"{' '.join(found.path)} has no {wrong[0]}" if wrong else ""


WORDS = Words(command_words.read(pathlib.Path(TRACKER)))


def faults_of(text, commands):
    """(how many were looked at, what is wrong with them)"""
    found = [command for command in map(command_of_tracker, commands(text)) if command]
    faults = [f"tracker {' '.join(command)}: {fault}" for command in found if (fault := WORDS.fault(command))]
    return len(found), faults


def faults_of_names(text):
    """The same of settings and units in a document."""
    settings = SETTING.findall(text)
    units = re.findall(r"\bwaymark-tracker[\w-]*\.(?:service|socket)\b", text)
    faults = [f"no setting {name}" for name in settings if name not in WORDS.settings | OF_POSTGRESQL]
    return len(settings) + len(units), faults + [f"no unit {name}" for name in units if name not in UNITS]


class Printed(unittest.TestCase):
    def check(self, paths, at_least, look):
        total = 0
        for path in paths:
            with self.subTest(path.name):
                count, faults = look(path.read_text(encoding="utf-8"))
                self.assertEqual(faults, [])
                total += count
        print(f"printed commands: {total} looked at in {len(paths)} files")
        self.assertGreaterEqual(total, at_least)

    def test_documents_have_commands_that_are_there(self):
        self.check(DOCUMENTS, 50, lambda text: faults_of(text, commands_in_document))

    def test_the_manual_page_has_commands_that_are_there(self):
        self.check([LESSON / "manual/tracker.1.in"], 3, lambda text: faults_of(text.replace("\\-", "-"), lines_of_manual))

    def test_documents_have_settings_and_units_that_are_there(self):
        self.check(DOCUMENTS, 25, faults_of_names)

    def test_pages_and_messages_have_commands_that_are_there(self):
        self.check([*PAGES, *SOURCES], 30, lambda text: faults_of(text, commands_in_source))

    def test_what_is_not_there_is_told(self):
        for text in ("`tracker devices list`", "say `tracker device add van --identifier 7`", "```\n$ tracker backup --to FILE\n```",
                     "    sudo -u waymark tracker restore --forced FILE", "`build/lessons/16-tracker/tracker\nserv --foreground`"):
            self.assertEqual(len(faults_of(text, commands_in_document)[1]), 1, text)
        self.assertEqual(len(faults_of("tracker backups /backup/waymark.db\n", lines_of_manual)[1]), 1)
        for text in ('"on the server \'tracker user "\n    "links NAME\' prints one"', "<pre>tracker stop\ntracker restart</pre>"):
            self.assertEqual(len(faults_of(text, commands_in_source)[1]), 1, text)
        for text in ('listen-map = ["*:8443"]', "# web-names = [\"a\"]", "systemctl edit waymark-tracker-map.socket"):
            self.assertEqual(len(faults_of_names(text)[1]), 1, text)

    def test_what_is_there_is_not(self):
        for text in ("`sudo -u waymark tracker backup --data /var/lib/waymark FILE`", "`tracker device id NAME --add X --remove Y`",
                     "```\ntracker stop && tracker restore FILE --force | cat --fully\n```", "`tracker --version`", "the tracker devices use"):
            self.assertEqual(faults_of(text, commands_in_document)[1], [], text)


if __name__ == "__main__":
    driver.main()
