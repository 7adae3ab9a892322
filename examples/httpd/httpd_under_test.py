"""Starts and stops httpd for its tests, and asks it things."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes_seen import PATIENCE_SECONDS, children_of  # noqa: E402

# Where a client keeps a thread there are enough of them, and connections that are kept as long.
DESIGNS = {"event": ["--threads", "2", "--requests", "1000000"], "dynamic-threads": ["--requests", "1000000"],
           "static-threads": ["--threads", "16", "--requests", "1000000"],
           "prefork": ["--workers", "2", "--threads", "8", "--requests", "1000000"]}
PAGE = b"<!doctype html>\n<title>page</title>\n" + b"<p>a line of text\n" * 100


class Httpd:
    """A running httpd with a folder of its own: root/, cgi/ and logs/. Use in a `with`."""

    def __init__(self, httpd, *arguments, design="event", size=None, listen=("127.0.0.1:0",),
                 prefix=(), **popen):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-httpd-"))
        self.folder.chmod(0o755)
        for name in ("root", "cgi", "logs"):
            (self.folder / name).mkdir()
        (self.folder / "root" / "page.html").write_bytes(PAGE)
        addresses = [word for address in listen for word in ("--listen", address)]
        self.command = [*prefix, httpd, "--root", str(self.folder / "root"), *addresses, "--design", design,
                        *(DESIGNS[design] if size is None else size), *(word.replace("FOLDER", str(self.folder)) for word in arguments)]
        self.popen = popen
        self.design = design
        self.process = self.port = None
        self.ports = []
        self.lines = max(1, len(listen))

    def program(self, name, script, interpreter="/bin/sh"):
        path = self.folder / "cgi" / name
        path.write_text(f"#!{interpreter}\n{script}")
        path.chmod(0o755)

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, **self.popen)
        for _ in range(self.lines):
            line = self.process.stdout.readline()
            found = re.fullmatch(r"listening on https?://.*:(\d+)/\n", line)
            if not found:
                raise AssertionError(f"httpd said {line!r} and {self.end()[1]!r}")
            self.ports.append(int(found.group(1)))
        self.port = self.ports[0]
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            left = self.pids()
            self.process.kill()
            for pid in left[1:]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self):
        """The process and those that it has forked to serve."""
        workers = children_of(self.process.pid) if self.design == "prefork" else []
        return [self.process.pid, *workers]

    def end(self):
        """Ends it in order: (exit code, what it wrote to standard error)."""
        self.process.send_signal(signal.SIGTERM)
        _, error = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, error

    def connect(self, port=None, host="127.0.0.1"):
        return socket.create_connection((host, port or self.port), PATIENCE_SECONDS)

    def ask(self, path, method="GET", fields=(), body=b"", port=None):
        return Answer(self.ask_raw(request(path, method, ["Connection: close", *fields], body), port))

    def ask_raw(self, sent, port=None):
        """Everything until the server closes; what came before a reset, with b"RESET" behind it."""
        received = b""
        with self.connect(port) as connection:
            try:
                connection.sendall(sent)
                while more := connection.recv(65536):
                    received += more
            except (ConnectionResetError, BrokenPipeError):
                return received + b"RESET"
        return received


def request(path, method="GET", fields=(), body=b""):
    length = [f"Content-Length: {len(body)}"] if body or method == "POST" else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: here", *length, *fields, "", ""]).encode() + body


class Answer:
    def __init__(self, received):
        head, _, self.raw_body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1]) if lines[0] else 0
        self.fields = dict(line.split(": ", 1) for line in lines[1:])
        self.body = self.raw_body
        if self.fields.get("Transfer-Encoding") == "chunked":
            self.body = without_chunks(self.raw_body)


def without_chunks(raw):
    """The data of the chunks; a last one must be there."""
    body, at = b"", 0
    while True:
        end = raw.index(b"\r\n", at)
        length = int(raw[at:end], 16)
        at = end + 2
        body += raw[at:at + length]
        at += length + 2
        if length == 0:
            return body
