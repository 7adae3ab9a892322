"""Rows 10, 11, 16 and 43 of the faults: system calls that are interrupted, forks and threads that
fail, a reader of the log that goes away, and a store that stands still for a while.
Usage: network_interrupt_test.py TRACKER
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
import unittest

import faults
from faults import FIRST_TIME, stored_times
from processes_seen import check_no_zombie, is_running, wait_until
from network_clients import Client, Meanwhile, ask_once, fix_path, is_served, request
from network_server import WAIT_SECONDS, Failing, Server, ServerTest, own_limit

import driver  # found by faults

STORM_SECONDS = 4
PATIENCE_OF_THE_RECEIVER = 8
LIMIT_SECONDS = 3  # of clients that say nothing, less than the receiver's patience


class Interruptions(unittest.TestCase):
    """Row 10. The services ignore what a terminal or a manager sends, and an ignored signal
    interrupts nothing; but SIGSTOP and SIGCONT do, also where there is no handler: epoll_wait(2)
    and futex(2) then return EINTR (signal(7))."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--max-connections-per-address", "1000")
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.add_device("phone")
        cls.devices, cls.web = cls.server.devices_address(), cls.server.web_address()
        with Client(cls.devices) as phone:
            for number in range(300):
                phone.ask(request(fix_path("phone", number)))

    def conversation(self):
        """What the same questions are answered with, without the date. Nothing new is stored by
        them, so the answers must not differ."""
        track = f"/api/track?device=1&from={FIRST_TIME - 2}000&to={FIRST_TIME + 300}000"
        with Client(self.devices) as phone, Client(self.web) as page:
            yield phone.ask(request(fix_path("phone", 7))).without_date()
            yield phone.ask(request("/?id=nobody&lat=1&lon=2")).without_date()
            yield phone.ask(request("/?id=phone&lat=1000&lon=2")).without_date()
            for path in ("/api/devices", "/api/days?device=1", track, track + "&format=json"):
                yield page.ask(request(path)).without_date()

    def differences(self, quiet, now):
        return [(a, b) for a, b in zip(quiet, now, strict=True) if a != b]

    def test_calls_that_return_eintr_change_no_answer(self):
        quiet = list(self.conversation())
        services = {"receiver 0": ("recvfrom", "sendto", "recvmsg", "sendmsg", "accept4", "epoll_wait"),
                    "store": ("recvmsg", "sendmsg", "epoll_wait", "pread64", "pwrite64"),
                    "web app": ("recvfrom", "sendto", "recvmsg", "accept4", "epoll_wait", "pread64")}
        for name, calls in services.items():
            pid = self.server.service_pid(name)
            injections = [f"{call}:error=EINTR:when=1+2" for call in calls]
            with self.subTest(service=name), Failing(self.server, pid, *injections) as failing:
                self.assertEqual(self.differences(quiet, list(self.conversation())), [])
                self.assertGreater(failing.count(), 5)
            self.assertEqual(self.server.service_pid(name), pid)

    def test_a_storm_of_stops_changes_no_answer(self):
        quiet = list(self.conversation())
        before = self.server.processes()
        services = [pid for name, pid in before.items() if name != "supervisor"]
        conversations = 0
        with Storm(services) as storm:
            until = time.monotonic() + STORM_SECONDS
            while time.monotonic() < until:
                self.assertEqual(self.differences(quiet, list(self.conversation())), [])
                conversations += 1
        print(f"storm: {storm.count} stops, {conversations} conversations")
        self.assertGreater(conversations, 0)
        self.assertEqual(self.server.processes(), before)

    def test_one_byte_that_differs_would_be_seen(self):
        quiet = list(self.conversation())
        head, body = quiet[-1]
        self.assertIn(b"[", body)
        changed = quiet[:-1] + [(head, body.replace(b"1", b"2", 1))]
        self.assertEqual(len(self.differences(quiet, changed)), 1)


class Storm(Meanwhile):
    """Stops and continues processes several hundred times a second."""

    def __init__(self, pids):
        super().__init__(pause_seconds=0.002)
        self.pids = pids
        self.count = 0

    def do(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)
            os.kill(pid, signal.SIGCONT)
            self.count += 1


class NoNewProcesses(ServerTest):
    """Row 11."""

    def setUp(self):
        self.server = self.start_with_phone()
        self.supervisor = self.server.pid

    def kill(self, name):
        pid = self.server.service_pid(name)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_running(pid), WAIT_SECONDS, f"{name} is gone")
        return pid

    def check_that_all_is_back(self, address):
        wait_until(lambda: is_served(address), WAIT_SECONDS, "it serves again")
        self.server.wait_until_up(WAIT_SECONDS)
        self.assertEqual(self.server.status()["pid"], self.supervisor)
        check_no_zombie(self.supervisor)

    def test_a_fork_that_fails_is_tried_again(self):
        address = self.server.devices_address()
        with Failing(self.server, self.supervisor, "clone:error=EAGAIN:when=1..2",
                     "fork:error=EAGAIN:when=1..2", "clone3:error=EAGAIN:when=1..2") as failing:
            self.kill("receiver 0")
            wait_until(lambda: failing.count() == 2, WAIT_SECONDS, "two forks have failed")
            # It answers meanwhile, and its other services go on.
            self.assertEqual(self.server.services()["web app"]["state"], "up")
            self.check_that_all_is_back(address)
        self.assertEqual(len(self.server.log_lines("receiver 0: fork")), 2)
        self.assertEqual(len(self.server.log_lines("receiver 0 is back")), 1)

    def test_a_thread_that_cannot_be_made_ends_one_service_for_a_while(self):
        address = self.server.web_address()
        # glibc makes processes with clone and threads with clone3; only the latter fails.
        with Failing(self.server, self.supervisor, "clone3:error=EAGAIN") as failing:
            self.kill("web app")
            wait_until(lambda: failing.count() >= 2, WAIT_SECONDS, "the web app was tried again")
            phone = ask_once(self.server.devices_address(), request(fix_path("phone", 1)))
            self.assertEqual(phone.status, 200)
            self.assertFalse(is_served(address, seconds=1))
        self.check_that_all_is_back(address)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, who can start a program although there may be none")
    def test_a_user_who_may_have_no_more_processes_is_told_so(self):
        # Root is not bound by the limit, but the server is root no more when it forks.
        with own_limit(resource.RLIMIT_NPROC, 0):
            server = Server("--user", "nobody")
            with self.assertRaisesRegex(AssertionError, "fork.*Resource temporarily unavailable"):
                with server:
                    pass

    def test_a_supervisor_that_died_of_it_would_be_seen(self):
        self.server.end_by_sigkill()
        with self.assertRaises(AssertionError):
            self.server.status()


class BrokenPipes(unittest.TestCase):
    """Row 16: `tracker serve --foreground | head -1`."""

    def test_the_reader_of_its_output_and_log_goes_away(self):
        server = Server()
        reader = subprocess.Popen(["head", "-n", "1"], stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL)
        self.addCleanup(server.__exit__)
        # The log of the server leads into the pipe; nobody else writes to it.
        server.log.close()
        server.log = reader.stdin
        server.start()
        reader.stdin.close()
        server.process.stdout.close()
        server.add_device("phone")
        for _ in range(3):
            self.assertEqual(server.run("reload", "--data", server.data)[0], 0)
        reader.wait(WAIT_SECONDS)
        for _ in range(3):
            self.assertEqual(server.run("reload", "--data", server.data)[0], 0)
        before = server.processes()
        os.kill(before["receiver 0"], signal.SIGKILL)
        address = server.devices_address()
        wait_until(lambda: is_served(address), WAIT_SECONDS, "a new receiver serves")
        self.assertEqual(ask_once(address, request(fix_path("phone", 1))).status, 200)
        now = server.processes()
        self.assertEqual({name for name in now if now[name] != before[name]}, {"receiver 0"})
        server.process.terminate()
        self.assertEqual(server.process.wait(WAIT_SECONDS), 0)

    def test_a_program_that_does_not_ignore_sigpipe_would_die(self):
        program = ("import signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
                   "while True: print('line', flush=True)")
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            writer.stdout.close()
            self.assertEqual(writer.wait(WAIT_SECONDS), -signal.SIGPIPE)


@contextlib.contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class StandingStill(ServerTest):
    """Row 43."""

    def setUp(self):
        limit = str(LIMIT_SECONDS)
        self.server = self.start_with_phone("--header-timeout", limit, "--idle-timeout", limit)
        self.address = self.server.devices_address()
        # Asked before anybody connects: to ask takes a while, and whoever waits is cut off.
        self.store = self.server.service_pid("store")
        self.receiver = self.server.service_pid("receiver 0")
        self.web = self.server.web_address()

    def check_stored(self, acknowledged):
        times = [time_s for time_s in stored_times(self.server.database, "phone")
                 if time_s >= FIRST_TIME]
        faults.check_nothing_lost(acknowledged, times)
        faults.check_nothing_twice(times)
        return times

    def test_a_fix_waits_for_a_store_that_stands_still_for_a_moment(self):
        with Client(self.address) as phone:
            with stopped(self.store):
                phone.send(request(fix_path("phone", 1)))
                time.sleep(LIMIT_SECONDS + 1)
                phone.socket.setblocking(False)
                with self.assertRaises(BlockingIOError):  # nothing is acknowledged before the commit
                    phone.socket.recv(1)
            phone.socket.settimeout(WAIT_SECONDS)
            self.assertEqual(phone.read_answer().status, 200)
        self.assertEqual(self.check_stored([FIRST_TIME + 1]), [FIRST_TIME + 1])

    def test_a_phone_is_told_to_come_again_when_the_store_stands_still_for_long(self):
        with Client(self.address) as phone:
            with stopped(self.store):
                began = time.monotonic()
                answer = phone.ask(request(fix_path("phone", 1)))
                took = time.monotonic() - began
                # What needs no store is answered.
                self.assertEqual(phone.ask(request("/?id=nobody&lat=1&lon=1")).status, 403)
                page = ask_once(self.web, request("/api/devices"))
                self.assertEqual(page.status, 200)
            print(f"a store that stands still: 503 after {took:.1f} s")
            self.assertEqual(answer.status, 503)
            self.assertIsNotNone(answer.field("Retry-After"))
            self.assertGreater(took, PATIENCE_OF_THE_RECEIVER - 1)
            self.assertLess(took, PATIENCE_OF_THE_RECEIVER + WAIT_SECONDS)
            # The same fix again, as the phone will send it, and the next one.
        for number in (1, 2):
            self.assertEqual(ask_once(self.address, request(fix_path("phone", number))).status, 200)
        self.check_stored([FIRST_TIME + 1, FIRST_TIME + 2])
        self.assertEqual(len(self.server.log_lines("cannot be stored")), 1)

    def test_a_receiver_that_stood_still_closes_what_has_expired(self):
        with Client(self.address) as idle, Client(self.address) as half:
            idle.ask(request("/?id=nobody"))
            half.send(request("/?id=nobody")[:-2])
            with stopped(self.receiver):
                time.sleep(LIMIT_SECONDS + 1)
            self.assertTrue(idle.is_closed_by_server())
            self.assertEqual(half.read_answer().status, 408)
        self.assertTrue(is_served(self.address))

    def test_an_acknowledgement_before_the_commit_would_be_seen(self):
        with self.assertRaises(AssertionError):
            faults.check_nothing_lost([FIRST_TIME + 1], self.check_stored([]))


if __name__ == "__main__":
    driver.main()
