"""logrelay beside rsyslog's own forwarding: the same messages, by the same kind of socket file, as the same frames, to
1, 10 and 100 clients that read as fast as they can. A message counts when every client has it; none is lost, because
the socket file makes the sender wait, and the relay may keep all."""

import multiprocessing
import os
import selectors
import socket
import threading
import time

from report import heading, ratio, row
from servers import Server

MARK = b"~"  # once in each message
MESSAGE = b"<13>1 2026-11-29T07:03:05.250000Z box app 17 - - ~" + b"x" * 150
MESSAGES = {1: 200_000, 10: 100_000, 100: 20_000}
RSYSLOG = """
global(workDirectory="{folder}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/in" useSpecialParser="off" parseHostname="on" ignoreTimestamp="off"
      RateLimit.Interval="0")
"""
ACTION = """
action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_SyslogProtocol23Format")
"""


class Readers:
    """Connections that are read, all by one thread, until each has had so many messages."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.counts = {}
        self.buffer = bytearray(1_000_000)

    def add(self, connection):
        self.counts[connection] = 0
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ)

    def read_until_each_has(self, messages):
        left = len(self.counts)
        while left > 0:
            for key, _ in self.selector.select(60) or self.fail():
                size = key.fileobj.recv_into(self.buffer)
                before = self.counts[key.fileobj]
                self.counts[key.fileobj] += self.buffer.count(MARK, 0, size)
                if size == 0:
                    self.fail()
                left -= before < messages <= self.counts[key.fileobj]

    def fail(self):
        raise RuntimeError(f"messages are missing: {sorted(self.counts.values())}")

    def close(self):
        for connection in self.counts:
            connection.close()


class Logrelay(Server):
    def __init__(self, build, clients):
        super().__init__()
        self.program = os.path.join(build, "examples/logrelay/logrelay")
        self.clients = clients
        self.readers = Readers()

    @property
    def path(self):
        return os.path.join(self.folder, "in")

    def start(self):
        self.spawn([self.program, "--plaintext", "--listen", "127.0.0.1:0", "--socket", self.path, "--clients", "1000",
                    "--clients-per-source", "1000", "--keep-messages", "1000000", "--keep-bytes", "1000000000",
                    "--greeting-time", "0.1"])
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        port = int(self.wait_for_line(r"clients at 127\.0\.0\.1:(\d+)"))
        for _ in range(self.clients):
            self.readers.add(socket.create_connection(("127.0.0.1", port)))
        time.sleep(1)  # all have been taken for clients by then; nothing is lost otherwise


class Rsyslog(Logrelay):
    def start(self):
        with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
            listener.settimeout(60)
            text = RSYSLOG + ACTION.replace("{port}", str(listener.getsockname()[1])) * self.clients
            path = os.path.join(self.folder, "conf")
            with open(path, "w", encoding="ascii") as file:
                file.write(text.replace("{folder}", self.folder))
            program = "/usr/sbin/rsyslogd"
            self.spawn([program, "-n", "-f", path, "-i", os.path.join(self.folder, "pid")])
            while not os.path.exists(self.path):
                time.sleep(0.01)
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"<13>1 - box app 17 - - first", self.path)  # with which it connects
            for _ in range(self.clients):
                self.readers.add(listener.accept()[0])


def send_all(path, messages):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(path)
        for _ in range(messages):
            sender.send(MESSAGE)


def rate(relay, messages):
    """Messages a second, from the first until the last client has the last one. Who sends is a process of its own: two
    threads of Python would wait for each other."""
    with relay:
        sending = multiprocessing.Process(target=send_all, args=[relay.path, messages])
        begin = time.perf_counter()
        sending.start()
        relay.readers.read_until_each_has(messages)
        seconds = time.perf_counter() - begin
        sending.join()
        relay.readers.close()
    return messages / seconds


def relayed_messages(build, rounds, _seconds):
    heading("Messages of 200 bytes by a socket file, to clients by TCP", "logrelay --plaintext ...; rsyslogd, omfwd")
    for clients, messages in MESSAGES.items():
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(rate(Rsyslog(build, clients), messages))
            ours.append(rate(Logrelay(build, clients), messages))
        row(f"logrelay, {clients} clients", ours, "messages/s")
        row(f"rsyslog, {clients} clients", theirs, "messages/s")
        ratio("ratio", ours, theirs, ">= 1.0")
