"""What a demo must print: its claim, which stands in the deck's run block (slides/README.md).

Each line `claim:` is a regular expression (of Python, in which ^ and $ are the ends of a line). They are
found one after the other; what one of them captured another may use, (?P=name). The line `holds:`
compares numbers that were captured: "lost > 0, counted == all - lost"."""

import ast
import operator
import pathlib
import re

OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
COMPARISONS = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
               ast.Gt: operator.gt, ast.GtE: operator.ge}
BLOCK = re.compile(r"^```run\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
NOT_TEXT = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r")  # colours, and the terminal's ends of lines


class Claim:
    def __init__(self, lines, holds="", buttons=""):
        self.lines = lines
        self.buttons = [word.strip() for word in buttons.split(",") if word.strip()]
        self.holds = [part.strip() for part in holds.split(",") if part.strip()]

    def _match(self, text, count):
        return re.search(r"[\s\S]*?".join(f"(?:{line})" for line in self.lines[:count]), text, re.MULTILINE)

    def fault(self, text):
        """Why `text` does not show what is claimed; "" if it does."""
        text = NOT_TEXT.sub("", text)
        match = self._match(text, len(self.lines))
        if not match:
            count = next(count for count in range(1, len(self.lines) + 1) if not self._match(text, count))
            return f"it does not print (in this place): {self.lines[count - 1]}"
        numbers = {name: int(value) for name, value in match.groupdict().items() if value and value.isdigit()}
        wrong = [part for part in self.holds if not compare(part, numbers)]
        return f"it does not hold that {wrong[0]}, with {numbers}" if wrong else ""


def value(node, numbers):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return numbers[node.id]
    return OPERATIONS[type(node.op)](value(node.left, numbers), value(node.right, numbers))


def compare(text, numbers):
    node = ast.parse(text, mode="eval").body
    [comparison], [right] = node.ops, node.comparators
    return COMPARISONS[type(comparison)](value(node.left, numbers), value(right, numbers))


def of_deck(file):
    """The claims of one deck, by the names of its demos."""
    claims = {}
    for block in BLOCK.findall(pathlib.Path(file).read_text("utf-8")):
        demo, *lines = block.splitlines()
        settings = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        claims[demo.strip()] = Claim([text for key, text in settings if key == "claim"],
                                     ", ".join(text for key, text in settings if key == "holds"),
                                     ", ".join(text for key, text in settings if key == "buttons"))
    return claims


def of_decks(root):
    """By "01-processes/1-zombies"."""
    return {f"{deck.stem}/{demo}": claim for deck in sorted(pathlib.Path(root, "slides").glob("[0-9]*.md"))
            for demo, claim in of_deck(deck).items()}
