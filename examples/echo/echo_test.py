#!/usr/bin/env python3
"""The same conversations with every design of the echo server:  echo_test.py WRONG DESIGN...

WRONG is a design with a mistake, which the table must reject where the mistake shows, and only there."""

import contextlib
import errno
import functools
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes import descendants
from processes_seen import PATIENCE_SECONDS, descriptors

import driver
from conversations import (BIG, CONVERSATIONS, a_big_message_to_a_slow_reader, a_word, connect, expect,
                           fifty_clients_at_once, send_until_stuck)
from echo_server import EchoServer
from reading import read_exactly, read_to_end
from socket_file import check_file_goes_with_server

WRONG, *DESIGNS = sys.argv[1:]
del sys.argv[1:]
PREFORKED = ("echo-prefork", "echo-prefork-threads")


def end_of(server):
    _, error = server.process.communicate(timeout=PATIENCE_SECONDS)
    return server.process.returncode, error


# What the two with a worker pool say of a client that stays, whichever of parent and worker is first.
KEPT = re.compile(r"worker: a client kept it longer than its grace|"
                  r"echo-prefork\S*: \d+ of \d+ workers had a client that did not go within 1 s, and were ended")


def each_design(*but):
    """The test is run for every design, or for all but some, each as a part of its own."""
    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for program in DESIGNS:
                name = os.path.basename(program)
                if name not in but:
                    with self.subTest(name):
                        test(self, name, program)
        return run
    return decorate


class Designs(unittest.TestCase):
    def test_1_there_are_ten(self):
        self.assertEqual(len(set(DESIGNS)), 10)

    @each_design()
    def test_2_every_conversation(self, name, program):
        with EchoServer(program) as server:
            for conversation in CONVERSATIONS:
                with self.subTest(f"{name}: {conversation.__name__}"):
                    conversation(server)
            server.tell_to_stop()
            self.assertEqual(end_of(server), (0, ""))

    def test_3_the_table_rejects_the_wrong_design(self):
        rejected = []
        with EchoServer(WRONG) as server:
            for conversation in CONVERSATIONS:
                try:
                    conversation(server)
                except AssertionError:
                    rejected.append(conversation)
        self.assertEqual(rejected, [a_big_message_to_a_slow_reader])

    def end_all(self, servers):
        """All at once, for each may take its grace. Nobody is left of any of them."""
        started = {server: descendants(server.process.pid) for server in servers}
        for server in servers:
            server.tell_to_stop()
        for server in servers:
            code, error = end_of(server)
            self.assertEqual(code, 0)
            strange = [line for line in error.splitlines() if not KEPT.fullmatch(line)]
            self.assertEqual(strange, [])
            self.assertEqual([pid for pid in started[server] if os.path.exists(f"/proc/{pid}")], [])
            with self.assertRaises(ConnectionRefusedError):
                connect(server)

    def test_4_a_signal_ends_it_in_order(self):
        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(EchoServer(program)) for program in DESIGNS]
            clients = [stack.enter_context(connect(server)) for server in servers]
            for client in clients:
                client.sendall(b"here")
                expect(read_exactly(client, 4), b"here")
            self.end_all(servers)
            for client in clients:
                expect(read_to_end(client), b"")  # the end, and no reset

    def test_5_a_client_that_does_not_read_does_not_keep_it(self):
        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(EchoServer(program)) for program in DESIGNS]
            for server in servers:
                send_until_stuck(server, stack.enter_context(connect(server, receive_buffer=4096)), BIG * 4)
            self.end_all(servers)

    @each_design("echo-iterative", "echo-thread", "echo-thread-pool", "echo-select", "echo-poll", "echo-epoll",
                 "echo-coroutines")
    def test_6_a_killed_process_is_missed_by_its_clients_only(self, name, program):
        with EchoServer(program, "--workers", "2") as server, contextlib.ExitStack() as stack:
            # Four threads a process: of five clients one at least is elsewhere. With one thread, only two come in.
            count = 5 if name == "echo-prefork-threads" else 2
            clients = [stack.enter_context(connect(server)) for _ in range(count)]
            for each in clients:
                each.sendall(b"here")
                expect(read_exactly(each, 4), b"here")
            holders = [holder(server, each) for each in clients]
            others = [each for each, pid in zip(clients, holders) if pid != holders[0]]
            self.assertTrue(others)
            os.kill(holders[0], signal.SIGKILL)
            with contextlib.suppress(ConnectionResetError):
                expect(read_to_end(clients[0]), b"")
            for other in others:
                other.sendall(b"still")
                expect(read_exactly(other, 5), b"still")
                other.close()
            fifty_clients_at_once(server)

    @each_design("echo-iterative", *PREFORKED)  # their number is fixed: the others wait
    def test_7_who_is_one_too_many_is_closed_and_the_others_stay(self, _, program):
        with EchoServer(program, "--clients", "2", "--workers", "2") as server, connect(server) as first, \
                connect(server) as second:
            for client in (first, second):
                client.sendall(b"here")
                expect(read_exactly(client, 4), b"here")
            with connect(server) as third:
                expect(read_to_end(third), b"")
            first.sendall(b"still")
            expect(read_exactly(first, 5), b"still")

    @each_design("echo-iterative", *PREFORKED)
    def test_8_without_descriptors_it_goes_on_when_there_are_some(self, _, program):
        with EchoServer(program, preexec_fn=lambda: limit_descriptors(30)) as server:
            with contextlib.ExitStack() as clients:
                crowd = [clients.enter_context(connect(server)) for _ in range(40)]
                crowd[0].sendall(b"first")
                expect(read_exactly(crowd[0], 5), b"first")
            a_word(server)

    @each_design()
    def test_9_what_is_wrong_with_the_command_is_said_in_one_line(self, name, program):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            used = f"127.0.0.1:{taken.getsockname()[1]}"
            for arguments, code, words in [(["--listen", "here"], 100, f'{name}: "here"'),
                                           (["--clients", "0"], 100, f"{name}: --clients"),
                                           (["--listen", used], 111, os.strerror(errno.EADDRINUSE))]:
                result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False,
                                        timeout=PATIENCE_SECONDS)
                self.assertEqual((result.returncode, result.stdout, result.stderr.count("\n")), (code, "", 1),
                                 result.stderr)
                self.assertIn(words, result.stderr)

    @each_design()
    def test_a_the_file_of_a_unix_socket_goes_with_the_server(self, _, program):
        check_file_goes_with_server(self, program, "--workers", "2", "--listen", "unix:PATH")


def limit_descriptors(count):
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def holder(server, client):
    """The process below the server's that has the other end of the client's connection, or None."""
    ends = (server.port, client.getsockname()[1])
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table:
            words = line.split()
            if words[0] != "sl" and tuple(int(words[i].split(":")[1], 16) for i in (1, 2)) == ends:
                for pid in descendants(server.process.pid):
                    with contextlib.suppress(OSError):
                        if f"socket:[{words[9]}]" in descriptors(pid).values():
                            return pid
    return None


if __name__ == "__main__":
    driver.main()
