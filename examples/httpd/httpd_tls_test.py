#!/usr/bin/env python3
"""httpd over TLS, with Python's ssl (OpenSSL) as the peer and certificates of examples/ca:
httpd_tls_test.py HTTPD CA"""

import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import unittest

from httpd_under_test import DESIGNS, PAGE, Answer, Httpd, request

import driver
from processes_seen import PATIENCE_SECONDS, wait_until

HTTPD, CA = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
CLOSING = request("/page.html", fields=["Connection: close"])


class Authority:
    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.run("init")
        self.pem = str(self.folder / "authority.pem")

    def run(self, *words):
        subprocess.run([CA, *words, "--folder", str(self.folder)], check=True, capture_output=True,
                       timeout=PATIENCE_SECONDS)

    def make(self, kind, name):
        """(certificate, key)"""
        self.run(kind, name)
        return str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key")


class Tls(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="waymark-tls-")
        cls.authority = Authority(cls.folder.name, "ours")
        cls.other = Authority(cls.folder.name, "other")
        cls.server = cls.authority.make("server", "127.0.0.1")
        cls.client = cls.authority.make("client", "anna")
        cls.stranger = cls.other.make("client", "mallory")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def identity_in(self, server):
        """Files of the server's own, that a test may change."""
        for source, name in zip(self.server, ("server.pem", "server.key")):
            shutil.copy(source, server.folder / name)

    def start(self, *more, design="event", size=None):
        server = Httpd(HTTPD, "--tls-certificate", "FOLDER/server.pem", "--tls-key", "FOLDER/server.key",
                       "--cgi-bin", "FOLDER/cgi", *more, design=design, size=size)
        self.identity_in(server)
        return server

    def ask(self, server, identity=None, sent=CLOSING, trusted=None):
        """(the answer's bytes, the server's certificate)"""
        context = ssl.create_default_context(cafile=trusted or self.authority.pem)
        context.set_alpn_protocols(["http/1.1"])
        if identity:
            context.load_cert_chain(*identity)
        with context.wrap_socket(server.connect(), server_hostname="127.0.0.1") as connection:
            self.assertEqual(connection.version(), "TLSv1.3")
            self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")
            connection.sendall(sent)
            received = b""
            while more := connection.recv(65536):
                received += more
            return received, connection.getpeercert(binary_form=True)

    def test_files_and_programs_in_each_design(self):
        for design in DESIGNS:
            with self.subTest(design=design), self.start(design=design) as server:
                server.program("seen.cgi", "echo Content-Type: text/plain; echo; echo $HTTPS; cat\n")
                (server.folder / "root" / "large.bin").write_bytes(b"x" * 2_000_000)
                self.assertEqual(Answer(self.ask(server)[0]).body, PAGE)
                large = Answer(self.ask(server, sent=request("/large.bin", fields=["Connection: close"]))[0])
                self.assertEqual(large.body, b"x" * 2_000_000)
                body = os.urandom(200_000)
                sent = request("/cgi-bin/seen.cgi", "POST", ["Connection: close"], body)
                self.assertEqual(Answer(self.ask(server, sent=sent)[0]).body, b"on\n" + body)
                # In plain text nobody is answered, and those who come after are.
                self.assertNotIn(b"200 OK", server.ask_raw(CLOSING))
                self.assertEqual(Answer(self.ask(server)[0]).status, 200)
                self.assertEqual(server.end()[0], 0)

    def test_a_client_that_must_prove_who_it_is(self):
        for design in DESIGNS:
            with self.subTest(design=design), self.start("--tls-client-ca", self.authority.pem, design=design) as server:
                self.assertEqual(Answer(self.ask(server, self.client)[0]).status, 200)
                for identity in (None, self.stranger):
                    with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                        self.ask(server, identity)
                self.assertEqual(Answer(self.ask(server, self.client)[0]).status, 200)
                self.assertEqual(server.end()[0], 0)

    def test_a_server_of_another_authority_is_not_believed(self):
        with self.start() as server:
            with self.assertRaises(ssl.SSLCertVerificationError):
                self.ask(server, trusted=self.other.pem)

    def test_after_sighup_the_new_certificate_is_used_and_a_bad_one_is_not(self):
        for design in ("event", "dynamic-threads", "prefork"):
            # One worker: another one would read the files with its next client only.
            size = ["--workers", "1", "--threads", "8"] if design == "prefork" else None
            with self.subTest(design=design), \
                    self.start("--error-log", "FOLDER/logs/error.log", design=design, size=size) as server:
                first = self.ask(server)[1]
                new = Authority(self.folder.name, f"new-{design}")
                for source, name in zip(new.make("server", "127.0.0.1"), ("server.pem", "server.key")):
                    shutil.copy(source, server.folder / name)
                self.assertEqual(self.ask(server)[1], first)
                server.process.send_signal(signal.SIGHUP)
                wait_until(lambda: self.is_served(server, new.pem), PATIENCE_SECONDS, "the new certificate is sent")

                (server.folder / "server.pem").write_text("nonsense\n")
                server.process.send_signal(signal.SIGHUP)
                log = server.folder / "logs" / "error.log"
                wait_until(lambda: "going on with the old files" in log.read_text(), PATIENCE_SECONDS, "it says so")
                self.assertIn("server.pem", log.read_text())
                self.assertTrue(self.is_served(server, new.pem))
                self.assertEqual(log.read_text().count("going on with the old files"), 1)
                self.assertEqual(server.end()[0], 0)

    def is_served(self, server, trusted):
        try:
            return Answer(self.ask(server, trusted=trusted)[0]).status == 200
        except ssl.SSLCertVerificationError:
            return False

    def test_who_says_nothing_is_cut_off_and_holds_up_nobody(self):
        with self.start("--header-timeout", "1") as server:
            with server.connect() as silent:
                self.assertEqual(Answer(self.ask(server)[0]).status, 200)
                silent.settimeout(PATIENCE_SECONDS)
                try:
                    self.assertEqual(silent.recv(1), b"")
                except ConnectionResetError:
                    pass

    def test_what_is_wrong_is_said(self):
        rows = [(["--tls-key", self.server[1]], "go together"), (["--tls-client-ca", self.authority.pem], "goes with"),
                (["--tls-certificate", self.server[0], "--tls-key", self.client[1]], "key"),
                (["--tls-certificate", "/nowhere.pem", "--tls-key", self.server[1]], "/nowhere.pem")]
        for arguments, says in rows:
            with self.subTest(arguments=arguments):
                said = subprocess.run([HTTPD, "--listen", "127.0.0.1:0", *arguments], capture_output=True, text=True,
                                      timeout=PATIENCE_SECONDS, check=False)
                self.assertEqual(said.returncode, 100)
                self.assertIn(says, said.stderr)


if __name__ == "__main__":
    driver.main()
