"""What can be seen of a process from outside (proc(5)), and what must be as before after a fault (I5)."""

import os
import pathlib
import re
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "suite"))
from processes import process_state

# For what must come, with sanitizers and on a machine that does other things too. Only what never comes
# is waited for so long; how long the rest took decides nothing.
PATIENCE_SECONDS = 60.0


def wait_until(is_true, seconds, what):
    """Returns how long it took. What does not happen in time is a failed test."""
    begin = time.monotonic()
    while not is_true():
        if time.monotonic() - begin > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
    return time.monotonic() - begin


def is_running(pid):
    return process_state(pid) not in ("", "Z", "X")


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def threads_of(pid):
    """Their numbers; none of a process that has ended."""
    try:
        return [int(thread) for thread in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def thread_runs(pid):
    """Whether a thread of it runs, or would if there were a processor for it: starved is not waiting."""
    return any(process_state(f"{pid}/task/{thread}") == "R" for thread in threads_of(pid))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def status_field(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return re.search(rf"^{name}:\t(.*)$", status.read(), re.MULTILINE).group(1).split()


def descriptors(pid):
    """{number: what it leads to}; none of a process that has ended, also before its parent has looked."""
    folder = f"/proc/{pid}/fd"
    found = {}
    try:
        numbers = os.listdir(folder)
    except FileNotFoundError:
        return found
    for number in numbers:
        try:
            found[int(number)] = os.readlink(f"{folder}/{number}")
        except OSError:
            pass  # closed since
    return found


def resident_bytes(pid):
    return int(status_field(pid, "VmRSS")[0]) * 1024


class Level:
    """How much a process holds, to be compared after the fault (I5)."""

    def __init__(self, pid):
        self.pid = pid
        self.descriptors = len(descriptors(pid))
        self.children = len(children_of(pid))

    def check_is_back(self, seconds=PATIENCE_SECONDS):
        wait_until(lambda: abs(len(descriptors(self.pid)) - self.descriptors) <= 2, seconds,
                   f"process {self.pid} holds {self.descriptors} descriptors again, not "
                   f"{len(descriptors(self.pid))}")
        wait_until(lambda: len(children_of(self.pid)) == self.children, seconds,
                   f"process {self.pid} has {self.children} children again, not "
                   f"{len(children_of(self.pid))}")
        check_no_zombie(self.pid)


def check_no_zombie(parent, seconds=PATIENCE_SECONDS):
    """A child is one for the moment until its parent has looked."""
    def zombies():
        return [child for child in children_of(parent) if process_state(child) == "Z"]

    wait_until(lambda: not zombies(), seconds, f"no zombie is left of process {parent}")
