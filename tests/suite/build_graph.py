"""What a build folder knows about who depends on whom: the edges in build.ninja, the headers that the
compiler reported (`ninja -t deps`), and which members of a library a program really took.

A static library would make every test depend on all of its sources. The linker takes single members,
and each leaves the name of its source in the program's symbol table; a member whose name is not there
is not part of the program. That is believed only while nothing that the program was linked from is
newer than it. A program or an object that was never built is unknown: nothing can be ruled out.
"""

import os
import pathlib
import re
import subprocess


def words(text):
    """The names in a line of build.ninja; `$ `, `$:` and `$$` stand for the character itself."""
    found = re.findall(r"(?:\$.|[^\s$])+", text)
    return [re.sub(r"\$(.)", r"\1", word) for word in found]


class Graph:
    def __init__(self, build):
        self.build = build.resolve()
        self.inputs = {}  # output: what it is made from, one step
        self.recorded = {}  # object: its source and headers, as the compiler saw them
        self.read_edges((self.build / "build.ninja").read_text(encoding="utf-8"))
        self.read_recorded()

    def read_edges(self, text):
        for line in text.replace("$\n", " ").splitlines():
            match = re.match(r"build ((?:\$.|[^$:])+):\s*\S+(.*)", line)
            if not match:
                continue
            outputs, inputs = match.groups()
            made_from = [word for word in words(inputs) if word not in ("|", "||", "|@")]
            for output in words(outputs):
                if output != "|":
                    self.inputs.setdefault(output, []).extend(made_from)

    def read_recorded(self):
        answer = subprocess.run(["ninja", "-C", str(self.build), "-t", "deps"],
                                stdout=subprocess.PIPE, text=True, check=True)
        files = []
        for line in answer.stdout.splitlines():
            if line.startswith("    "):
                files.append(line.strip())
            elif ": #deps" in line:
                files = self.recorded[line.partition(": #deps")[0]] = []

    def path(self, name):
        return os.path.join(self.build, name)

    def closure(self, output):
        """Everything that `output` is made from, by ninja's names, itself included; and whether
        something in it is unknown because it was never built."""
        seen, waiting, unknown = set(), [output], False
        taken = self.members(output)
        while waiting:
            name = waiting.pop()
            if name in seen or self.is_left_out(name, taken):
                continue
            seen.add(name)
            waiting += self.inputs.get(name, [])
            if name.endswith(".o"):
                waiting += self.recorded.get(name, [])
                unknown = unknown or name not in self.recorded
        return seen, unknown

    @staticmethod
    def is_left_out(name, taken):
        library = name.partition(".a.p/")[0] + ".a"
        return name.endswith(".o") and library in taken and name not in taken[library]

    def members(self, program):
        """{library: the objects of it that are in `program`}, for those where that can be told."""
        libraries = [name for name in self.inputs.get(program, []) if name.endswith(".a")]
        own = [name for name in self.inputs.get(program, []) if name.endswith(".o")]
        if not libraries or not own or not os.path.exists(self.path(program)):
            return {}
        names = sources_in(self.path(program))
        taken = {library: [name for name in self.inputs.get(library, [])
                           if os.path.basename(self.source(name)) in names]
                 for library in libraries}
        linked = own + [name for objects in taken.values() for name in objects]
        made = os.stat(self.path(program)).st_mtime
        for name in linked:
            for file in self.recorded.get(name, [self.source(name)]):
                if not os.path.exists(self.path(file)) or os.stat(self.path(file)).st_mtime > made:
                    return {}
        return taken

    def source(self, name):
        return next(iter(self.recorded.get(name) or self.inputs.get(name) or [name]))


def sources_in(program):
    """The names of the sources whose objects are in a program."""
    answer = subprocess.run(["readelf", "--syms", "--wide", program], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, errors="replace", check=False)
    return {line.split()[-1] for line in answer.stdout.splitlines() if " FILE " in line}


def tree_files(root):
    """Every file of the work tree that git tracks or would."""
    answer = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], stdout=subprocess.PIPE, text=True, check=True)
    return {pathlib.PurePosixPath(name).as_posix() for name in answer.stdout.split("\0") if name}
