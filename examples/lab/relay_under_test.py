"""What the tests of lab's relay share: a server and its clients on both sides of one."""

import os
import pathlib
import socket
import subprocess
import sys
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "suite")]

from reading import read_exactly

LAB = os.path.abspath(sys.argv[1])
PATIENCE_SECONDS = 60  # for what must happen
MOST_CONNECTIONS = 100


class RelayTest(unittest.TestCase):
    def opened(self, thing):
        self.addCleanup(thing.close)
        if isinstance(thing, socket.socket):
            thing.settimeout(PATIENCE_SECONDS)
        return thing

    def setUp(self):
        self.server = self.opened(socket.create_server(("127.0.0.1", 0), backlog=200))
        self.datagrams = self.opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.datagrams.bind(self.server.getsockname())

    def start_relay(self, *options, target=None):
        host, port = target or self.server.getsockname()
        relay = subprocess.Popen([LAB, "relay", "127.0.0.1:0", f"{host}:{port}", *options], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(relay.communicate)
        self.addCleanup(relay.kill)
        first = relay.stdout.readline()
        self.assertRegex(first, r"^listening on 127\.0\.0\.1:\d+$")
        self.address = ("127.0.0.1", int(first.rsplit(":", 1)[1]))
        return relay

    def connect(self):
        return self.opened(socket.create_connection(self.address, timeout=PATIENCE_SECONDS))

    def accept(self):
        return self.opened(self.server.accept()[0])

    def connected(self):
        client = self.connect()
        return client, self.accept()

    def must_pass(self, client, server, text=b"hello"):
        for sender, receiver in ((client, server), (server, client)):
            sender.sendall(text)
            self.assertEqual(read_exactly(receiver, len(text)), text)

    def nothing_has_come(self, *ends):
        """Called when the relay has certainly had its turn."""
        for end in ends:
            end.setblocking(False)
            self.assertRaises(BlockingIOError, end.recv, 1)
