"""Rows 8, 9 and 14 of the faults: no descriptors left, accept(2) that fails in every way it can, and
one source that takes all the connections it gets. Usage: network_accept_test.py TRACKER
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
import unittest

from processes_seen import is_running, process_state, wait_until
from network_clients import (Client, ask_once, fix_path, is_served, raise_own_limit, request)
from network_server import WAIT_SECONDS, CpuShare, Failing, Levels, Server, ServerTest, own_limit

import driver  # found by faults

EPISODE_SECONDS = 3
FEW_DESCRIPTORS = 64
# A loop that asks the kernel again at once takes a whole core.
MOST_CPU = 0.5
CANNOT_ACCEPT = "cannot accept for now"
NO_LIMIT_A_SOURCE = ("--max-connections-per-address", "10000", "--max-connections", "10000",
                     "--idle-timeout", "600", "--header-timeout", "600")


class Exhaustion(unittest.TestCase):
    """Row 8."""

    def start(self, most_descriptors=1024):
        raise_own_limit(1024)
        self.server = Server(*NO_LIMIT_A_SOURCE)
        with own_limit(resource.RLIMIT_NOFILE, most_descriptors):
            self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.server.add_device("phone")
        self.address = self.server.devices_address()
        self.pid = self.server.service_pid("receiver 0")
        self.levels = Levels(self.server)
        self.sent = 0

    def check_that_it_serves(self, established):
        self.sent += 1
        self.assertEqual(established.ask(request(fix_path("phone", self.sent))).status, 200)

    def send_for_a_while(self, established):
        """Fixes of a client that was there before; returns the share of a core that it cost."""
        share = CpuShare(self.pid)
        until = time.monotonic() + EPISODE_SECONDS
        while time.monotonic() < until:
            self.check_that_it_serves(established)
            time.sleep(0.1)
        return share.so_far()

    def check_after(self):
        """I4, I5, I6, I7, when the fault has ended."""
        took = wait_until(lambda: is_served(self.address), WAIT_SECONDS, "new clients are served")
        self.levels.check_are_back()
        self.assertEqual(len(self.server.log_lines(CANNOT_ACCEPT)), 1)
        self.assertEqual(self.server.service_pid("receiver 0"), self.pid)
        return took

    def test_without_descriptors_it_serves_who_is_there_and_does_not_spin(self):
        self.start(most_descriptors=FEW_DESCRIPTORS)
        with Client(self.address) as established, contextlib.ExitStack() as crowd:
            self.check_that_it_serves(established)
            for _ in range(200):
                crowd.enter_context(Client(self.address))
            wait_until(lambda: self.server.log_lines(CANNOT_ACCEPT), WAIT_SECONDS, "it says so")
            share = self.send_for_a_while(established)
        took = self.check_after()
        print(f"no descriptors: {share:.1%} of a core, served again after {took:.2f} s")
        self.assertLess(share, MOST_CPU)

    def test_a_full_file_table_of_the_system_is_the_same(self):
        self.start()
        with Client(self.address) as established, contextlib.ExitStack() as crowd:
            self.check_that_it_serves(established)
            with Failing(self.server, self.pid, "accept4:error=ENFILE") as failing:
                for _ in range(30):
                    crowd.enter_context(Client(self.address))
                share = self.send_for_a_while(established)
                asked = failing.count()
        took = self.check_after()
        print(f"file table full: {share:.1%} of a core, accept4 called {asked} times in "
              f"{EPISODE_SECONDS} s, served again after {took:.2f} s")
        self.assertGreater(asked, 2)
        self.assertLess(asked, 100)
        self.assertLess(share, MOST_CPU)

    def test_descriptors_that_come_and_go_make_no_flood_of_lines(self):
        self.start(most_descriptors=FEW_DESCRIPTORS)
        with contextlib.ExitStack() as crowd:
            clients = [crowd.enter_context(Client(self.address)) for _ in range(80)]
            for client in clients:
                client.close()
                crowd.enter_context(Client(self.address))
                time.sleep(0.02)
        wait_until(lambda: is_served(self.address), WAIT_SECONDS, "new clients are served")
        self.assertLessEqual(len(self.server.log_lines(CANNOT_ACCEPT)), 3)

    def test_a_server_that_asks_again_at_once_would_be_seen(self):
        program = ("import socket, sys; s = socket.create_server(('127.0.0.1', 0));"
                   "s.setblocking(False); print(flush=True)\n"
                   "while True:\n"
                   "  try: s.accept()\n"
                   "  except OSError: pass")
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as spinning:
            spinning.stdout.readline()
            share = CpuShare(spinning.pid)
            time.sleep(1)
            seen = share.so_far()
            spinning.kill()
        self.assertGreater(seen, MOST_CPU)

    def test_with_enough_descriptors_the_same_crowd_is_no_news(self):
        self.start()
        with contextlib.ExitStack() as crowd:
            for _ in range(200):
                crowd.enter_context(Client(self.address))
            self.assertTrue(is_served(self.address))
        self.assertEqual(self.server.log_lines(CANNOT_ACCEPT), [])


class AcceptErrors(unittest.TestCase):
    """Row 9."""

    PASSING = ("ECONNABORTED", "EPROTO", "EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "EPERM",
               "EHOSTUNREACH", "ENETDOWN", "ETIMEDOUT")

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.address = cls.server.devices_address()

    def ask_while_failing(self, error):
        """Whether a client is served while the first calls of accept4 fail with `error`."""
        pid = self.server.service_pid("receiver 0")
        with Failing(self.server, pid, f"accept4:error={error}:when=1..3") as failing:
            # Where memory or descriptors are short the first of the queue may be turned away.
            wait_until(lambda: is_served(self.address), WAIT_SECONDS, f"served despite {error}")
            self.assertGreater(failing.count(), 0)
        return pid

    def test_each_error_that_passes_is_survived(self):
        for error in self.PASSING:
            with self.subTest(error=error):
                pid = self.ask_while_failing(error)
                self.assertEqual(self.server.service_pid("receiver 0"), pid)

    def test_an_error_of_our_own_ends_the_receiver_and_it_comes_back(self):
        # The control: the number of the process would tell a death.
        pid = self.server.service_pid("receiver 0")
        with Failing(self.server, pid, "accept4:error=EBADF:when=1"):
            is_served(self.address)
            wait_until(lambda: not is_running(pid), WAIT_SECONDS, "the receiver ends")
        wait_until(lambda: is_served(self.address), WAIT_SECONDS, "another receiver serves")
        self.assertNotEqual(self.server.service_pid("receiver 0"), pid)
        self.assertEqual(len(self.server.log_lines("receiver 0 ended")), 1)


class Flood(ServerTest):
    """Row 14."""

    FLOOD = 1000
    LIMIT = 32

    def setUp(self):
        raise_own_limit(2 * self.FLOOD)

    def flood(self, address, crowd, count):
        """Opens `count` connections from one source and leaves them open."""
        for _ in range(count):
            with contextlib.suppress(OSError):
                crowd.enter_context(Client(address, "127.0.0.2"))

    def wait_for_connections(self, server, count):
        wait_until(lambda: server.counter("receiver 0", "open_connections") == count, WAIT_SECONDS,
                   f"{count} connections are open")

    def test_one_source_gets_its_share_and_the_others_theirs(self):
        server = self.start_with_phone()
        address = server.devices_address()
        levels = Levels(server)
        with contextlib.ExitStack() as crowd:
            for number in range(10):
                self.flood(address, crowd, self.FLOOD // 10)
                answer = ask_once(address, request(fix_path("phone", number)), "127.0.0.3")
                self.assertEqual(answer.status, 200)
            self.assertEqual(server.counter("receiver 0", "open_connections"), self.LIMIT)
            self.assertEqual(server.counter("receiver 0", "turned_away"), self.FLOOD - self.LIMIT)
            self.assertFalse(is_served(address, "127.0.0.2"))
        self.wait_for_connections(server, 0)
        self.assertTrue(is_served(address, "127.0.0.2"))
        levels.check_are_back()
        self.assertEqual(len(server.log_lines("too many connections")), 1)

    def test_the_count_begins_anew_when_the_receiver_is_killed_in_the_middle(self):
        server = self.start_with_phone()
        address = server.devices_address()
        with contextlib.ExitStack() as crowd:
            self.flood(address, crowd, 100)
            self.wait_for_connections(server, self.LIMIT)
            os.kill(server.service_pid("receiver 0"), signal.SIGKILL)
            wait_until(lambda: is_served(address, "127.0.0.3"), WAIT_SECONDS, "it is back")
            server.wait_until_up()
            # Those whom it served are gone with it.
            self.wait_for_connections(server, 0)
            self.flood(address, crowd, 100)
            self.wait_for_connections(server, self.LIMIT)
        self.wait_for_connections(server, 0)
        self.assertEqual(process_state(server.pid) in "SR", True)

    def test_without_the_limit_the_flood_would_be_inside(self):
        server = self.start_with_phone(*NO_LIMIT_A_SOURCE)
        with contextlib.ExitStack() as crowd:
            self.flood(server.devices_address(), crowd, 100)
            self.wait_for_connections(server, 100)


if __name__ == "__main__":
    driver.main()
