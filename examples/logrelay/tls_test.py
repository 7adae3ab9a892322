#!/usr/bin/env python3
"""The real programs over TLS, with certificates by openssl(1):  tls_test.py LOGRELAY CLIENT"""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from certificates import Authority
from relay_under_test import PATIENCE_SECONDS, Program, Relay, text_of, wait_until

import driver

LOGRELAY, CLIENT = sys.argv[1:3]
del sys.argv[1:3]


class WithCertificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.ours = Authority(cls.folder)
        for name, usage in [("relay", "serverAuth"), ("anna", "clientAuth"), ("berta", "clientAuth")]:
            cls.ours.issue(name, usage)
        others = os.path.join(cls.folder, "others")
        os.mkdir(others)
        cls.others = Authority(others, "another").issue("mallory", "clientAuth").issue("relay", "serverAuth")

    def relay(self, *arguments, by=None):
        relay = Relay(LOGRELAY, *(by or self.ours).options("relay", ), *arguments, plain=False)
        return self.enterContext(relay)

    def client(self, relay, *certificates, host="localhost"):
        return self.enterContext(Program([CLIENT, "--connect", f"{host}:{relay.port}", "--to", "-", "--first-pause",
                                          "0.05", "--longest-pause", "0.1", *certificates]))

    def line(self, program):
        ready, _, _ = select.select([program.process.stdout], [], [], PATIENCE_SECONDS)
        return program.process.stdout.readline().rstrip("\n") if ready else self.fail(program.log)


class Mutual(WithCertificates):
    def test_messages_go_to_a_client_whose_certificate_our_authority_has_signed(self):
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host):
                relay = self.relay()
                client = self.client(relay, *self.ours.options("anna"), host=host)
                relay.wait_for(r"\(CN=anna\): a client")
                relay.send("<13>p: hello")
                self.assertEqual(text_of(self.line(client)), "hello")
                self.assertEqual((client.end(), relay.end()), (0, 0))

    def test_who_is_refused_hears_why_and_the_right_one_is_still_served(self):
        relay = self.relay()
        good = self.client(relay, *self.ours.options("anna"))
        relay.wait_for("a client")
        for name, certificates, words in [
                ("another authority's", self.others.options("mallory", ) [:4] + ["--authority",
                                                                                  self.ours.pem("authority")],
                 "CN=mallory: issued by no authority"),
                ("a server's", self.ours.options("relay"), "CN=relay: made for another purpose")]:
            with self.subTest(name):
                bad = self.client(relay, *certificates)
                relay.wait_for(rf"no client: .*({words})")
                bad.wait_for("the peer refused: .*; trying again")
                self.assertEqual(bad.process.poll(), None)
                bad.end()
        relay.send("<13>p: secret")
        self.assertEqual(text_of(self.line(good)), "secret")

    def test_a_client_believes_no_other_relay(self):
        relay = self.relay(by=self.others)
        client = self.client(relay, *self.ours.options("anna"))
        client.wait_for(r"localhost:\d+: certificate of CN=\w+: issued by no authority trusted here")
        client.end()
        elsewhere = self.client(relay, *self.ours.options("anna")[:4], "--authority", self.others.pem("another"),
                                "--name", "elsewhere.example")
        elsewhere.wait_for("CN=relay: not of the name or address that was asked for")

    def test_who_says_nothing_in_time_or_no_tls_is_no_client(self):
        relay = self.relay("--handshake-time", "0.2")
        with socket.create_connection(("127.0.0.1", relay.port)) as silent:
            silent.settimeout(PATIENCE_SECONDS)
            silent.recv(100)
            relay.wait_for("no client: no handshake in time")
        with socket.create_connection(("127.0.0.1", relay.port)) as plain:
            plain.sendall(b"from oldest\n")
            relay.wait_for("no client: (?!no handshake)")

    def test_certificates_are_read_again_at_a_signal(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        files = {name: os.path.join(folder, name) for name in ("chain", "key", "authority")}

        def install(chain, key, authority):
            for name, source in zip(files, (chain, key, authority)):
                shutil.copyfile(source, files[name])
                os.chmod(files[name], 0o600)

        install(self.ours.pem("relay"), self.ours.key("relay"), self.ours.pem("authority"))
        relay = self.enterContext(Relay(LOGRELAY, "--certificate", files["chain"], "--key", files["key"],
                                        "--authority", files["authority"], plain=False))
        anna = self.client(relay, *self.ours.options("anna"))
        relay.wait_for("CN=anna.*a client")
        # A key that does not fit: nothing changes.
        install(self.ours.pem("relay"), self.others.key("relay"), self.others.pem("another"))
        relay.tell(signal.SIGHUP)
        relay.wait_for("all is as it was")
        berta = self.client(relay, *self.ours.options("berta"))
        relay.wait_for("CN=berta.*a client")
        # Another authority: who is there stays, and nobody else of ours comes in.
        install(self.others.pem("relay"), self.others.key("relay"), self.others.pem("another"))
        relay.tell(signal.SIGHUP)
        relay.wait_for("read anew: .*certificates")
        mallory = self.client(relay, *self.others.options("mallory"))
        relay.wait_for("CN=mallory.*a client")
        relay.send("<13>p: hello")
        for client in (anna, berta, mallory):
            self.assertEqual(text_of(self.line(client)), "hello")
        berta.end()
        again = self.client(relay, *self.ours.options("berta"))
        again.wait_for("issued by no authority trusted here")

    def test_a_certificate_that_was_taken_back_does_not_count_any_more(self):
        ours = Authority(self.enterContext(tempfile.TemporaryDirectory()))
        for name, usage in [("relay", "serverAuth"), ("anna", "clientAuth"), ("berta", "clientAuth")]:
            ours.issue(name, usage)
        relay = self.relay("--revoked", ours.revoke("berta"), by=ours)
        anna = self.client(relay, *ours.options("anna"))
        relay.wait_for(r"\(CN=anna\): a client")
        berta = self.client(relay, *ours.options("berta"))
        relay.wait_for("no client: certificate of CN=berta: revoked by its authority")
        berta.end()
        # At a signal the list is read again. Who is connected stays, and does not come back.
        ours.revoke("anna")
        relay.tell(signal.SIGHUP)
        relay.wait_for("read anew: .*certificates")
        relay.send("<13>p: hello")
        self.assertEqual(text_of(self.line(anna)), "hello")
        anna.end()
        self.client(relay, *ours.options("anna"))
        relay.wait_for("no client: certificate of CN=anna: revoked by its authority")

    def test_a_list_that_gets_too_old_lets_nobody_in_until_there_is_a_new_one(self):
        began = time.time()
        ours = Authority(self.enterContext(tempfile.TemporaryDirectory()))
        ours.issue("relay", "serverAuth").issue("anna", "clientAuth")
        end = int(time.time() + 3 + 2 * (time.time() - began))  # later on a machine that is slow
        file = ours.revoke(until=time.strftime("%Y%m%d%H%M%SZ", time.gmtime(end)))
        try:
            relay = self.relay("--revoked", file, by=ours)
        except AssertionError as refused:  # this machine took longer than that to start it
            self.assertIn("the list of the revoked was to be renewed by", str(refused))
            self.skipTest("the list was too old before the relay was there")
        relay.wait_for("authority.crl: the list of the revoked is to be renewed by .* nobody of its authority is let in")
        wait_until(lambda: time.time() > end + 1, PATIENCE_SECONDS, "the list is too old")
        anna = self.client(relay, *ours.options("anna"))
        relay.wait_for("no client: certificate of CN=anna: its authority's list of the revoked is too old here")
        # Read again it changes nothing; a new one does, and the client comes in by itself.
        relay.tell(signal.SIGHUP)
        relay.wait_for("authority.crl: the list of the revoked was to be renewed by .*; all is as it was")
        ours.revoke()
        relay.tell(signal.SIGHUP)
        relay.wait_for(r"\(CN=anna\): a client")
        relay.send("<13>p: hello")
        self.assertEqual(text_of(self.line(anna)), "hello")

    def test_what_is_wrong_with_the_files_is_said_in_one_line(self):
        right = self.ours.options("relay")
        nothing = os.path.join(self.folder, "nothing.pem")
        open(nothing, "w", encoding="ascii").close()
        for program, arguments, words in [
                (LOGRELAY, [], "--certificate"), (LOGRELAY, right[:2], "--key"),
                (LOGRELAY, [*right, "--plaintext"], "--plaintext"), (CLIENT, ["--connect", "x:1"], "--certificate"),
                (LOGRELAY, ["--certificate", "/no/file", *right[2:]], "/no/file"),
                (LOGRELAY, [*right, "--revoked", "/no/list"], "/no/list"),
                (LOGRELAY, [*right, "--revoked", nothing], "nothing.pem: has no list of the revoked in it"),
                (CLIENT, ["--connect", "x:1", *right[:2], "--key", "/no/key", *right[4:]], "/no/key")]:
            with self.subTest(" ".join(arguments)):
                inputs = ["--udp", "127.0.0.1:0", "--listen", "127.0.0.1:0"] if program == LOGRELAY else []
                result = subprocess.run([program, *inputs, *arguments], capture_output=True, text=True, check=False,
                                        timeout=PATIENCE_SECONDS)
                self.assertEqual((result.returncode, result.stderr.count("\n")), (100, 1), result.stderr)
                self.assertIn(words, result.stderr)


class OpenSsl(WithCertificates):
    def receive(self, relay, *arguments):
        return self.enterContext(Program(
            ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{relay.port}", "-CAfile",
             self.ours.pem("authority"), "-verify_return_error", *arguments]))

    def test_s_client_has_the_bare_stream(self):
        relay = self.relay("--greeting-time", "0.2")
        receiver = self.receive(relay, "-cert", self.ours.pem("anna"), "-key", self.ours.key("anna"))
        relay.wait_for(r"\(CN=anna\): a client")
        relay.send("<13>Nov 29 07:03:05 p: hello", "<14>1 - h p - - - two")
        expected = r"\d+ <13>1 \S+ \S+ p - - - hello21 <14>1 - h p - - - two"
        came = ""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.fullmatch(expected, came) and time.monotonic() < deadline:
            if select.select([receiver.process.stdout], [], [], 1)[0]:
                came += os.read(receiver.process.stdout.fileno(), 1000).decode()
        self.assertRegex(came, f"^{expected}$")

    def test_without_a_certificate_or_with_an_older_tls_it_is_refused(self):
        for arguments, words in [((), "no client: "), (("-tls1_2", "-cert", self.ours.pem("anna"), "-key",
                                                         self.ours.key("anna")), "no client: ")]:
            with self.subTest(arguments):
                relay = self.relay()
                receiver = self.receive(relay, *arguments)
                relay.wait_for(words)
                self.assertNotEqual(receiver.process.wait(PATIENCE_SECONDS), 0)


if __name__ == "__main__":
    driver.main()
