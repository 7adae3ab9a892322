"""Finds and ends the processes that a test run leaves behind.

A test of a daemon starts processes that leave their parent, their group and their session on
purpose, so none of these finds them again. The runner therefore becomes a subreaper (prctl(2),
PR_SET_CHILD_SUBREAPER): whatever loses its parent below it becomes its child. What still lives when
all tests have ended was left behind. Only descendants of this process are ever touched.
"""

import ctypes
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36
waited_for = set()  # children whose exit status somebody here asks for


def become_subreaper():
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl PR_SET_CHILD_SUBREAPER")
    signal.signal(signal.SIGCHLD, lambda _number, _frame: reap())


def reap():
    """Collects the adopted children that have ended. At once, as init would: a test may be waiting
    until its daemon's number is gone, and a zombie keeps it."""
    with open("/proc/thread-self/children", encoding="ascii") as file:
        children = [int(pid) for pid in file.read().split()]
    for pid in children:
        if pid not in waited_for:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


def state_and_parent(pid):
    """From /proc/PID/stat (proc(5)); ("", 0) of one that is not there."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            # The name in parentheses may hold spaces and parentheses itself.
            state, parent = stat.read().rpartition(")")[2].split()[:2]
            return state, int(parent)
    except OSError:
        return "", 0


def process_state(pid):
    """The letter of proc(5): R, S, D, T, Z ...; empty if there is no such process."""
    return state_and_parent(pid)[0]


def parents():
    """{pid: parent} of every process that has not ended."""
    table = {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        state, parent = state_and_parent(pid)
        if state not in ("", "Z"):
            table[pid] = parent
    return table


def descendants(ancestor=None):
    """The living descendants of this process (or `ancestor`), the nearest first."""
    table = parents()
    found, layer = [], [ancestor or os.getpid()]
    while layer:
        layer = [pid for pid, parent in table.items() if parent in layer]
        found += layer
    return found


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace").strip() or "(no name)"
    except OSError:
        return "(ended)"


def left_behind(grace_seconds=2.0):
    """What is still there after a moment in which processes that are on their way out may end."""
    until = time.monotonic() + grace_seconds
    while True:
        reap()
        living = descendants()
        if not living or time.monotonic() > until:
            return [(pid, command_line(pid)) for pid in living]
        time.sleep(0.05)


def end_all(grace_seconds=3.0):
    """Ends every descendant: SIGTERM, a moment of grace, then SIGKILL."""
    for number, patience in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, grace_seconds)):
        for pid in descendants():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        if not left_behind(patience):
            return
