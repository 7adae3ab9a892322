"""Whether lessons/course/packages.sh names all that Waymark needs, seen from an empty system.

The developer's machine has more than the list; what is only there must not pass. apt says what the
packages of a list pull in on a system without any (`--simulate` with an empty status file: no root, no
network), dpkg whose each thing is. The other way round, what the build files ask for must be in the list.
"""

import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

# The set that is asked for, with those that it builds on.
TOGETHER = {"course": ["course"], "server": ["course", "server"], "slides": ["course", "slides"]}
PARTS_OF_COMPILER = {"threads"}  # Meson answers dependency('threads') by itself


class NoPackageLists(Exception):
    """apt cannot be asked here; its text says why."""


def listed(script):
    """[(sets, package, kind, name)] of packages.sh."""
    text = re.search(r"package_list='\n(.*?)'", script, re.DOTALL).group(1)
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return [(sets.split(","), package, *seen.split(":", 1)) for sets, package, seen in lines]


def closure(packages):
    """All that apt would install for these where nothing is, essential packages included."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise NoPackageLists("this system has no apt")
    with tempfile.TemporaryDirectory() as folder:
        status = pathlib.Path(folder) / "status"
        status.touch()
        answer = subprocess.run(
            ["apt-get", "--simulate", "--no-install-recommends", "-o", f"Dir::State::status={status}",
             "-o", "Debug::NoLocking=1", "install", "?essential", *sorted(packages)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env={**os.environ, "LC_ALL": "C"})
    installed = set(re.findall(r"^Inst (\S+)", answer.stdout, re.MULTILINE))
    if answer.returncode != 0 or not installed:
        raise NoPackageLists("apt-get --simulate: " + answer.stdout.strip().splitlines()[-1])
    return {name.partition(":")[0] for name in installed}


@functools.lru_cache(maxsize=None)
def owners(path):
    """The packages to which a file belongs; a path may lead through links, and /usr may be merged."""
    spellings = {path, os.path.realpath(path)}
    spellings |= {one.removeprefix("/usr") for one in spellings if re.match("/usr/(s?bin|lib)", one)}
    answer = subprocess.run(["dpkg", "-S", *sorted(spellings)], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False)
    return {name.strip().partition(":")[0] for line in answer.stdout.splitlines()
            for name in line.partition(": ")[0].split(",")}


def description(module, path):
    """The .pc file of a module, and the modules that it requires, publicly or privately."""
    for folder in path.split(":"):
        file = pathlib.Path(folder) / f"{module}.pc"
        if file.exists():
            lines = re.findall(r"^Requires(?:\.private)?:(.*)$", file.read_text(), re.MULTILINE)
            words = [re.split(r"[\s<>=!,]", word)[0] for line in lines
                     for word in re.findall(r"([\w.+-]+(?:\s*[<>=!]+\s*\S+)?)", line)]
            return str(file), words
    return None, []


def files_of(kind, name):
    """The files by which a thing is seen on this machine; nothing where one of them is absent."""
    if kind == "tool":
        found = shutil.which(name, path="/usr/bin:/usr/sbin:/bin:/sbin")
        return [found] if found else []
    if kind == "header":
        return [f"/usr/include/{name}"] if os.path.exists(f"/usr/include/{name}") else []
    if kind != "module":
        return []
    path = subprocess.run(["pkg-config", "--variable=pc_path", "pkg-config"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()
    files, waiting, seen = [], [name], set()
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            file, required = description(module, path)
            files.append(file or f"{module}.pc")
            waiting += required
    return files


def missing(lines, sets):
    """What is seen on this machine only because of a package that these sets do not bring; and what
    cannot be looked for because it is not on this machine."""
    wanted = [line for line in lines if set(line[0]) & set(sets)]
    brought = closure({package for _, package, _, _ in wanted})
    wrong, unseen = [], []
    for _, package, kind, name in wanted:
        files = files_of(kind, name)
        if not files or not any(owners(file) for file in files):
            unseen.append(f"{kind}:{name}")
        for file in files:
            owned_by = owners(file)
            if owned_by and not owned_by & brought:
                wrong.append(f"{kind}:{name} of {package} needs {file}, which {' '.join(owned_by)} has")
            elif not owned_by and file.endswith(".pc"):
                wrong.append(f"{kind}:{name} of {package} needs {file}, which no package has")
    return wrong, unseen


def asked_for(root):
    """{(kind, name): the build file that asks}."""
    found = {}
    for file in sorted(root.rglob("meson.build")):
        if "build" in file.relative_to(root).parts[0].split("-")[0] and file.parent != root:
            continue
        text = re.sub(r"#.*", "", file.read_text(encoding="utf-8"))
        for pattern, kind in ((r"(?<!_)dependency\('([^']+)'", "module"), (r"has_header\('([^']+)'", "header"),
                              (r"find_program\('([^'./]+)'(?!.*required: false)", "tool")):
            for name in re.findall(pattern, text):
                found.setdefault((kind, name), str(file.relative_to(root)))
    return found


def unlisted(root, lines):
    """What a build file asks for and the list does not name."""
    known = {(kind, name) for _, _, kind, name in lines}
    return [f"{file} asks for {kind}:{name}" for (kind, name), file in asked_for(root).items()
            if (kind, name) not in known and name not in PARTS_OF_COMPILER]
