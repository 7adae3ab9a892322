"""strace(1) on running processes: to watch their system calls, and to have some of them fail."""

import os
import signal
import subprocess

from processes_seen import PATIENCE_SECONDS, status_field, wait_until


class Strace:
    """strace(1) on one running process, its trace in a file. Use in a `with`; it is attached then,
    and leaves the process running in the end."""

    def __init__(self, pids, output, *options, kills=False):
        self.kills = kills  # the traced process may be gone before we have looked
        self.command = ["strace", "-f", "-o", str(output), *options]
        for pid in pids:
            self.command += ["-p", str(pid)]
        self.pids = pids

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for pid in self.pids:
            wait_until(lambda pid=pid: self.traces(pid), PATIENCE_SECONDS, f"strace holds process {pid}")
        return self

    def traces(self, pid):
        if self.process.poll() is not None:
            if self.kills:
                return True
            raise AssertionError(f"strace ended: {self.process.stderr.read().decode()}")
        try:
            return int(status_field(pid, "TracerPid")[0]) == self.process.pid
        except OSError:
            return self.kills

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_SECONDS)
        self.process.stderr.close()


def reason_not_to_trace():
    """Why strace cannot be used here, or an empty text."""
    try:
        works = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True,
                               timeout=30).returncode == 0
    except FileNotFoundError:
        return "strace is not installed"
    if not works:
        return "strace may not trace here"
    return "" if os.geteuid() == 0 else "another process can be traced by root only"
