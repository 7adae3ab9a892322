#!/usr/bin/env python3
"""Conversations through lab's relay:  relay_test.py LAB"""

import os
import signal
import socket
import time

import relay_under_test
from relay_under_test import RelayTest

from reading import read_exactly, read_to_end
import driver


def lost_of_a_hundred(percent):
    return [number for number in range(1, 101) if number * percent // 100 > (number - 1) * percent // 100]


class Well(RelayTest):
    def test_tcp_passes_both_ways_and_each_end_by_itself(self):
        self.start_relay()
        client, server = self.connected()
        question = os.urandom(1_000_000)
        sending = os.fork()
        if sending == 0:
            client.sendall(question)
            client.shutdown(socket.SHUT_WR)
            os._exit(0)
        self.assertEqual(read_to_end(server), question)
        os.waitpid(sending, 0)
        server.sendall(b"answer after the end")
        server.close()
        self.assertEqual(read_to_end(client), b"answer after the end")

    def test_udp_passes_and_each_client_gets_its_own_answers(self):
        self.start_relay()
        clients = [self.opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(3)]
        for number, client in enumerate(clients):
            client.connect(self.address)
            client.send(b"question %d" % number)
        for _ in clients:
            text, sender = self.datagrams.recvfrom(100)
            self.datagrams.sendto(b"answer to " + text, sender)
        for number, client in enumerate(clients):
            self.assertEqual(client.recv(100), b"answer to question %d" % number)

    def test_it_ends_in_order_and_its_connections_with_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            relay = self.start_relay()
            client, server = self.connected()
            self.must_pass(client, server)
            relay.send_signal(number)
            self.assertEqual(client.recv(1), b"")
            self.assertEqual(server.recv(1), b"")
            self.assertEqual((relay.wait(relay_under_test.PATIENCE_SECONDS), relay.stderr.read()), (0, ""))

    def test_a_server_that_is_not_there_is_named_and_the_client_reset(self):
        relay = self.start_relay()
        self.server.close()
        with self.assertRaises(ConnectionResetError):
            self.connect().recv(1)
        self.assertEqual(relay.stderr.readline(), f"lab: relay: 127.0.0.1:{self.datagrams.getsockname()[1]}: Connection refused\n")
        self.datagrams.close()
        udp = self.opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.sendto(b"into the void", self.address)
        with self.assertRaises(ConnectionResetError):
            self.connect().recv(1)  # it lives

    def test_a_reset_is_passed_on(self):
        self.start_relay()
        client, server = self.connected()
        self.must_pass(client, server)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        server.close()
        self.assertRaises(ConnectionResetError, client.recv, 1)


class Faults(RelayTest):
    def test_late_is_late_and_in_order(self):
        self.start_relay("--delay", "80")
        client, server = self.connected()
        began = time.monotonic()
        for number in range(50):
            client.sendall(b"%02d" % number)
        self.assertEqual(read_exactly(server, 100), b"".join(b"%02d" % number for number in range(50)))
        self.assertGreaterEqual(time.monotonic() - began, 0.08)
        began = time.monotonic()
        udp = self.opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.sendto(b"question", self.address)
        _, sender = self.datagrams.recvfrom(100)
        self.assertGreaterEqual(time.monotonic() - began, 0.08)
        self.datagrams.sendto(b"answer", sender)
        self.assertEqual(udp.recv(100), b"answer")
        self.assertGreaterEqual(time.monotonic() - began, 0.16)

    def test_of_a_hundred_datagrams_the_same_ones_are_lost_each_time(self):
        for percent in (1, 30, 99):
            arriving = [number for number in range(1, 101) if number not in lost_of_a_hundred(percent)]
            self.assertEqual(len(arriving), 100 - percent)
            for _ in range(2):
                relay = self.start_relay("--drop", str(percent))
                udp = self.opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                for number in range(1, 101):
                    udp.sendto(b"%d" % number, self.address)
                self.assertEqual([int(self.datagrams.recv(100)) for _ in arriving], arriving)
                relay.terminate()
                relay.wait()

    def test_tcp_is_whole_although_datagrams_are_lost(self):
        self.start_relay("--drop", "100")
        self.must_pass(*self.connected())

    def test_after_a_cut_nothing_comes_and_nobody_is_told(self):
        self.start_relay("--cut-after", "1000")
        client, server = self.connected()
        client.sendall(bytes(3000))
        self.assertEqual(len(read_exactly(server, 1000)), 1000)
        server.sendall(b"an answer")
        client.shutdown(socket.SHUT_WR)
        self.must_pass(*self.connected())  # behind the others
        self.nothing_has_come(client, server)

    def test_a_cut_is_of_one_direction_s_bytes(self):
        self.start_relay("--cut-after", "1000")
        client, server = self.connected()
        self.must_pass(client, server, bytes(999))
        server.sendall(b"ab")
        self.assertEqual(client.recv(1), b"a")
        client.sendall(b"c")
        self.must_pass(*self.connected())
        self.nothing_has_come(client, server)

    def test_a_cut_from_the_beginning_lets_connect_succeed_and_nothing_more(self):
        self.start_relay("--cut-after", "0")
        client, server = self.connected()
        client.sendall(b"hello")
        another, its_server = self.connected()
        self.nothing_has_come(client, server, another, its_server)

    def test_a_cut_connection_whose_sides_have_both_gone_is_given_up(self):
        relay = self.start_relay("--cut-after", "0")
        before = len(os.listdir(f"/proc/{relay.pid}/fd"))
        for _ in range(relay_under_test.MOST_CONNECTIONS + 20):
            for end in self.connected():
                end.close()
        self.connected()
        self.assertLess(len(os.listdir(f"/proc/{relay.pid}/fd")), before + 2 * relay_under_test.MOST_CONNECTIONS)

    def test_datagrams_are_cut_too_and_another_client_s_are_not(self):
        self.start_relay("--cut-after", "10")
        first, second = (self.opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2))
        for text in (b"12345", b"67890", b"beyond"):
            first.sendto(text, self.address)
        second.sendto(b"another", self.address)
        self.assertEqual([self.datagrams.recv(100) for _ in range(3)], [b"12345", b"67890", b"another"])

    def test_a_reset_reaches_both_sides(self):
        self.start_relay("--reset-after", "1000")
        client, server = self.connected()
        client.sendall(bytes(999))
        self.assertEqual(len(read_exactly(server, 999)), 999)
        client.sendall(b"x")
        self.assertRaises(ConnectionResetError, client.recv, 1)
        self.assertRaises(ConnectionResetError, read_exactly, server, 2)

    def test_a_slow_way_takes_its_time(self):
        self.start_relay("--rate", "20000")
        client, server = self.connected()
        began = time.monotonic()
        client.sendall(bytes(4000))
        self.assertEqual(len(read_exactly(server, 4000)), 4000)
        self.assertGreaterEqual(time.monotonic() - began, 3000 / 20000)


if __name__ == "__main__":
    driver.main()
