#!/usr/bin/env python3
"""From where the web app can be reached, and from where not:  web_reach_test.py TRACKER CA"""

import contextlib
import os
import pathlib
import re
import subprocess
import unittest

from https_under_test import OWN, PROXY, STRANGER, Web, enter_a_network_of_its_own

import driver

HAS_NETWORK = enter_a_network_of_its_own()


class Refused(Web):
    def refused(self, *arguments, words=()):
        """By the check and by a start, with the same line."""
        server = self.server()
        with contextlib.closing(server.log), server.folder:
            lines = []
            if "--listen-web" not in arguments:
                arguments = (*arguments, "--listen-web", "127.0.0.1:0")
            for command in ("check", "serve"):
                code, _, error = server.run(command, "--data", server.data, "--listen-devices", "127.0.0.1:0",
                                            *arguments)
                self.assertEqual((code, error.count("\n")), (100, 1), error)
                for word in words:
                    self.assertIn(word, error)
                lines.append(re.sub(r"^[^:]*: (web app: )?", "", error))
            self.assertEqual(lines[0], lines[1])

    def test_plain_http_for_others(self):
        for address in ("0.0.0.0:0", "*:0", "[::]:0", "192.0.2.1:0"):
            with self.subTest(address=address):
                self.refused("--listen-web", address, words=("listen-web: ", "--web-certificate", "--trusted-proxy",
                                                             "127.0.0.1"))

    def test_half_an_identity_and_wrong_files(self):
        pem, key = self.authority.issue()
        other = pathlib.Path(self.scratch.name) / "other.key"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(other)], check=True,
                       capture_output=True)
        os.chmod(other, 0o600)
        self.refused("--web-certificate", str(pem), words=("web-key is missing",))
        self.refused("--web-key", str(key), words=("web-certificate is missing",))
        both = lambda one, two: ("--web-certificate", str(one), "--web-key", str(two))
        self.refused(*both(pem, other), words=("other.key: is not the key of the first certificate",))
        self.refused(*both(pem, pem), words=("everybody may use this key; chmod 600" if
                                             pem.stat().st_mode & 0o7 else "has no private key",))
        self.refused(*both("/nowhere.pem", key), words=("/nowhere.pem: No such file",))

    def test_odd_names_and_proxies(self):
        self.refused("--web-name", "https://family.example", words=("web-name: ", "without https://"))
        self.refused("--trusted-proxy", "0.0.0.0/0", words=("trusted-proxy: ", "everybody"))
        self.refused("--trusted-proxy", "proxy.example", words=("trusted-proxy", "proxy.example"))

    def test_the_check_tells_of_an_end_that_is_near(self):
        server = self.server()
        with contextlib.closing(server.log), server.folder:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-subj", "/CN=x", "-days", "3", "-keyout", str(server.key), "-out",
                            str(server.certificate)], check=True, capture_output=True)
            server.secured()
            code, output, _ = server.run("check", "--data", server.data, "--listen-devices", "127.0.0.1:0",
                                         *server.extra_arguments)
            self.assertEqual(code, 0)
            self.assertRegex(output, r"fullchain\.pem: expires on .*; renew it soon\n")


@unittest.skipUnless(HAS_NETWORK, "web_https: other machines: needs root and ip, for a network of its own")
class OtherMachines(Web):
    def test_by_tls_with_an_address_or_a_name_of_ours(self):
        with self.server("--web-name", "family.example", listen=f"{OWN}:0").secured() as server:
            ask = lambda host: server.ask(fields={"Host": host}, context=server.context(), host=OWN, source=STRANGER)
            self.assertEqual(ask("family.example")[0], 200)
            self.assertEqual(ask(f"{OWN}:{server.port}")[0], 200)
            status, _, body = ask("evil.example")
            self.assertEqual(status, 403)
            self.assertIn("--web-name", body)

    def test_a_proxy_is_believed_and_nobody_else_is_answered(self):
        with self.server("--trusted-proxy", PROXY, "--web-name", "family.example", listen=f"{OWN}:0") as server:
            passed_on = {"Host": "family.example", "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
            self.assertEqual(server.ask(fields=passed_on, host=OWN, source=PROXY)[0], 200)
            status, _, body = server.ask(fields=passed_on, host=OWN, source=STRANGER)
            self.assertEqual(status, 403)
            self.assertIn("proxy", body)
            odd = {**passed_on, "Forwarded": "for=203.0.113.9"}
            self.assertEqual(server.ask(fields=odd, host=OWN, source=PROXY)[0], 400)
            # What changes something must come from a page of ours, by the scheme that the proxy names.
            post = lambda fields: server.ask("/api/quarantine/replay", fields, "POST", b"", host=OWN, source=PROXY)[0]
            self.assertNotEqual(post({**passed_on, "Origin": "https://family.example"}), 403)
            self.assertEqual(post({**passed_on, "Origin": "http://family.example"}), 403)
            self.assertEqual(post({**passed_on, "Origin": "https://evil.example"}), 403)

    def test_a_reload_that_names_no_proxy_any_more_opens_nothing(self):
        config = pathlib.Path(self.scratch.name) / "tracker.toml"
        config.write_text(f'trusted-proxy = ["{PROXY}"]\n')
        os.chmod(self.scratch.name, 0o755)
        os.chmod(config, 0o644)
        with self.server("--config", str(config), listen=f"{OWN}:0") as server:
            ask = lambda: server.ask(fields={"Host": OWN}, host=OWN, source=PROXY)[0]
            self.assertEqual(ask(), 200)
            config.write_text("# no proxy\n")
            code, _, error = server.reload()
            self.assertEqual(code, 100)
            self.assertIn("--trusted-proxy", error)
            self.assertEqual(ask(), 200)
            config.write_text(f'trusted-proxy = ["{STRANGER}"]\n')
            self.assertEqual(server.reload()[:2], (0, "Reloaded.\n"))
            self.assertEqual(ask(), 403)


if __name__ == "__main__":
    driver.main()
