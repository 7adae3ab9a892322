"""What a file uses and what it includes. Where nothing is optimised, several sources are compiled in one go
(meson.build), and an include that one of them has serves all; who builds for use compiles each by itself. So
the tests would not see that an include is missing. This looks at the text: a name that one header of ours alone
declares needs that header, a name of the standard library the one that the standard names, each by itself or by
way of headers of ours."""

import functools
import pathlib
import re

import floors

# Names that sources of ours use, by header. What is used for its declaration in <cstddef> or <utility> is not here: every
# header of the standard library has those.
STANDARD = {
    "algorithm": "sort min max min_element max_element find_if any_of all_of none_of copy_n clamp remove_if "
                 "ranges::sort ranges::find ranges::find_if ranges::any_of ranges::all_of ranges::max_element",
    "array": "array", "atomic": "atomic", "charconv": "from_chars to_chars", "chrono": "chrono::seconds "
    "chrono::milliseconds chrono::steady_clock chrono::system_clock", "condition_variable": "condition_variable",
    "coroutine": "coroutine_handle suspend_always", "deque": "deque", "filesystem": "filesystem",
    "fstream": "ifstream ofstream", "functional": "function", "future": "future promise packaged_task",
    "map": "map multimap", "memory": "unique_ptr shared_ptr make_unique make_shared", "mutex": "mutex lock_guard unique_lock",
    "optional": "optional nullopt", "random": "mt19937 random_device", "set": "set multiset", "sstream":
    "istringstream ostringstream stringstream", "stdexcept": "runtime_error invalid_argument logic_error", "string": "string to_string",
    "system_error": "system_error error_code", "thread": "thread jthread", "tuple": "tuple tie",
    "unordered_map": "unordered_map", "unordered_set": "unordered_set", "variant": "variant visit", "vector": "vector",
    "cmath": "sqrt sin cos atan2 isfinite lround hypot", "cstring": "memcpy memset strlen strcmp memcmp",
    "csignal": "signal", "cstdlib": "getenv strtol",
}
SYSTEM = {
    "fcntl.h": "open openat fcntl", "poll.h": "poll ppoll", "sys/epoll.h": "epoll_ctl epoll_wait epoll_create1",
    "sys/mman.h": "mmap munmap", "sys/prctl.h": "prctl", "sys/resource.h": "getrlimit setrlimit getrusage",
    "sys/socket.h": "socket bind listen accept4 connect getsockopt setsockopt getsockname sendmsg recvmsg recv send",
    "sys/stat.h": "stat fstat lstat umask mkdir", "sys/wait.h": "waitpid waitid wait4",
    "unistd.h": "fork read write close pipe2 dup2 getpid getppid setsid _exit execv unlink fsync ftruncate",
}
LIBRARY = {"fmt": ("fmt/core.h", "fmt/format.h"), "nlohmann": ("nlohmann/json.hpp", "nlohmann/json_fwd.hpp"),
           "pugi": ("pugixml.hpp",)}
# What is written in the code, and the headers of which one is enough.
HEADERS_OF = {f"std::{name}": (header,) for header, names in STANDARD.items() for name in names.split()}
HEADERS_OF |= {f"::{name}": (header,) for header, names in SYSTEM.items() for name in names.split()}
HEADERS_OF |= {f"{name}::": headers for name, headers in LIBRARY.items()} | {"va_start": ("cstdarg",)}

# What these bring is in their documents, or cannot be left out by them.
BRINGS = {
    "map": {"tuple"}, "string": {"string_view"}, "filesystem": {"string", "chrono", "system_error"},
    "fstream": {"string", "system_error"}, "sstream": {"string"}, "stdexcept": {"string"}, "system_error": {"string", "stdexcept"},
    "future": {"thread", "mutex", "memory", "functional", "system_error", "condition_variable"},
    "thread": {"chrono"}, "condition_variable": {"mutex", "chrono"}, "mutex": {"chrono", "system_error"},
    "functional": {"memory"}, "signal.h": {"csignal"}, "string.h": {"cstring"},
    "nlohmann/json.hpp": {"string", "vector", "map", "memory", "functional", "algorithm", "array", "optional"},
    "fmt/core.h": {"string"}, "fmt/format.h": {"string"},
    "CLI/App.hpp": {"string", "vector", "functional", "memory", "map", "set"},
}

FOR_TESTS = re.compile(r"(_under_test|/tested_\w+)\.hh$|^tests/|^lessons/(0|1[0-5])|/starter/")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
UNREAD = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|^\s*#\s*include[^\n]*', re.DOTALL | re.MULTILINE)
# A type, or a function of two words or more: a shorter name may be anybody's. Not a member of something.
WORD = re.compile(r"(?<![\w.>:~])(?:waymark::|daemon::|net::|http::|tracker::|course::|check::)*([A-Z]\w*[a-z]\w*\b|[a-z]\w*_\w+(?=\())")
QUALIFIED = re.compile(r"\b(daemon|net)::(\w+)")
OUTSIDE_NAME = re.compile(r"\bstd::(?:ranges::|chrono::)?\w+|(?<![\w>])::\w+(?=\()|(?<![\w:])(?:fmt|nlohmann|pugi)::(?=\w)|\bva_start\b"
                          r"|(?<=struct )stat\b")
KEYWORD = r"(?!return|co_return|co_await|co_yield|else|throw|new|using|namespace|goto|case)"
TYPE = re.compile(r"^( *)(?:class|struct|enum class|enum|union)\s+(?:\[\[\w+\]\]\s*)?(\w+)(?=[^;]*\{)", re.MULTILINE)
FUNCTION = re.compile(rf"^( *){KEYWORD}[A-Za-z_][\w:<>,&*\[\] ]*[ &*>](\w+)\(", re.MULTILINE)
ALIAS = re.compile(r"^( *)using\s+(\w+)\s*=", re.MULTILINE)
# Of a template's parameter, a class that is only announced, a function in a variable.
LOCAL = re.compile(r"\b(?:class|struct|typename)\s+(\w+)\s*[,>;]|\bauto&{0,2}\s+(\w+)\s*=")


def names_declared(code, *, of_others=True):
    """Of types, functions and aliases; without `of_others` only those that stand in no class and no function."""
    names = {name for kind in (TYPE, FUNCTION, ALIAS) for indent, name in kind.findall(code) if of_others or not indent}
    return names | {name for pair in LOCAL.findall(code) for name in pair} if of_others else names


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.texts = {str(path.relative_to(self.root)): path.read_text()
                      for path in floors.files_of(self.root, {".hh", ".cc"})}
        self.code = {path: UNREAD.sub(" ", text) for path, text in self.texts.items()}
        self.declared = {path: names_declared(code) for path, code in self.code.items()}
        homes = {}
        for path, code in self.code.items():
            for name in names_declared(code, of_others=False) if path.endswith(".hh") and not FOR_TESTS.search(path) else ():
                for known_as in (name, (pathlib.PurePath(path).parts[0], name)):
                    homes.setdefault(known_as, set()).add(path)
        # A name, or (floor, name), that one header alone declares, and that header.
        self.home = {name: next(iter(paths)) for name, paths in homes.items() if len(paths) == 1}

    @functools.lru_cache(maxsize=None)
    def reached(self, path):
        """(headers of ours, other headers) that a file includes, by way of ours too."""
        ours, others, waiting = set(), set(), [path]
        while waiting:
            here = waiting.pop()
            for bracket, name in INCLUDE.findall(self.texts.get(here, "")):
                target = bracket == '"' and floors.target_of(self.root, pathlib.Path(here), name)
                if not target:
                    others |= {name, *BRINGS.get(name, ())}
                elif str(target) not in ours:
                    ours.add(str(target))
                    waiting.append(str(target))
        return ours, others

    def problems_of(self, path):
        ours, others = self.reached(path)
        code = self.code[path]
        declared = self.declared[path].union(*(self.declared[header] for header in ours))
        for name in sorted(set(WORD.findall(code)) - declared) + sorted(set(QUALIFIED.findall(code))):
            home = self.home.get(name, path)
            if home != path and home not in ours:
                written = name if isinstance(name, str) else "::".join(name)
                yield f"{path}: {written} is used, and {home} is not included"
        for name in sorted(set(OUTSIDE_NAME.findall(code))):
            headers = HEADERS_OF.get(name, ())
            if headers and others.isdisjoint(headers):
                yield f"{path}: {name} is used, and <{headers[0]}> is not included"


def check(root):
    """(problems, how many files were looked at). Tests are left out: each is compiled by itself."""
    tree = Tree(root)
    looked_at = [path for path in sorted(tree.code) if not path.endswith("_test.cc") and not FOR_TESTS.search(path)]
    return [problem for path in looked_at for problem in tree.problems_of(path)], len(looked_at)
