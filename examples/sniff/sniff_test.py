#!/usr/bin/env python3
"""sniff, from files and from an interface:  sniff_test.py SNIFF

The files are made here (frames.py) and read by tshark as well, where it is (tshark_words.py). Interfaces
are those of a network namespace of the test's own, so no right is needed where the system lets users have one."""

import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "suite")]

import driver
import frames
import tshark_words

SNIFF = sys.argv.pop(1)
PATIENCE_SECONDS = 60
IN_NAMESPACE = ["unshare", "--user", "--map-root-user", "--net"]


def sniff(*arguments, before=()):
    return subprocess.run([*before, SNIFF, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS)


def headers_by_sniff(output):
    """A list of lines for each frame, those about headers."""
    return [[line.strip() for line in frame.splitlines()[1:] if not line.startswith(("  data", "  fault"))]
            for frame in re.split(r"^(?=frame )", output, flags=re.MULTILINE)[1:]]


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def expect_refusal(self, done, code, *words):
        """One line on stderr that names the place and the cure; nothing of a crash."""
        self.assertEqual(done.returncode, code, done.stderr)
        line = done.stderr.splitlines()[-1]
        self.assertTrue(line.startswith("sniff: "), done.stderr)
        for word in words:
            self.assertIn(word, line)


class WithTshark(Files):
    def compare(self, path):
        if not shutil.which("tshark"):
            self.skipTest("tshark is not here: ./waymark packages tests")
        ours, theirs = headers_by_sniff(sniff("--read", path).stdout), tshark_words.headers_by_tshark(path)
        self.assertEqual(len(ours), len(theirs))
        for place, (our, their) in enumerate(zip(ours, theirs)):
            with self.subTest(frame=place + 1):
                self.assertEqual(our, their)
        return len(ours)

    def test_whole_frames_have_the_same_fields_as_in_tshark(self):
        made = list(frames.well_formed())
        self.assertEqual(self.compare(self.file("whole.pcap", frames.pcap(made))), len(made))

    def test_the_same_in_the_newer_format(self):
        self.assertGreater(self.compare(self.file("whole.pcapng", frames.pcapng(frames.well_formed()))), 30)

    def test_packets_without_ethernet(self):
        packets = [frame[14:] for frame in frames.well_formed() if frame[12:14] in (b"\x08\x00", b"\x86\xdd")]
        self.assertGreater(self.compare(self.file("raw.pcap", frames.pcap(packets, frames.LINK_RAW))), 20)

    def test_a_wrong_field_would_be_seen(self):
        if not shutil.which("tshark"):
            self.skipTest("tshark is not here")
        made = [frames.ethernet(0x0800, frames.ipv4(frames.UDP, frames.udp(b"x")))]
        theirs = tshark_words.headers_by_tshark(self.file("one.pcap", frames.pcap(made)))
        other = [frames.ethernet(0x0800, frames.ipv4(frames.UDP, frames.udp(b"xy")))]
        ours = headers_by_sniff(sniff("--read", self.file("other.pcap", frames.pcap(other))).stdout)
        self.assertNotEqual(ours, theirs)


class Reading(Files):
    def test_frames_that_the_capture_cut_say_so(self):
        path = self.file("cut.pcap", frames.pcap([frames.ethernet(0x0800, frames.ipv4(frames.UDP, frames.udp(bytes(200))))],
                                                 longest=36))
        done = sniff("--read", path)
        self.assertEqual(done.returncode, 0)
        self.assertIn("36 bytes of 242\n", done.stdout)
        self.assertIn("  fault: cut\n", done.stdout)
        self.assertIn("1 frames, 1 of them with a fault", done.stderr)

    def test_what_is_written_is_what_was_read(self):
        made = list(frames.well_formed())
        path, copy = self.file("a.pcap", frames.pcap(made)), str(self.folder / "copy.pcap")
        first = sniff("--read", path, "--write", copy)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(sniff("--read", copy).stdout, first.stdout)

    def test_filter_and_count(self):
        path = self.file("a.pcap", frames.pcap(frames.well_formed()))
        self.assertEqual(len(headers_by_sniff(sniff("--read", path, "--filter", "arp").stdout)), 2)
        self.assertEqual(len(headers_by_sniff(sniff("--read", path, "--count", "3").stdout)), 3)
        self.expect_refusal(sniff("--read", path, "--filter", "tcpx"), 100, '--filter "tcpx"', "pcap-filter(7)")

    def test_a_file_that_is_cut_is_shown_up_to_there(self):
        whole = frames.pcap(frames.well_formed())
        done = sniff("--read", self.file("cut.pcap", whole[:24 + 2 * 76 + 30]))
        self.expect_refusal(done, 100, "cut.pcap", "behind frame 2")
        self.assertEqual(len(headers_by_sniff(done.stdout)), 2)
        self.assertIn("2 frames", done.stderr)

    def test_other_files_are_refused(self):
        self.expect_refusal(sniff("--read", self.file("a.txt", b"hello, this is no capture\n" * 9)), 100, "a.txt", "pcap")
        self.expect_refusal(sniff("--read", self.file("empty", b"")), 100, "empty")
        self.expect_refusal(sniff("--read", str(self.folder / "nobody")), 100, "nobody", "No such file")
        self.expect_refusal(sniff("--read", str(self.folder)), 100, "no regular file")
        cooked = self.file("any.pcap", frames.pcap([bytes(60)], frames.LINK_COOKED))
        self.expect_refusal(sniff("--read", cooked), 100, "LINUX_SLL", "Ethernet")

    def test_a_pipe_is_refused_and_does_not_hold_it_up(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        self.expect_refusal(sniff("--read", str(pipe)), 100, "no regular file")

    def test_a_dash_is_a_file_like_any_other(self):
        (self.folder / "-").write_bytes(frames.pcap(frames.well_formed()))
        done = subprocess.run([os.path.abspath(SNIFF), "--read", "-", "--count", "1"], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS)
        self.assertEqual(len(headers_by_sniff(done.stdout)), 1, done.stderr)

    def test_an_instant_that_cannot_be_one_is_unknown(self):
        frame = next(iter(frames.well_formed()))
        # Beyond 2038 it is libpcap that decides: a later one reads the seconds without a sign.
        for seconds, microseconds, expected in ((1, 5, "1.000005 s"), (2**31 - 1, 999_999, "2147483647.999999 s"),
                                                (2**32 - 1, 1, "(time unknown|4294967295.000001 s)"), (1, 1_000_000, "time unknown"),
                                                (1, 2**32 - 1, "time unknown")):
            with self.subTest(seconds=seconds, microseconds=microseconds):
                head = struct.pack("<IIII", seconds, microseconds, len(frame), len(frame))
                done = sniff("--read", self.file("odd.pcap", frames.pcap([]) + head + frame))
                self.assertRegex(done.stdout, f"^frame 1, {expected}, ", done.stderr)
        # pcapng counts in whole seconds if it likes (if_tsresol 0), beyond what microseconds can hold.
        def block(kind, body):
            size = struct.pack("<I", 12 + len(body))
            return struct.pack("<I", kind) + size + body + size
        whole_seconds = struct.pack("<HHIHHIHH", 1, 0, 0, 9, 1, 0, 0, 0)
        body = struct.pack("<IIIII", 0, 2**18, 0, len(frame), len(frame)) + frame + bytes(-len(frame) % 4)
        start = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        done = sniff("--read", self.file("far.pcapng", start + block(1, whole_seconds) + block(6, body)))
        self.assertIn("frame 1, time unknown, ", done.stdout, done.stderr)
        self.assertNotIn("runtime error", done.stderr)

    def test_the_file_that_is_read_is_not_written_over(self):
        path = self.file("a.pcap", frames.pcap(frames.well_formed()))
        before = pathlib.Path(path).read_bytes()
        self.expect_refusal(sniff("--read", path, "--write", path), 100, "being read")
        self.assertEqual(pathlib.Path(path).read_bytes(), before)

    def test_a_disk_that_is_full_is_told(self):
        path = self.file("a.pcap", frames.pcap(frames.well_formed()))
        self.expect_refusal(sniff("--read", path, "--write", "/dev/full"), 111, "/dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([SNIFF, "--read", path], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=PATIENCE_SECONDS)
        self.expect_refusal(done, 111, "stdout")

    def test_wrong_options_are_refused(self):
        for words in ([], ["--read", "a", "--interface", "lo"], ["--count", "0", "--read", "a"], ["--nonsense"]):
            with self.subTest(words=words):
                self.expect_refusal(sniff(*words), 100, "--")


@unittest.skipUnless(subprocess.run([*IN_NAMESPACE, "true"], stderr=subprocess.DEVNULL).returncode == 0,
                     "this system lets nobody have a network namespace (unshare --user --net)")
class Interfaces(Files):
    def test_an_interface_that_is_not_there_is_refused_with_those_that_are(self):
        self.expect_refusal(sniff("--interface", "nobody0", before=IN_NAMESPACE), 100, "nobody0", "there are: lo")

    def test_one_that_is_down_may_come_up(self):
        self.expect_refusal(sniff("--interface", "lo", before=IN_NAMESPACE), 111, "lo", "ip link set lo up")

    def test_without_the_right_it_says_how_to_get_it(self):
        # Root of a user namespace alone has no right over the network outside of it.
        done = sniff("--interface", "lo", before=["unshare", "--user", "--map-root-user"])
        self.expect_refusal(done, 100, "CAP_NET_RAW", "unshare")

    def conversation(self, how_it_ends):
        """sniff's output for one TCP conversation, told apart by its port; it is ended by a signal, or by its count."""
        # The program in the namespace is this file again, with the words of inside().
        done = subprocess.run([*IN_NAMESPACE, sys.executable, __file__, SNIFF, "inside", how_it_ends, str(self.folder / "kept.pcap")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_a_conversation_is_seen_and_sigterm_ends_with_counts(self):
        for ending in ("SIGTERM", "SIGINT"):
            with self.subTest(ending=ending):
                done = self.conversation(ending)
                seen = [lines[2].split(",")[1].strip() for lines in headers_by_sniff(done.stdout)]
                self.assertEqual(seen[:3], ["SYN", "SYN ACK", "ACK"])
                self.assertIn("data 18 bytes: GET / HTTP/1.0\\x0d\\x0a\\x0d\\x0a", done.stdout)
                self.assertRegex(done.stderr, r"\d+ frames, 0 of them with a fault; 0 dropped by the kernel")
                kept = sniff("--read", str(self.folder / "kept.pcap"))
                self.assertEqual(headers_by_sniff(kept.stdout), headers_by_sniff(done.stdout))

    def test_count_ends_it(self):
        done = self.conversation("--count")
        self.assertEqual(len(headers_by_sniff(done.stdout)), 3)
        self.assertIn("3 frames", done.stderr)


def inside(how_it_ends, kept):
    """In the namespace: listens on lo, has a conversation, prints what sniff printed, ends as sniff did."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    words = ["--interface", "lo", "--filter", "tcp", "--write", kept] + (["--count", "3"] if how_it_ends == "--count" else [])
    process = subprocess.Popen([SNIFF, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if process.stderr.readline() != "listening on lo\n":
        sys.exit(process.wait())
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as connection:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            connection.recv(100)
    if how_it_ends != "--count":
        for line in process.stdout:  # until the request has been seen: then a signal
            print(line, end="")
            if "data 18 bytes" in line:
                process.send_signal(signal.Signals[how_it_ends])
                break
    print(process.stdout.read(), end="")
    print(process.stderr.read(), end="", file=sys.stderr)
    sys.exit(process.wait())


if __name__ == "__main__":
    inside(*sys.argv[2:]) if sys.argv[1:2] == ["inside"] else driver.main()
