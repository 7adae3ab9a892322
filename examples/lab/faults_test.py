#!/usr/bin/env python3
"""What goes wrong on the ways of a lab: cut, drop, delay, and what capture sees of it:  faults_test.py LAB [SNIFF]"""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import lab_under_test
from lab_under_test import LabTest, run_lab

import driver

SNIFF = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else ""
# A datagram to each of the addresses, the first one first.
SEND = "import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nfor a in sys.argv[1:]: s.sendto(a.encode(), (a, 5000))"
# Prints each datagram until one says "end".
RECEIVE = """import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
s.bind(("", 5000))
print("up", flush=True)
while (text := s.recv(100).decode()) != "end": print(text, flush=True)"""
MANY = """import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(200): s.sendto(b"%d" % n, ("192.0.2.2", 5000))"""
END = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'end', ('192.0.2.2', 5000))"
SINK = """import socket
with socket.create_server(("192.0.2.2", 5000)) as server:
    print("up", flush=True)
    peer, sum = server.accept()[0], 0
    while part := peer.recv(1 << 16): sum += len(part) if part == b"x" * len(part) else -1 << 40
    print(sum)"""
SOURCE = """import socket
with socket.create_connection(("192.0.2.2", 5000)) as peer: peer.sendall(b"x" * 3_000_000)"""


@unittest.skipIf(lab_under_test.WHY_NOT, lab_under_test.WHY_NOT)
@unittest.skipUnless(shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin:/bin"), "nft is not here: apt-get install nftables")
class Faults(LabTest):
    """One lab for all of them; each test leaves its ways as they were."""

    @classmethod
    def setUpClass(cls):
        cls.made, folder = cls.make_folder()
        cls.shared = folder / "state"
        done = run_lab(cls.shared, "up", "3")
        if done.returncode:
            raise RuntimeError(done.stderr)

    @classmethod
    def tearDownClass(cls):
        run_lab(cls.shared, "down")
        cls.made.cleanup()

    def setUp(self):
        self.state = self.shared
        self.addCleanup(self.must, "mend", "host1", "host2", "--both")

    def receiver(self, program=RECEIVE):
        process = self.start("exec", "host2", sys.executable, "-c", program)
        self.assertEqual(process.stdout.readline(), "up\n", process.stderr)
        return process

    def python(self, host, program, *words):
        return self.must("exec", host, sys.executable, "-c", program, *words)

    def received(self, receiver):
        """What it printed; the end comes from host3, whose ways are well."""
        self.python("host3", END)
        return receiver.communicate(timeout=lab_under_test.PATIENCE_SECONDS)[0].splitlines()

    def test_a_cut_way_is_cut_in_one_direction_until_it_is_mended(self):
        self.must("cut", "host1", "host2")
        self.assertIn("from host1 to host2: cut\n", self.must("list"))
        receiver = self.receiver()
        self.python("host1", SEND, "192.0.2.2")
        self.assertEqual(self.received(receiver), [])
        back = self.start("exec", "host1", sys.executable, "-c", RECEIVE)
        self.assertEqual(back.stdout.readline(), "up\n")
        # host2 learns the address of host1 from an answer that does not come; so it is told.
        self.must("exec", "host2", "ip", "neighbour", "replace", "192.0.2.1", "lladdr", "02:00:00:00:00:01", "dev", "eth0")
        self.python("host2", SEND, "192.0.2.1")
        self.assertEqual(back.stdout.readline(), "192.0.2.1\n")
        self.must("mend", "host1", "host2")
        self.assertNotIn("from host1", self.must("list"))
        receiver = self.receiver()
        self.python("host1", SEND, "192.0.2.2")
        self.assertEqual(receiver.stdout.readline(), "192.0.2.2\n")
        self.received(receiver)

    def test_half_of_many_datagrams_are_lost_and_half_are_not(self):
        for delay in ("0", "1"):  # lost by the rule, and by the process that brings late
            with self.subTest(delay=delay):
                self.must("delay", "host1", "host2", "0")
                self.must("drop", "host1", "host2", "0")
                # The address is asked for before: a lost question would keep all from going.
                self.must("exec", "host1", "ip", "neighbour", "replace", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "dev", "eth0")
                self.must("drop", "host1", "host2", "50")
                self.must("delay", "host1", "host2", delay)
                receiver = self.receiver()
                self.python("host1", MANY)
                # Fewer than 40 or more than 160 of 200 come once in 10^17 runs.
                self.assertTrue(40 < len(self.received(receiver)) < 160)

    def test_none_is_lost_where_nothing_is_wrong_and_all_with_100_percent(self):
        receiver = self.receiver()
        self.python("host1", MANY)
        self.assertEqual(len(self.received(receiver)), 200)
        self.must("drop", "host1", "host2", "100")
        receiver = self.receiver()
        self.python("host1", MANY)
        self.assertEqual(self.received(receiver), [])

    def test_what_is_delayed_comes_behind_what_was_sent_later_another_way(self):
        for host in ("host1", "host2"):
            self.assertIn(f"{host} eth1: 198.51.100.", self.must("nic", host))
        ways = ["192.0.2.2", "198.51.100.2"]
        for delay, order in (("0", ways), ("2000", ways[::-1])):
            with self.subTest(delay=delay):
                self.python("host1", SEND, *ways)  # so that the addresses are known
                self.must("delay", "host1", "host2", delay)
                receiver = self.receiver()
                self.python("host1", SEND, *ways)
                self.assertEqual([receiver.stdout.readline().strip() for _ in ways], order)
                self.received(receiver)

    def test_a_delayed_stream_is_whole(self):
        # Its segments are not cut yet and have no checksum when they pass the switch.
        self.must("delay", "host1", "host2", "5", "--both")
        receiver = self.receiver(SINK)
        self.python("host1", SOURCE)
        self.assertEqual(receiver.stdout.readline(), "3000000\n")

    def test_faults_go_together_and_a_cut_is_stronger_than_a_delay(self):
        self.must("drop", "host1", "host2", "30", "--both")
        self.must("delay", "host1", "host2", "20")
        listed = self.must("list")
        self.assertIn("from host1 to host2: 30 % lost, 20 ms late\n", listed)
        self.assertIn("from host2 to host1: 30 % lost\n", listed)
        self.must("drop", "host1", "host2", "0")
        self.must("cut", "host1", "host2")
        receiver = self.receiver()
        self.python("host1", SEND, "192.0.2.2")
        self.assertEqual(self.received(receiver), [])

    def test_check_says_who_reaches_whom(self):
        rows = ["gateway host1 host2 host3", "host1 yes yes yes yes", "host2 yes yes yes yes", "host3 yes yes yes yes"]
        self.assertEqual([" ".join(line.split()) for line in self.must("check").splitlines()], rows)
        self.must("cut", "host1", "host2")
        done = self.lab("check")
        self.assertEqual(done.returncode, 111)
        rows[1:3] = ["host1 yes yes no yes", "host2 yes no yes yes"]  # neither hears an answer
        self.assertEqual([" ".join(line.split()) for line in done.stdout.splitlines()], rows)
        self.must("mend", "host1", "host2")
        self.must("exec", "host3", "ip", "-6", "address", "del", "2001:db8::3/64", "dev", "eth0")
        # It could ask from its link-local address, and would be answered.
        rows[1:] = ["host1 yes yes yes IPv4", "host2 yes yes yes IPv4", "host3 IPv4 IPv4 IPv4 IPv4"]
        self.assertEqual([" ".join(line.split()) for line in self.lab("check").stdout.splitlines()], rows)
        self.must("exec", "host3", "ip", "address", "add", "2001:db8::3/64", "dev", "eth0", "nodad")

    def test_wrong_words_are_refused(self):
        for words, named in ((["drop", "host1", "host2", "101"], "100"), (["drop", "host1", "host2"], "PERCENT"), (["drop", "host1", "host2", "-1"], "-1"),
                             (["delay", "host1", "host2", "60001"], "60000"), (["delay", "host1", "host2", "x"], "x"), (["cut", "host1", "host4"], "host4"),
                             (["cut", "host1", "host1"], "two hosts"), (["cut", "switch", "host1"], "two hosts"), (["nic", "host9"], "host9"),
                             (["nic", "switch"], "switch"), (["capture", "host9", "a.pcap"], "host9")):
            with self.subTest(words=words):
                self.expect_refusal(self.lab(*words), 100, named)

    @unittest.skipUnless(SNIFF, "sniff is not built here: it needs libpcap")
    def test_a_capture_has_the_frames(self):
        made, folder = self.make_folder()
        self.addCleanup(made.cleanup)
        capture = self.start("capture", "host1", "kept.pcap", "--count", "1", "--filter", "udp", cwd=folder)
        self.assertEqual(capture.stderr.readline(), "listening on eth0\n")
        self.python("host1", SEND, "192.0.2.2")
        self.assertIn("192.0.2.1 > 192.0.2.2", capture.stdout.read())
        self.assertEqual(capture.wait(lab_under_test.PATIENCE_SECONDS), 0)
        read = subprocess.run([SNIFF, "--read", str(pathlib.Path(folder) / "kept.pcap")], capture_output=True, text=True, check=True)
        self.assertIn("data 9 bytes: 192.0.2.2", read.stdout)


if __name__ == "__main__":
    driver.main()
