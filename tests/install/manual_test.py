#!/usr/bin/env python3
"""The man pages and the completions against what the programs say by --help:
manual_test.py PAGE_OF_TRACKER COMPLETIONS_OF_TRACKER... PROGRAM...     completions for bash and for zsh

Every page is set without a warning. Those of tracker, sniff and lab are asked for each option, in both directions; the
other programs' tests, beside them, do it for theirs."""

import functools
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/suite"), str(ROOT / "lessons/16-tracker/manual")]

import command_words
import driver
import manual_page

TRACKER_PAGE, COMPLETION, ZSH_COMPLETION = sys.argv[1:4]
PROGRAMS = {pathlib.Path(path).name: path for path in sys.argv[4:]}
del sys.argv[1:]
PAGES = [*sorted(ROOT.glob("examples/*/*.1")), pathlib.Path(TRACKER_PAGE)]
PATIENCE_SECONDS = 120


def plain(text):
    return text.replace("\\-", "-")


def options_by_section(page):
    """{"device add": {"--data", ...}} of a page with a subsection for each word."""
    found = {}
    for section in re.split(r"^\.SS ", plain(page), flags=re.MULTILINE)[1:]:
        title, body = section.split("\n", 1)
        body = re.split(r"^\.SH ", body, flags=re.MULTILINE)[0]
        same = re.search(r"^The options are those of\n\.BR (.*) \.$", body, re.MULTILINE)
        options = set(re.findall(r"^\.TP\n\.BI? (--[\w-]+)", body, re.MULTILINE))
        found[title] = options | (found[same[1]] if same else set())
    return found


def options_by_word(tree):
    return {" ".join(word.path): {option.name for option in word.options}
            for word in tree.all_words() if word.path and not word.words}


def lint(page):
    return subprocess.run(["mandoc", "-Tlint", "-W", "warning", page], capture_output=True, text=True, check=False).stdout


@functools.lru_cache
def words_of(name):
    return command_words.read(PROGRAMS[name])


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = words_of("tracker")
        cls.page = pathlib.Path(TRACKER_PAGE).read_text(encoding="utf-8")

    def test_every_page_is_set_without_a_warning(self):
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not here")
        self.assertGreater(len(PAGES), 7)
        for page in PAGES:
            with self.subTest(page.name):
                self.assertEqual(lint(page), "")

    def test_a_page_with_a_mistake_is_not(self):
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not here")
        done = subprocess.run(["mandoc", "-Tlint", "-W", "warning"], input=self.page.replace(".BI ", ".BO ", 1), text=True,
                              capture_output=True, check=False)
        self.assertIn("BO", done.stdout)

    def test_the_trackers_page_has_each_option_of_each_word_and_no_other_one(self):
        words = options_by_word(self.tree)
        self.assertGreater(len(words), 25)
        self.assertIn("--config", words["check"])
        self.assertEqual(options_by_section(self.page), words)

    def test_an_option_that_one_of_them_has_not_is_noticed(self):
        words = options_by_word(self.tree)
        less = re.sub(r"^\.TP\n\.BI \\-\\-seed .*\n.*\n", "", self.page, count=1, flags=re.MULTILINE)
        self.assertNotEqual(options_by_section(less), words)
        more = self.page.replace(".TP\n.BI \\-\\-seed", ".TP\n.B \\-\\-new\nIs new.\n.TP\n.BI \\-\\-seed", 1)
        self.assertNotEqual(options_by_section(more), words)

    def test_what_help_says_cannot_become_a_request_of_troff(self):
        self.assertEqual(manual_page.escaped(".so /etc/passwd\n'x --a\\n"), "\\&.so /etc/passwd\n\\&'x \\-\\-a\\en")

    def test_the_pages_of_sniff_and_lab_have_each_option_and_word_and_no_other_one(self):
        for name in set(PROGRAMS) - {"tracker"}:
            with self.subTest(name):
                text = plain((ROOT / f"examples/{name}/{name}.1").read_text(encoding="ascii"))
                tree = words_of(name)
                options = {option.name for word in tree.all_words() for option in word.options}
                self.assertGreater(len(options), 4)
                self.assertEqual(set(re.findall(r"^\.BI? (--[\w-]+)", text, re.MULTILINE)), options)
                words = {word.path[0] for word in tree.all_words() if word.path}
                described = set(re.findall(r"^\.TP\n\.BI? ([a-z]\w*)", text, re.MULTILINE))
                self.assertEqual(described, words)

    def test_words_without_end_are_refused(self):
        script = pathlib.Path("/bin/sh")
        def endless(program, path):
            return "x\n\nSubcommands:\n  more   of it\n"
        asked, command_words.help_of = command_words.help_of, endless
        self.addCleanup(setattr, command_words, "help_of", asked)
        with self.assertRaisesRegex(ValueError, "more than 200 words"):
            command_words.read(script)


class InBash:
    """What bash offers for the last of `words`. It puts those that do not begin as that one aside by itself."""

    def offered(self, file, function, *words):
        quoted = " ".join(f"'{word}'" for word in words)
        script = (f"source '{file}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; {function}; "
                  "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"")
        return offered_by("bash", "-c", script)

    def tracker(self, *words):
        return self.offered(COMPLETION, "_tracker", "tracker", *words)

    def waymark(self, *words):
        return self.offered(ROOT / "lessons/course/completion.bash", "_waymark", "./waymark", *words)


class InZsh:
    """The same of zsh, whose `compadd` keeps those that begin as the last word; names of files are its _files."""

    STUBS = ("compdef() { }; _files() { }; compadd() { shift; local word; for word; do "
             "[[ $word != ${words[CURRENT]}* ]] || print -r -- $word; done; }")

    def setUp(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not here: apt-get install zsh")

    def offered(self, file, function, *words):
        quoted = " ".join(f"'{word}'" for word in words)
        return offered_by("zsh", "-f", "-c", f"{self.STUBS}; source '{file}'; words=({quoted}); CURRENT={len(words)}; {function}; true")

    def tracker(self, *words):
        return self.offered(ZSH_COMPLETION, "_tracker", "tracker", *words)

    def waymark(self, *words):
        return self.offered(ROOT / "lessons/course/completion.zsh", "_waymark", "./waymark", *words)


def offered_by(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(done.stderr or f"exit code {done.returncode}")
    return set(done.stdout.split())


class Completion:
    def test_the_trackers_offers_each_word_and_each_option(self):
        for word in words_of("tracker").all_words():
            with self.subTest(" ".join(word.path)):
                self.assertEqual(self.tracker(*word.path, "--"), {option.name for option in word.options} | {"--help"})
                self.assertEqual(self.tracker(*word.path, ""), {each.path[-1] for each in word.words})

    def test_it_finds_the_word_behind_options_and_leaves_values_to_the_names_of_files(self):
        self.assertEqual(self.tracker("backup", "--data", "/x", "--h"), {"--help"})
        self.assertEqual(self.tracker("serve", "--config", ""), set())
        self.assertEqual(self.tracker("serve", "--foreground", "--conf"), {"--config"})
        self.assertEqual(self.tracker("de"), {"device", "decode"})

    def test_waymarks_offers_each_word_of_its_help(self):
        told = subprocess.run([ROOT / "waymark", "help"], capture_output=True, text=True, check=True).stdout
        lines = re.findall(r"^  \./waymark ([a-z|-]+)", told, re.MULTILINE)
        words = {word for line in lines for word in line.split("|")} | {"help"}
        self.assertGreater(len(words), 15)
        self.assertGreaterEqual(self.waymark(""), words)
        self.assertEqual(self.waymark("star"), {"start"})

    def test_it_offers_the_options_and_the_lessons(self):
        told = subprocess.run([ROOT / "waymark", "help"], capture_output=True, text=True, check=True).stdout
        start = re.search(r"\./waymark start (.*)", told)[1]
        self.assertEqual(self.waymark("start", "--"), set(re.findall(r"--[\w-]+", start)))
        self.assertEqual(self.waymark("start", "--no"), {"--no-demo"})
        lessons = {path.name[:2] for path in ROOT.glob("lessons/[0-9][0-9]-*")}
        self.assertEqual(self.waymark("check", ""), lessons)
        self.assertEqual(self.waymark("new", ""), set())


class BashCompletion(InBash, Completion, unittest.TestCase):
    pass


class ZshCompletion(InZsh, Completion, unittest.TestCase):
    def completed(self, setting_up, typed, wanted):
        """What a person sees who types this and Tab in a zsh that was set up so, until `wanted` has come."""
        terminal, side = pty.openpty()
        self.addCleanup(os.close, terminal)
        environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": "/nonexistent", "PROMPT": "ready> "}
        zsh = subprocess.Popen(["zsh", "-f", "-i"], cwd=ROOT, stdin=side, stdout=side, stderr=side, env=environment,
                               start_new_session=True)
        os.close(side)
        self.addCleanup(zsh.communicate, timeout=PATIENCE_SECONDS)
        self.addCleanup(zsh.kill)
        os.write(terminal, f"autoload -Uz compinit && compinit -u -D; {setting_up}; PROMPT=set-'up> '\n".encode())
        self.read_until(terminal, "set-up> ")
        os.write(terminal, f"{typed}\t".encode())
        return self.read_until(terminal, wanted)

    def read_until(self, terminal, wanted):
        seen = ""
        while wanted not in seen:
            self.assertTrue(select.select([terminal], [], [], PATIENCE_SECONDS)[0], seen)
            seen += os.read(terminal, 4096).decode(errors="replace")
        return seen

    def test_tab_in_a_terminal_completes_a_word_of_waymark(self):
        self.completed("source lessons/course/completion.zsh", "./waymark star", "./waymark start ")

    def test_tab_completes_a_word_of_tracker_found_by_its_name(self):
        folder = pathlib.Path(ZSH_COMPLETION).parent.resolve()
        self.completed(f"fpath=('{folder}' $fpath); compinit -u -D", "tracker backu", "tracker backup ")


if __name__ == "__main__":
    driver.main()
