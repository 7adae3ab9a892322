"""Reads the includes of a source tree and says which of them look up.

Floors only look down: daemon <- net <- net/http <- examples <- lessons/course <- lessons, slides. A
lesson's folder is a room of its own: it sees the floors below and itself, and no other lesson.
Nothing includes tests/.
Includes are written from the root ("daemon/fd.hh"); only inside a room of lessons, examples, slides
or tests may a file be named from that room's folder. An include in quotes that leads to no file is
reported too: what cannot be found cannot be checked. The rules of form that a program can see are
here as well: a header opens with a comment, and so does a source that has no header to say it; a
file has at most 300 lines; no lock file names a host. And what lets the tracking server go without the
checks of each pointer's alignment (meson.build at the root): it takes bytes for nothing but bytes.
"""

import pathlib
import re

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
RESOLVED = re.compile(r'"resolved":\s*"\w+://')  # npm's word for where a package came from
CAST = re.compile(r"\breinterpret_cast<\s*(?:const\s+)?([^<>*&]+?)\s*([*&]?)\s*>|\breinterpret_cast<")
# Bytef is zlib's byte; a sockaddr* and a void* are only given, never followed; Pointer is that of a function
# (store/libpq.hh); an ElfW(Dyn) lies in the tables of the dynamic linker (start_pages.cc).
TAKEN_FOR = {"char*", "unsigned char*", "std::byte*", "std::uint8_t*", "Bytef*", "sockaddr*", "void*", "Pointer",
             "ElfW(Dyn)*"}
ONLY_BYTES = pathlib.PurePath("lessons/16-tracker")
SOURCES = {".cc", ".hh"}
SCRIPTS = {".py", ".sh", ".js", ".mjs", ".css"}
MOST_LINES = 300
BELOW = {
    "daemon": [],
    "net": ["daemon"],
    "net/http": ["net", "daemon"],
    "examples": ["net/http", "net", "daemon"],
    "lessons/course": ["examples", "net/http", "net", "daemon"],
    "lessons": ["lessons/course", "examples", "net/http", "net", "daemon"],
    "slides": ["lessons/course", "examples", "net/http", "net", "daemon"],
    "tests": ["slides", "lessons", "lessons/course", "examples", "net/http", "net", "daemon"],
}
STRICT = {"daemon", "net", "net/http"}  # rooms that name even their own files from the root


def floor_of(path):
    """The floor of a path from the root, or None for one outside the house."""
    for floor in ("net/http", "lessons/course"):
        if path.parts[:2] == tuple(floor.split("/")):
            return floor
    return path.parts[0] if path.parts[0] in BELOW else None


def room_of(path):
    """The folder inside which files may name each other: the lesson, the example, or the floor."""
    if path.parts[0] in ("lessons", "examples", "slides") and len(path.parts) > 2:
        return pathlib.PurePath(*path.parts[:2])
    return pathlib.PurePath(floor_of(path))


def target_of(root, path, name):
    """The file of ours that an include leads to, from the root, or None."""
    if (root / name).is_file():
        return pathlib.PurePath(name)
    for folder in (path.parent, room_of(path)):
        if (root / folder / name).is_file():
            return pathlib.PurePath((root / folder / name).resolve().relative_to(root))
    return None


def include_problem(root, path, bracket, name):
    """Why this include is wrong, or an empty string."""
    target = target_of(root, path, name)
    if target is None:
        return "" if bracket == "<" else "leads to no file"
    if bracket == "<":
        return "names a file of ours in angle brackets" if (root / name).is_file() else ""
    own, other = floor_of(path), floor_of(target)
    if other is None:
        return "leads out of the house"
    if own in STRICT and target != pathlib.PurePath(name):
        return "is not written from the root"
    if own == other:
        separate = own == "lessons" and room_of(path) != room_of(target)
        return "looks into another lesson" if separate else ""
    return "" if other in BELOW[own] else f"looks up, from {own} to {other}"


def has_own_header(root, path):
    """thing.cc and thing_test.cc lean on the opening words of thing.hh."""
    header = path.with_name(path.stem.removesuffix("_test") + ".hh")
    return path.suffix == ".cc" and (root / header).is_file()


def form_problems(root, path, text):
    lines = text.count("\n")
    if lines > MOST_LINES:
        yield f"{path}: has {lines} lines; split it, {MOST_LINES} is the most"
    if path.suffix in SOURCES and not text.startswith(("//", "/*")) and not has_own_header(root, path):
        yield f"{path}: does not open with a comment that says what it is"


def cast_problems(path, text):
    if ONLY_BYTES not in path.parents:
        return
    for match in CAST.finditer(text):
        if (match.group(1) or "") + (match.group(2) or "") not in TAKEN_FOR:
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {match.group()} takes bytes for more than bytes; copy them (std::memcpy)"


def files_of(root, suffixes):
    for floor in ("daemon", "net", "examples", "lessons", "slides", "tests"):
        for file in sorted((root / floor).rglob("*")):
            hidden = {"node_modules", "__pycache__"} & set(file.parts)
            if file.suffix in suffixes and file.is_file() and not hidden:
                yield file


def check(root):
    """Returns (problems, number of files read)."""
    root = pathlib.Path(root).resolve()
    problems, read = [], 0
    for file in files_of(root, SOURCES | SCRIPTS):
        path = pathlib.PurePath(file.relative_to(root))
        text = file.read_text(encoding="utf-8")
        read += 1
        problems += form_problems(root, path, text)
        problems += cast_problems(path, text)
        for match in INCLUDE.finditer(text) if file.suffix in SOURCES else ():
            problem = include_problem(root, path, *match.groups())
            if problem:
                line = text.count("\n", 0, match.start(1)) + 1
                problems.append(f"{path}:{line}: {match.group(2)} {problem}")
    for file in files_of(root, {".json"}):
        if file.name == "package-lock.json" and RESOLVED.search(file.read_text(encoding="utf-8")):
            problems.append(f"{file.relative_to(root)}: names the host that it was made with")
    return problems, read
