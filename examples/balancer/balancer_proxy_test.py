#!/usr/bin/env python3
"""PROXY headers, to back ends and from a balancer in front:  balancer_proxy_test.py BALANCER"""

import contextlib
import socket
import sys

from balancer_under_test import PATIENCE_SECONDS, Balancer, Case, wait_until

import driver
from reading import read_exactly, read_line

BALANCER = sys.argv.pop(1)
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def header(source, destination, command=0x21):
    """A PROXY header for TCP over IPv4 from (address, port) to (address, port)."""
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    ports = source[1].to_bytes(2, "big") + destination[1].to_bytes(2, "big")
    return SIGNATURE + bytes([command, 0x11, 0, 12]) + addresses + ports


class Announced(Case):
    def test_back_ends_hear_who_the_client_is(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--send-proxy") as balancer, balancer.connect("127.0.0.5") as client:
            port = client.getsockname()[1]
            client.sendall(b"words")
            expected = header(("127.0.0.5", port), ("127.0.0.1", balancer.port)) + b"words"
            self.assertEqual(read_exactly(client, len(expected) + 2), b"a\n" + expected)
            # The probe at the start has come first, and speaks for itself.
            wait_until(lambda: SIGNATURE + b"\x20\0\0\0" in a.heard, PATIENCE_SECONDS, "the probe has said LOCAL")

    def test_a_client_is_who_the_front_says(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--proxy-from", "127.0.0.2", "--access", "deny 192.0.2.66", "--send-proxy",
                      "--connections-per-source", "1") as balancer, contextlib.ExitStack() as held:
            def through(source, front="127.0.0.2", command=0x21):
                client = held.enter_context(balancer.connect(front))
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                    said = header((source, 4711), ("198.51.100.1", 443), command)
                    for byte in range(len(said)):  # in as many pieces as can be
                        client.sendall(said[byte:byte + 1])
                    client.sendall(b"words")
                    return read_line(client), client
                return "", client

            name, client = through("192.0.2.1")
            expected = header(("192.0.2.1", 4711), ("198.51.100.1", 443)) + b"words"
            self.assertEqual((name, read_exactly(client, len(expected))), ("a", expected))
            self.assertEqual(through("192.0.2.1")[0], "")    # its second connection
            self.assertEqual(through("192.0.2.2")[0], "a")   # another client by the same front
            self.assertEqual(through("192.0.2.66")[0], "")   # denied, and not the front
            self.assertEqual(through("192.0.2.3", front="127.0.0.1")[0], "")  # not a front
            self.assertEqual(through("192.0.2.1", command=0x20)[0], "a")  # the front's own health check
            seen = balancer.status()
            self.assertEqual((seen["too_many"], seen["denied"], seen["malformed"]), (1, 2, 0))

    def test_who_sends_no_header_is_closed(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--proxy-from", "127.0.0.0/8", "--proxy-time", "0.3") as balancer:
            for said in (b"GET / HTTP/1.1\r\n", b"PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n", SIGNATURE, b""):
                with self.subTest(said), balancer.connect() as client, contextlib.suppress(ConnectionResetError):
                    client.sendall(said)
                    self.assertEqual(client.recv(1), b"")
            self.assertEqual(balancer.status()["malformed"], 4)
            self.assertEqual(balancer.back_end(a)["made"], 0)

    def test_two_balancers_in_a_row(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--proxy-from", "127.0.0.0/8", "--send-proxy") as behind, \
                Balancer(BALANCER, [f"127.0.0.1:{behind.port}"], "--send-proxy") as front, \
                front.connect("127.0.0.6") as client:
            client.sendall(b"words")
            expected = header(("127.0.0.6", client.getsockname()[1]), ("127.0.0.1", front.port)) + b"words"
            self.assertEqual(read_exactly(client, len(expected) + 2), b"a\n" + expected)


if __name__ == "__main__":
    driver.main()
