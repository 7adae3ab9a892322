#!/usr/bin/env python3
"""Clients of the real program, and back ends of this driver's own:  balancer_test.py BALANCER"""

import contextlib
import signal
import socket
import sys

from balancer_under_test import PATIENCE_SECONDS, BackEnd, Balancer, Case, wait_until

import driver
from processes_seen import descriptors, resident_bytes
from reading import read_exactly, read_line, read_to_end

BALANCER = sys.argv.pop(1)


class Choosing(Case):
    def test_round_robin_takes_turns_by_weight(self):
        a, b = self.back_ends("a", "b")
        with Balancer(BALANCER, [f"{a.address},weight=2", b]) as balancer:
            self.assertEqual([balancer.named() for _ in range(6)], ["a", "b", "a", "a", "b", "a"])

    def test_least_connections_looks_at_who_is_there(self):
        a, b = self.back_ends("a", "b")
        with Balancer(BALANCER, [a, b], "--policy", "least-connections") as balancer, contextlib.ExitStack() as held:
            names = []
            for _ in range(3):
                client = held.enter_context(balancer.connect())
                names.append((read_line(client), client))
            self.assertEqual(sorted(name for name, _ in names[:2]), ["a", "b"])
            most = names[2][0]
            fewest = "b" if most == "a" else "a"
            self.assertEqual(read_line(held.enter_context(balancer.connect())), fewest)

    def test_by_source_sends_an_address_to_the_same_back_end(self):
        back_ends = self.back_ends(*"abcd")
        with Balancer(BALANCER, back_ends, "--policy", "by-source") as balancer:
            sources = [f"127.0.0.{i}" for i in range(1, 30)]
            first = {source: balancer.named(source) for source in sources}
            self.assertEqual({source: balancer.named(source) for source in reversed(sources)}, first)
            self.assertGreater(len(set(first.values())), 1)

    def test_a_back_end_may_be_a_unix_socket(self):
        with Balancer(BALANCER, []) as balancer:
            path = str(balancer.folder / "web")
            one = BackEnd("u", path=path)
            self.addCleanup(one.end)
            self.assertEqual(balancer.control("add", f"unix:{path}"), (0, "added\n"))
            self.assertEqual(balancer.named(), "u")


class Failing(Case):
    def test_who_refuses_is_passed_over_and_the_cause_is_told(self):
        nobody = self.nobody()
        a, = self.back_ends("a")
        with Balancer(BALANCER, [nobody, a], "--fall", "100") as balancer:
            self.assertEqual([balancer.named() for _ in range(4)], ["a"] * 4)
            seen = balancer.back_end(nobody)
            self.assertEqual((seen["refused"], seen["timed_out"], seen["unreachable"], seen["made"]), (2, 0, 0, 0))
            self.assertEqual(balancer.status()["retries"], 2)
            self.assertIn(f"back end {nobody}: connect: refused, nobody listens there ({nobody}: Connection refused)",
                          balancer.log())

    def test_tries_are_bounded(self):
        with Balancer(BALANCER, [self.nobody() for _ in range(3)], "--tries", "2", "--fall", "100") as balancer:
            self.assertEqual(balancer.named(), "")
            self.assertEqual(sum(row["refused"] for row in balancer.status()["back_ends"]), 2)

    def test_failures_of_clients_mark_it_down_and_a_probe_wakes_it(self):
        a, b = self.back_ends("a", "b")
        with Balancer(BALANCER, [a, b], "--fall", "2", "--probe-every", "0.05", "--probe-rarest", "0.1") as balancer:
            self.assertEqual({balancer.named() for _ in range(2)}, {"a", "b"})
            a.close()
            balancer.wait_for_state(a, "down")
            self.assertEqual({balancer.named() for _ in range(4)}, {"b"})
            again = BackEnd("a again", port=a.port)
            self.addCleanup(again.end)
            balancer.wait_for_state(a, "up")
            self.assertEqual({balancer.named() for _ in range(2)}, {"a again", "b"})
            self.assertRegex(balancer.log(), rf"warning: back end {a.address}: down: .*refused")
            self.assertRegex(balancer.log(), rf"notice: back end {a.address}: up")

    def test_without_a_back_end_clients_are_closed_and_the_log_says_so_once(self):
        with Balancer(BALANCER, [self.nobody()], "--fall", "1") as balancer:
            self.assertEqual([balancer.named() for _ in range(5)], [""] * 5)
            self.assertEqual(balancer.status()["unserved"], 5)
            self.assertEqual(balancer.log().count("no back end can be reached"), 1)

    def test_a_probe_may_ask_and_look_at_the_answer(self):
        # As long as is looked at: what is no right answer is seen at once, and no clock decides.
        sick, well = self.back_ends("503 sick" * 600, "200 well")
        with Balancer(BALANCER, [sick, well], "--probe-send", "GET /health\\r\\n\\r\\n", "--probe-expect", "200 ",
                      "--fall", "1", "--rise", "1", "--probe-every", "0.05", "--probe-rarest", "0.1") as balancer:
            balancer.wait_for_state(sick, "down")
            balancer.wait_for_log("down: probe: another answer was expected")
            wait_until(lambda: b"GET /health\r\n\r\n" in well.heard, PATIENCE_SECONDS, "well was asked")
            self.assertEqual(balancer.back_end(well)["state"], "up")
            sick.name = "200 well again"
            balancer.wait_for_state(sick, "up")

    def test_who_was_reached_and_goes_away_is_not_replaced(self):
        a, b = self.back_ends("a", "b")
        with Balancer(BALANCER, [a, b]) as balancer, balancer.connect() as client:
            self.assertEqual(read_line(client), "a")
            a.reset_connections()
            with self.assertRaises(ConnectionResetError):
                client.recv(1)
            self.assertEqual((balancer.back_end(a)["broken"], balancer.back_end(b)["made"]), (1, 0))


class Passing(Case):
    def test_each_direction_ends_by_itself(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a]) as balancer, balancer.connect() as client:
            client.sendall(b"the question")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_to_end(client), b"a\nthe question")
            wait_until(lambda: a.heard == [b"the question"], PATIENCE_SECONDS, "the back end has heard the end")

    def test_megabytes_come_back_whole_by_each_way(self):
        a, = self.back_ends("a")
        sent = bytes(i * 7 % 251 for i in range(1_000_000)) * 5
        for way in ("copy", "splice", "auto"):
            with self.subTest(way), Balancer(BALANCER, [a], "--transfer", way) as balancer, \
                    balancer.connect() as client:
                self.assertEqual(read_line(client), "a")
                client.setblocking(False)
                heard, done = bytearray(), 0
                while len(heard) < len(sent):
                    with contextlib.suppress(BlockingIOError):
                        done += client.send(sent[done:done + 1_000_000])
                    with contextlib.suppress(BlockingIOError):
                        heard += client.recv(1_000_000)
                self.assertEqual(heard, sent)
                seen = balancer.back_end(a)
                self.assertEqual((seen["bytes_to"], seen["bytes_from"]), (len(sent), len(sent) + 2))

    def test_who_does_not_read_costs_no_memory_and_others_are_served(self):
        a, = self.back_ends("a")
        for way in ("copy", "splice", "auto"):
            with self.subTest(way), Balancer(BALANCER, [a], "--transfer", way) as balancer, \
                    contextlib.ExitStack() as clients:
                self.assertEqual(balancer.named(), "a")
                before = resident_bytes(balancer.process.pid)
                for _ in range(20):
                    client = clients.enter_context(balancer.connect())
                    client.setblocking(False)
                    quiet = 0
                    while quiet < 50:  # it sends and does not read, until nobody takes more
                        try:
                            client.send(b"x" * 65536)
                            quiet = 0
                        except BlockingIOError:
                            quiet += 1
                            self.assertEqual(balancer.process.poll(), None)
                            if quiet % 25 == 0:
                                self.assertEqual(balancer.named(), "a")
                # 20 clients, two directions, a buffer each: 2.6 MB; what they have sent is many times that.
                grown = resident_bytes(balancer.process.pid) - before
                self.assertLess(grown, 20_000_000)

    def test_idle_ones_are_reset(self):
        """That busy ones are not is in relay_test.cc, where no clock decides."""
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--idle-time", "0.2") as balancer, balancer.connect() as client:
            with self.assertRaises(ConnectionResetError):
                read_to_end(client)
            self.assertEqual(balancer.status()["timed_out"], 1)

    def test_nothing_is_left_of_those_who_have_gone(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a]) as balancer:
            self.assertEqual(balancer.named(), "a")
            wait_until(lambda: balancer.status()["open"] == 0, PATIENCE_SECONDS, "the first has gone")
            held = len(descriptors(balancer.process.pid))
            for _ in range(200):
                balancer.named()
            wait_until(lambda: balancer.status()["open"] == 0, PATIENCE_SECONDS, "all have gone")
            wait_until(lambda: len(descriptors(balancer.process.pid)) <= held, PATIENCE_SECONDS, "no descriptor is left")


class Limits(Case):
    def test_one_too_many_of_an_address_is_closed_and_others_come_in(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--connections-per-source", "2") as balancer, contextlib.ExitStack() as held:
            for _ in range(2):
                self.assertEqual(read_line(held.enter_context(balancer.connect())), "a")
            self.assertEqual(balancer.named(), "")
            self.assertEqual(balancer.named("127.0.0.2"), "a")
            self.assertEqual(balancer.status()["too_many"], 1)

    def test_beyond_the_limit_clients_wait(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--connections", "1") as balancer, balancer.connect() as first:
            self.assertEqual(read_line(first), "a")
            with balancer.connect() as second:
                self.assertEqual(balancer.status()["open"], 1)
                second.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    second.recv(1)
                second.settimeout(PATIENCE_SECONDS)
                first.close()
                self.assertEqual(read_line(second), "a")

    def test_the_access_list_decides_and_is_read_again(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--access", "deny 127.0.0.9") as balancer:
            self.assertEqual([balancer.named(source) for source in ("127.0.0.9", "127.0.0.8")], ["", "a"])
            self.assertEqual(balancer.status()["denied"], 1)


class Stopping(Case):
    def test_those_who_are_there_finish_and_nobody_else_comes(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a]) as balancer, balancer.connect() as client:
            self.assertEqual(read_line(client), "a")
            balancer.signal()
            balancer.wait_for_log("stopping: 1 connections are open")
            wait_until(lambda: self.is_refused(balancer), PATIENCE_SECONDS, "nobody listens")
            client.sendall(b"still here")
            self.assertEqual(read_exactly(client, 10), b"still here")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_to_end(client), b"")
            self.assertEqual(balancer.end(), (0, ""))
            self.assertFalse(balancer.control_path.exists())

    def test_files_of_its_sockets_go_with_it_but_not_what_another_has_put_there(self):
        folder = self.folder()
        with Balancer(BALANCER, [], listen=("--listen", f"unix:{folder}/clients", "--listen", "127.0.0.1:0")) as balancer:
            self.assertTrue((folder / "clients").is_socket())
            balancer.control_path.unlink()
            with socket.socket(socket.AF_UNIX) as other:
                other.bind(str(balancer.control_path))
                balancer.signal()
                self.assertEqual(balancer.end(), (0, ""))
                self.assertTrue(balancer.control_path.is_socket())
            self.assertFalse((folder / "clients").exists())
        with Balancer(BALANCER, []) as balancer:
            balancer.signal()
            self.assertEqual(balancer.end(), (0, ""))
            self.assertFalse(balancer.control_path.exists())

    def is_refused(self, balancer):
        try:
            balancer.connect().close()
        except ConnectionRefusedError:
            return True
        return False

    def test_who_stays_is_reset_at_the_stop_time_or_at_the_second_signal(self):
        a, = self.back_ends("a")
        for options, signals in ((("--stop-time", "0.1"), 1), ((), 2)):
            with self.subTest(options), Balancer(BALANCER, [a], *options) as balancer, balancer.connect() as client:
                self.assertEqual(read_line(client), "a")
                for number in range(signals):
                    balancer.signal(signal.SIGTERM)
                    balancer.wait_for_log("stopping:", number + 1)
                with self.assertRaises(ConnectionResetError):
                    client.recv(1)
                self.assertEqual(balancer.end(), (0, ""))


if __name__ == "__main__":
    driver.main()
