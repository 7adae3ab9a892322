"""What a program says of itself by --help, as a tree: its words, and of each the options and what else it takes.

The man page and the completion of shells are made from this, so that no option exists in one place and not in the
other. Reads the form that CLI11 prints: headings, and entries that begin after two blanks.
"""

import dataclasses
import os
import re
import subprocess

PATIENCE_SECONDS = 120
MOST_WORDS = 200  # a program that names itself as its own word must not go on for ever


@dataclasses.dataclass
class Option:
    name: str  # "--data", or NAME for what has no dashes
    value: str  # "TEXT"; "" for a flag
    text: str
    notes: list  # "default 2", "1 to 5000", "may be repeated"

    @property
    def is_flag(self):
        return self.name.startswith("-") and not self.value


@dataclasses.dataclass
class Word:
    path: tuple  # ("device", "add"); () for the program itself
    text: str
    positionals: list
    options: list  # without --help, which each word has
    words: list

    def all_words(self):
        """This one and those below it, in the order of --help."""
        return [self, *[found for word in self.words for found in word.all_words()]]


def entries(help_text):
    """{heading: [(left, right)]}; a right side that the terminal's width has broken is put together again."""
    found, section = {}, []
    for line in help_text.splitlines():
        heading = re.fullmatch(r"([A-Z][\w ]*):\s*", line)
        entry = re.fullmatch(r"  (\S.*?)(?:\s{2,}(\S.*?))?\s*", line)
        more = re.fullmatch(r"\s{10,}(\S.*?)\s*", line)
        if heading:
            section = found.setdefault(heading[1].lower(), [])
        elif entry and not more:
            section.append([entry[1], entry[2] or ""])
        elif more and section:
            section[-1][1] = f"{section[-1][1]} {more[1]}".strip()
    return found


def option_from(left, right):
    """From "--devices UINT:UINT in [1 - 5000]=2" or "-h,--help" and the text beside it."""
    match = re.fullmatch(r"(?:-\w,)?(--[\w-]+|-\w|[A-Za-z][\w-]*)((?:,--[\w-]+)*)(?: (.*))?", left)
    if not match:
        raise ValueError(f"an entry of --help that is not understood: {left!r}")
    rest, notes = match[3] or "", []
    for pattern, note in ((r"\s*\(Env:([^)]*)\)", r"environment \1"), (r"\s*\bREQUIRED\b", "required"),
                          (r"\s*\.\.\.", "may be repeated"), (r":\w+ in \[(\S+) - (\S+)\]", r"\1 to \2"),
                          (r"=(\S.*)$", r"default \1"), (r"\s*\bExcludes: (.*)$", r"not with \1")):
        found = re.search(pattern, rest)
        if found:
            notes.append(found.expand(note))
            rest = (rest[:found.start()] + rest[found.end():]).strip()
    return Option(match[1], rest, right, notes)


def help_of(program, path):
    # Without the person's environment, in which some options have their defaults.
    return subprocess.run([program, *path, "--help"], check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
                          stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}).stdout


def read(program, path=(), text="", left=None):
    """The tree below `path`. Raises CalledProcessError and ValueError for what is no such program."""
    left = [MOST_WORDS] if left is None else left
    left[0] -= 1
    if left[0] < 0:
        raise ValueError(f"{program} has more than {MOST_WORDS} words")
    said = help_of(program, path)
    parts = entries(said)
    options = [option_from(*entry) for entry in parts.get("options", [])]
    words = [read(program, (*path, name), summary, left) for name, summary in parts.get("subcommands", [])]
    return Word(path, text or said.split("\n", 1)[0], [option_from(*entry) for entry in parts.get("positionals", [])],
                [option for option in options if option.name != "--help"], words)
