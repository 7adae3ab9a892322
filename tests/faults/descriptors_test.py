"""Descriptors: each is close-on-exec from its birth, so that no program started later inherits it, and
each process holds what it needs and nothing else (FAULTS 28).
Usage: descriptors_test.py TRACKER NOTHING

NOTHING is a program with an empty main, built as the tracker is. What it opens in an inheritable way
is its sanitizer's doing, before any main: files of the newer ones, others of the older.
"""

import os
import re
import subprocess
import unittest

from faults import ARGUMENTS, FIRST_TIME, Phones, Tracker, run_tracker, send_fix
from processes_seen import children_of, descriptors
from tracing import reason_not_to_trace

import driver

NO_TRACE = reason_not_to_trace()
NOTHING = os.path.abspath(ARGUMENTS[1]) if len(ARGUMENTS) > 1 else None
# The leak checker of a sanitized build cannot work under strace.
UNDER_STRACE = {"ASAN_OPTIONS": "detect_leaks=0"}
CALLS = ("open,openat,creat,socket,socketpair,accept,accept4,pipe,pipe2,dup,dup2,dup3,fcntl,"
         "epoll_create,epoll_create1,eventfd,eventfd2,signalfd,signalfd4,timerfd_create,"
         "inotify_init,inotify_init1,memfd_create,pidfd_open,recvmsg")
# By call: what must stand among its arguments. The others have no such flag and must not be used.
FLAGS = {"open": "O_CLOEXEC", "openat": "O_CLOEXEC", "socket": "SOCK_CLOEXEC",
         "socketpair": "SOCK_CLOEXEC", "accept4": "SOCK_CLOEXEC", "pipe2": "O_CLOEXEC",
         "dup3": "O_CLOEXEC", "epoll_create1": "EPOLL_CLOEXEC", "eventfd2": "EFD_CLOEXEC",
         "signalfd4": "SFD_CLOEXEC", "timerfd_create": "TFD_CLOEXEC",
         "inotify_init1": "IN_CLOEXEC", "memfd_create": "MFD_CLOEXEC",
         "recvmsg": "MSG_CMSG_CLOEXEC"}


def whole_lines(trace):
    """A call during which another thread made one is written in two lines."""
    begun = {}
    for line in trace.splitlines():
        thread, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest.removesuffix("<unfinished ...>")
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        yield f"{thread} {begun.pop(thread, '') + resumed.group(1) if resumed else rest}"


def inheritable(trace):
    """The lines of an strace in which a descriptor comes into being that exec would hand on."""
    found = []
    for line in whole_lines(trace):
        match = re.match(r"\d+ +(\w+)\((.*)$", line)
        if not match or " = -1 " in line:
            continue
        call, rest = match.groups()
        if call == "pidfd_open":  # always close-on-exec, pidfd_open(2)
            continue
        if call == "fcntl":
            bad = "F_DUPFD," in rest
        elif call == "recvmsg":
            bad = "SCM_RIGHTS" in rest and FLAGS[call] not in rest
        elif call == "dup2":  # onto 0, 1 and 2, which are to be inherited
            bad = not re.match(r"\d+(<.*?>)?, [012]\b", rest)
        else:
            bad = call not in FLAGS or FLAGS[call] not in rest
        if bad:
            found.append(line)
    return found


def call_of(line):
    """A line of a trace without the thread's number and the result."""
    return re.sub(r"^\d+ +|\s+= \d+.*$", "", line)


def before_main(folder):
    """The inheritable openings of a program whose main is empty."""
    if NOTHING is None:
        return set()
    trace = os.path.join(folder, "trace of nothing")
    subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=" + CALLS, NOTHING], check=True,
                   timeout=60, env={**os.environ, **UNDER_STRACE})
    with open(trace, encoding="utf-8", errors="replace") as file:
        return {call_of(line) for line in inheritable(file.read())}


def ours(lines, own):
    """Those that are neither onto 0, 1 and 2, which are to be inherited, nor the runtime's own."""
    return [line for line in lines
            if not re.search(r"= [012]$", line) and call_of(line) not in own]


@unittest.skipIf(NO_TRACE, NO_TRACE)
class BornWithTheFlag(unittest.TestCase):

    def test_every_descriptor_of_every_process(self):
        """From the first instruction on, with a phone, a page, a reload, a death and the end."""
        tracker = Tracker()
        trace = os.path.join(tracker.folder.name, "trace")
        # With -D strace stands beside it, and the process is the tracker's own.
        tracker.wrapper = ["env", *(f"{name}={value}" for name, value in UNDER_STRACE.items()),
                           "strace", "-D", "-f", "-o", trace, "-e", "trace=" + CALLS]
        with tracker:
            tracker.add_device("flags")
            with Phones(tracker.devices_url, "flags", count=2) as phones:
                phones.wait_for_more(20)
                self.assertEqual(run_tracker("reload", "--data", tracker.data)[0], 0)
                os.kill(tracker.service_pid("store"), 9)
                tracker.wait_until_up()
                phones.wait_for_more()
            tracker.stop()
            with open(trace, encoding="utf-8", errors="replace") as file:
                text = file.read()
            self.assertGreater(text.count("accept4("), 0)
            own = before_main(tracker.folder.name)
            self.assertEqual(ours(inheritable(text), own), [])

    def test_only_what_an_empty_program_opens_is_forgiven(self):
        own = {'openat(AT_FDCWD, "/proc/self/maps", O_RDONLY)'}
        runtime = '7 openat(AT_FDCWD, "/proc/self/maps", O_RDONLY) = 3'
        standard = '7 openat(AT_FDCWD, "/dev/null", O_RDWR) = 0'
        wrong = '7 openat(AT_FDCWD, "/proc/self/status", O_RDONLY) = 3'
        self.assertEqual(ours([runtime, standard, wrong], own), [wrong])
        self.assertEqual(ours([runtime], set()), [runtime])

    def test_the_reader_of_traces_sees_what_is_wrong(self):
        wrong = ['7 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3', "7 pipe([3, 4]) = 0",
                 "7 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3", "7 dup(3) = 4",
                 "7 accept(3, NULL, NULL) = 4", "7 fcntl(3, F_DUPFD, 0) = 4", "7 dup2(3, 9) = 9",
                 "7 accept4(3, NULL, NULL, SOCK_NONBLOCK) = 4",
                 "7 recvmsg(3, {msg_control=[{cmsg_type=SCM_RIGHTS}]}, MSG_DONTWAIT) = 1"]
        right = ['7 openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3', "7 dup2(3, 1) = 1",
                 "7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3",
                 "7 fcntl(3, F_DUPFD_CLOEXEC, 0) = 4",
                 '7 openat(AT_FDCWD, "/none", O_RDONLY) = -1 ENOENT (No such file or directory)']
        self.assertEqual(inheritable("\n".join(wrong + right)), wrong)
        cut = ["7 accept4(3, <unfinished ...>", "8 dup(1) = 3",
               "7 <... accept4 resumed>NULL, NULL, SOCK_CLOEXEC) = 4"]
        self.assertEqual(inheritable("\n".join(cut)), ["8 dup(1) = 3"])


class HeldByEach(unittest.TestCase):

    def test_what_each_process_holds(self):
        spare, inherited = os.pipe()
        try:
            with Tracker() as tracker:
                tracker.add_device("held")
                send_fix(tracker.devices_url, "held", FIRST_TIME)
                self.check(tracker)
                # A process that is started later inherits from a supervisor that holds more.
                os.kill(tracker.service_pid("web app"), 9)
                tracker.wait_until_up()
                self.check(tracker)
        finally:
            os.close(spare)
            os.close(inherited)

    def check(self, tracker):
        for name, service in tracker.services().items():
            held = descriptors(service["pid"])
            database = sorted(os.path.basename(path) for path in held.values()
                              if "waymark.db" in path)
            sockets = sum(path.startswith("socket:") for path in held.values())
            with self.subTest(name=name, held=held):
                if name == "store":
                    self.assertEqual(database, ["waymark.db", "waymark.db-shm", "waymark.db-wal"])
                    # Control and its duplicate for last words, receiver, web app.
                    self.assertEqual(sockets, 4)
                elif name == "receiver 0":
                    self.assertEqual(database, [])  # it has no disk
                    self.assertLessEqual(sockets, 5)  # and the door, and a phone
                # 0 to 2, pid file, loop, wake-up, a spare one, the pages, the log.
                self.assertLessEqual(len(held) - sockets - len(database), 10)

    def test_two_supervisors_share_nothing(self):
        with Tracker() as one, Tracker() as other:
            held = [path for pid in (other.pid, *children_of(other.pid))
                    for path in descriptors(pid).values()]
            self.assertFalse(any(one.folder.name in path for path in held))
            self.assertTrue(any(other.folder.name in path for path in held))


if __name__ == "__main__":
    driver.main()
