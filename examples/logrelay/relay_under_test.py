"""Starts a relay and its clients for a test, speaks with them, and ends them."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes_seen import PATIENCE_SECONDS, wait_until


class Program:
    """A started program, and what it has written to standard error so far."""

    def __init__(self, command, **popen):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="surrogateescape", **popen)
        self.log = ""
        self.reader = threading.Thread(target=self._read_log, daemon=True)
        self.reader.start()

    def _read_log(self):
        for line in self.process.stderr:
            self.log += line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def tell(self, number):
        self.process.send_signal(number)

    def wait_for(self, words, what=None):
        """Until its log has these words, a regular expression."""
        wait_until(lambda: re.search(words, self.log) or self.process.poll() is not None, PATIENCE_SECONDS,
                   f"{what or words}; it said: {self.log}")
        if not re.search(words, self.log):
            raise AssertionError(f"it ended without {words}: {self.log}")

    def end(self):
        """SIGTERM; the exit code."""
        self.tell(signal.SIGTERM)
        code = self.process.wait(PATIENCE_SECONDS)
        self.reader.join()
        return code


class Relay(Program):
    """Listens on ports of its own for messages and clients, and at the socket file `local`."""

    def __init__(self, program, *arguments, plain=True, named=True, **popen):
        self.folder = tempfile.TemporaryDirectory(prefix="waymark-logrelay-")
        self.local = os.path.join(self.folder.name, "log")
        inputs = ["--udp", "127.0.0.1:0", "--listen", "127.0.0.1:0"] if named else []
        if named and "--socket" not in arguments:
            inputs += ["--socket", self.local]
        # Else a client that does not come round to say from where on it wants messages has the bare stream.
        if named and "--greeting-time" not in arguments:
            inputs += ["--greeting-time", str(PATIENCE_SECONDS)]
        security = ["--plaintext"] if plain else []
        super().__init__([program, *inputs, *security, *arguments], **popen)
        self.udp_port = self.port = None
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if match := re.match(r"messages at \S+[]1]:(\d+)$", line):
                self.udp_port = int(match.group(1))
            if match := re.match(r"clients at \S+:(\d+)", line):
                self.port = int(match.group(1))
                return
        self.__exit__()
        raise AssertionError(f"the relay did not start: {self.lines} {self.log}")

    def __exit__(self, *_):
        super().__exit__()
        self.folder.cleanup()

    def send(self, *messages):
        """To the socket file: it takes all of them, in this order, and makes the sender wait."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(PATIENCE_SECONDS)
            sender.connect(self.local)
            for message in messages:
                sender.send(message if isinstance(message, bytes) else message.encode())

    def counts(self):
        """{words: number} of the line that SIGUSR1 asks for."""
        before = self.log.count("received ")
        self.tell(signal.SIGUSR1)
        wait_until(lambda: self.log.count("received ") > before, PATIENCE_SECONDS, "counts in the log")
        line = [line for line in self.log.splitlines() if "received " in line][-1]
        return {words.strip(): int(number) for words, number in re.findall(r"([a-z ]+?) (\d+)(?=[,; ]|$)", line)}

    def wait_until_received(self, count):
        wait_until(lambda: self.counts()["received"] >= count, PATIENCE_SECONDS, f"{count} messages have come")


class Frames:
    """A client in plain text. With `greeting` empty it says nothing, and waits until it is taken for a client."""

    def __init__(self, relay, greeting="from now\n", receive_buffer=None, source="127.0.0.1"):
        self.connection = socket.socket()
        self.connection.settimeout(PATIENCE_SECONDS)
        if receive_buffer:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.connection.bind((source, 0))
        self.connection.connect(("127.0.0.1", relay.port))
        self.connection.sendall(greeting.encode())
        self.name = "{}:{}".format(*self.connection.getsockname())
        self.held = b""
        relay.wait_for(rf"{re.escape(self.name)}: (a client|no client|refused)", "the relay takes a client")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def next(self):
        """The content of the next frame; None at the end. A torn one is a failed test."""
        while not (match := re.match(rb"(\d+) ", self.held)) or \
                len(self.held) < match.end() + int(match.group(1)):
            if re.match(rb"\d{8}|[^\d]|0", self.held):
                raise AssertionError(f"no frame: {self.held[:100]}")
            piece = self.connection.recv(65536)
            if not piece:
                if self.held:
                    raise AssertionError(f"a torn frame: {self.held[:100]}")
                return None
            self.held += piece
        end = match.end() + int(match.group(1))
        content, self.held = self.held[match.end():end], self.held[end:]
        return content.decode(errors="surrogateescape")

    def is_cut_off(self):
        """Hung up on, without a byte. What was sent and not read makes it a reset."""
        try:
            return self.connection.recv(100) == b""
        except ConnectionResetError:
            return True

    def take(self, count):
        return [self.next() for _ in range(count)]


def text_of(message):
    """What stands behind the header and the elements of RFC 5424; here the elements are "-"."""
    return re.fullmatch(r"(?:\d+\.\d+ )?<\d+>1(?: \S+){6} ?(.*)", message).group(1)
