#!/usr/bin/env python3
"""The real client, with the real relay or one that is played here:  client_test.py LOGRELAY CLIENT

What happens to it is FAULTS row 21 as well: the system log is removed, stopped, full, and comes back."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from relay_under_test import PATIENCE_SECONDS, Program, Relay, text_of, wait_until

import driver
from processes_seen import cpu_seconds
from system_log import SystemLog

LOGRELAY, CLIENT = sys.argv[1:3]
del sys.argv[1:3]
QUICK = ["--first-pause", "0.05", "--longest-pause", "0.2"]


class Client(Program):
    def __init__(self, port, *arguments):
        super().__init__([CLIENT, "--connect", f"localhost:{port}", "--plaintext", *QUICK, *arguments])
        self.held = b""

    def wait_until_connected(self, times=1):
        wait_until(lambda: self.log.count("connected to") >= times, PATIENCE_SECONDS, f"connected: {self.log}")

    def lines(self, count):
        while self.held.count(b"\n") < count:
            if not select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0]:
                raise AssertionError(f"no {count} lines: {self.held} {self.log}")
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                raise AssertionError(f"it has ended: {self.held} {self.log}")
            self.held += piece
        *lines, self.held = self.held.split(b"\n", count)
        return [line.decode() for line in lines]

    def counts(self):
        before = self.log.count("handed over")
        self.tell(signal.SIGUSR1)
        wait_until(lambda: self.log.count("handed over") > before, PATIENCE_SECONDS, "counts")
        line = [line for line in self.log.splitlines() if "handed over" in line][-1]
        return {words.strip(): int(number) for words, number in re.findall(r"([a-z ]+?) (\d+)(?=,)", line)}


def frame(content):
    return b"%d %s" % (len(content), content)


class WithARelay(unittest.TestCase):
    def setUp(self):
        self.relay = self.enterContext(Relay(LOGRELAY))
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = os.path.join(self.folder, "log")

    def client(self, *arguments):
        client = self.enterContext(Client(self.relay.port, *arguments))
        client.wait_until_connected()
        self.relay.wait_for("a client")
        return client


class Lines(WithARelay):
    def test_to_standard_output_as_rfc_5424(self):
        client = self.client("--to", "-")
        self.relay.send("<13>p[7]: hello", "<14>1 - h p 7 ID [a b=\"c\"] two")
        first, second = client.lines(2)
        self.assertRegex(first, r"^<13>1 \S+ \S+ p 7 - - hello$")
        self.assertEqual(second, '<14>1 - h p 7 ID [a b="c"] two')
        self.assertEqual(client.end(), 0)

    def test_to_the_system_log_as_syslog_3_writes_it(self):
        with SystemLog(self.path) as system:
            self.client("--to", self.path)
            self.relay.send("<13>Nov 29 07:03:05 p[7]: hello", "<13>1 2026-11-29T07:03:05Z h p 7 - - other")
            self.assertEqual(system.next(), "<13>Nov 29 07:03:05 p[7]: hello")
            self.assertEqual(system.next(), "<13>Nov 29 07:03:05 p[7]: h: other")

    def test_standard_output_that_is_closed_ends_it(self):
        client = self.client("--to", "-")
        client.process.stdout.close()
        self.relay.send("<13>p: hello")
        self.assertEqual(client.process.wait(PATIENCE_SECONDS), 111)
        client.wait_for("write standard output: Broken pipe")

    def test_whoever_does_not_read_loses_nothing_within_the_bounds(self):
        client = self.client("--to", "-")
        count = 3000
        self.relay.send(*(f"<13>p: {i} {'x' * 500}" for i in range(count)))
        self.relay.wait_until_received(count)
        self.assertEqual([int(text_of(line).split()[0]) for line in client.lines(count)], list(range(count)))


class SystemLogIsDown(WithARelay):
    """FAULTS row 21."""

    def check_alive(self, client):
        """It answers a signal at once, whoever takes nothing: nothing blocks in it. And it does not spin."""
        began, busy = time.monotonic(), cpu_seconds(client.process.pid)
        counts = client.counts()
        self.assertLess(cpu_seconds(client.process.pid) - busy, (time.monotonic() - began) / 2 + 0.5)
        return counts

    def test_what_is_lost_while_it_is_away_is_counted_and_told_when_it_is_back(self):
        client = self.client("--to", self.path, "--hand-over-time", "0.1")
        self.relay.send("<13>p: 1", "<13>p: 2", "<13>p: 3")
        wait_until(lambda: client.counts()["lost"] == 3, PATIENCE_SECONDS, "three are lost")
        self.check_alive(client)
        self.assertEqual(client.log.count("takes nothing"), 1)
        with SystemLog(self.path) as system:
            self.relay.send("<13>p: 4")
            self.assertIn("3 messages were lost here: the system log took nothing", system.next())
            self.assertTrue(system.next().endswith(" p: 4"))
        client.wait_for("takes messages again; 3 were lost")

    def test_one_that_is_started_anew_loses_nothing(self):
        client = self.client("--to", self.path, "--hand-over-time", str(PATIENCE_SECONDS))
        with SystemLog(self.path) as system:
            self.relay.send("<13>p: 1")
            self.assertTrue(system.next().endswith(" p: 1"))
        self.relay.send("<13>p: 2", "<13>p: 3")
        self.check_alive(client)
        with SystemLog(self.path) as system:
            self.assertTrue(system.next().endswith(" p: 2"))
            self.assertTrue(system.next().endswith(" p: 3"))
        self.assertEqual(client.counts(), {"connections": 1, "messages handed over": 3, "lost": 0})

    def test_one_that_does_not_read_is_waited_for_and_then_given_up(self):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with self.subTest(kind.name), SystemLog(self.path, kind), \
                    Client(self.relay.port, "--to", self.path, "--hand-over-time", "0.1", "--from", "oldest") as client:
                client.wait_until_connected()
                before = self.relay.counts()["received"]
                # More than the system log's socket takes, of either kind (the local one takes any number here).
                self.relay.send(*("<13>p: " + "x" * 2000 for _ in range(1000)))
                self.relay.wait_until_received(before + 1000)
                wait_until(lambda: client.counts()["lost"] > 0, PATIENCE_SECONDS, "something is given up")
                self.check_alive(client)
                self.assertEqual(client.end(), 0)


class Reconnecting(unittest.TestCase):
    def setUp(self):
        self.listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        self.listener.settimeout(PATIENCE_SECONDS)
        self.port = self.listener.getsockname()[1]

    def accept(self):
        """(connection, what the client says)"""
        connection, _ = self.listener.accept()
        self.addCleanup(connection.close)
        connection.settimeout(PATIENCE_SECONDS)
        greeting = b""
        while not greeting.endswith(b"\n"):
            greeting += connection.recv(1)
        return connection, greeting.decode()

    def test_it_comes_back_and_says_where_it_was(self):
        with Client(self.port, "--to", "-") as client:
            connection, greeting = self.accept()
            self.assertEqual(greeting, "from now\n")
            connection.sendall(frame(b"5.1 <13>p: one") + b"14 5.2 <13")  # the second is torn
            self.assertTrue(client.lines(1)[0].endswith("one"))
            connection.close()
            connection, greeting = self.accept()
            self.assertEqual(greeting, "from 5.1\n")

    def test_what_is_no_frame_ends_the_connection_and_it_tries_again(self):
        for stream in (b"hello", b"9999999999 x", frame(b"5.1"), frame(b"<13>p: x"), frame(b"5.x <13>p: x")):
            with self.subTest(stream), Client(self.port, "--to", "-") as client:
                connection, _ = self.accept()
                connection.sendall(stream)
                connection, greeting = self.accept()
                self.assertEqual(greeting, "from now\n")
                client.wait_for("the connection is broken")
                self.assertEqual(client.log.count("the connection is broken"), 1)

    def test_a_relay_that_is_away_is_told_once_and_found_when_it_is_back(self):
        self.listener = self.enterContext(socket.socket())
        self.listener.settimeout(PATIENCE_SECONDS)
        self.listener.bind(("127.0.0.1", 0))  # refused until it listens, and nobody else's meanwhile
        port = self.listener.getsockname()[1]
        with Client(port, "--to", "-") as client:
            client.wait_for(f"127.0.0.1:{port}: Connection refused; trying again")
            self.listener.listen()
            self.accept()
            self.assertEqual(client.log.count("trying again"), 1, client.log)  # for all addresses of localhost

    def test_the_place_is_kept_for_the_next_start(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "place")
            for expected, number in [("from oldest\n", 7), ("from 5.7\n", 8), ("from 5.8\n", 9)]:
                with Client(self.port, "--to", "-", "--from", "oldest", "--place-file", file) as client:
                    connection, greeting = self.accept()
                    self.assertEqual(greeting, expected)
                    connection.sendall(frame(b"5.%d <13>p: x" % number))
                    client.lines(1)
                    self.assertEqual(client.end(), 0)
            with open(file, encoding="ascii") as kept:
                self.assertEqual(kept.read(), "5.9\n")

    def test_a_place_that_cannot_be_kept_is_told_once(self):
        with Client(self.port, "--to", "-", "--place-file", "/no/such/folder/place") as client:
            connection, _ = self.accept()
            for number in (7, 8):
                connection.sendall(frame(b"5.%d <13>p: x" % number))
                client.lines(1)
                client.wait_for("is not kept")  # and once more at the end
            self.assertEqual(client.end(), 0)
            self.assertEqual(client.log.count("is not kept"), 1, client.log)

    def test_what_is_wrong_with_the_command_is_said_in_one_line(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("nonsense")
            file.flush()
            for arguments, words in [([], "--connect"), (["--connect", "here"], '"here"'),
                                     (["--connect", ":1"], "not a name"), (["--connect", "127.1:1"], "not a name"),
                                     (["--connect", "localhost:1", "--from", "then"], "then"),
                                     (["--connect", "192.0.2.1:1"], "another machine"),
                                     (["--connect", "localhost:1", "--to", "x"], '"unix:x"'),
                                     (["--connect", "localhost:1", "--form", "x"], "--form"),
                                     (["--connect", "localhost:1", "--place-file", file.name], "no place is in it")]:
                with self.subTest(" ".join(arguments)):
                    result = subprocess.run([CLIENT, "--plaintext", *arguments], capture_output=True, text=True,
                                            check=False, timeout=PATIENCE_SECONDS)
                    self.assertEqual((result.returncode, result.stderr.count("\n")), (100, 1), result.stderr)
                    self.assertIn(words, result.stderr)


if __name__ == "__main__":
    driver.main()
