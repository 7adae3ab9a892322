#!/usr/bin/env python3
"""What makes the program a service: control, reload, sockets from a manager, rights, status:
balancer_service_test.py BALANCER"""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

from balancer_under_test import PATIENCE_SECONDS, Balancer, Case, closed_port, wait_until

import driver
from processes_seen import status_field
from reading import read_exactly, read_line

BALANCER = sys.argv.pop(1)


class Control(Case):
    def test_only_its_owner_may_command(self):
        with Balancer(BALANCER, []) as balancer:
            mode = os.stat(balancer.control_path).st_mode
            self.assertTrue(stat.S_ISSOCK(mode))
            self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_one_that_drains_keeps_its_clients_and_is_seen_when_it_is_empty(self):
        a, b = self.back_ends("a", "b")
        with Balancer(BALANCER, [a, b]) as balancer, balancer.connect() as client:
            self.assertEqual(read_line(client), "a")
            self.assertEqual(balancer.control("wait", a.address),
                             (100, f"balancer: {a.address} takes clients: drain it first\n"))
            self.assertEqual(balancer.control("drain", a.address), (0, "1 connections are open\n"))
            self.assertEqual([balancer.named() for _ in range(3)], ["b"] * 3)
            waiting = subprocess.Popen([BALANCER, "control", balancer.control_path, "wait", a.address],
                                       stdout=subprocess.PIPE, text=True)
            balancer.wait_for_log("control: wait", 2)
            client.sendall(b"still here")
            self.assertEqual(read_exactly(client, 10), b"still here")
            self.assertEqual((balancer.back_end(a)["state"], waiting.poll()), ("draining", None))
            client.close()
            self.assertEqual(waiting.communicate(timeout=PATIENCE_SECONDS)[0], "no connection is open\n")
            self.assertEqual(waiting.returncode, 0)
            self.assertEqual(balancer.back_end(a)["state"], "drained")
            self.assertRegex(balancer.log(), f"notice: back end {a.address}: drained")
            self.assertEqual(balancer.control("undrain", a.address), (0, "0 connections are open\n"))
            self.assertEqual({balancer.named() for _ in range(2)}, {"a", "b"})

    def test_back_ends_come_and_go_while_it_runs(self):
        a, b = self.back_ends("a", "b")
        with Balancer(BALANCER, [a]) as balancer, balancer.connect() as client:
            self.assertEqual(read_line(client), "a")
            self.assertEqual(balancer.control("add", f"{b.address},weight=3"), (0, "added\n"))
            self.assertEqual(balancer.back_end(b)["weight"], 3)
            self.assertEqual(balancer.control("remove", a.address), (0, "1 connections are open\n"))
            self.assertEqual([balancer.named() for _ in range(3)], ["b"] * 3)
            self.assertEqual(balancer.back_end(a)["state"], "leaving")
            client.sendall(b"x")
            self.assertEqual(client.recv(1), b"x")
            client.close()
            wait_until(lambda: balancer.back_end(a) is None, PATIENCE_SECONDS, "it is gone")

    def test_the_table_says_what_is_there(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [f"{a.address},weight=2"]) as balancer:
            balancer.named()
            code, table = balancer.control("status")
            self.assertEqual((code, table.count("\n")), (0, 2))
            self.assertEqual(table.splitlines()[1].split()[:3], [a.address, "up", "2"])

    def test_what_is_wrong_is_said_in_one_line(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a]) as balancer:
            for words, text in [
                    (["drain", "web:80"], 'there is no back end "web:80"; status shows their names'),
                    (["add", a.address], f"back end {a.address} is there already"),
                    (["add", "web:80,weight=0"], '"web:80,weight=0": a weight is a number from 1 to 1000'),
                    (["drain", "x" * 1024], "a command has at most 1024 bytes"),
                    (["wait", a.address], f"{a.address} takes clients: drain it first"),
                    (["add", "127.0.0.1"], '"127.0.0.1": a back end needs a host and a port, such as 127.0.0.1:80'),
                    (["stop"], '"stop" is no command; there are: status, drain B, wait B, undrain B, '
                               'add HOST:PORT[,weight=N], remove B')]:
                with self.subTest(words):
                    self.assertEqual(balancer.control(*words), (100, f"balancer: {text}\n"))
            balancer.signal()
            balancer.end()
            code, text = balancer.control("status")
            self.assertEqual(code, 111)
            self.assertIn(f"does a balancer with --control {balancer.control_path} run?", text)

    def test_who_waits_and_goes_away_gives_the_place_back(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a]) as balancer, balancer.connect() as client:
            self.assertEqual(read_line(client), "a")
            balancer.control("drain", a.address)
            for number in range(20):  # more than there are places
                waiting = socket.socket(socket.AF_UNIX)
                waiting.connect(str(balancer.control_path))
                waiting.sendall(f"wait {a.address}\n".encode())
                balancer.wait_for_log("control: wait", number + 1)
                waiting.close()
            self.assertEqual(balancer.control("status")[0], 0)

    def test_who_says_nothing_or_too_much_there_is_hung_up_on(self):
        with Balancer(BALANCER, []) as balancer, socket.socket(socket.AF_UNIX) as client:
            client.connect(str(balancer.control_path))
            with contextlib.suppress(BrokenPipeError):
                client.sendall(b"x" * 10_000)
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(read_line(client), "error: a command has at most 1024 bytes")
                self.assertEqual(client.recv(1), b"")
            self.assertEqual(balancer.control("status")[0], 0)


class Reload(Case):
    def write(self, path, back_ends, *lines):
        names = ", ".join(f'"{getattr(one, "address", one)}"' for one in back_ends)
        path.write_text("\n".join([f"backend = [{names}]", *lines, ""]), encoding="ascii")

    def reload(self, balancer, says):
        count = len([line for line in balancer.log().splitlines() if "reload" in line])
        balancer.signal(signal.SIGHUP)
        wait_until(lambda: len([line for line in balancer.log().splitlines() if "reload" in line]) > count,
                   PATIENCE_SECONDS, "it has reloaded")
        self.assertIn(says, balancer.log().splitlines()[-1])

    def test_back_ends_and_rules_of_the_files_take_the_place_of_the_old_ones(self):
        a, b, c = self.back_ends("a", "b", "c")
        config, rules = self.folder() / "config", self.folder() / "rules"
        rules.write_text("# nobody yet\n", encoding="ascii")
        self.write(config, [a, b])
        with Balancer(BALANCER, [], "--config", str(config), "--access-file", str(rules)) as balancer, \
                balancer.connect() as client:
            self.assertEqual(read_line(client), "a")
            balancer.control("add", c.address)
            self.write(config, [f"{b.address},weight=2"], "access = 'deny 127.0.0.6'", "connections = 20")
            rules.write_text("deny 127.0.0.7\n", encoding="ascii")
            self.reload(balancer, "reloaded: ")
            self.assertEqual((balancer.back_end(a)["state"], balancer.back_end(b)["weight"]), ("leaving", 2))
            self.assertEqual(balancer.back_end(c)["state"], "up")  # a person has added it, and takes it away
            self.assertEqual([balancer.named(f"127.0.0.{number}") for number in (6, 7)], ["", ""])
            self.assertEqual(balancer.status()["most_open"], 20)
            self.assertIn(balancer.named("127.0.0.8"), "bc")
            client.sendall(b"x")  # who is there stays
            self.assertEqual(client.recv(1), b"x")

    def test_a_mistake_leaves_all_as_it_was(self):
        a, b = self.back_ends("a", "b")
        config = self.folder() / "config"
        for lines, says in [(["nonsense = 1"], "nonsense"), (["access = 'deny everybody'"], "--access:1:"),
                            (["tries = 0"], "tries"), (["connections = 3", "backend = 'x'"], "needs a host and a port")]:
            self.write(config, [a])
            with self.subTest(says), Balancer(BALANCER, [], "--config", str(config)) as balancer:
                config.write_text("\n".join([*lines, ""]), encoding="ascii")
                self.reload(balancer, "all stays as it was")
                self.assertIn(says, balancer.log().splitlines()[-1])
                self.assertEqual(balancer.named(), "a")
                self.write(config, [b])
                self.reload(balancer, "reloaded: 1 back ends")
                self.assertEqual(balancer.named(), "b")

    def test_too_many_back_ends_leave_all_as_it_was_and_who_is_leaving_does_not_count(self):
        a, = self.back_ends("a")
        config = self.folder() / "config"
        many = [f"127.0.0.1:{port}" for port in range(1, 202)]
        self.write(config, [a], "connections = 30")
        with Balancer(BALANCER, [], "--config", str(config)) as balancer, balancer.connect() as client:
            self.assertEqual(read_line(client), "a")
            self.write(config, many, "connections = 20")
            self.reload(balancer, "200 back ends are the most; all stays as it was")
            status = balancer.status()
            self.assertEqual((status["most_open"], [one["state"] for one in status["back_ends"]]), (30, ["up"]))
            self.write(config, many[:200])
            self.reload(balancer, "reloaded: 201 back ends")  # with the one that is leaving
            self.assertEqual(balancer.back_end(a)["state"], "leaving")

    def test_a_log_that_was_rotated_is_opened_anew(self):
        with Balancer(BALANCER, []) as balancer:
            balancer.log_path.rename(balancer.log_path.with_suffix(".1"))
            balancer.signal(signal.SIGHUP)
            balancer.wait_for_log("reloaded")


class Manager(Case):
    def test_it_takes_sockets_over_and_says_when_it_is_ready(self):
        a, = self.back_ends("a")
        path = self.folder() / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, socket.socket() as clients, \
                socket.socket() as status:
            manager.bind(str(path))
            manager.settimeout(PATIENCE_SECONDS)
            for one in (clients, status):
                one.bind(("127.0.0.1", 0))
                one.listen()
            waiting = socket.create_connection(clients.getsockname(), PATIENCE_SECONDS)  # before it is started
            self.addCleanup(waiting.close)

            def hand_over():
                low = [os.dup(one.fileno()) for one in (clients, status)]
                for number, one in enumerate(low):
                    os.dup2(one, 100 + number)
                for number in range(2):
                    os.dup2(100 + number, 3 + number, inheritable=True)

            script = 'LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=clients:status exec "$@"'
            with Balancer(BALANCER, [a], command=("sh", "-c", script, "sh"), listen=(), preexec_fn=hand_over,
                          close_fds=False, env={**os.environ, "NOTIFY_SOCKET": str(path)}) as balancer:
                self.assertEqual(balancer.port, clients.getsockname()[1])
                self.assertEqual(balancer.said["status"], f"http://127.0.0.1:{status.getsockname()[1]}/")
                self.assertEqual(manager.recv(100), b"READY=1")
                self.assertEqual(read_line(waiting), "a")
                balancer.signal()
                self.assertEqual(manager.recv(100), b"STOPPING=1")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_it_gives_its_rights_up_when_all_is_bound(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a], "--user", "nobody") as balancer:
            self.assertEqual(balancer.named(), "a")
            self.assertNotIn("0", status_field(balancer.process.pid, "Uid"))
            self.assertEqual(status_field(balancer.process.pid, "Groups"), [])
            self.assertEqual(int(status_field(balancer.process.pid, "CapEff")[0], 16), 0)
            self.assertEqual(balancer.control("status")[0], 0)  # the socket is root's, and so are we


class Status(Case):
    def test_the_figures_are_one_object_and_come_again_each_second(self):
        a, = self.back_ends("a")
        with Balancer(BALANCER, [a]) as balancer:
            balancer.named()
            seen = balancer.status()
            self.assertEqual((seen["policy"], seen["accepted"], seen["back_ends"][0]["made"]), ("round-robin", 1, 1))
            with urllib.request.urlopen(balancer.said["status"] + "events", timeout=PATIENCE_SECONDS) as events:
                self.assertEqual(events.headers["Content-Type"], "text/event-stream")
                statuses = []
                while len(statuses) < 2:
                    line = events.readline().decode()
                    if line.startswith("data: "):
                        statuses.append(json.loads(line[6:]))
                self.assertGreater(statuses[1]["uptime_s"], statuses[0]["uptime_s"] - 1)
            with urllib.request.urlopen(balancer.said["status"] + "history", timeout=PATIENCE_SECONDS) as answer:
                samples = json.load(answer)["back_ends"][0]["samples"]
            self.assertEqual(sum(made for _, made, _, _ in samples), 1)

    def test_it_only_reads_and_the_page_may_load_nothing_from_elsewhere(self):
        with Balancer(BALANCER, []) as balancer:
            page = balancer.said["status"]
            with urllib.request.urlopen(page, timeout=PATIENCE_SECONDS) as answer:
                self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
                self.assertNotIn(b"http", answer.read())
            for request, status in [(urllib.request.Request(page, method="POST", data=b""), 405),
                                    (urllib.request.Request(page + "nothing"), 404),
                                    (urllib.request.Request(page, headers={"Host": "evil.example"}), 421)]:
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)
                self.assertEqual(refused.exception.code, status)
                refused.exception.close()


class Refused(Case):
    def test_what_is_wrong_with_the_command_is_said_in_one_line(self):
        holder, used = closed_port()
        self.addCleanup(holder.close)
        holder.listen()
        listen = ["--listen", "127.0.0.1:0", "--status", "none"]
        for arguments, code, words in [
                ([], 100, "where shall clients come? say --listen ADDRESS:PORT"),
                (["--listen", "here"], 100, '"here": an address needs a port'),
                ([*listen, "--backend", "web"], 100, '"web": a back end needs a host and a port'),
                ([*listen, "--backend", "127.0.0.1:1", "--backend", "127.0.0.1:1"], 100, "is there already"),
                ([*listen, "--policy", "random"], 100, "--policy"),
                ([*listen, "--transfer", "fast"], 100, "--transfer"),
                ([*listen, "--tries", "11"], 100, "--tries"),
                ([*listen, "--access-file", "/nonexistent"], 100, "--access-file /nonexistent: No such file"),
                ([*listen, "--access-file", "/tmp"], 100, "--access-file /tmp: Is a directory"),
                ([*listen, "--probe-expect", "\\q"], 100, "behind a backslash"),
                ([*listen, "--proxy-from", "10.0.0.1/8"], 100, "--proxy-from:1:"),
                ([*listen, "--user", "no-such-user-here"], 100, "no-such-user-here"),
                (["control", "/nonexistent/socket", "status"], 111, "does a balancer with --control"),
                (["--listen", used, "--status", "none"], 111, f"bind {used}: Address already in use")]:
            with self.subTest(" ".join(arguments)):
                result = subprocess.run([BALANCER, *arguments], capture_output=True, text=True, check=False,
                                        timeout=PATIENCE_SECONDS)
                lines = [line for line in result.stderr.splitlines() if line.startswith("balancer: ")]
                self.assertEqual((result.returncode, len(lines)), (code, 1), result.stderr)
                self.assertIn(words, lines[0])


if __name__ == "__main__":
    driver.main()
