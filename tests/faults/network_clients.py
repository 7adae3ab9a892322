"""Clients as bad as a test wants them: slow, silent, many, gone without a word. Raw sockets, because
an HTTP library would not send half a request. Waits have a bound; only loopback addresses.
"""

import contextlib
import re
import resource
import socket
import struct
import threading
import time
import unittest

from faults import FIRST_TIME
from processes_seen import PATIENCE_SECONDS
import tracker_session

IP_BIND_ADDRESS_NO_PORT = 24  # linux/in.h
LISTEN, TIME_WAIT = "0A", "06"  # net/tcp_states.h


def fix_path(device, number):
    """The request of a phone with the fix number `number`: always the same fix."""
    return (f"/?id={device}&lat={47 + number % 1000 / 1e4:.4f}&lon={9 + number // 1000 / 1e4:.4f}"
            f"&timestamp={FIRST_TIME + number}")


def request(path, *fields, host="127.0.0.1"):
    """As whoever has logged in last (tracker_session); phones' ports pay no heed to that."""
    session = [f"{name}: {value}" for name, value in tracker_session.fields().items()]
    lines = [f"GET {path} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), *fields, *session]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Answer:
    def __init__(self, head, body):
        self.head = head
        self.status = int(head.split(b" ", 2)[1])
        self.body = body

    def field(self, name):
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", self.head, re.IGNORECASE)
        return found.group(1).decode() if found else None

    def without_date(self):
        return re.sub(rb"\r\nDate: [^\r]*", b"", self.head, flags=re.IGNORECASE), self.body


class Client:
    """One connection. Waits have a bound; an end of the connection is an OSError."""

    def __init__(self, address, source=None, receive_buffer=None, seconds=PATIENCE_SECONDS):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            if receive_buffer is not None:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            if source is not None:
                # The port is chosen at connect, or a few thousand clients would use them up.
                self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
                self.socket.bind((source, 0))
            self.socket.settimeout(seconds)
            self.socket.connect(address)
        except BaseException:
            self.socket.close()
            raise
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends with RST: what is unsent and unread is thrown away (socket(7), SO_LINGER)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read_more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.rest += piece

    def read_answer(self):
        while b"\r\n\r\n" not in self.rest:
            self.read_more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        return Answer(head, self.read_body(head))

    def read_body(self, head):
        found = re.search(rb"\r\nContent-Length: *(\d+)", head, re.IGNORECASE)
        if not found and re.search(rb"\r\nConnection: close", head, re.IGNORECASE):
            return self.read_to_the_end()
        length = int(found.group(1)) if found else 0
        while len(self.rest) < length:
            self.read_more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return body

    def read_to_the_end(self):
        pieces = [self.rest]
        while piece := self.socket.recv(65536):
            pieces.append(piece)
        self.rest = b""
        return b"".join(pieces)

    def ask(self, data):
        self.send(data)
        return self.read_answer()

    def is_closed_by_server(self, seconds=PATIENCE_SECONDS):
        """Waits for its end; what still comes before it is dropped."""
        until = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while time.monotonic() < until:
                self.socket.settimeout(max(0.01, until - time.monotonic()))
                try:
                    if not self.socket.recv(65536):
                        return True
                except ConnectionError:
                    return True
        return False


def ask_once(address, data, source=None, seconds=PATIENCE_SECONDS):
    with Client(address, source, seconds=seconds) as client:
        return client.ask(data)


def is_served(address, source=None, seconds=PATIENCE_SECONDS):
    """Whether a stranger's request is answered at all."""
    try:
        return ask_once(address, request("/?id=nobody"), source, seconds).status > 0
    except OSError:
        return False


class Meanwhile:
    """Calls its do() again and again in a thread, with a pause before each. Use in a `with`, whose end
    waits for the last call."""

    def __init__(self, pause_seconds):
        self.pause_seconds = pause_seconds
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.repeat)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def repeat(self):
        while not self.ended.wait(self.pause_seconds):
            self.do()

    def do(self):
        raise NotImplementedError


def held_ports(address):
    """The ports of clients of which the kernel has a connection with this server, whether or not
    the server still has it: unsent bytes of a closed one stay, too (proc(5), /proc/net/tcp)."""
    ports = set()
    with open("/proc/net/tcp", encoding="ascii") as table:
        next(table)
        for line in table:
            _, here, there, state = line.split()[:4]
            if int(here.rpartition(":")[2], 16) == address[1] and state not in (LISTEN, TIME_WAIT):
                ports.add(int(there.rpartition(":")[2], 16))
    return ports


class Ends:
    """Waits until nothing is left of the clients' connections on the server's side, for so many seconds
    at most. The clients themselves read nothing, so that a slow reader stays one."""

    def __init__(self, address, clients, seconds):
        began = time.monotonic()
        waiting = {client.socket.getsockname()[1] for client in clients}
        self.times = []  # after how many seconds each was seen to have ended
        self.last_seen = began  # when one was surely there
        while waiting and time.monotonic() - began < seconds:
            time.sleep(0.1)
            looked = time.monotonic()
            ended = waiting - held_ports(address)
            waiting -= ended
            self.times += [time.monotonic() - began] * len(ended)
            if waiting:
                self.last_seen = looked


def raise_own_limit(count):
    """For a test that is many clients."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        if hard != resource.RLIM_INFINITY and hard < count:
            raise unittest.SkipTest(f"this user may open {hard} descriptors, and {count} are needed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def percentile_95(values):
    return sorted(values)[int(len(values) * 0.95)]
