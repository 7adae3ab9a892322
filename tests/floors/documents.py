"""Reads the documents at the root, and those that a learner's copy has there, and says which of their links lead to no file: an index that names
a file which has moved is worse than none."""

import pathlib
import re

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def check(root):
    """Returns (problems, number of links followed)."""
    root = pathlib.Path(root)
    problems, followed = [], 0
    for document in [*sorted(root.glob("*.md")), *sorted(root.glob("lessons/course/handout/*.md"))]:
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            followed += 1
            # What only a copy has is named there from the copy's root.
            if not (root / target).exists() and not (document.parent / target).exists():
                problems.append(f"{document.relative_to(root)}: {target} is not there")
    return problems, followed
