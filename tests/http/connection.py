"""A raw connection to the server under test, and the steps of a case on it.

Waits are for events (an answer, the end) and have a bound that only a server that never does it comes
to: a busy machine makes a case slow, not wrong. The pauses of a case are for the server to read what
was sent so far in pieces; it must do the same with the whole.

Steps of a case, in order:
  "text"                           bytes, one a character (latin-1)
  {"repeat": "text", "times": n}   the text n times
  {"drip": "text", "every": s}     a byte every s seconds, again and again, until the server ends it
  {"sleep": s}                     a pause, in which what comes is read
  {"read_nothing": true}           until the server has closed its side
  {"await": n}                     until n final responses are there
  {"await_any": true}              until any response is there, interim ones too
  {"shutdown_write": true}         half-close: FIN
  {"reset": true}                  ends with RST
"""

import select
import socket
import struct
import time

from responses import read_responses

PATIENCE_SECONDS = 30
MOST_BYTES = 64 * 1024 * 1024
ESTABLISHED = "01"  # linux/tcp_states.h


def connect(address, receive_buffer=None):
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(address)
    # Each step is a packet of its own, as far as the kernel allows.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ports_of(connected):
    """The server's and ours; of a socket that is not of the network, nothing."""
    if connected.family != socket.AF_INET:
        return []
    return [connected.getpeername()[1], connected.getsockname()[1]]


class Connection:
    """Owns a connected socket. Use in a `with`. `methods` are those of the requests, in order."""

    def __init__(self, connected, methods, patience_seconds=PATIENCE_SECONDS):
        self.socket = connected
        self.socket.setblocking(False)
        self.ports = ports_of(connected)
        self.methods = list(methods)
        self.patience_seconds = patience_seconds
        self.stream = bytearray()
        self.is_ended = False  # the server's side
        self.is_reset = False
        self.cannot_send = False
        self.known = None  # (bytes, ended) of what was read as responses last
        self.read = ([], 0, "")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def responses(self):
        """(responses, number of bytes left over, what is malformed)."""
        state = (len(self.stream), self.is_ended)
        if state != self.known:
            self.read = read_responses(self.stream, self.is_ended, self.methods)
            self.known = state
        return self.read

    def finals(self):
        """Final responses that are complete."""
        return [each for each in self.responses()[0] if each.is_final and each.is_complete]

    def is_malformed(self):
        return self.responses()[2] != ""

    def receive(self, seconds):
        """Takes what is there; waits at most so long for the first byte."""
        if self.is_ended or not select.select([self.socket], [], [], seconds)[0]:
            return
        try:
            piece = self.socket.recv(262144)
        except (ConnectionResetError, BrokenPipeError):
            self.is_reset = True
            piece = b""
        if not piece:
            self.is_ended = True
        elif len(self.stream) < MOST_BYTES:
            self.stream += piece

    def wait_until(self, is_true, seconds=None):
        """Reads until something is true or the server has ended; returns whether it is true."""
        until = time.monotonic() + (self.patience_seconds if seconds is None else seconds)
        while not is_true() and not self.is_ended and time.monotonic() < until:
            self.receive(max(0, until - time.monotonic()))
        return is_true()

    def wait_for_end(self):
        self.wait_until(lambda: False)

    def pause(self, seconds):
        self.wait_until(lambda: False, seconds)

    def send(self, data):
        """Reads meanwhile, or both sides would wait for room. What the server does not take is left."""
        unsent, until = memoryview(data), time.monotonic() + self.patience_seconds
        while unsent and not self.cannot_send and time.monotonic() < until:
            readers = [] if self.is_ended else [self.socket]
            readable, writable, _ = select.select(readers, [self.socket], [], 0.5)
            if readable:
                self.receive(0)
            if writable:
                unsent = unsent[self.send_some(unsent[:65536]):]

    def send_some(self, piece):
        try:
            return self.socket.send(piece)
        except BlockingIOError:
            return 0
        except OSError:
            self.cannot_send = True
            return 0

    def half_close(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.cannot_send = True

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def server_has_closed(self):
        """Asked of the kernel, because reading would make room (proc(5), /proc/net/tcp)."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            next(table)
            for line in table:
                _, here, there, state = line.split()[:4]
                if [int(place.rpartition(":")[2], 16) for place in (here, there)] == self.ports:
                    return state != ESTABLISHED
        return True


def run_steps(connection, steps):
    """Returns whether there is something to judge: after a reset there is not."""
    for step in steps:
        if isinstance(step, str):
            connection.send(step.encode("latin-1"))
        elif "repeat" in step:
            connection.send(step["repeat"].encode("latin-1") * step["times"])
        elif "drip" in step:
            drip(connection, step["drip"].encode("latin-1"), step["every"])
        elif "sleep" in step:
            connection.pause(step["sleep"])
        elif "read_nothing" in step:
            read_nothing(connection)
        elif "await" in step:
            connection.wait_until(lambda count=step["await"]: len(connection.finals()) >= count)
        elif "await_any" in step:
            connection.wait_until(lambda: connection.responses()[0])
        elif "shutdown_write" in step:
            connection.half_close()
        elif "reset" in step:
            connection.reset()
            return False
        else:
            raise ValueError(f"unknown step {step!r}")
    return True


def drip(connection, text, pause_seconds):
    until, place = time.monotonic() + connection.patience_seconds, 0
    while not connection.is_ended and not connection.cannot_send and time.monotonic() < until:
        connection.send(text[place % len(text):][:1])
        connection.pause(pause_seconds)
        place += 1


def read_nothing(connection):
    until = time.monotonic() + connection.patience_seconds
    while not connection.server_has_closed() and time.monotonic() < until:
        time.sleep(0.05)
