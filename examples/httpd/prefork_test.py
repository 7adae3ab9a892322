#!/usr/bin/env python3
"""httpd with processes that have a client in each thread:  prefork_test.py HTTPD

Which process serves whom is seen in proc(5): the socket of a connection is among its descriptors. A client
that has sent half a request keeps a thread, so with one thread each, three of them keep three workers."""

import contextlib
import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes_seen import PATIENCE_SECONDS, children_of, descriptors, is_running, status_field, wait_until

import driver

HTTPD = sys.argv.pop(1)
WORKERS = 3
NO_TIME_LIMITS = [word for limit in ("header", "send", "idle", "stop")
                  for word in (f"--{limit}-timeout", "600")]
PAGE = b"a page\n"


class Httpd:
    def __init__(self, *arguments):
        self.root = tempfile.TemporaryDirectory(prefix="waymark-")
        (pathlib.Path(self.root.name) / "page").write_bytes(PAGE)
        self.process = subprocess.Popen(
            [HTTPD, "--root", self.root.name, "--listen", "127.0.0.1:0", "--workers", str(WORKERS),
             *NO_TIME_LIMITS, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline().decode()
        self.port = int(re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)/\n", line).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:  # a test has failed
            workers = self.workers()
            self.process.kill()
            for worker in workers:  # they would finish what they have begun, and that is not coming
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
        self.process.communicate()
        self.root.cleanup()

    def workers(self):
        return set(children_of(self.process.pid))

    def tell_to_stop(self):
        self.process.send_signal(signal.SIGTERM)

    def end(self):
        """(exit code, what it wrote to standard error)"""
        _, error = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, error.decode()


class HalfARequest:
    """A client that waits in the middle of its request until it is told to go on."""

    def __init__(self, server):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS)
        self.socket.sendall(b"GET /page HTTP/1.1\r\n")

    def worker(self):
        """The process that has its connection, or None."""
        inode = self.inode()
        for pid in self.server.workers():
            if f"socket:[{inode}]" in descriptors(pid).values():
                return pid
        return None

    def inode(self):
        """Of the server's end (/proc/net/tcp, proc(5)); "0" until somebody has accepted it."""
        ends = (self.server.port, self.socket.getsockname()[1])
        with open("/proc/net/tcp", encoding="ascii") as table:
            for line in table:
                words = line.split()
                if words[0] != "sl" and tuple(int(words[i].split(":")[1], 16) for i in (1, 2)) == ends:
                    return words[9]
        return "0"

    def wait_for_worker(self):
        wait_until(lambda: self.worker() is not None, PATIENCE_SECONDS, "a worker takes the client")
        return self.worker()

    def finish(self):
        """The status and the body."""
        self.socket.sendall(b"Host: here\r\n\r\n")
        answer = http.client.HTTPResponse(self.socket)
        answer.begin()
        return answer.status, answer.read()

    def is_cut_off(self):
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


class Prefork(unittest.TestCase):

    def hold_all_workers(self, server):
        clients = [HalfARequest(server) for _ in range(WORKERS)]
        for client in clients:
            self.addCleanup(client.socket.close)
        return {client.wait_for_worker(): client for client in clients}

    def test_1_several_processes_serve_and_a_killed_one_is_replaced(self):
        with Httpd() as server:
            held = self.hold_all_workers(server)
            self.assertEqual(set(held), server.workers())
            killed = min(held)
            os.kill(killed, signal.SIGKILL)
            self.assertTrue(held.pop(killed).is_cut_off())
            # The others' clients have felt nothing.
            self.assertEqual([client.finish() for client in held.values()],
                             [(200, PAGE)] * (WORKERS - 1))

            again = self.hold_all_workers(server)
            self.assertEqual(len(again), WORKERS)
            self.assertNotIn(killed, again)
            self.assertEqual(len(set(again) - set(held)), 1)
            self.assertEqual([client.finish() for client in again.values()], [(200, PAGE)] * WORKERS)
            server.tell_to_stop()
            code, error = server.end()
            self.assertEqual(code, 0, error)
            self.assertEqual(error, f"httpd: worker {killed}: killed by signal 9 (Killed)\n")
            self.assertEqual([pid for pid in again if is_running(pid)], [])

    def test_2_who_is_served_when_it_stops_has_the_answer(self):
        with Httpd() as server:
            held = self.hold_all_workers(server)
            server.tell_to_stop()
            self.assertEqual([client.finish() for client in held.values()], [(200, PAGE)] * WORKERS)
            self.assertEqual(server.end(), (0, ""))
            self.assertEqual([pid for pid in held if is_running(pid)], [])

    def test_2_the_second_signal_does_not_wait(self):
        with Httpd() as server:
            held = self.hold_all_workers(server)
            server.tell_to_stop()
            # Signals of one number merge while they wait (signal(7)): the first must have been taken.
            wait_until(lambda: not int(status_field(server.process.pid, "ShdPnd")[0], 16) & 1 << signal.SIGTERM - 1,
                       PATIENCE_SECONDS, "it has heard the first signal")
            server.tell_to_stop()
            self.assertEqual(server.end()[0], 0)
            self.assertEqual([client.is_cut_off() for client in held.values()], [True] * WORKERS)
            self.assertEqual([pid for pid in held if is_running(pid)], [])

    def test_3_threads_share_a_process(self):
        with Httpd("--threads", str(WORKERS)) as server:
            clients = [HalfARequest(server) for _ in range(WORKERS * WORKERS)]
            for client in clients:
                self.addCleanup(client.socket.close)
            holders = [client.wait_for_worker() for client in clients]
            self.assertEqual({pid: holders.count(pid) for pid in server.workers()},
                             {pid: WORKERS for pid in server.workers()})
            self.assertEqual([client.finish() for client in clients],
                             [(200, PAGE)] * len(clients))

    def test_4_a_root_that_is_not_there_is_told_once(self):
        result = subprocess.run([HTTPD, "--workers", "2", "--root", "/nowhere", "--listen", "127.0.0.1:0"],
                                capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        self.assertEqual((result.returncode, result.stdout), (111, ""))
        self.assertEqual(result.stderr, "httpd: open /nowhere: No such file or directory\n")


if __name__ == "__main__":
    driver.main()
