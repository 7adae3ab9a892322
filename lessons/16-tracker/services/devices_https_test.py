#!/usr/bin/env python3
"""Phones that send by HTTPS, with curl and Python's ssl as phones:  devices_https_test.py TRACKER CA

Run by root it also shows which processes have the key."""

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import unittest

from https_under_test import IS_ROOT, PATIENCE_SECONDS, TRACKER, Web, holds, wait_until

import driver

TLS = ("--listen-devices-tls", "127.0.0.1:0")
T0 = 1_700_000_000


class Phones(Web):
    def started(self, *options):
        """A server that hears phones by TLS; where, and a device's token."""
        return self.server(*TLS, *options).secured()

    @contextlib.contextmanager
    def heard(self, *options):
        with self.started(*options) as server:
            server.tls_port = port_of(server.status["devices_tls"][0])
            server.plain_port = port_of(server.status["devices"][0])
            server.token = server.add_device("van")
            yield server

    def curl(self, server, number, *words, port=None, scheme="https", host="127.0.0.1", believes=True):
        """Sends a fix of its own number: (exit code, what was answered and its status)."""
        url = f"{scheme}://{host}:{port or server.tls_port}/osmand/{server.token}?lat=48.1&lon=11.5&timestamp={T0 + number}"
        trust = ["--cacert", self.authority.pem] if believes else []
        ran = subprocess.run(["curl", "--silent", "--show-error", "--write-out", "%{http_code}", *trust, *words, url],
                             capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        return ran.returncode, ran.stdout

    def connect(self, server, port=None):
        """A phone that stays connected."""
        plain = socket.create_connection(("127.0.0.1", port or server.tls_port), PATIENCE_SECONDS)
        connection = http.client.HTTPConnection("test")
        connection.sock = server.context().wrap_socket(plain, server_hostname="127.0.0.1")
        self.addCleanup(connection.close)
        return connection

    def send(self, server, connection, number):
        connection.request("GET", f"/osmand/{server.token}?lat=48.1&lon=11.5&timestamp={T0 + number}",
                           headers={"Host": "127.0.0.1"})
        with connection.getresponse() as answer:
            answer.read()
            return answer.status

    def test_a_fix_is_stored_and_who_does_not_know_the_authority_sends_none(self):
        with self.heard() as server:
            self.assertEqual(self.curl(server, 1), (0, "200"))
            self.assertEqual(self.curl(server, 2, "--tls-max", "1.2"), (0, "200"))  # an old phone
            self.assertEqual(self.curl(server, 3, port=server.plain_port, scheme="http"), (0, "200"))
            # The controls: nobody says where he is to a server that he does not believe, by a version that is broken, or
            # where TLS is meant in clear.
            self.assertEqual(self.curl(server, 4, believes=False), (60, "000"))
            self.assertEqual(self.curl(server, 5, host="localhost"), (60, "000"))
            self.assertEqual(self.curl(server, 6, "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"), (35, "000"))
            code, said = self.curl(server, 7, scheme="http")
            self.assertEqual((code, said.endswith("400"), "begin it with https://" in said), (0, True, True), said)
            self.assertEqual(numbers_in(server), {1, 2, 3})

    def test_it_is_said_where_phones_send(self):
        with self.heard() as server:
            said = f"Phones send to https://127.0.0.1:{server.tls_port}/\n"
            self.assertIn(said, server.run("status", "--data", server.data)[1])
            self.assertIn(f"devices-tls: https://127.0.0.1:{server.tls_port}/\n", server.said.decode())
            self.assertIn(f"devices-tls: https://127.0.0.1:{server.tls_port}/\n", server.log_text())
        with self.server() as without:
            self.assertEqual(without.status["devices_tls"], [])
            self.assertNotIn("https", without.run("status", "--data", without.data)[1])

    def test_without_a_certificate_or_a_port_it_is_no_start(self):
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            for address, words in (("127.0.0.1:0", "add web-certificate and web-key"), ("unix:/x", "has no port"),
                                   ("127.0.0.1", "listen-devices-tls: ")):
                for command in ("check", "serve"):
                    ran = subprocess.run([TRACKER, command, "--data", folder, "--listen-web", "127.0.0.1:0",
                                          "--listen-devices", "127.0.0.1:0", "--listen-devices-tls", address],
                                         capture_output=True, text=True, timeout=PATIENCE_SECONDS)
                    self.assertEqual((ran.returncode, ran.stderr.count("\n")), (100, 1), ran.stderr)
                    self.assertIn(words, ran.stderr)
                    self.assertIn("listen-devices-tls", ran.stderr)

    def test_a_reload_shows_the_new_certificate_in_every_thread_and_costs_nobody_his_connection(self):
        with self.heard("--receivers", "2", "--threads", "2") as server:
            first = {self.serial(server) for _ in range(16)}
            self.assertEqual(len(first), 1)
            stays = self.connect(server)
            self.assertEqual(self.send(server, stays, 1), 200)
            second = server.renew()
            self.assertEqual(server.reload(), (0, "Reloaded.\n", ""))
            wait_until(lambda: {self.serial(server) for _ in range(16)} == {second}, "the new certificate everywhere")
            self.assertEqual(self.send(server, stays, 2), 200)
            # What is wrong is used nowhere, and who has to begin anew begins with what was good.
            server.key.write_text("no key\n")
            self.assertEqual(server.reload()[0], 100)
            receivers = [pid for name, pid in server.pids().items() if name.startswith("receiver")]
            self.assertEqual(len(receivers), 2)
            for pid in receivers:
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: self.serial_if_served(server) == second, "receivers again")
            self.assertEqual({self.serial(server) for _ in range(16)}, {second})
            self.assertEqual(numbers_in(server), {1, 2})

    def serial(self, server):
        connection = self.connect(server)
        with contextlib.closing(connection):
            return connection.sock.getpeercert()["serialNumber"]

    def serial_if_served(self, server):
        with contextlib.suppress(OSError):
            return self.serial(server)

    def test_both_ports_have_one_limit_and_one_list(self):
        with self.heard("--max-connections-per-address", "3") as server:
            plain = [socket.create_connection(("127.0.0.1", server.plain_port), PATIENCE_SECONDS) for _ in range(3)]
            wait_until(lambda: self.counters(server)["open_connections"] == 3, "three inside")
            with self.assertRaises((ssl.SSLError, OSError)):
                self.connect(server)
            self.assertEqual(self.counters(server)["turned_away"], 1)
            for each in plain:
                each.close()
            wait_until(lambda: self.counters(server)["open_connections"] == 0, "nobody inside")
            self.assertEqual(self.send(server, self.connect(server), 1), 200)
        with self.heard("--access-devices", "deny 127.0.0.1") as server:
            with self.assertRaises((ssl.SSLError, OSError)):
                self.connect(server)
            wait_until(lambda: self.counters(server)["denied"] == 1, "he was denied")

    @staticmethod
    def counters(server):
        return next(service["counters"] for service in server.read_status()["services"]
                    if service["name"].startswith("receiver"))

    def test_a_peer_that_does_not_finish_its_handshake_holds_up_nobody_and_is_cut_off(self):
        with self.heard("--max-connections-per-address", "400") as server:
            silent = [socket.create_connection(("127.0.0.1", server.tls_port), PATIENCE_SECONDS) for _ in range(200)]
            for each in silent[::2]:
                each.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
            self.assertEqual(self.curl(server, 1), (0, "200"))
            wait_until(lambda: self.counters(server)["not_secured"] == 200, "the handshakes' ends")
            for each in silent:
                each.settimeout(PATIENCE_SECONDS)
                with contextlib.closing(each), contextlib.suppress(ConnectionResetError):
                    while each.recv(4096):
                        pass
            self.assertEqual(self.curl(server, 2), (0, "200"))
            self.assertEqual(numbers_in(server), {1, 2})

    @unittest.skipUnless(IS_ROOT, "devices_https: the memory of others: needs root")
    def test_the_key_is_where_it_is_used_and_nowhere_else(self):
        with self.heard("--receivers", "2") as server:
            line = server.key.read_bytes().splitlines()[1]
            self.assertTrue(holds(os.getpid(), line), "the look itself finds nothing")
            pids = {**server.pids(), "supervisor": server.process.pid}
            self.assertIn("store", pids)
            for name, pid in pids.items():
                if name != "web app" and not name.startswith("receiver"):
                    self.assertFalse(holds(pid, line), name)


def port_of(address):
    return int(address.rsplit(":", 1)[1])


def numbers_in(server):
    with contextlib.closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        return {time_ms // 1000 - T0 for time_ms, in database.execute("SELECT time_ms FROM fix")}


if __name__ == "__main__":
    driver.main()
