"""A running tracker under the faults of the network: what its processes use meanwhile, limits that
are lowered under it, system calls that fail. Asked from outside: /proc, `tracker status`, the log.
"""

import contextlib
import pathlib
import re
import resource
import time
import unittest
import urllib.parse

import faults
from faults import Tracker
from processes_seen import PATIENCE_SECONDS, check_no_zombie, descriptors, wait_until
from tracing import Strace, reason_not_to_trace

WAIT_SECONDS = PATIENCE_SECONDS


class Server(Tracker):
    """Use in a `with`. Arguments are further options of `tracker serve`."""

    def devices_address(self, number=0):
        return address_of(self.status()["devices"][number])

    def web_address(self):
        return address_of(urllib.parse.urlsplit(self.web_url).netloc)

    def counter(self, service, name):
        return self.services()[service]["counters"][name]

    def processes(self):
        """The numbers of all its processes by name."""
        found = {name: service["pid"] for name, service in self.services().items()}
        found["supervisor"] = self.pid
        return found

    def log_lines(self, words):
        return [line for line in self.whole_log().splitlines() if words in line]


class ServerTest(unittest.TestCase):
    """Its cases start servers, which end with the case."""

    def start(self, *arguments):
        server = Server(*arguments)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def start_with_phone(self, *arguments):
        server = self.start(*arguments)
        server.add_device("phone")
        return server


def address_of(text):
    """("127.0.0.1", 5055) of "127.0.0.1:5055", and of "[::1]:5055"."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


class CpuShare:
    """How much of one core a process wants from here on, used or waited for (the first thread's
    /proc/PID/schedstat): 0.5 is half of it. Other programs on the machine do not hide one that
    never sleeps."""

    def __init__(self, pid):
        self.pid = pid
        self.wanted = self.wanted_seconds()
        self.wall = time.monotonic()

    def wanted_seconds(self):
        used, waited, _ = pathlib.Path(f"/proc/{self.pid}/schedstat").read_text().split()
        return (int(used) + int(waited)) / 1e9

    def so_far(self):
        return (self.wanted_seconds() - self.wanted) / (time.monotonic() - self.wall)


class Levels:
    """What all processes of a server hold before a fault, to be compared after it (I5). But for the
    database: each thread that reads opens it when it is needed first, and keeps it."""

    def __init__(self, server):
        self.server = server
        self.before = self.measure()

    def measure(self):
        return {name: sum(".db" not in target for target in descriptors(pid).values())
                for name, pid in self.server.processes().items()}

    def are_back(self):
        now = self.measure()
        return all(now[name] <= count + 2 for name, count in self.before.items())

    def check_are_back(self):
        wait_until(self.are_back, WAIT_SECONDS, f"descriptors are back at {self.before}")
        check_no_zombie(self.server.pid)


def private_bytes(pid):
    """Memory that it shares with nobody."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(map(int, re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+)", text, re.MULTILINE)))


@contextlib.contextmanager
def own_limit(which, value):
    """A lower soft limit for this program, and so for what it starts meanwhile."""
    soft, hard = resource.getrlimit(which)
    resource.setrlimit(which, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(which, (soft, hard))


class Failing:
    """While this lives, system calls of a process fail as told, such as
    "accept4:error=ENFILE:when=1..3" (strace(1)). Use in a `with`."""

    def __init__(self, server, pid, *injections):
        reason = reason_not_to_trace()
        if reason:
            raise unittest.SkipTest(reason)
        self.output = pathlib.Path(server.folder.name) / "trace"
        calls = ",".join(each.partition(":")[0] for each in injections)
        options = [part for each in injections for part in ("-e", f"inject={each}")]
        self.strace = Strace([pid], self.output, "-e", f"trace={calls}", "-e", "signal=none",
                             *options)

    def __enter__(self):
        self.output.unlink(missing_ok=True)
        self.strace.__enter__()
        return self

    def __exit__(self, *details):
        self.strace.__exit__(*details)

    def count(self):
        """How many calls have failed for it so far: without any, nothing was tested."""
        return self.output.read_text().count("(INJECTED)")


def is_sanitized(which):
    """Whether the tracker was built with the sanitizer "address" or "thread"."""
    mark = {"address": b"__asan_init", "thread": b"__tsan_init"}[which]
    return mark in pathlib.Path(faults.TRACKER).read_bytes()
