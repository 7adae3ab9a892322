"""One design under one load: starts the server and the client, looks at the server from outside (proc(5)),
and gives the figures."""

import contextlib
import ctypes
import dataclasses
import os
import re
import resource
import signal
import subprocess
import time

from echo_server import EchoServer
from processes import descendants

PR_SET_PDEATHSIG = 1
CPUCLOCK_SCHED = 2  # of a process: what all its threads used, also those that have ended
LIBC = ctypes.CDLL(None)
TICKS = os.sysconf("SC_CLK_TCK")
MOST_SHORT = 100  # more newcomers at once meet the limits of the listen queue, not those of the design


@dataclasses.dataclass
class Figures:
    design: str
    connections: int
    served: int = 0                 # of these connections, at once
    requests: int = 0               # answered, on connections that stay
    short_per_s: float = None       # connections with one request each
    short_cpu_us: float = None      # the server's CPU for one of them
    kept_per_s: float = None        # requests on connections that stay
    cpu_us: float = None            # the server's CPU for one of these
    memory_kib: float = None        # of the server, for one connection that stays
    p99_ms: float = None
    stopped: str = ""               # why it serves fewer than were asked for


def allow_descriptors():
    """As many as the system lets us have. Gives that number; children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def family(pid):
    return [pid, *descendants(pid)]


def cpu_seconds(pid):
    """Of the process, of those that it has started, and of those of them that have ended. The living are asked by
    their clocks (clock_getcpuclockid(3)): proc(5) cuts each at a hundredth of a second, and of a thousand processes
    that is everything."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            total += time.clock_gettime((~each << 3) | CPUCLOCK_SCHED)
        with contextlib.suppress(OSError), open(f"/proc/{each}/stat", encoding="utf-8") as stat:
            total += sum(map(int, stat.read().rpartition(")")[2].split()[13:15])) / TICKS
    return total


def memory_kib(pid):
    """Proportional set size: what processes share is counted once."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(OSError), open(f"/proc/{each}/smaps_rollup", encoding="ascii") as rollup:
            total += int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.MULTILINE).group(1))
    return total


class Load:
    """echo-load as a child. Leaving the `with` block ends it."""

    def __init__(self, program, *words):
        self.process = subprocess.Popen([program, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def words(self):
        """The next line, as a dictionary of its pairs."""
        words = self.process.stdout.readline().split()
        if not words:
            raise RuntimeError("echo-load ended without an answer")
        return {name: float(value) for name, value in zip(words[::2], words[1::2])}


class Measurer:
    """`requests` and `seconds` bound each load."""

    def __init__(self, load_program, requests, seconds):
        self.load_program = load_program
        self.requests = requests
        self.seconds = seconds

    def measure(self, design, program, connections, reason):
        figures = Figures(design, connections)
        with EchoServer(program, "--clients", str(connections + 100), preexec_fn=die_with_parent) as server:
            settle(server.process.pid)
            if connections <= MOST_SHORT:
                self.short(server, figures)
            self.kept(server, figures)
        if figures.served < connections:
            figures.stopped = reason
        return figures

    def short(self, server, figures):
        before = cpu_seconds(server.process.pid)
        with Load(self.load_program, "short", server.port, figures.connections, self.requests, self.seconds) as load:
            seen = load.words()
        check(seen, figures)
        figures.short_per_s = seen["answered"] / max(seen["seconds"], 1e-9)
        settle(server.process.pid)
        figures.short_cpu_us = 1e6 * (cpu_seconds(server.process.pid) - before) / max(seen["answered"], 1)

    def kept(self, server, figures):
        memory = memory_kib(server.process.pid)
        with Load(self.load_program, "kept", server.port, figures.connections, self.requests, self.seconds) as load:
            figures.served = int(load.words()["open"])
            if figures.served == 0:
                return
            if figures.served == figures.connections:
                figures.memory_kib = (memory_kib(server.process.pid) - memory) / figures.served
            before = cpu_seconds(server.process.pid)
            load.go_on()
            seen = load.words()
            used = cpu_seconds(server.process.pid) - before
        check(seen, figures)
        figures.requests = int(seen["answered"])
        figures.kept_per_s = seen["answered"] / max(seen["seconds"], 1e-9)
        figures.cpu_us = 1e6 * used / max(seen["answered"], 1)
        figures.p99_ms = seen["p99_us"] / 1000


def check(seen, figures):
    """A server that loses requests has no figures."""
    if seen["failed"] > 0:
        raise RuntimeError(f"{figures.design}: {seen['failed']:.0f} requests of "
                           f"{seen['failed'] + seen['answered']:.0f} were not answered")


def settle(pid):
    """Until it does nothing any more: who starts up is no part of the load, and who served the last client must
    have been collected, for only then that time is counted."""
    for _ in range(100):
        before = cpu_seconds(pid)
        time.sleep(0.05)
        if cpu_seconds(pid) - before < 0.001:
            return
