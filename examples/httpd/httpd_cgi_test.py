#!/usr/bin/env python3
"""Programs that stall, fail or stay, behind httpd:  httpd_cgi_test.py HTTPD

Whatever a program does, the client has an answer or sees that it was cut, and of the program nothing is
left: no process of its group, no zombie, no descriptor."""

import json
import os
import signal
import sys
import threading
import unittest

from httpd_under_test import DESIGNS, Httpd, request

import driver
from processes_seen import PATIENCE_SECONDS, Level, children_of, is_running, process_state, threads_of, wait_until

HTTPD = sys.argv.pop(1)
CGI = ["--cgi-bin", "FOLDER/cgi", "--error-log", "FOLDER/logs/error.log"]
HASTY = ["--cgi-timeout", "3"]  # long enough for a shell to begin on a machine that does other things, too
BEGIN = "echo Content-Type: text/plain; echo\n"


def children_of_thread(pid, thread):
    try:
        with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


class Programs(unittest.TestCase):

    def started_by(self, server):
        """Processes that any thread of httpd's own has started; of prefork, the workers are not among them."""
        own = server.pids()
        return [child for pid in own for thread in threads_of(pid)
                for child in children_of_thread(pid, thread) if child not in own]

    def check_nothing_is_left(self, server, levels):
        wait_until(lambda: not self.started_by(server), PATIENCE_SECONDS, "no program and no zombie is left")
        for level in levels:
            level.check_is_back()

    def test_one_that_stalls_is_killed_with_its_group(self):
        for design in DESIGNS:
            with self.subTest(design=design), Httpd(HTTPD, *CGI, *HASTY, design=design) as server:
                note = f"echo $! > {server.folder}/pid; echo $$ >> {server.folder}/pid\n"
                server.program("silent.cgi", f"sleep 1000 & {note} wait\n")
                server.program("half.cgi", f"{BEGIN} echo half; sleep 1000 & {note} wait\n")
                server.ask("/page.html")
                # A thread that has not served anybody yet has not opened anything either.
                levels = [Level(server.process.pid)] if design == "event" else []
                self.assertEqual(server.ask("/cgi-bin/silent.cgi").status, 504)
                self.check_group_is_gone(server)
                received = server.ask_raw(request("/cgi-bin/half.cgi"))
                self.assertIn(b"half\n", received)
                self.assertNotIn(b"\r\n0\r\n\r\n", received)
                self.check_group_is_gone(server)
                self.check_nothing_is_left(server, levels)
                self.assertEqual(server.ask("/page.html").status, 200)
                log = (server.folder / "logs" / "error.log").read_text()
                self.assertIn("cgi /silent.cgi: no head of an answer in time", log)
                self.assertIn("cgi /half.cgi: it stopped in the middle", log)
                self.assertEqual(server.end(), (0, ""))

    def check_group_is_gone(self, server):
        pids = [int(word) for word in (server.folder / "pid").read_text().split()]
        self.assertEqual(len(pids), 2)
        for pid in pids:
            wait_until(lambda pid=pid: not is_running(pid), PATIENCE_SECONDS, f"{pid} is killed")

    def test_a_hundred_runs_leave_no_zombie(self):
        for design in DESIGNS:
            with self.subTest(design=design), Httpd(HTTPD, *CGI, design=design) as server:
                server.program("ends.cgi", f"(sleep 1000 &)\n{BEGIN}echo done; exit 1\n")
                bodies = []
                threads = [threading.Thread(
                    target=lambda seen=bodies: seen.extend(server.ask("/cgi-bin/ends.cgi").body for _ in range(25)))
                    for _ in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.check_nothing_is_left(server, [])
                log = (server.folder / "logs" / "error.log").read_text()
                self.assertIn("cgi /ends.cgi: exit status 1", log)
                self.assertEqual(bodies, [b"done\n"] * 100)
                server.end()

    def test_a_program_has_its_three_descriptors_and_no_other(self):
        script = ("import json, os\n"
                  "names = os.listdir('/proc/self/fd')\n"
                  "there = {n: os.readlink('/proc/self/fd/' + n) for n in names if os.path.lexists('/proc/self/fd/' + n)}\n"
                  "print('Content-Type: application/json\\n')\n"
                  "print(json.dumps([there, os.getpgrp() == os.getpid(), sorted(os.environ)]))\n")
        for design in DESIGNS:
            with self.subTest(design=design), Httpd(HTTPD, *CGI, design=design) as server:
                server.program("seen.cgi", script, interpreter=sys.executable)
                idle = [server.connect() for _ in range(5)]
                answer = server.ask("/cgi-bin/seen.cgi", fields=["Proxy: http://evil/"])
                there, leads, environment = json.loads(answer.body)
                self.assertEqual(sorted(there), ["0", "1", "2"], there)
                self.assertTrue(leads)
                self.assertNotIn("HTTP_PROXY", environment)
                self.assertNotIn("HOME", environment)
                for connection in idle:
                    connection.close()

    def test_who_goes_away_takes_the_program_along(self):
        with Httpd(HTTPD, *CGI) as server:
            server.program("yes.cgi", f"{BEGIN}exec yes\n")
            connection = server.connect()
            connection.sendall(request("/cgi-bin/yes.cgi"))
            connection.recv(1000)
            wait_until(lambda: len(self.started_by(server)) == 1, PATIENCE_SECONDS, "its program is seen")
            connection.close()
            self.check_nothing_is_left(server, [])

    def test_the_end_of_the_server_is_the_end_of_its_programs(self):
        for design in DESIGNS:
            with self.subTest(design=design), \
                    Httpd(HTTPD, *CGI, "--stop-timeout", "1", design=design) as server:
                server.program("waits.cgi", f"echo $$ > {server.folder}/pid; exec sleep 1000\n")
                connection = server.connect()
                connection.sendall(request("/cgi-bin/waits.cgi"))
                path = server.folder / "pid"
                wait_until(lambda path=path: path.exists() and path.read_text().endswith("\n"), PATIENCE_SECONDS, "it runs")
                pid = int(path.read_text())
                server.end()
                wait_until(lambda pid=pid: not is_running(pid), PATIENCE_SECONDS, "it is killed")
                connection.close()

    def test_a_worker_that_is_killed_takes_its_programs_along(self):
        with Httpd(HTTPD, *CGI, design="prefork") as server:
            server.program("waits.cgi", f"echo $$ > {server.folder}/pid; exec sleep 1000\n")
            with server.connect() as connection:
                connection.sendall(request("/cgi-bin/waits.cgi"))
                path = server.folder / "pid"
                wait_until(lambda: path.exists() and path.read_text().endswith("\n"), PATIENCE_SECONDS, "it runs")
                pid = int(path.read_text())
                for worker in server.pids()[1:]:
                    os.kill(worker, signal.SIGKILL)
                wait_until(lambda: not process_state(pid), PATIENCE_SECONDS, "the program is killed and collected")
            self.assertEqual(server.ask("/page.html").status, 200)

    def test_the_look_for_zombies_sees_one(self):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        wait_until(lambda: process_state(pid) == "Z", PATIENCE_SECONDS, "it is one")
        self.assertIn(pid, children_of(os.getpid()))
        os.waitpid(pid, 0)


if __name__ == "__main__":
    driver.main()
