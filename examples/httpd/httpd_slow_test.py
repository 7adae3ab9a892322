#!/usr/bin/env python3
"""Five hundred slow clients, and a good one between them:  httpd_slow_test.py HTTPD

A third sends its head a byte now and then, a third its body, a third reads nothing of a long answer. The
good one is served all the while, and the slow are cut off when their time is over. How long the good one
waits is measured by `./waymark bench httpd-slow`; here no clock decides."""

import resource
import select
import socket
import sys
import unittest

from httpd_under_test import PAGE, Httpd, request

import driver
from processes_seen import PATIENCE_SECONDS, Level

HTTPD = sys.argv.pop(1)
SLOW = 500
LARGE = 8 * 1024 * 1024
LIMITS = ["--connections", "1000", "--connections-per-source", "1000", "--cgi-bin", "FOLDER/cgi"]
PATIENT = [word for kind in ("header", "body", "send", "idle") for word in (f"--{kind}-timeout", "3600")]
HASTY = [word for kind in ("header", "body", "send", "idle") for word in (f"--{kind}-timeout", "3")]


def begin_slow(server, number):
    """One that has begun and does not go on."""
    connection = socket.socket()
    if number % 3 == 2:  # before it connects: the window is told with the first packet
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(("127.0.0.1", server.port))
    if number % 3 == 0:
        connection.sendall(b"GET /page.html HTTP/1.1\r\nHost: h")
    elif number % 3 == 1:
        connection.sendall(b"POST /cgi-bin/cat.cgi HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\nx")
    else:
        connection.sendall(request("/large.bin"))
    return connection


def has_been_inside(connection, number):
    """Waits until it has, and reads nothing: one that does not read has a part of what it asked for, and its end cannot
    come behind that; each of the others is hung up on."""
    poll = select.poll()
    poll.register(connection, select.POLLIN if number % 3 == 2 else select.POLLRDHUP)
    return bool(poll.poll(PATIENCE_SECONDS * 1000))


def is_cut_off(connection):
    """Whether it ends, or ends early, before the whole of what was asked for has come."""
    received = 0
    try:
        while more := connection.recv(65536):
            received += len(more)
    except OSError:
        return True
    return received < LARGE


class Slow(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))

    def begin_slow(self, server, number):
        connection = begin_slow(server, number)
        self.addCleanup(connection.close)
        return connection

    def start(self, *limits):
        server = Httpd(HTTPD, *LIMITS, *limits, "--cgi-programs", "200", size=["--threads", "1"])
        (server.folder / "root" / "large.bin").write_bytes(b"x" * LARGE)
        # Programs that wait for a body; the shell's own read costs less than 166 interpreters.
        server.program("cat.cgi", "read -r line; echo Content-Type: text/plain; echo\n")
        return server

    def test_a_good_client_is_served_between_five_hundred_slow_ones(self):
        with self.start(*PATIENT) as server:
            for number in range(SLOW):
                self.begin_slow(server, number)
            with server.connect() as good:
                stream = good.makefile("rb")
                for _ in range(200):
                    good.sendall(request("/page.html"))
                    self.assertEqual(stream.readline(), b"HTTP/1.1 200 OK\r\n")
                    while stream.readline() != b"\r\n":
                        pass
                    self.assertEqual(stream.read(len(PAGE)), PAGE)
            self.doCleanups()
            self.assertEqual(server.end()[0], 0)

    def test_each_kind_of_slow_client_is_cut_off_and_nothing_stays(self):
        with self.start(*HASTY) as server:
            server.ask("/page.html")
            level = Level(server.process.pid)
            slow = [self.begin_slow(server, number) for number in range(60)]
            # Before anybody looks at what has come: who reads is not slow.
            for number, connection in enumerate(slow):
                self.assertTrue(has_been_inside(connection, number), f"slow client {number}")
            level.check_is_back()
            for number, connection in enumerate(slow):
                self.assertTrue(is_cut_off(connection), f"slow client {number}")
                connection.close()
            self.assertEqual(server.ask("/page.html").status, 200)


if __name__ == "__main__":
    driver.main()
