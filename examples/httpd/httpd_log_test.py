#!/usr/bin/env python3
"""The logs of httpd under rotation:  httpd_log_test.py HTTPD

Lines written are requests answered, and none is torn: while clients ask as fast as they can, the files
are renamed and SIGHUP is sent, fifty times."""

import os
import pathlib
import re
import signal
import socket
import sys
import threading
import unittest

from httpd_under_test import DESIGNS, Httpd, request

import driver
from processes_seen import PATIENCE_SECONDS, wait_until

HTTPD = sys.argv.pop(1)
ROTATIONS = 50
CLIENTS = 4
LINE = re.compile(r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
                  r'"GET /page\.html HTTP/1\.1" 200 \d+ "-" "client \d"\n')
LOGS = ["--access-log", "FOLDER/logs/access.log", "--error-log", "FOLDER/logs/error.log"]


class Load:
    """Clients that ask on kept connections until they are told to stop. Use in a `with`."""

    def __init__(self, server):
        self.server = server
        self.answered = [0] * CLIENTS
        self.problems = []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(i,)) for i in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def ask(self, number):
        asked = request("/page.html", fields=[f"User-Agent: client {number}"])
        try:
            with self.server.connect() as connection:
                stream = connection.makefile("rb")
                while not self.stop.is_set():
                    connection.sendall(asked)
                    read_answer(stream)
                    self.answered[number] += 1
        except (OSError, AssertionError) as problem:
            self.problems.append(problem)

    def wait_for_more(self):
        seen = sum(self.answered)
        wait_until(lambda: sum(self.answered) > seen or self.problems, PATIENCE_SECONDS, "the clients are served")


def read_answer(stream):
    line, length = stream.readline(), 0
    if not line.startswith(b"HTTP/1.1 200 "):
        raise AssertionError(f"answered {line!r}")
    while (line := stream.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    stream.read(length)


def lines_in(folder):
    return [line for path in sorted(folder.glob("access.log*")) for line in path.read_text().splitlines(keepends=True)]


class Rotation(unittest.TestCase):

    def rotate(self, server, number):
        logs = server.folder / "logs"
        for name in ("access.log", "error.log"):
            os.rename(logs / name, logs / f"{name}.{number}")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: all((logs / name).exists() for name in ("access.log", "error.log")), PATIENCE_SECONDS,
                   "the logs are opened anew")

    def check_lines(self, server, answered):
        lines = lines_in(server.folder / "logs")
        torn = [line for line in lines if not LINE.fullmatch(line)]
        self.assertEqual(torn, [])
        self.assertEqual(len(lines), answered)

    def test_fifty_times_under_load_and_no_line_is_lost_or_torn(self):
        for design in DESIGNS:
            with self.subTest(design=design), Httpd(HTTPD, *LOGS, design=design) as server:
                with Load(server) as load:
                    for number in range(ROTATIONS):
                        load.wait_for_more()
                        self.rotate(server, number)
                    load.wait_for_more()
                self.assertEqual(load.problems, [])
                self.assertEqual(server.end(), (0, ""))
                self.check_lines(server, sum(load.answered))
                self.assertGreater(sum(load.answered), ROTATIONS)
                # Whoever has asked anew writes to the newest file.
                self.assertEqual(len(list((server.folder / "logs").glob("access.log.*"))), ROTATIONS)

    def test_the_check_sees_a_lost_and_a_torn_line(self):
        with Httpd(HTTPD, *LOGS) as server:
            server.ask_raw(request("/page.html", fields=["User-Agent: client 1", "Connection: close"]))
            self.assertEqual(server.end()[0], 0)
            self.check_lines(server, 1)
            with self.assertRaises(AssertionError):
                self.check_lines(server, 2)
            log = server.folder / "logs" / "access.log"
            log.write_text(log.read_text()[:-20])
            with self.assertRaises(AssertionError):
                self.check_lines(server, 1)

    def check_old_stays(self, design, break_it, mend_it, *arguments):
        with Httpd(HTTPD, *LOGS, *arguments, design=design) as server:
            def ask():
                asked = request("/page.html", fields=["User-Agent: client 1", "Connection: close"])
                self.assertTrue(server.ask_raw(asked).startswith(b"HTTP/1.1 200 "))
            ask()
            moved = break_it(server)
            errors = moved / "error.log"
            for _ in range(3):  # one failure, however often it is tried
                server.process.send_signal(signal.SIGHUP)
                ask()
                wait_until(lambda: "going on with the old file" in errors.read_text(), PATIENCE_SECONDS, "it says so")
            ask()
            text = errors.read_text()
            self.assertEqual(text.count("access.log again"), 1, text)
            self.assertEqual(text.count("error.log again"), 1, text)
            self.assertEqual(len(lines_in(moved)), 5)
            mend_it(server)
            server.process.send_signal(signal.SIGHUP)
            wait_until((server.folder / "logs" / "access.log").exists, PATIENCE_SECONDS, "it is opened anew")
            ask()
            self.assertEqual(server.end(), (0, ""))
            self.assertEqual(len(lines_in(server.folder / "logs")) + len(lines_in(moved)), 6)

    def test_where_the_directory_is_gone_the_old_files_stay(self):
        def break_it(server):
            os.rename(server.folder / "logs", server.folder / "moved")
            return server.folder / "moved"
        for design in ("event", "static-threads"):
            with self.subTest(design=design):
                self.check_old_stays(design, break_it, lambda server: (server.folder / "logs").mkdir())

    @unittest.skipUnless(os.geteuid() == 0, "only root may start it and have it become somebody without rights")
    def test_without_the_right_to_make_files_the_old_ones_stay(self):
        def break_it(server):
            moved = server.folder / "moved"
            moved.mkdir()
            for name in ("access.log", "error.log"):
                os.rename(server.folder / "logs" / name, moved / name)
            return moved

        def mend_it(server):
            (server.folder / "logs").chmod(0o777)
        self.check_old_stays("event", break_it, mend_it, "--user", "nobody")

    def test_a_file_that_is_cut_short_gets_whole_lines_at_its_beginning(self):
        with Httpd(HTTPD, *LOGS) as server:
            log = server.folder / "logs" / "access.log"
            with Load(server) as load:
                for _ in range(10):
                    load.wait_for_more()
                    os.truncate(log, 0)
                load.wait_for_more()
            self.assertEqual(load.problems, [])
            server.end()
            lines = log.read_text().splitlines(keepends=True)
            self.assertEqual([line for line in lines if not LINE.fullmatch(line)], [])
            self.assertTrue(lines)


if __name__ == "__main__":
    driver.main()
