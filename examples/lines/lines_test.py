#!/usr/bin/env python3
"""Conversations with the real program on a port of its own:  lines_test.py LINES

Most are rows of a table: what the client does, what it is answered. Where a limit is to be met, the server is
started with a small one; where none is to be met, with one of ten minutes, so that no clock decides."""

import contextlib
import pathlib
import re
import signal
import socket
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes_seen import PATIENCE_SECONDS, descriptors, process_state, status_field, wait_until

import driver
from reading import read_to_end
from socket_file import check_file_goes_with_server

LINES = sys.argv.pop(1)
LONG = b"x" * 1000  # the longest line that is allowed
LINE = b"y" * 999 + b"\n"
TOO_LONG = b"the line is too long\n"

# what it shows, the pieces that the client sends, what it is answered before the end
CONVERSATIONS = [
    ("a line", [b"hello\n"], b"HELLO\n"),
    ("no line at all", [], b""),
    ("an empty line", [b"\n"], b"\n"),
    ("a line end of two bytes", [b"hello\r\n"], b"HELLO\n"),
    ("a carriage return in the middle stays", [b"a\rb\n"], b"A\rB\n"),
    ("two lines in one piece", [b"one\ntwo\n"], b"ONE\nTWO\n"),
    ("a line in three pieces", [b"o", b"n", b"e\n"], b"ONE\n"),
    ("the end of one line and the begin of the next", [b"one\ntw", b"o\n"], b"ONE\nTWO\n"),
    ("half a line, then the end", [b"one\ntw"], b"ONE\n"),
    ("bytes that are no text", [b"\0\xff\xe4a\n"], b"\0\xff\xe4A\n"),
    ("the longest line", [LONG + b"\n"], LONG.upper() + b"\n"),
    ("a line that is a byte too long", [LONG + b"x\n"], TOO_LONG),
    ("a line that does not end", [b"one\n" + LONG * 3], b"ONE\n" + TOO_LONG),
    ("megabytes without an end", [LONG * 2000], TOO_LONG),
    ("what comes behind a line that is too long is not answered", [LONG + b"x\nmore\n"], TOO_LONG),
    ("ten thousand lines at once", [b"a\n" * 10_000], b"A\n" * 10_000),
]


class Lines:
    def __init__(self, *arguments):
        limits = {"--line-time": "600", "--answer-time": "600", "--stop-time": "600"}
        limits.update(zip(arguments[::2], arguments[1::2]))
        self.process = subprocess.Popen(
            [LINES, "--listen", "127.0.0.1:0", *(word for pair in limits.items() for word in pair)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", line).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS, (source, 0))

    def connect_slow_reader(self):
        """A client that asks for much, and of whose answers little is on its way."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE_SECONDS)
        client.connect(("127.0.0.1", self.port))
        return client

    def stall(self, client):
        """The client asks and does not read, until the server waits for it in the middle of an answer: bytes are
        there for it to read, and it sleeps."""
        client.setblocking(False)

        def stalls():
            with contextlib.suppress(BlockingIOError):
                while True:
                    client.send(LINE * 100)
            return process_state(self.process.pid) == "S"

        wait_until(stalls, PATIENCE_SECONDS, "the server waits for the client to read")
        client.settimeout(PATIENCE_SECONDS)

    def tell_to_stop(self):
        self.process.send_signal(signal.SIGTERM)

    def end(self):
        """(exit code, what it wrote to standard error)"""
        _, error = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, error


def ask(client, line):
    client.sendall(line)
    answer = b""
    while not answer.endswith(b"\n"):
        piece = client.recv(65536)
        if not piece:
            break
        answer += piece
    return answer


class Conversations(unittest.TestCase):
    def test_the_table(self):
        with Lines() as server:
            for what, pieces, answer in CONVERSATIONS:
                with self.subTest(what), server.connect() as client:
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    for piece in pieces:
                        # What is refused is not read to its end.
                        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                            client.sendall(piece)
                    with contextlib.suppress(OSError):
                        client.shutdown(socket.SHUT_WR)
                    self.assertEqual(read_to_end(client), answer)
            server.tell_to_stop()
            self.assertEqual(server.end(), (0, ""))


class Hostile(unittest.TestCase):
    def test_a_line_that_takes_too_long_is_told_so(self):
        with Lines("--line-time", "0.2") as server, server.connect() as client:
            client.sendall(b"a")  # and the rest does not come
            self.assertEqual(read_to_end(client), b"no whole line in time\n")

    def test_a_byte_now_and_then_does_not_help(self):
        with Lines("--line-time", "0.3") as server, server.connect() as client:
            client.settimeout(0.05)
            answer = b""
            for _ in range(int(PATIENCE_SECONDS / 0.05)):
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    client.sendall(b"a")
                with contextlib.suppress(TimeoutError):
                    answer = client.recv(100)
                    break
            self.assertEqual(answer, b"no whole line in time\n")

    def test_who_does_not_read_is_given_up_and_others_are_served(self):
        with Lines("--answer-time", "0.5") as server:
            held = len(descriptors(server.process.pid))
            with server.connect_slow_reader() as client, contextlib.suppress(ConnectionResetError):
                server.stall(client)
                with server.connect() as other:
                    self.assertEqual(ask(other, b"still there\n"), b"STILL THERE\n")
                wait_until(lambda: len(descriptors(server.process.pid)) <= held, PATIENCE_SECONDS,
                           "the server has closed both connections")

    def test_one_client_too_many_of_one_address_is_closed_and_others_come_in(self):
        with Lines("--clients-per-source", "2") as server, contextlib.ExitStack() as clients:
            first, second = (clients.enter_context(server.connect()) for _ in range(2))
            self.assertEqual([ask(first, b"a\n"), ask(second, b"b\n")], [b"A\n", b"B\n"])
            with server.connect() as third:
                self.assertEqual(read_to_end(third), b"")
            with server.connect("127.0.0.2") as elsewhere:
                self.assertEqual(ask(elsewhere, b"c\n"), b"C\n")
            first.close()
            wait_until(lambda: self.is_let_in(server), PATIENCE_SECONDS, "the place is given to another")

    def is_let_in(self, server):
        try:
            with server.connect() as client:
                return ask(client, b"d\n") == b"D\n"
        except (ConnectionResetError, BrokenPipeError):
            return False

    def test_beyond_the_limit_clients_wait_and_are_served_when_one_leaves(self):
        with Lines("--clients", "2") as server, contextlib.ExitStack() as clients:
            first, second = (clients.enter_context(server.connect()) for _ in range(2))
            self.assertEqual([ask(first, b"a\n"), ask(second, b"b\n")], [b"A\n", b"B\n"])
            third = clients.enter_context(server.connect())
            third.sendall(b"c\n")
            # The two that are in go on, and the third has no answer as long as they are there.
            self.assertEqual([ask(first, b"d\n"), ask(second, b"e\n")], [b"D\n", b"E\n"])
            third.setblocking(False)
            with self.assertRaises(BlockingIOError):
                third.recv(1)
            third.settimeout(PATIENCE_SECONDS)
            first.close()
            self.assertEqual(third.recv(10), b"C\n")

    def test_the_access_list_decides_before_a_byte_is_read(self):
        with Lines("--access", "deny 127.0.0.2") as server:
            with server.connect("127.0.0.2") as client:
                self.assertEqual(read_to_end(client), b"")
            with server.connect("127.0.0.3") as client:
                self.assertEqual(ask(client, b"a\n"), b"A\n")


class Stopping(unittest.TestCase):
    def test_who_waits_for_a_line_is_hung_up_on(self):
        with Lines() as server, server.connect() as client, server.connect() as half:
            self.assertEqual(ask(client, b"a\n"), b"A\n")
            self.assertEqual(ask(half, b"a\n"), b"A\n")
            half.sendall(b"half")
            server.tell_to_stop()
            self.assertEqual(read_to_end(client), b"")
            self.assertEqual(read_to_end(half), b"")
            self.assertEqual(server.end(), (0, ""))

    def test_who_is_being_answered_has_whole_answers(self):
        with Lines() as server, server.connect_slow_reader() as client:
            server.stall(client)
            server.tell_to_stop()
            answer = read_to_end(client)  # and no reset, though it has sent what nobody will answer
            self.assertEqual(answer, LINE.upper() * (len(answer) // len(LINE)))
            self.assertEqual(server.end(), (0, ""))

    def test_who_does_not_read_keeps_it_no_longer_than_the_stop_time(self):
        with Lines("--stop-time", "0.2") as server, server.connect_slow_reader() as client:
            server.stall(client)
            server.tell_to_stop()
            self.assertEqual(server.end(), (0, ""))

    def test_a_second_signal_does_not_wait(self):
        with Lines() as server, server.connect_slow_reader() as client:
            server.stall(client)
            server.tell_to_stop()
            # Signals of one number merge while they wait (signal(7)): the first must have been taken.
            wait_until(lambda: int(status_field(server.process.pid, "ShdPnd")[0], 16) == 0, PATIENCE_SECONDS,
                       "the server has heard the first signal")
            server.tell_to_stop()
            self.assertEqual(server.end(), (0, ""))

    def test_the_file_of_a_unix_socket_goes_with_the_server(self):
        check_file_goes_with_server(self, LINES, "--listen", "unix:PATH")


class Refused(unittest.TestCase):
    def test_what_is_wrong_with_the_command_is_said_in_one_line(self):
        with Lines() as server:
            used = f"127.0.0.1:{server.port}"
            for arguments, code, words in [
                    (["--listen", "here"], 100, "lines: "),
                    (["--listen", "127.0.0.1:99999"], 100, "lines: "),
                    (["--access", "allow 10.0.0.1/8"], 100, "lines: --access:1:"),
                    (["--clients", "0"], 100, "lines: --clients"),
                    (["--line-time", "0"], 100, "lines: --line-time"),
                    (["--line-time", "nan"], 100, "lines: --line-time"),
                    (["--line-time", "-NAN"], 100, "lines: --line-time"),
                    (["--listen", used], 111, f"lines: bind {used}: Address already in use")]:
                with self.subTest(" ".join(arguments)):
                    result = subprocess.run([LINES, *arguments], capture_output=True, text=True, check=False,
                                            timeout=PATIENCE_SECONDS)
                    self.assertEqual((result.returncode, result.stdout, result.stderr.count("\n")), (code, "", 1),
                                     result.stderr)
                    self.assertIn(words, result.stderr)

    def test_help_says_each_limit_with_what_it_is_unless_told_otherwise(self):
        result = subprocess.run([LINES, "--help"], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS)
        for option, value in [("clients", "100"), ("clients-per-source", "20"), ("longest-line", "1000"),
                              ("line-time", "30"), ("answer-time", "10"), ("stop-time", "5")]:
            self.assertRegex(result.stdout, rf"(?m)^ +--{option} .*(={value}| \[{value}\] ?)$")


if __name__ == "__main__":
    driver.main()
