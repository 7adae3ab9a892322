"""Which tests a change can reach (`./waymark test --changed`). For daily work; the full run decides.

A test reaches what its program is built from (build_graph.py), the files and folders on its command line and
in its environment, the modules that a driver imports, and the files that a driver names in its text.
A lesson's proof reaches the lesson's folder and the sources in its lesson.json. A test that is given the whole
tree reads anything in it and always runs. A changed file that no test reaches is told by name, and then the
tests of its folder run, or all when there are none: not knowing who reads a file is no reason to test less.

What it cannot see: a file that a program finds at run time by a name that is put together. Such a test is
missed when another one claims the file.
"""

import json
import os
import pathlib
import re
import subprocess

from build_graph import Graph, tree_files

QUOTED = re.compile(r"""["'`]([\w./-]+)["'`]""")
IMPORTS = re.compile(r"^\s*(?:from\s+([\w.]+)\s+import|import\s+([\w., ]+))", re.MULTILINE)
READ_BY_DOCUMENTS = (".md",)  # the test `documents` reads every one of them
COMPILED = (".cc", ".hh", ".cpp", "meson.build")  # the build knows who reads those
SHOWN = 6  # names in a line


class NothingChanged(Exception):
    """There is nothing to choose by; its text says why."""


def git(root, *words):
    answer = subprocess.run(["git", "-C", str(root), *words], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        raise ValueError(answer.stderr.strip() or f"git {words[0]} failed")
    return [name for name in answer.stdout.split("\0") if name]


def differences(root, commit):
    """The changed files, and the commit that they were compared with."""
    def since(base):
        return set(git(root, "diff", "--name-only", "--no-renames", "-z", base, "--"))

    new = set(git(root, "ls-files", "--others", "--exclude-standard", "-z"))
    if commit:
        return sorted(since(commit) | new), commit
    files = since("HEAD") | new
    return (sorted(files), "HEAD") if files else (sorted(since("HEAD~1")), "HEAD~1")


class Reach:
    """What each test of one build folder can see of the source tree."""

    def __init__(self, root, build, introspected):
        self.root = pathlib.Path(root).resolve()
        self.graph = Graph(build)
        self.files_of_targets = {}  # identifier: names of ninja's
        self.defined_in = {}  # meson.build: names of ninja's
        self.defines = {}  # output: paths that its compile commands define
        for target in introspected:
            outputs = [os.path.relpath(file, build) for file in target["filename"]]
            self.files_of_targets[target["id"]] = outputs
            where = self.inside(target["defined_in"])
            self.defined_in.setdefault(where, set()).update(outputs)
            words = [word for group in target.get("target_sources", [])
                     for word in group.get("parameters", []) if word.startswith("-D")]
            paths = {path for word in words for path in re.findall(r"[\w./-]*/[\w./-]+", word)}
            for output in outputs:
                self.defines[output] = paths
        self.tree = tree_files(self.root)
        self.folders = {str(folder) for file in self.tree
                        for folder in pathlib.PurePosixPath(file).parents} - {"."}
        self.claims = {}  # path: files, once it was looked up
        self.closures = {}

    def inside(self, path):
        """The path as git names it, or nothing for one outside the tree or the tree itself."""
        relative = os.path.relpath(os.path.join(self.root, path), self.root)
        return "" if relative.startswith("..") or relative == "." else relative

    def claim(self, path, found):
        """Adds a file, or everything in a folder."""
        path = str(path)
        if path not in self.claims:
            name = self.inside(path)
            beneath = name in self.folders and [file for file in self.tree
                                                if file.startswith(name + "/")]
            self.claims[path] = [name] if name in self.tree else beneath or []
        found.update(self.claims[path])

    def of_test(self, test):
        """(files, whether all files, whether unknown)."""
        found, unknown, everything = set(), False, False
        for target in test.depends:
            for output in self.files_of_targets.get(target, []):
                names, never_built = self.closure(output)
                unknown = unknown or never_built
                self.of_names(names, found)
        paths = [part for text in (*test.command, *test.environment.values())
                 for part in text.split(os.pathsep)]
        for text in paths:
            text = os.path.join(self.graph.build, text)  # where Meson starts a test
            if os.path.realpath(text) == str(self.root):
                everything = True
            elif text not in test.environment.get("PYTHONPATH", ""):
                self.claim(text, found)
        if "prove" in test.command:
            everything = False
            self.of_lesson(test.command[test.command.index("prove") + 1], found)
        else:
            # A suite called like a folder also reads what is not compiled there: slides/02-threads.md.
            found.update(file for file in self.tree if file.partition("/")[0] in test.suites
                         and not file.endswith(COMPILED))
        self.follow(test, found)
        return found, everything, unknown

    def closure(self, output):
        if output not in self.closures:
            self.closures[output] = self.graph.closure(output)
        return self.closures[output]

    def of_names(self, names, found):
        for name in names:
            self.claim(self.graph.path(name), found)
            for path in self.defines.get(name, ()):
                self.claim(path, found)
        for where, outputs in self.defined_in.items():
            if outputs & names:
                found.add(where)

    def of_lesson(self, lesson, found):
        self.claim(f"lessons/{lesson}", found)
        manifest = json.loads((self.root / "lessons" / lesson / "lesson.json").read_text())
        for source in manifest.get("sources", []):
            self.claim(source, found)

    def follow(self, test, found):
        """What drivers import and name, and so on from there."""
        python_path = test.environment.get("PYTHONPATH", "").split(os.pathsep)
        waiting = [self.inside(text) for text in test.command if text.endswith((".py", ".js"))]
        for name in [name for name in waiting if name.endswith(".js")]:  # finds its cases by itself
            folder = os.path.dirname(name)
            waiting += [file for file in self.tree
                        if file.startswith(folder + "/") and file.endswith(".js")]
            self.claim(folder, found)
        seen = set()
        for name in waiting:  # grows while it is read
            if name in seen or name not in self.tree:
                continue
            seen.add(name)
            found.add(name)
            folder = os.path.dirname(name)
            text = (self.root / name).read_text(encoding="utf-8", errors="replace")
            if name.endswith(".py"):
                folders = [folder, "tests/suite", *map(self.inside, filter(None, python_path))]
                waiting += [f"{where}/{module}.py" for module in imported(text) for where in folders]
            for word in QUOTED.findall(text):
                if "/" in word or "." in word:
                    for base in (folder, ""):
                        self.claim(os.path.join(self.root, base, word), found)
                elif word in self.tree:  # a script at the top, such as the command itself
                    found.add(word)


def imported(text):
    return {module.split(".")[0].split(" as ")[0].strip()
            for one, several in IMPORTS.findall(text) for module in (one or several).split(",")}


class Choice:
    """The chosen tests of one build folder, and why."""

    def __init__(self, reach, tests, files):
        self.tests = tests
        self.chosen = {}  # test: the changed file by which it was chosen
        self.claimed = set()
        for test in tests:
            found, everything, unknown = reach.of_test(test)
            hits = [file for file in files if file in found]
            self.claimed.update(hits)
            if hits:
                self.chosen[test] = hits[0]
            elif everything:
                self.chosen[test] = "reads the whole tree"
            elif unknown:
                self.chosen[test] = "was never built"

    def near(self, file):
        """The tests whose driver lies in the folder of a file."""
        folder = os.path.dirname(file)
        return [test for test in self.tests if folder and f"/{folder}/" in test.driver]


def take_unclaimed(choices, files):
    """Chooses for the files that no test claims, and says so."""
    said = []
    claimed = set().union(*(choice.claimed for choice in choices))
    for file in files:
        if file in claimed or file.endswith(READ_BY_DOCUMENTS):
            continue
        is_near = any(choice.near(file) for choice in choices)
        for choice in choices:
            for test in choice.near(file) if is_near else choice.tests:
                choice.chosen.setdefault(test, file)
        said.append(f"no test is known to read {file}: running "
                    + (f"the tests of {os.path.dirname(file)}/" if is_near else "every test"))
    return said


def reached(root, commit, builds, introspect):
    """For each (build folder, its tests): those that the change can reach. Says what changed and why."""
    try:
        files, base = differences(root, commit)
    except ValueError as problem:
        raise NothingChanged(f"--changed: {problem}") from problem
    if not files:
        raise NothingChanged(f"nothing has changed since {base}, so there is no test to run")
    choices = []
    for build, tests in builds:
        if tests:
            choices.append(Choice(Reach(root, build, introspect(build, "--targets")), tests, files))
        else:
            choices.append(None)
    some = [choice for choice in choices if choice]
    print(told(files, base, some, take_unclaimed(some, files)), flush=True)
    return [[test for test in tests if test in choice.chosen] if choice else []
            for choice, (_, tests) in zip(choices, builds)]


def told(files, base, choices, remarks):
    """What changed, how many tests see it, and a line for each file that made the choice."""
    total = sum(len(choice.tests) for choice in choices)
    reasons = {}
    for choice in choices:
        for test, why in choice.chosen.items():
            reasons.setdefault(why, []).append(test.name)
    lines = [f"changed since {base}: {shown(files)}", *remarks,
             f"{sum(map(len, reasons.values()))} of {total} tests can see that:"]
    lines += [f"  {why} -> {shown(tests)}" for why, tests in reasons.items()]
    return "\n".join(lines)


def shown(names):
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return " ".join(names[:SHOWN]) + more
