"""Reads the documents at the root and says which of their links lead to no file: an index that names
a file which has moved is worse than none."""

import pathlib
import re

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def check(root):
    """Returns (problems, number of links followed)."""
    root = pathlib.Path(root)
    problems, followed = [], 0
    for document in sorted(root.glob("*.md")):
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            followed += 1
            if not (root / target).exists():
                problems.append(f"{document.name}: {target} is not there")
    return problems, followed
