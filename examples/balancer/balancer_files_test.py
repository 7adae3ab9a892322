#!/usr/bin/env python3
"""What lies beside the program (man page, units), and TLS through it:  balancer_files_test.py BALANCER"""

import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading

from balancer_under_test import PATIENCE_SECONDS, Balancer, Case

import driver
import unit_files

BALANCER = pathlib.Path(sys.argv.pop(1)).resolve()
HERE = pathlib.Path(__file__).resolve().parent


class FilesCase(Case):
    def run_or_skip(self, *command):
        if not shutil.which(command[0]):
            self.skipTest(f"{command[0]} is not here")
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


class ManPage(FilesCase):
    def test_it_has_each_option_that_help_has_and_no_other_one(self):
        told = subprocess.run([BALANCER, "--help"], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS)
        text = (HERE / "balancer.1").read_text(encoding="ascii").replace("\\-", "-")
        described = re.findall(r"^\.TP\n\.BI? (--[a-z-]+)", text, re.MULTILINE)
        self.assertEqual(sorted(described), sorted(set(re.findall(r"^ +(?:-h,)?(--[a-z-]+)", told.stdout, re.MULTILINE)) - {"--help"}))
        self.assertGreater(len(described), 25)

    def test_its_defaults_are_those_of_the_program(self):
        told = subprocess.run([BALANCER, "--help"], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS)
        text = (HERE / "balancer.1").read_text(encoding="ascii").replace("\\-", "-")
        # "=100" by CLI11 2.3, " [100]" by 2.4.
        defaults = {option: before or later for option, before, later in re.findall(
            r"^ +(--[a-z-]+)[^\n=]*?(?:=([\d.e+]+)| \[([\d.e+]+)\])", told.stdout, re.MULTILINE)}
        self.assertIn("--connections", defaults)
        for option, value in defaults.items():
            if option == "--status":
                continue
            with self.subTest(option):
                about = re.search(rf"^\.BI? {option}\b.*\n((?:.*\n)*?)\.(?:TP|S[HS])", text, re.MULTILINE)[1]
                self.assertIn(f"({float(value):g})", re.sub(r"\((\d+)\)", lambda match: f"({float(match[1]):g})", about))

    def test_it_is_set_without_a_warning(self):
        done = self.run_or_skip("man", "--warnings", "-E", "UTF-8", "-l", str(HERE / "balancer.1"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("BALANCER(1)", done.stdout)


class Units(FilesCase):
    UNITS = [HERE / name for name in ("balancer.service", "balancer.socket")]

    def test_systemd_understands_them_and_they_may_do_little(self):
        self.assertEqual(unit_files.verify(self.UNITS, BALANCER), "")
        self.assertLessEqual(unit_files.exposure(self.UNITS[0]), 1.5)

    def test_and_would_say_what_it_does_not_understand(self):
        said = unit_files.verify(self.UNITS, BALANCER, lambda text: text.replace("ProtectHome=yes", "ProtectHom=yes"))
        self.assertIn("ProtectHom", said)


class Tls(FilesCase):
    def test_it_passes_through_and_the_certificate_is_the_back_ends(self):
        folder = self.folder()
        key, certificate = folder / "key", folder / "certificate"
        made = self.run_or_skip("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                                "-keyout", str(key), "-out", str(certificate), "-days", "1", "-subj", "/CN=back.example",
                                "-addext", "subjectAltName=DNS:back.example")
        self.assertEqual(made.returncode, 0, made.stderr)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    plain, _ = listener.accept()
                    with server.wrap_socket(plain, server_side=True) as connection:
                        while piece := connection.recv(65536):
                            connection.sendall(piece)
                except ssl.SSLError:
                    pass  # a probe
                except OSError:
                    if listener.fileno() == -1:
                        return

        threading.Thread(target=serve, daemon=True).start()
        trusted = ssl.create_default_context(cafile=str(certificate))
        with Balancer(BALANCER, [f"127.0.0.1:{listener.getsockname()[1]}"]) as balancer, \
                trusted.wrap_socket(balancer.connect(), server_hostname="back.example") as client:
            sent = b"secret" * 100_000
            threading.Thread(target=client.sendall, args=(sent,), daemon=True).start()
            heard = b""
            while len(heard) < len(sent):
                heard += client.recv(65536)
            self.assertEqual(heard, sent)


if __name__ == "__main__":
    driver.main()
