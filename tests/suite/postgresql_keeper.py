"""Ends PostgreSQL when its test has ended:  postgresql_keeper.py FOLDER

It waits at its standard input, a pipe from the test. When that ends, because the test did or because it died, the
servers whose data folders are in FOLDER are ended, and it is removed."""

import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import processes


def lines_of(data):
    try:
        return pathlib.Path(data, "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def keep(folder):
    """Until the test has ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        sys.stdin.buffer.read()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for data in glob.glob(os.path.join(folder, "*", "")):
            end(os.path.realpath(data))
        for _ in range(10):  # what was about to start may still make files
            shutil.rmtree(folder, ignore_errors=True)
            if not os.path.exists(folder):
                break
            time.sleep(0.1)


def end(data):
    lines = lines_of(data)
    if not lines:
        return
    pid = int(lines[0])
    for number in (signal.SIGQUIT, signal.SIGKILL):  # SIGQUIT tells its children; nothing is kept, so nothing is written
        until = time.monotonic() + 10
        while is_of(pid, data) and time.monotonic() < until:
            signal_all([pid, *processes.descendants(pid)], number)
            time.sleep(0.02)
    # A server that was killed leaves its key of System V shared memory, of a few bytes, to the system.
    if len(lines) > 6 and os.path.exists(os.path.join(data, "postmaster.pid")):
        subprocess.run(["ipcrm", "--shmem-id", lines[6].split()[1]], stderr=subprocess.DEVNULL, check=False)


def is_of(pid, data):
    """Whether that process is the server of this folder and not another that got its number."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") == data
    except OSError:
        return False


def signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


if __name__ == "__main__":
    keep(sys.argv[1])
