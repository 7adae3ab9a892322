"""Whether lessons/course/packages.sh names all that Waymark needs, seen from an empty system.

The developer's machine has more than the list; what is only there must not pass. dpkg's record says what the
packages of a list pull in by themselves, and whose each thing is: no root, no network, and no waiting for
apt. The other way round, what the build files ask for must be in the list.
"""

import functools
import os
import pathlib
import re
import shutil
import subprocess

# The set that is asked for, with those that it builds on.
TOGETHER = {"course": ["course"], "server": ["course", "server"], "slides": ["course", "slides"],
            "capstone": ["course", "server", "capstone"], "bench": ["course", "server", "bench"],
            "print": ["course", "slides", "print"], "sniff": ["course", "sniff"],
            "lab": ["course", "lab"], "package": ["course", "server", "package"],
            "tests": ["course", "server", "slides", "tests"]}
STATUS = pathlib.Path("/var/lib/dpkg/status")
# Meson answers dependency('threads') by itself; the toolkit is what `./waymark new` brings with the project.
OTHERWISE_THERE = {"threads", "waymark-net"}


def listed(script):
    """[(sets, package, kind, name)] of packages.sh."""
    text = re.search(r"package_list='\n(.*?)'", script, re.DOTALL).group(1)
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return [(sets.split(","), package, *seen.split(":", 1)) for sets, package, seen in lines]


@functools.lru_cache(maxsize=None)
def installed():
    """{package: (its dependencies, each a list of alternatives; whether it is essential)}, and
    {what is provided: by whom}, from dpkg's own record."""
    packages, providers = {}, {}
    for record in STATUS.read_text(errors="replace").split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*)$", record, re.MULTILINE))
        if fields.get("Status") != "install ok installed":
            continue
        name = fields["Package"]
        depends = ", ".join(fields[key] for key in ("Pre-Depends", "Depends") if key in fields)
        packages[name] = ([[plain(word) for word in group.split("|")] for group in depends.split(",")
                           if group.strip()], fields.get("Essential") == "yes")
        for provided in fields.get("Provides", "").split(","):
            providers.setdefault(plain(provided), []).append(name)
    return packages, providers


def plain(word):
    """A package's name without the version and the architecture."""
    return re.split(r"[\s(:]", word.strip())[0]


def closure(packages):
    """These, and all that they pull in where nothing is: what they depend on, and essential packages.
    Not what they recommend, which is not installed."""
    known, providers = installed()
    waiting = [name for name in known if known[name][1]] + list(packages)
    brought = set()
    while waiting:
        name = waiting.pop()
        if name in brought or name not in known:
            continue
        brought.add(name)
        for alternatives in known[name][0]:
            there = [real for word in alternatives for real in (word, *providers.get(word, [])) if real in known]
            waiting += there[:1]
    return brought


@functools.lru_cache(maxsize=None)
def owned_files():
    """{file: the packages to which it belongs}, from dpkg's own lists: asking dpkg -S for each is slow."""
    owned = {}
    for of_package in pathlib.Path("/var/lib/dpkg/info").glob("*.list"):
        for file in of_package.read_text(errors="replace").splitlines():
            owned.setdefault(file, set()).add(of_package.stem.partition(":")[0])
    return owned


def owners(path):
    """The packages to which a file belongs; a path may lead through links, and /usr may be merged."""
    spellings = {path, os.path.realpath(path)}
    spellings |= {one.removeprefix("/usr") for one in spellings if re.match("/usr/(s?bin|lib)", one)}
    return set().union(*(owned_files().get(one, set()) for one in spellings))


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
    if kind in ("tool", "root_tool"):
        found = shutil.which(name, path="/usr/bin:/usr/sbin:/bin:/sbin")
        return [found] if found else []
    if kind == "header":
        return [f"/usr/include/{name}"] if os.path.exists(f"/usr/include/{name}") else []
    if kind == "file":
        return [str(found) for found in pathlib.Path("/usr/lib").glob(f"*/{name}")]
    if kind == "browser":
        return files_of("tool", "chromium-headless-shell")
    if kind == "python":
        folder = f"/usr/lib/python3/dist-packages/{name}"
        return [folder] if os.path.exists(folder) else []
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
                              (r"find_program\('([^'./]+)'\)", "tool")):
            for name in re.findall(pattern, text):
                found.setdefault((kind, name), str(file.relative_to(root)))
    return found


def unlisted(root, lines):
    """What a build file asks for and the list does not name."""
    known = {(kind, name) for _, _, kind, name in lines}
    return [f"{file} asks for {kind}:{name}" for (kind, name), file in asked_for(root).items()
            if (kind, name) not in known and name not in OTHERWISE_THERE]
