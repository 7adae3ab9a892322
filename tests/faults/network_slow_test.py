"""Rows 12 and 15 of the faults: clients that are slow, and that reset their connections at any point.
Usage: network_slow_test.py TRACKER
"""

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time

import faults
from faults import FIRST_TIME
from network_clients import (Client, Ends, Meanwhile, ask_once, fix_path, percentile_95,
                             raise_own_limit, request)
from network_server import WAIT_SECONDS, Levels, ServerTest
from processes_seen import wait_until

import driver  # found by faults

SLOW_CLIENTS = 500
QUIET_ANSWERS = 50
DEADLINE_SECONDS = 5
SHORT_DEADLINES = [word for limit in ("header", "body", "send", "idle")
                   for word in (f"--{limit}-timeout", str(DEADLINE_SECONDS))]
MANY_CONNECTIONS = ("--max-connections", "4000", "--max-connections-per-address", "4000")

BODY_HEAD = (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
             b"Content-Length: 5000\r\n\r\n")

# A server that has time for one client only; who says nothing is cut off, with RST.
ONE_AFTER_THE_OTHER = """
import socket, struct
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    client.settimeout(0.3)
    try:
        client.recv(1000)
        client.sendall(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n")
    except OSError:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
"""


class SlowHeader:
    """A byte of a head every quarter of a second."""

    def __init__(self, address):
        self.client = Client(address)
        self.unsent = request("/?id=nobody", "X-Padding: " + "x" * 4000)
        self.send_some(10)

    def send_some(self, count=1):
        with contextlib.suppress(OSError):
            self.client.send(self.unsent[:count])
        self.unsent = self.unsent[count:]


class SlowBody(SlowHeader):
    """A whole head, and then a byte of the body every quarter of a second."""

    def __init__(self, address):
        self.client = Client(address)
        self.unsent = BODY_HEAD + b"x" * 5000
        self.send_some(len(BODY_HEAD) + 10)


class SlowReader:
    """Asks as much as the connection takes, and reads no answer. Asked once it might not be enough: a
    server that has no time to answer takes little, and later finds room for all its answers."""

    def __init__(self, address):
        self.client = Client(address, receive_buffer=4096)
        self.client.socket.setblocking(False)
        self.send_some()

    def send_some(self, count=100):
        with contextlib.suppress(OSError):
            for _ in range(count):
                self.client.socket.send(request("/?id=nobody&lat=1&lon=1") * 50)


class Slow(Meanwhile):
    """Slow clients of all kinds, kept going."""

    def __init__(self, address, count):
        super().__init__(pause_seconds=0.25)
        kinds = [SlowHeader, SlowBody, SlowReader]
        self.address = address
        self.clients = [kinds[number % 3](address) for number in range(count)]

    def __exit__(self, *details):
        super().__exit__(*details)
        for slow in self.clients:
            slow.client.close()

    def do(self):
        for slow in self.clients:
            slow.send_some()

    def ends(self, seconds):
        return Ends(self.address, [slow.client for slow in self.clients], seconds)


class GoodClient(Meanwhile):
    """Sends a fix every few milliseconds and notes how long each answer took."""

    def __init__(self, address, first):
        super().__init__(pause_seconds=0.01)
        self.address = address
        self.number = first
        self.seconds = []
        self.answered_at = []
        self.statuses = set()

    def do(self):
        began = time.monotonic()
        self.number += 1
        answer = ask_once(self.address, request(fix_path("phone", self.number)))
        self.statuses.add(answer.status)
        self.answered_at.append(time.monotonic())
        self.seconds.append(self.answered_at[-1] - began)

    def count_until(self, moment):
        return sum(when < moment for when in self.answered_at)


class SlowClients(ServerTest):
    """Row 12."""

    def test_all_are_cut_off_and_a_good_client_is_served_meanwhile(self):
        raise_own_limit(2 * SLOW_CLIENTS)
        server = self.start_with_phone(*SHORT_DEADLINES, *MANY_CONNECTIONS)
        address = server.devices_address()
        levels = Levels(server)
        with GoodClient(address, 0) as quiet:
            wait_until(lambda: len(quiet.seconds) >= QUIET_ANSWERS, WAIT_SECONDS, "it is served")
        with Slow(address, SLOW_CLIENTS) as slow, GoodClient(address, 10_000) as beside:
            ends = slow.ends(DEADLINE_SECONDS + WAIT_SECONDS)
        self.assertEqual(len(ends.times), SLOW_CLIENTS)
        self.assertEqual(beside.statuses, {200})
        ratio = percentile_95(beside.seconds) / percentile_95(quiet.seconds)
        print(f"{SLOW_CLIENTS} slow clients: the last was cut off after {max(ends.times):.1f} s; 95 % of a "
              f"good client's answers within {percentile_95(beside.seconds) * 1000:.1f} ms, "
              f"{ratio:.1f} x the quiet {percentile_95(quiet.seconds) * 1000:.1f} ms")
        self.assertGreater(beside.count_until(ends.last_seen), 0)
        levels.check_are_back()
        # The slow ones name a device that nobody knows, and some are cut off: each is said once.
        said = [line.split(" is refused: ")[1] for line in server.log_lines("warning")]
        self.assertLessEqual(set(said), {"unknown_device", "came too slowly"})
        self.assertEqual(len(said), len(set(said)))

    def test_with_long_deadlines_they_would_stay(self):
        server = self.start_with_phone("--header-timeout", "600", "--body-timeout", "600",
                                       "--send-timeout", "600", *MANY_CONNECTIONS)
        with Slow(server.devices_address(), 6) as slow:
            times = slow.ends(DEADLINE_SECONDS + 1).times
        # A body must come with 500 bytes a second after 5 s of grace, whatever its deadline: on a slow
        # machine that time may be over. A third of the clients are such.
        self.assertLessEqual(len(times), 2)


    def test_a_server_that_serves_one_after_the_other_would_be_seen(self):
        with subprocess.Popen([sys.executable, "-c", ONE_AFTER_THE_OTHER],
                              stdout=subprocess.PIPE) as serial:
            self.addCleanup(serial.kill)
            address = ("127.0.0.1", int(serial.stdout.readline()))
            silent = [Client(address) for _ in range(5)]
            with GoodClient(address, 0) as good:
                ends = Ends(address, silent, WAIT_SECONDS)
                wait_until(lambda: good.seconds, WAIT_SECONDS, "it is served in the end")
            serial.kill()
        for client in silent:
            client.close()
        self.assertEqual(len(ends.times), len(silent))
        self.assertEqual(good.count_until(ends.last_seen), 0)


class Resets(ServerTest):
    """Row 15."""

    ROUNDS = 40

    def check_server(self, server, before, levels):
        self.assertEqual(server.processes(), before)
        levels.check_are_back()
        faults.check_log_is_short(server.whole_log(), 0)

    def test_a_phone_that_resets_at_any_point(self):
        seed = random.randrange(1 << 32)
        print(f"resets: seed {seed}")
        chance = random.Random(seed)
        server = self.start_with_phone(*MANY_CONNECTIONS)
        address = server.devices_address()
        before, levels = server.processes(), Levels(server)
        whole = request(fix_path("phone", 1))
        bodies = BODY_HEAD + b"id=phone&lat=1"
        for data in (whole, bodies, whole * 3):
            for cut in [0, 1, len(data) - 1, len(data),
                        *(chance.randrange(len(data)) for _ in range(self.ROUNDS))]:
                client = Client(address)
                client.send(data[:cut])
                client.reset()
        with Client(address) as answered:
            answered.send(whole * 50)
            answered.socket.recv(100)
            answered.reset()
        self.assertEqual(ask_once(address, request(fix_path("phone", 2))).status, 200)
        self.check_server(server, before, levels)
        # What was acknowledged to nobody may be stored, but once.
        faults.check_nothing_twice(faults.stored_times(server.database, "phone"))

    def test_a_page_that_resets_in_the_middle_of_its_download(self):
        server = self.start_with_phone()
        server.stop()
        store_many(server.database, 200_000)
        server.start()
        address = server.web_address()
        track = request("/api/track?device=1&format=json"
                        f"&from={FIRST_TIME}000&to={FIRST_TIME + 200_000}000")
        before, levels = server.processes(), Levels(server)
        whole = ask_once(address, track)
        self.assertGreater(len(whole.body), 4_000_000)
        for path in (track, request("/api/live")):
            for _ in range(8):
                client = Client(address, receive_buffer=4096)
                client.send(path)
                client.socket.recv(100)
                client.reset()
        self.assertEqual(ask_once(address, track).body, whole.body)
        self.check_server(server, before, levels)

    def test_a_server_that_does_not_ignore_sigpipe_would_die(self):
        program = ("import signal, socket; signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
                   "s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)\n"
                   "c, _ = s.accept()\n"
                   "while True:\n"
                   "  try: c.send(b'x' * 65536)\n"
                   "  except ConnectionResetError: pass")
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as weak:
            client = Client(("127.0.0.1", int(weak.stdout.readline())))
            client.socket.recv(100)
            client.reset()
            self.assertEqual(weak.wait(WAIT_SECONDS), -signal.SIGPIPE)


def store_many(database, count):
    """A long track, faster than a phone could send it. The server must not run."""
    connection = sqlite3.connect(database)
    with connection:
        connection.executemany(
            "INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, valid, source, sequence)"
            " VALUES (1, ?, ?, ?, 1, 1, 0)",
            (((FIRST_TIME + number) * 1000, 470000000 + number, 90000000 + number)
             for number in range(count)))
    connection.close()


if __name__ == "__main__":
    driver.main()
