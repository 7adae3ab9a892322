#!/usr/bin/env python3
"""Conversations with the real program, on a port of its own:  newdaemon_test.py PROGRAM

Nothing here waits by a clock: each step waits for what the step before it brings about. The times of the server are so
long that none decides, and PATIENCE is only for a test that has failed already."""

import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
PATIENCE = 120  # seconds


class Daemon:
    """One that runs; ended with the test that started it."""

    def __init__(self, test, *words, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [PROGRAM, "--listen", listen, "--line-time", "600", "--stop-time", "600", *words],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.end)
        self.place = re.search(r"listening on (\S+)$", self.next_line())[1]

    def next_line(self):
        """Of its log."""
        return self.process.stderr.readline().rstrip("\n")

    def tell(self, number):
        self.process.send_signal(number)

    def connect(self):
        return socket.create_connection(("127.0.0.1", int(self.place.rpartition(":")[2])), PATIENCE)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE)


def ask(client, text):
    client.sendall(text)
    return client.makefile("rb").readline()


def is_let_in(daemon):
    try:
        with daemon.connect() as client:
            return ask(client, b"x\n") == b"X\n"
    except ConnectionError:
        return False


class NewDaemon(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_to_end(self, *words):
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False, timeout=PATIENCE)
        return done.returncode, done.stderr

    def test_lines_are_answered_and_sigterm_ends_it_with_0(self):
        daemon = Daemon(self)
        with daemon.connect() as first, daemon.connect() as second:
            self.assertEqual(ask(first, b"hello\n"), b"HELLO\n")
            self.assertEqual(ask(second, b"there\n"), b"THERE\n")
            daemon.tell(signal.SIGTERM)
            self.assertEqual(first.recv(1), b"")
        self.assertEqual(daemon.process.wait(PATIENCE), 0)

    def test_a_line_that_is_too_long_is_told_so(self):
        daemon = Daemon(self, "--longest-line", "10")
        with daemon.connect() as client:
            self.assertEqual(ask(client, b"a" * 100), b"the line is too long\n")
            self.assertEqual(client.recv(1), b"")

    def test_sighup_reads_the_settings_again_or_leaves_all_as_it_was(self):
        file = self.folder / "newdaemon.conf"
        file.write_text("clients = 5\n")
        daemon = Daemon(self, "--config", str(file))
        self.assertTrue(is_let_in(daemon))
        file.write_text('access = ["deny all"]\n')
        daemon.tell(signal.SIGHUP)
        self.assertIn("read again", daemon.next_line())
        self.assertFalse(is_let_in(daemon))
        file.write_text("colour = red\n")
        daemon.tell(signal.SIGHUP)
        self.assertRegex(daemon.next_line(), "newdaemon.conf: .*colour.*; all stays as it was")
        self.assertFalse(is_let_in(daemon))
        file.write_text("")
        daemon.tell(signal.SIGHUP)
        self.assertIn("read again", daemon.next_line())
        self.assertTrue(is_let_in(daemon))

    def test_the_log_is_opened_anew_after_it_was_renamed(self):
        log = self.folder / "log"
        words = ("--background", "--log", str(log), "--pid-file", str(self.folder / "pid"), "--listen", "127.0.0.1:0")
        self.assertEqual(self.run_to_end(*words), (0, ""))
        self.addCleanup(self.end_by_pid_file)
        self.assertIn("listening on", log.read_text())
        log.rename(self.folder / "log.1")
        os.mkfifo(log)  # so that the next line can be waited for
        with open(log, "rb", buffering=0, opener=lambda path, _: os.open(path, os.O_RDWR)) as reader:
            os.kill(self.pid(), signal.SIGHUP)
            self.assertIn(b"read again", reader.read(4096))

    def pid(self):
        return int((self.folder / "pid").read_text())

    def end_by_pid_file(self):
        with os.fdopen(os.pidfd_open(self.pid())) as process:  # not our child: the descriptor tells when it has ended
            signal.pidfd_send_signal(process.fileno(), signal.SIGTERM)
            self.assertTrue(select.select([process], [], [], PATIENCE)[0])
        self.assertFalse((self.folder / "pid").exists())

    def test_the_file_of_a_unix_socket_goes_with_it_and_anothers_stays(self):
        path = self.folder / "socket"
        for is_anothers in (False, True):
            daemon = Daemon(self, listen=f"unix:{path}")
            self.assertTrue(path.is_socket())
            if is_anothers:
                path.unlink()
                path.write_text("another's\n")
            daemon.tell(signal.SIGTERM)
            self.assertEqual(daemon.process.wait(PATIENCE), 0)
            self.assertEqual(path.exists(), is_anothers)

    def test_a_second_one_with_the_same_pid_file_refuses(self):
        words = ("--pid-file", str(self.folder / "pid"))
        Daemon(self, *words)
        code, said = self.run_to_end("--listen", "127.0.0.1:0", *words)
        self.assertEqual((code, said.count("\n")), (100, 1), said)

    def test_what_is_wrong_ends_it_with_one_line_and_100(self):
        code, said = self.run_to_end("--colour", "red")
        self.assertEqual((code, said.count("\n")), (100, 1), said)
        self.assertIn("--colour", said)

    def test_a_port_that_is_taken_ends_it_with_111(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            code, said = self.run_to_end("--listen", "127.0.0.1:%d" % taken.getsockname()[1])
        self.assertEqual(code, 111)
        self.assertIn("bind", said)


if __name__ == "__main__":
    unittest.main()
