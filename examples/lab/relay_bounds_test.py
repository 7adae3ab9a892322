#!/usr/bin/env python3
"""What lab's relay does not take, and of what it takes only so much:  relay_bounds_test.py LAB"""

import os
import socket
import subprocess

import relay_under_test
from relay_under_test import RelayTest

import driver

MOST_UDP_CLIENTS = 64


class Bounds(RelayTest):
    def test_who_sends_more_than_the_relay_holds_is_held_up(self):
        self.start_relay("--delay", "60000")
        client, _ = self.connected()
        client.settimeout(1)  # a send that waits for so long is held up
        sent = 0
        with self.assertRaises(TimeoutError):
            while sent < 64 << 20:
                sent += client.send(bytes(65536))
        self.assertLess(sent, 64 << 20)

    def test_a_hundred_connections_and_the_next_one_waits(self):
        self.start_relay()
        pairs = [self.connected() for _ in range(relay_under_test.MOST_CONNECTIONS)]
        waits = self.connect()
        waits.sendall(b"here I am")
        for _ in range(3):
            self.must_pass(*pairs[-1])
        self.server.setblocking(False)
        self.assertRaises(BlockingIOError, self.server.accept)
        self.server.settimeout(relay_under_test.PATIENCE_SECONDS)
        for end in pairs[0]:
            end.close()
        self.assertEqual(self.accept().recv(100), b"here I am")

    def test_many_udp_clients_take_each_other_s_places(self):
        relay = self.start_relay()
        before = len(os.listdir(f"/proc/{relay.pid}/fd"))
        clients = [self.opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2 * MOST_UDP_CLIENTS)]
        for client in [*clients, clients[0]]:
            client.sendto(b"hello", self.address)
            _, sender = self.datagrams.recvfrom(100)
            self.datagrams.sendto(b"answer", sender)
            self.assertEqual(client.recv(100), b"answer")
        self.assertEqual(len(os.listdir(f"/proc/{relay.pid}/fd")), before + MOST_UDP_CLIENTS)


class BadInput(RelayTest):
    def expect(self, code, words, *arguments):
        done = subprocess.run([relay_under_test.LAB, "relay", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=relay_under_test.PATIENCE_SECONDS, check=False)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in ("lab: ", *words):
            self.assertIn(word, done.stderr)

    def test_what_it_does_not_take_it_names(self):
        good = ("127.0.0.1:0", "127.0.0.1:9")
        for words, *arguments in (
                (("LISTEN", "--help"),), (("TARGET",), "127.0.0.1:0"), (("localhost:0",), "localhost:0", good[1]),
                (("99999",), "127.0.0.1:99999", good[1]), (("0.0.0.0:0", "127.0.0.1:0"), "0.0.0.0:0", good[1]),
                (("192.0.2.1:0",), "192.0.2.1:0", good[1]), (("unix:", "127.0.0.1:0"), "unix:/tmp/x", good[1]),
                (("127.0.0.1:0", "where the server is"), good[0], "127.0.0.1:0"), (("unix:",), good[0], "unix:/tmp/x"),
                (("itself",), "127.0.0.1:9", "127.0.0.1:9"), (("--drop", "100"), *good, "--drop", "101"),
                (("--drop",), *good, "--drop", "-1"), (("--delay", "60000"), *good, "--delay", "60001"),
                (("--delay",), *good, "--delay", "soon"), (("--cut-after",), *good, "--cut-after", "-1"),
                (("--reset-after",), *good, "--reset-after", "x"), (("--rate",), *good, "--rate", "0"),
                (("--help",), *good, "extra")):
            with self.subTest(arguments=arguments):
                self.expect(100, words, *arguments)

    def test_a_port_that_is_taken_may_be_free_later(self):
        host, port = self.server.getsockname()
        self.expect(111, (f"{host}:{port}", "in use"), f"{host}:{port}", "127.0.0.1:9")
        self.server.close()  # the port of UDP is still taken
        self.expect(111, (f"{host}:{port}", "in use"), f"{host}:{port}", "127.0.0.1:9")


if __name__ == "__main__":
    driver.main()
