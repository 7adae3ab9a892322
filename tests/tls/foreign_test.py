"""Our TLS against openssl and curl:  foreign_test.py CA TLS_SERVER TLS_CLIENT

Certificates come from examples/ca. The list of versions and ciphers that we offer is asked for one by one, as
testssl.sh does it: what nobody offers by mistake must be refused, and what we mean to offer must be there."""

import contextlib
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes_seen import PATIENCE_SECONDS

import driver

CA, SERVER, CLIENT = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:4])
del sys.argv[1:4]

CIPHERS_13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
# For a key of a curve; those for RSA keys need a certificate of that kind.
CIPHERS_12 = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"}


def run(*words, stdin="", **how):
    return subprocess.run([str(word) for word in words], input=stdin, capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, check=False, **how)


class House:
    """An authority with a server and two clients, made once."""

    def __init__(self):
        self.holder = tempfile.TemporaryDirectory()
        self.here = pathlib.Path(self.holder.name)
        for words in (["init"], ["server", "localhost", "127.0.0.1"], ["client", "anna"], ["client", "rosa"], ["revoke", "rosa"]):
            subprocess.run([CA, *words], cwd=self.here, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_SECONDS)
        self.folder = self.here / "authority"

    def file(self, name):
        return self.folder / name

    def identity(self, name):
        return ["-cert", self.file(f"{name}.pem"), "-key", self.file(f"{name}.key")]


def setUpModule():
    global HOUSE
    HOUSE = House()
    unittest.addModuleCleanup(HOUSE.holder.cleanup)


class OurServer(contextlib.ExitStack):
    def __init__(self, *options, chain=None, key=None):
        super().__init__()
        self.process = subprocess.Popen([SERVER, chain or HOUSE.file("localhost.pem"), key or HOUSE.file("localhost.key"), *options],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.callback(self.end)
        self.port = int(self.process.stdout.readline())

    def end(self):
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def openssl(self, *words, stdin="GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):
        return run("openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-servername", "localhost", "-CAfile",
                   HOUSE.file("authority.pem"), "-verify_return_error", "-ign_eof", *words, stdin=stdin)

    def curl(self, path, *words):
        return run("curl", "--silent", "--show-error", "--cacert", HOUSE.file("authority.pem"), *words,
                   f"https://localhost:{self.port}{path}", "--resolve", f"localhost:{self.port}:127.0.0.1")


def spoken(result):
    """Version and cipher that openssl s_client has agreed on, or nothing."""
    found = re.search(r"New, (\S+), Cipher is (\S+)", result.stdout)
    return None if found is None or found.group(2) == "(NONE)" else found.group(2)


class OffersTest(unittest.TestCase):
    def test_nothing_before_1_3_unless_1_2_is_allowed_and_nothing_before_that(self):
        for options, good in [([], {"-tls1_3"}), (["--tls12"], {"-tls1_3", "-tls1_2"})]:
            with OurServer(*options) as server:
                for version in ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3"):
                    result = server.openssl(version, "-cipher", "ALL:@SECLEVEL=0")
                    self.assertEqual(spoken(result) is not None, version in good, (options, version, result.stderr))
                    if version not in good:
                        self.assertEqual(server.line(), "not secured: no version of TLS that both sides speak (unsupported protocol)")

    def test_the_ciphers_are_these_and_no_others(self):
        every_12 = run("openssl", "ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").stdout.strip().split(":")
        self.assertGreater(len(every_12), 40)
        every_12 = [name for name in every_12 if not name.startswith("TLS_")]
        every_13 = [*CIPHERS_13, "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]
        with OurServer("--tls12") as server:
            self.assertEqual(self.chosen(server, every_12, "-tls1_2", "-cipher", "@SECLEVEL=0"), CIPHERS_12)
            self.assertEqual(self.chosen(server, every_13, "-tls1_3", "-ciphersuites"), CIPHERS_13)

    def chosen(self, server, names, version, option, *more):
        """Offers all, then all but those that the server has chosen, until it chooses none."""
        left, found = list(names), set()
        while cipher := spoken(server.openssl(version, option, ":".join([*left, *more]))):
            found.add(cipher)
            left.remove(cipher)
        self.assertIn("no shared cipher", server.line())
        return found

    def test_the_handshake_is_whole_and_modern(self):
        with OurServer("--tls12") as server:
            said = server.openssl("-tls1_2").stdout
            self.assertIn("Secure Renegotiation IS supported", said)
            self.assertIn("Compression: NONE", said)
            self.assertIn("Extended master secret: yes", said)
            self.assertRegex(server.openssl().stdout, r"Server Temp Key: X25519|Negotiated TLS1.3 group: X25519")

    def test_nobody_renegotiates(self):
        with OurServer("--tls12") as server:
            with subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as client:
                said = ""
                while "---\nread R BLOCK" not in said and "Extended master secret" not in said:
                    self.assertNotEqual(line := client.stdout.readline(), "", said)
                    said += line
                said += client.communicate("R\n", timeout=PATIENCE_SECONDS)[0]
            self.assertRegex(said, "no renegotiation|No renegotiation|NO_RENEGOTIATION")


class WhoTest(unittest.TestCase):
    def test_curl_is_answered_by_name_and_knows_the_server(self):
        with OurServer("--clients", HOUSE.file("authority.pem")) as server:
            result = server.curl("/who", "--cert", HOUSE.file("anna.pem"), "--key", HOUSE.file("anna.key"))
            self.assertEqual((result.returncode, result.stdout), (0, "CN=anna"), result.stderr)
            refused = server.curl("/who")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("certificate required", refused.stderr)
            self.assertEqual(server.line(), "not secured: the peer sent no certificate")

    def test_curl_gets_a_long_answer_whole(self):
        with OurServer() as server:
            result = server.curl("/large")
            self.assertEqual((result.returncode, len(result.stdout)), (0, 3_000_000), result.stderr)

    def test_curl_does_not_believe_another_name(self):
        with OurServer() as server:
            result = run("curl", "--silent", "--show-error", "--cacert", HOUSE.file("authority.pem"), f"https://other.example:{server.port}/who",
                         "--resolve", f"other.example:{server.port}:127.0.0.1")
            self.assertEqual(result.returncode, 60, result.stderr)

    def test_who_is_revoked_is_refused_in_words(self):
        with OurServer("--clients", HOUSE.file("authority.pem"), "--revoked", HOUSE.file("revoked.pem")) as server:
            self.assertIn("certificate revoked", server.openssl(*HOUSE.identity("rosa")).stderr)
            self.assertEqual(server.line(), "not secured: certificate of CN=rosa: revoked by its authority")
            self.assertIn("CN=anna", server.openssl(*HOUSE.identity("anna")).stdout)

    def test_the_protocol_is_agreed_on(self):
        with OurServer("--alpn", "http/1.1") as server:
            self.assertIn("ALPN protocol: http/1.1", server.openssl("-alpn", "h2,http/1.1").stdout)
            self.assertIn("no application protocol", server.openssl("-alpn", "h2").stderr)
            self.assertEqual(server.line(), "not secured: no protocol that both sides offer (ALPN)")

    def test_the_same_client_in_python(self):
        context = ssl.create_default_context(cafile=HOUSE.file("authority.pem"))
        with OurServer() as server, socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secured:
                secured.sendall(b"GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                said = b""
                while got := secured.recv(4096):  # an end without close_notify is an exception here
                    said += got
                self.assertTrue(said.endswith(b"nobody"), said)


class TicketTest(unittest.TestCase):
    def test_a_ticket_is_good_until_the_files_are_read_again(self):
        session = HOUSE.here / "session"
        with OurServer("--clients", HOUSE.file("authority.pem")) as server:
            first = server.openssl(*HOUSE.identity("anna"), "-sess_out", session)
            self.assertIn("CN=anna", first.stdout)
            self.assertIn("Reused, TLSv1.3", server.openssl(*HOUSE.identity("anna"), "-sess_in", session).stdout)
            server.process.send_signal(signal.SIGHUP)
            self.assertEqual(server.line(), "reloaded")
            self.assertIn("New, TLSv1.3", server.openssl(*HOUSE.identity("anna"), "-sess_in", session).stdout)

    def test_a_ticket_does_not_outlive_its_authority(self):
        other = HOUSE.here / "other"
        subprocess.run([CA, "--folder", other, "init", "--name", "Other"], check=True, stdout=subprocess.DEVNULL)
        clients, session = HOUSE.here / "clients.pem", HOUSE.here / "session2"
        clients.write_bytes(HOUSE.file("authority.pem").read_bytes() + (other / "authority.pem").read_bytes())
        with OurServer("--clients", clients) as server:
            self.assertIn("CN=anna", server.openssl(*HOUSE.identity("anna"), "-sess_out", session).stdout)
            # Without a certificate of its own the client has nothing but the ticket.
            self.assertIn("Reused, TLSv1.3", server.openssl("-sess_in", session).stdout)
            clients.write_bytes((other / "authority.pem").read_bytes())
            server.process.send_signal(signal.SIGHUP)
            self.assertEqual(server.line(), "reloaded")
            refused = server.openssl("-sess_in", session)
            self.assertNotIn("Reused", refused.stdout)
            self.assertIn("certificate required", refused.stderr)
            self.assertEqual(server.line(), "not secured: the peer sent no certificate")

    def test_a_reload_whose_key_does_not_fit_leaves_the_old_in_use(self):
        chain, key = HOUSE.here / "chain.pem", HOUSE.here / "key.pem"
        chain.write_bytes(HOUSE.file("localhost.pem").read_bytes())
        key.write_bytes(HOUSE.file("localhost.key").read_bytes())
        key.chmod(0o600)
        with OurServer(chain=chain, key=key) as server:
            key.write_bytes(HOUSE.file("anna.key").read_bytes())
            server.process.send_signal(signal.SIGHUP)
            self.assertEqual(server.line(), f"kept the old: {key}: is not the key of the first certificate in {chain}")
            self.assertEqual(server.curl("/who").stdout, "nobody")


class OurClientTest(unittest.TestCase):
    """Our client, and openssl as a server that sends back each line the wrong way round."""

    def server(self, *words):
        process = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-rev", *map(str, HOUSE.identity("localhost")), *map(str, words)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, PATIENCE_SECONDS)
        self.addCleanup(process.terminate)
        while not (line := process.stdout.readline()).startswith("ACCEPT"):
            self.assertNotEqual(line, "")
        return line.rpartition(":")[2].strip()

    def ask(self, port, name, *identity, authorities=None):
        return run(CLIENT, port, name, authorities or HOUSE.file("authority.pem"), *identity)

    def test_a_conversation_to_its_end(self):
        said = self.ask(self.server(), "localhost")
        self.assertRegex(said.stdout, r"^TLSv1\.3 TLS_AES_\S+ CN=localhost\nolleh\n", said.stderr)

    def test_by_address_too(self):
        self.assertIn("olleh", self.ask(self.server(), "127.0.0.1").stdout)

    def test_another_name_or_authority_is_refused_before_a_byte_is_sent(self):
        port = self.server()
        self.assertEqual(self.ask(port, "other.example").stdout,
                         "handshake: certificate of CN=localhost: not of the name or address that was asked for\n")
        self.assertEqual(self.ask(port, "127.0.0.2").stdout,
                         "handshake: certificate of CN=localhost: not of the name or address that was asked for\n")
        stranger = HOUSE.here / "stranger"
        if not stranger.exists():
            subprocess.run([CA, "--folder", stranger, "init", "--name", "Stranger"], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(self.ask(port, "localhost", authorities=stranger / "authority.pem").stdout,
                         "handshake: certificate of CN=localhost: issued by no authority trusted here\n")

    def test_it_shows_its_own_certificate_when_it_is_asked(self):
        port = self.server("-Verify", "1", "-verify_return_error", "-CAfile", HOUSE.file("authority.pem"))
        self.assertIn("olleh", self.ask(port, "localhost", HOUSE.file("anna.pem"), HOUSE.file("anna.key")).stdout)
        self.assertIn("the peer refused: ", self.ask(port, "localhost").stdout)

    def test_an_old_server_is_refused(self):
        said = self.ask(self.server("-tls1_2"), "localhost").stdout
        self.assertRegex(said, "^handshake: (the peer refused: .*protocol version|no version of TLS)")


if __name__ == "__main__":
    driver.main()
