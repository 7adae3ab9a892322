#!/usr/bin/env python3
"""A back end that cannot be reached, in each way:  balancer_faults_test.py BALANCER LAB

In the lab the packets are really lost, or refused by a rule on the way, on hosts with interfaces of their own. On
loopback the same by what the kernel does itself: a full accept queue is silent, a closed port refuses.

How long the balancer waited is printed and decides nothing: what decides is that the next back end is asked behind
the one that failed, and the words in the log."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from balancer_under_test import PATIENCE_SECONDS, Balancer, Case, wait_until

import driver

BALANCER, LAB = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
CONNECT_SECONDS = 1.5
# The words of each cause, and which counter counts it.
CAUSES = {
    "drop": (r"no answer in 1500 ms, its packets are dropped or its queue is full \(\S+: Connection timed out\)", "timed_out"),
    "reject with tcp reset": (r"refused, nobody listens there \(\S+: Connection refused\)", "refused"),
    "reject with icmp type host-unreachable": (r"unreachable, no way leads there \(\S+: No route to host\)", "unreachable"),
}

SERVER = """
import socket
listener = socket.create_server(("192.0.2.3", 7000))
print("listening", flush=True)
while True:
    connection, _ = listener.accept()
    connection.sendall(b"well\\n")
    connection.close()
"""

# Asks as a client, and the page, from the balancer's own host.
CLIENT = """
import json, socket, sys, time, urllib.request
port, status, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for _ in range(count):
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 60) as client:
        print(client.recv(100).decode().strip() or "closed", round(time.monotonic() - begin, 3))
print(urllib.request.urlopen(status + "status").read().decode())
"""


def why_no_lab():
    for tool in ("ip", "nft"):
        if not shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin"):
            return f"{tool} is not here"
    tried = subprocess.run(["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "true"],
                           capture_output=True, text=True, check=False)
    return f"this system lets nobody have namespaces: {tried.stderr.strip()}" if tried.returncode else ""


@contextlib.contextmanager
def full_queue():
    """An address whose accept queue is full: the kernel drops what comes (listen(2), tcp_abort_on_overflow)."""
    with socket.socket() as listener, contextlib.ExitStack() as those:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        # One comes in, and that is one more than it holds; its last packet may be under way.
        those.enter_context(socket.create_connection(listener.getsockname(), PATIENCE_SECONDS))
        wait_until(lambda: is_full(listener), PATIENCE_SECONDS, "the queue is full")
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def is_full(listener):
    """Of a listener tcpi_unacked is how many wait, and tcpi_sacked how many may (TCP_INFO, tcp(7), linux/tcp.h)."""
    waiting, most = struct.unpack_from("=24xII", listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32))
    return waiting > most


class OnLoopback(Case):
    def test_who_is_silent_is_given_up_at_the_deadline_and_the_next_is_asked(self):
        well, = self.back_ends("well")
        with full_queue() as silent, Balancer(BALANCER, [silent, well], "--connect-time", str(CONNECT_SECONDS),
                                              "--fall", "100") as balancer:
            begin = time.monotonic()
            self.assertEqual(balancer.named(), "well")
            print(f"recorded: silent for {time.monotonic() - begin:.3f} s, asked for {CONNECT_SECONDS} s")
            self.assertRegex(balancer.log(), f"back end {silent}: connect: {CAUSES['drop'][0]}")
            seen = balancer.back_end(silent)
            self.assertEqual((seen["timed_out"], seen["refused"], seen["unreachable"]), (1, 0, 0))

    def test_a_silent_one_is_marked_down_and_costs_the_next_clients_nothing(self):
        well, = self.back_ends("well")
        with full_queue() as silent, Balancer(BALANCER, [silent, well], "--connect-time", "0.2", "--probe-time", "0.2",
                                              "--fall", "1") as balancer:
            balancer.wait_for_state(silent, "down")
            self.assertEqual([balancer.named() for _ in range(4)], ["well"] * 4)
            self.assertEqual(balancer.status()["retries"], 0)

    def test_silent_and_refusing_ones_are_told_apart_in_one_row_of_tries(self):
        refusing = self.nobody()
        well, = self.back_ends("well")
        with full_queue() as silent, Balancer(BALANCER, [silent, refusing, well], "--connect-time", "0.3",
                                              "--fall", "100") as balancer:
            self.assertEqual(balancer.named(), "well")
            self.assertEqual(re.findall(r"back end (\S+): connect: (\w+ ?\w*)", balancer.log()),
                             [(silent, "no answer"), (refusing, "refused")])
            self.assertEqual(balancer.status()["retries"], 2)


WHY_NOT = why_no_lab()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class InTheLab(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.lab, "down")
        self.must("up", "3")

    def lab(self, *words):
        return subprocess.run([LAB, "--state", str(self.folder / "state"), *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=PATIENCE_SECONDS)

    def must(self, *words):
        done = self.lab(*words)
        self.assertEqual(done.returncode, 0, f"lab {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def begin(self, *words):
        process = subprocess.Popen([LAB, "--state", str(self.folder / "state"), *words], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_dropped_reset_and_unreachable_are_told_apart_and_the_next_is_asked(self):
        """Row 23: on host2 a rule for each port, on host3 one who is well."""
        self.must("exec", "host2", "nft", "add table inet row23; add chain inet row23 in { type filter hook input priority 0; }")
        names = {}
        for port, rule in enumerate(CAUSES, 7001):
            self.must("exec", "host2", "nft", f"add rule inet row23 in tcp dport {port} {rule}")
            names[rule] = f"192.0.2.2:{port}"
        server = self.begin("exec", "host3", sys.executable, "-c", SERVER)
        self.assertEqual(server.stdout.readline(), "listening\n")
        log = self.folder / "log"
        back_ends = [word for name in [*names.values(), "192.0.2.3:7000"] for word in ("--backend", name)]
        balancer = self.begin("exec", "host1", BALANCER, "--listen", "127.0.0.1:0", "--status", "127.0.0.1:0", "--log",
                              str(log), "--connect-time", str(CONNECT_SECONDS), "--tries", "4", "--fall", "100",
                              "--probe-every", "600", *back_ends)
        said = [balancer.stdout.readline() for _ in range(2)]
        port, status = said[0].rpartition(":")[2].strip(), said[1].partition(" ")[2].strip()
        heard = self.must("exec", "host1", sys.executable, "-c", CLIENT, port, status, "1")
        self.assertRegex(heard, r"^well \d")
        print(f"recorded: all three causes and then the one who is well in {heard.split()[1]} s, "
              f"of which {CONNECT_SECONDS} s were asked for")
        text = log.read_text(encoding="utf-8")
        for rule, (words, counter) in CAUSES.items():
            with self.subTest(rule):
                self.assertRegex(text, f"back end {re.escape(names[rule])}: connect: {words}")
                self.assertRegex(heard, rf'"name":"{re.escape(names[rule])}"')
                row = next(row for row in re.findall(r"\{[^{}]*\}", heard) if names[rule] in row)
                counts = {name: int(re.search(rf'"{name}":(\d+)', row)[1]) for name in ("timed_out", "refused", "unreachable")}
                self.assertEqual(counts, {**dict.fromkeys(counts, 0), counter: 1})
        # In order: each was asked when the one before had failed, and none of them twice.
        self.assertEqual(re.findall(r"back end (\S+): connect:", text), list(names.values()))


if __name__ == "__main__":
    driver.main()
