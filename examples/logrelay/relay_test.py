#!/usr/bin/env python3
"""The real relay, in plain text on ports of its own:  relay_test.py LOGRELAY"""

import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from relay_under_test import PATIENCE_SECONDS, Frames, Relay, text_of, wait_until

import driver
from processes_seen import descriptors, status_field
from socket_file import check_file_goes_with_server

LOGRELAY = sys.argv.pop(1)


def relay(*arguments, **options):
    return Relay(LOGRELAY, *arguments, **options)


class Messages(unittest.TestCase):
    def test_every_client_has_every_message_in_order_and_whole(self):
        with relay() as server, Frames(server) as first, Frames(server) as second:
            server.send(*(f"<13>p: {i}" for i in range(100)))
            for client in (first, second):
                self.assertEqual([text_of(message) for message in client.take(100)], [str(i) for i in range(100)])

    def test_udp_of_both_families_at_one_socket(self):
        with relay("--udp", "*:0") as server, Frames(server) as client:
            port = int(re.fullmatch(r"messages at \[::\]:(\d+)", server.lines[1]).group(1))
            for family, address in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]:
                with self.subTest(address), socket.socket(family, socket.SOCK_DGRAM) as sender:
                    sender.sendto(b"<13>p: hello", (address, port))
                    self.assertRegex(client.next(), rf"<13>1 \S+ {address} p - - - hello$")

    def test_a_hostile_datagram_is_one_clean_line(self):
        with relay() as server, Frames(server) as client:
            server.send(b"<13>p: a\n<0>1 - - - - - - forged\x1b[2J\0 5 x\n\n", b"", b"<999>\xff\xfe", b"<13>p: last")
            self.assertTrue(client.next().endswith(r" a\x0a<0>1 - - - - - - forged\x1b[2J\x00 5 x"))
            self.assertEqual(text_of(client.next()), "")
            self.assertEqual(client.next().encode(errors="surrogateescape")[-7:], b"<999>\xff\xfe")
            self.assertEqual(text_of(client.next()), "last")

    def test_what_is_longer_than_it_may_be_is_cut_and_says_so(self):
        with relay("--longest", "500") as server, Frames(server) as client:
            server.send("<13>p: " + "x" * 493, "<13>p: " + "y" * 494)
            self.assertEqual([text_of(message) for message in client.take(2)], ["x" * 493, "y" * 493 + "..."])
            self.assertEqual(server.counts()["cut"], 1)

    def test_senders_that_may_not_are_counted(self):
        with relay("--senders", "deny 127.0.0.2") as server, Frames(server) as client:
            for source in ("127.0.0.2", "127.0.0.3"):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.bind((source, 0))
                    sender.sendto(b"<13>p: from " + source.encode(), ("127.0.0.1", server.udp_port))
            self.assertEqual(text_of(client.next()), "from 127.0.0.3")
            self.assertEqual(server.counts()["refused"], 1)

    def test_what_the_kernel_dropped_is_told_where_it_is_missing(self):
        with relay() as server, Frames(server) as client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            server.tell(signal.SIGSTOP)
            wait_until(lambda: status_field(server.process.pid, "State")[0] == "T", PATIENCE_SECONDS, "it is stopped")
            count = 20_000
            for i in range(count):
                sender.sendto(b"<13>p: %d " % i + b"x" * 1000, ("127.0.0.1", server.udp_port))
            server.tell(signal.SIGCONT)
            came, lost, number = [], 0, count
            # The kernel tells with the next datagram that gets through.
            while not came or came[-1] < count:
                sender.sendto(b"<13>p: %d " % number, ("127.0.0.1", server.udp_port))
                number += 1
                text = text_of(client.next())
                if match := re.match(r"(\d+) messages were lost here on their way in", text):
                    lost += int(match.group(1))
                else:
                    came.append(int(text.split()[0]))
                    self.assertEqual(came[-1] + 1, len(came) + lost, "all before it have come, or are counted")
            self.assertGreater(lost, 0)


class SlowClients(unittest.TestCase):
    LARGE = 500

    def send_burst(self, server):
        server.send(*(f"<13>p: {i} ".encode() + bytes([97 + i % 26]) * 7000 for i in range(self.LARGE)))
        server.wait_until_received(self.LARGE)

    def check_large(self, text):
        number, filling = text.split()
        self.assertEqual(filling, chr(97 + int(number) % 26) * 7000)
        return int(number)

    def test_a_burst_within_the_bound_loses_nothing_and_tears_nothing(self):
        with relay() as server, Frames(server, receive_buffer=4096) as slow, Frames(server) as fast:
            self.send_burst(server)
            # The fast one has all while the other has taken nothing.
            self.assertEqual([self.check_large(text_of(fast.next())) for _ in range(self.LARGE)],
                             list(range(self.LARGE)))
            self.assertEqual([self.check_large(text_of(slow.next())) for _ in range(self.LARGE)],
                             list(range(self.LARGE)))
            self.assertEqual(server.counts()["dropped"], 0)

    def test_beyond_the_bound_the_number_stands_where_messages_are_missing(self):
        with relay("--keep-messages", "50") as server, Frames(server, receive_buffer=4096) as slow:
            self.send_burst(server)
            number = -1  # of the last one that came, or is told to be missing
            gaps = []
            while number < self.LARGE - 1:
                text = text_of(slow.next())
                if match := re.match(r"(\d+) messages were dropped here", text):
                    gaps.append(int(match.group(1)))
                    number += gaps[-1]
                else:
                    number += 1
                    self.assertEqual(self.check_large(text), number)
            self.assertGreaterEqual(len(gaps), 1)
            self.assertEqual(server.counts()["dropped"], sum(gaps))
            self.assertLessEqual(server.log.count("too slow"), len(gaps))

    def test_one_that_takes_nothing_is_given_up(self):
        with relay("--patience", "0.3") as server, Frames(server, receive_buffer=4096) as stuck:
            self.send_burst(server)
            server.wait_for(re.escape(stuck.name) + ": took nothing for too long")
            self.assertEqual(server.counts()["clients"], 0)


class Resuming(unittest.TestCase):
    def test_who_comes_back_goes_on_where_he_was(self):
        with relay() as server:
            with Frames(server) as client:
                server.send("<13>p: one", "<13>p: two")
                place = client.next().split()[0]
            server.send("<13>p: three")
            with Frames(server, f"from {place}\n") as again:
                self.assertEqual([text_of(message) for message in again.take(2)], ["two", "three"])
            with Frames(server, "from oldest\r\n") as third:
                self.assertEqual([text_of(message) for message in third.take(3)], ["one", "two", "three"])

    def test_numbers_that_are_gone_are_told(self):
        with relay("--keep-messages", "2") as server, Frames(server) as client:
            server.send("<13>p: 1")
            place = client.next().split()[0]
            server.send(*(f"<13>p: {i}" for i in range(2, 7)))
            server.wait_until_received(6)
            with Frames(server, f"from {place}\n") as again:
                self.assertIn(" 3 messages were dropped here", again.next())
                self.assertEqual([text_of(message) for message in again.take(2)], ["5", "6"])

    def test_who_says_nothing_has_bare_messages_from_its_beginning_on(self):
        with relay("--greeting-time", "0.3") as server:
            server.send("<13>p: before")
            server.wait_until_received(1)
            with Frames(server, "") as client:
                server.send("<13>p: hello")
                self.assertRegex(client.next(), r"^<13>1 \S+ \S+ p - - - hello$")

    def test_what_is_no_greeting_ends_it(self):
        with relay() as server:
            for words in ("GET / HTTP/1.1\r\n", "from 5\n", "x" * 1000):
                with self.subTest(words), Frames(server, words) as client:
                    self.assertTrue(client.is_cut_off())
                    server.wait_for(re.escape(client.name) + ": no client: what it said is no greeting")

    def test_who_talks_on_is_cut_off(self):
        with relay() as server, Frames(server) as client:
            try:
                for _ in range(10_000):
                    client.connection.sendall(b"x" * 1000)
                self.fail("ten megabytes were taken")
            except (BrokenPipeError, ConnectionResetError):
                pass
            server.wait_for(re.escape(client.name) + ": sends what nobody asked for")


class Service(unittest.TestCase):
    def test_clients_of_one_address_are_limited_and_others_come_in(self):
        with relay("--clients-per-source", "1") as server, Frames(server):
            with Frames(server) as second:
                self.assertTrue(second.is_cut_off())
            server.wait_for("refused, there are too many clients")
            with Frames(server, source="127.0.0.2") as elsewhere:
                server.send("<13>p: hello")
                self.assertEqual(text_of(elsewhere.next()), "hello")

    def test_rules_are_read_again_at_a_signal_and_wrong_ones_change_nothing(self):
        with tempfile.NamedTemporaryFile("w", suffix=".access") as file:
            def write(text):
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()

            write("deny 127.0.0.2\n")
            with relay("--access-file", file.name) as server:
                with Frames(server, source="127.0.0.2") as refused:
                    self.assertTrue(refused.is_cut_off())
                write("deny 127.0.0.300\n")
                server.tell(signal.SIGHUP)
                server.wait_for(re.escape(file.name) + r":1:6: .*; all is as it was")
                with Frames(server, source="127.0.0.2") as refused:
                    self.assertTrue(refused.is_cut_off())
                write("allow all\n")
                server.tell(signal.SIGHUP)
                server.wait_for("read anew: 0 rules for senders, 1 for clients")
                with Frames(server, source="127.0.0.2") as client:
                    server.send("<13>p: hello")
                    self.assertEqual(text_of(client.next()), "hello")

    def test_at_the_end_clients_have_what_is_there(self):
        with relay() as server, Frames(server) as client:
            server.tell(signal.SIGSTOP)
            server.send(*(f"<13>p: {i}" for i in range(5)))
            server.tell(signal.SIGTERM)
            server.tell(signal.SIGCONT)
            self.assertEqual([text_of(message) for message in client.take(5)], [str(i) for i in range(5)])
            self.assertIsNone(client.next())
            client.connection.close()
            self.assertEqual(server.process.wait(PATIENCE_SECONDS), 0)

    def test_descriptors_are_given_back(self):
        with relay() as server:
            with Frames(server):
                before = len(descriptors(server.process.pid)) - 1
            for _ in range(30):
                with Frames(server) as client:
                    server.send("<13>p: hello")
                    client.next()
            wait_until(lambda: len(descriptors(server.process.pid)) == before, PATIENCE_SECONDS, "all are closed")

    def test_the_socket_file_is_for_everybody_and_a_left_one_is_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as left:
                left.bind(path)
                used = subprocess.run([LOGRELAY, "--plaintext", "--listen", "127.0.0.1:0", "--socket", path],
                                      capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
                self.assertEqual((used.returncode, used.stderr.count("\n")), (111, 1), used.stderr)
            with relay("--socket", path):
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o666)

    def test_the_files_of_its_sockets_go_with_it(self):
        for words in (["--listen", "127.0.0.1:0", "--socket", "PATH"], ["--udp", "127.0.0.1:0", "--listen", "unix:PATH"]):
            with self.subTest(" ".join(words)):
                check_file_goes_with_server(self, LOGRELAY, "--plaintext", *words)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_the_user_is_dropped_for_good_once_all_is_open(self):
        with relay("--user", "nobody") as server, Frames(server) as client:
            pid = server.process.pid
            self.assertEqual(status_field(pid, "Uid"), [str(pwd.getpwnam("nobody").pw_uid)] * 4)
            self.assertEqual(status_field(pid, "Groups"), [""] if status_field(pid, "Groups") == [""] else [])
            self.assertEqual(status_field(pid, "CapEff"), ["0" * 16])
            server.send("<13>p: hello")
            self.assertEqual(text_of(client.next()), "hello")

    def test_a_service_manager_hands_the_sockets_in_and_hears_when_it_is_ready(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.create_server(("127.0.0.1", 0)) as tcp:
            manager.bind(os.path.join(folder, "notify"))
            manager.settimeout(PATIENCE_SECONDS)
            udp.bind(("127.0.0.1", 0))
            # A shell stands for the manager: it puts the sockets at 3 and 4, and LISTEN_PID is the process's own.
            script = f'exec 3<&{udp.fileno()} 4<&{tcp.fileno()}; LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"'
            with Relay("bash", "-c", script, "bash", LOGRELAY, "--plaintext", named=False, plain=False,
                       pass_fds=(udp.fileno(), tcp.fileno()),
                       env=os.environ | {"NOTIFY_SOCKET": os.path.join(folder, "notify")}) as server:
                self.assertEqual(manager.recv(100), b"READY=1")
                self.assertEqual(server.port, tcp.getsockname()[1])
                with Frames(server) as client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.sendto(b"<13>p: hello", udp.getsockname())
                    self.assertEqual(text_of(client.next()), "hello")
                self.assertEqual(server.end(), 0)
                self.assertEqual(manager.recv(100), b"STOPPING=1")

    def test_what_is_wrong_with_the_command_is_said_in_one_line(self):
        plain = ["--plaintext", "--listen", "127.0.0.1:0"]
        for arguments, code, words in [
                (plain, 100, "nothing to copy"), (["--plaintext", "--udp", "127.0.0.1:0"], 100, "other machines"),
                ([*plain, "--udp", "here"], 100, '"here"'), ([*plain, "--udp", "unix:/tmp/x"], 100, "--socket PATH"), ([*plain, "--udp", "192.0.2.1:0"], 111, "bind 192.0.2.1:0"),
                ([*plain, "--socket", "/" + "x" * 200], 100, "the path has"),
                ([*plain, "--socket", "/no/such/folder"], 111, "bind /no/such/folder"),
                ([*plain, "--udp", "127.0.0.1:0", "--access-file", "/no/file"], 100, "--access-file /no/file: No such"),
                ([*plain, "--udp", "127.0.0.1:0", "--senders-file", "/tmp"], 100, "--senders-file /tmp: Is a directory"),
                ([*plain, "--udp", "127.0.0.1:0", "--access", "allow x"], 100, "--access:1:7"),
                ([*plain, "--longest", "1"], 100, "--longest")]:
            with self.subTest(" ".join(arguments)):
                result = subprocess.run([LOGRELAY, *arguments], capture_output=True, text=True, check=False,
                                        timeout=PATIENCE_SECONDS)
                self.assertEqual((result.returncode, result.stderr.count("\n")), (code, 1), result.stderr)
                self.assertIn(words, result.stderr)


if __name__ == "__main__":
    driver.main()
