"""A balancer of a test's own, with back ends of its own: everything on 127.0.0.1 and ports that the kernel chose."""

import contextlib
import errno
import json
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes_seen import PATIENCE_SECONDS, wait_until
from reading import read_line

# Where no limit is to be met, it is far away, so that no clock decides. Later options win.
NO_LIMITS = {"--connect-time": "60", "--probe-every": "600", "--probe-time": "60", "--idle-time": "600",
             "--stop-time": "600", "--proxy-time": "60", "--connections-per-source": "1000"}


class BackEnd:
    """Says its name and a line end, then everything again that it hears, until the client has ended."""

    def __init__(self, name, port=0, path=None):
        self.name = name
        self.heard = []  # what each connection has sent, in the order of their ends
        self.open = set()
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            self.address = f"unix:{path}"
        else:
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            wait_until(lambda: self.binds(port), PATIENCE_SECONDS, f"port {port} is free again")
            self.port = self.listener.getsockname()[1]
            self.address = f"127.0.0.1:{self.port}"
        self.listener.listen(100)
        self.is_closed = False
        threading.Thread(target=self.accept, daemon=True).start()

    def binds(self, port):
        """A port that was given up may be somebody's outgoing one for a moment."""
        try:
            self.listener.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        return True

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.is_closed:
                connection.close()
                return
            self.open.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def greeting(self):
        return self.name.encode() + b"\n"

    def serve(self, connection):
        heard = b""
        with contextlib.suppress(OSError):
            connection.sendall(self.greeting())
            while piece := connection.recv(65536):
                heard += piece
                connection.sendall(piece)
        if heard:
            self.heard.append(heard)
        self.open.discard(connection)
        connection.close()

    def close(self):
        """Nobody listens there any more; those who are there stay."""
        self.is_closed = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def reset_connections(self):
        """As a machine does that was switched off and on: a reset, and not an end in order."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):  # a health probe, which has gone meanwhile
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.shutdown(socket.SHUT_RD)  # wakes its thread, which closes it

    def end(self):
        self.close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def closed_port():
    """Nobody listens there, and nobody is given it while the socket lives."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder, f"127.0.0.1:{holder.getsockname()[1]}"


class Case(unittest.TestCase):
    def back_ends(self, *names):
        made = [BackEnd(name) for name in names]
        for one in made:
            self.addCleanup(one.end)
        return made

    def nobody(self):
        holder, address = closed_port()
        self.addCleanup(holder.close)
        return address

    def folder(self):
        made = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(made.cleanup)
        return pathlib.Path(made.name)


class Balancer:
    def __init__(self, program, back_ends, *options, command=(), listen=("--listen", "127.0.0.1:0"), **popen):
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-balancer-"))
        self.control_path = self.folder / "control"
        self.log_path = self.folder / "log"
        limits = [word for name, value in NO_LIMITS.items() if name not in options for word in (name, value)]
        named = [word for one in back_ends for word in ("--backend", getattr(one, "address", one))]
        self.process = subprocess.Popen(
            [*command, program, *listen, "--status", "127.0.0.1:0", "--control", str(self.control_path), "--log",
             str(self.log_path), "--log-level", "debug", *limits, *named, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen)
        self.said = {}
        while "control" not in self.said:
            line = self.process.stdout.readline()
            match = re.fullmatch(r"(clients|status|control): (.*)\n", line)
            if not match:
                raise AssertionError(f"it did not start: {line}{self.process.stderr.read()}{self.log()}")
            self.said[match[1]] = match[2]
        self.port = int(self.said["clients"].rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        shutil.rmtree(self.folder)

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS, (source, 0))

    def named(self, source="127.0.0.1"):
        """The name that a new client hears; empty if it is closed."""
        with contextlib.suppress(ConnectionResetError), self.connect(source) as client:
            return read_line(client)
        return ""

    def control(self, *words):
        """(exit code, what it said)"""
        result = subprocess.run([self.program, "control", str(self.control_path), *words], capture_output=True,
                                text=True, check=False, timeout=PATIENCE_SECONDS)
        return result.returncode, result.stdout or result.stderr

    def status(self):
        with urllib.request.urlopen(self.said["status"] + "status", timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def back_end(self, one):
        name = getattr(one, "address", one)
        return next((row for row in self.status()["back_ends"] if row["name"] == name), None)

    def wait_for_state(self, one, state):
        wait_until(lambda: (self.back_end(one) or {}).get("state") == state, PATIENCE_SECONDS, f"{one} is {state}")

    def log(self):
        return self.log_path.read_text(encoding="utf-8") if self.log_path.exists() else ""

    def wait_for_log(self, pattern, count=1):
        wait_until(lambda: len(re.findall(pattern, self.log())) >= count, PATIENCE_SECONDS, f"the log has {pattern}")

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def end(self):
        """(exit code, what it wrote to standard error)"""
        _, error = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, error
