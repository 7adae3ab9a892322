#!/usr/bin/env python3
"""Each step of the README, and the fault that the next one cures:  steps_test.py PRINT READ COPY QUEUE"""

import contextlib
import re
import select
import socket
import sys
import unittest

from relay_under_test import PATIENCE_SECONDS, Frames, Program, text_of, wait_until

import driver
from processes_seen import process_state

PRINT, READ, COPY, QUEUE = sys.argv[1:5]
del sys.argv[1:5]
FORGED = b"<13>Nov 29 07:03:05 h p: hello\n<0>1 - - - - - - forged"


class Step(Program):
    def __init__(self, program, *more):
        super().__init__([program, "127.0.0.1:0", *more])
        self.udp_port = int(re.fullmatch(r"messages at 127.0.0.1:(\d+)", self.line()).group(1))
        self.port = int(self.line().rpartition(":")[2]) if more else None

    def line(self):
        # Unread lines of a text file are in its own buffer, so one is read at a time by those who wait.
        if not select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0]:
            raise AssertionError("no line")
        line = b""
        while not line.endswith(b"\n"):
            line += self.process.stdout.buffer.raw.read(1)
        return line.decode().rstrip("\n")

    def send(self, message):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(message, ("127.0.0.1", self.udp_port))

    def client(self, receive_buffer=None):
        client = FramesOfStep(self.port, receive_buffer)
        if self.line() != "a client":
            raise AssertionError("no client")
        return client


class FramesOfStep(Frames):
    def __init__(self, port, receive_buffer):  # no greeting: these steps send at once
        self.connection = socket.socket()
        self.connection.settimeout(PATIENCE_SECONDS)
        if receive_buffer:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.connection.connect(("127.0.0.1", port))
        self.held = b""


class Steps(unittest.TestCase):
    def test_1_what_comes_is_printed_and_a_line_can_be_forged(self):
        with Step(PRINT) as step:
            step.send(FORGED)
            self.assertEqual([step.line(), step.line()], FORGED.decode().split("\n"))

    def test_2_a_message_is_one_line(self):
        with Step(READ) as step:
            step.send(FORGED)
            step.send(b"<13>p: last")
            self.assertTrue(step.line().endswith(r" h p - - - hello\x0a<0>1 - - - - - - forged"))
            self.assertTrue(step.line().endswith(" 127.0.0.1 p - - - last"))

    def test_3_every_client_has_it_until_one_does_not_read(self):
        with Step(COPY, "127.0.0.1:0") as step, step.client() as first, step.client(4096) as slow:
            step.send(b"<13>p: hello")
            self.assertEqual([text_of(first.next()), text_of(slow.next())], ["hello", "hello"])

            def is_stuck():
                step.send(b"<13>p: " + b"x" * 8000)
                first.connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while first.connection.recv(1_000_000):
                        pass
                return self.sleeps_with_messages_waiting(step)

            wait_until(is_stuck, PATIENCE_SECONDS, "it waits for the slow one, and the first has nothing any more")

    def sleeps_with_messages_waiting(self, step):
        """Then it waits for something else than for messages: in send(2)."""
        with open("/proc/net/udp", encoding="ascii") as file:
            waiting = re.search(rf":{step.udp_port:04X} \S+ \S+ \S+:(\S+) ", file.read()).group(1)
        return int(waiting, 16) > 0 and process_state(step.process.pid) == "S"

    def test_4_a_slow_client_delays_nobody_and_is_told_what_it_missed(self):
        with Step(QUEUE, "127.0.0.1:0") as step, step.client() as first, step.client(4096) as slow:
            count = 1000
            for i in range(count):  # the first one has each before the next one is sent
                step.send(b"<13>p: %d " % i + b"x" * 8000)
                self.assertTrue(text_of(first.next()).startswith(f"{i} "))
            number = 0
            while number < count:
                text = text_of(slow.next())
                if match := re.match(r"(\d+) messages were dropped here", text):
                    number += int(match.group(1))
                    break
                self.assertTrue(text.startswith(f"{number} "))
                number += 1
            self.assertEqual(number, count)


if __name__ == "__main__":
    driver.main()
