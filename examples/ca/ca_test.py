#!/usr/bin/env python3
"""The real program, judged by openssl(1):  ca_test.py CA"""

import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "suite"), str(ROOT / "tests" / "faults")]

from processes_seen import PATIENCE_SECONDS

import driver

CA = str(pathlib.Path(sys.argv.pop(1)).resolve())


def openssl(*words, **how):
    return subprocess.run(["openssl", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, check=False, **how)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.here = pathlib.Path(folder.name)
        self.folder = self.here / "authority"

    def ca(self, *words, **how):
        how = {"umask": 0o077, **how}
        return subprocess.run([CA, *words], cwd=self.here, capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS, check=False, **how)

    def done(self, *words, **how):
        result = self.ca(*words, **how)
        self.assertEqual((result.returncode, result.stderr), (0, ""), words)
        return result.stdout

    def refused(self, *words, code=100):
        result = self.ca(*words)
        self.assertEqual((result.returncode, result.stdout), (code, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        return result.stderr

    def verify(self, name, *options):
        """What openssl says of a certificate: OK, or the error."""
        result = openssl("verify", "-x509_strict", "-CAfile", self.folder / "authority.pem", *options,
                         self.folder / f"{name}.pem")
        found = re.search(r"error \d+ at \d+ depth lookup: (.*)", result.stderr)
        return found.group(1) if found else result.stdout.rpartition(": ")[2].strip()

    def files(self):
        return {each.name: each.read_bytes() for each in self.folder.iterdir()}


class Certificates(Case):
    def setUp(self):
        super().setUp()
        self.done("init", "--name", "Our authority")

    def test_a_server_is_believed_by_each_of_its_names_and_by_no_other(self):
        self.done("server", "www.example", "*.a.example", "127.0.0.1", "::1")
        for option, name in [("hostname", "www.example"), ("hostname", "b.a.example"), ("ip", "127.0.0.1"), ("ip", "::1")]:
            self.assertEqual(self.verify("www.example", "-purpose", "sslserver", f"-verify_{option}", name), "OK", name)
        for option, name in [("hostname", "example"), ("hostname", "a.b.a.example"), ("ip", "127.0.0.2")]:
            self.assertIn("mismatch", self.verify("www.example", "-purpose", "sslserver", f"-verify_{option}", name).lower())
        self.assertEqual(self.verify("www.example", "-purpose", "sslclient"), "unsuitable certificate purpose")

    def test_a_client_is_no_server(self):
        self.done("client", "anna")
        self.assertEqual(self.verify("anna", "-purpose", "sslclient"), "OK")
        self.assertEqual(self.verify("anna", "-purpose", "sslserver"), "unsuitable certificate purpose")

    def test_no_certificate_is_an_authority_itself(self):
        self.done("client", "anna")
        text = openssl("x509", "-in", self.folder / "anna.pem", "-noout", "-text").stdout
        self.assertRegex(text, r"Basic Constraints: critical\s+CA:FALSE")
        self.assertRegex(text, r"Key Usage: critical\s+Digital Signature\n")
        authority = openssl("x509", "-in", self.folder / "authority.pem", "-noout", "-text").stdout
        self.assertRegex(authority, r"Basic Constraints: critical\s+CA:TRUE, pathlen:0\n")
        self.assertRegex(authority, r"Key Usage: critical\s+Certificate Sign, CRL Sign\n")

    def test_what_is_revoked_is_in_the_list_and_nothing_else_is(self):
        for name in ("anna", "bert"):
            self.done("client", name)
        lists = ["-crl_check", "-CRLfile", self.folder / "revoked.pem"]
        self.assertEqual(self.verify("anna", *lists), "OK")
        said = self.done("revoke", "anna")
        self.assertRegex(said, r"\Arevoked: client anna, serial [0-9A-F]{32}\n")
        self.assertEqual(self.verify("anna", *lists), "certificate revoked")
        self.assertEqual(self.verify("bert", *lists), "OK")
        serial = openssl("x509", "-in", self.folder / "bert.pem", "-noout", "-serial").stdout.strip()[7:]
        self.done("revoke", serial)
        self.assertEqual(self.verify("bert", *lists), "certificate revoked")
        self.assertIn("revoked before: anna\n", self.done("revoke", "anna"))
        self.assertIn("nothing was issued to 'carl'", self.refused("revoke", "carl"))

    def test_each_list_has_a_greater_number_and_the_days_that_were_asked_for(self):
        def number_and_life():
            text = openssl("crl", "-in", self.folder / "revoked.pem", "-noout", "-crlnumber", "-lastupdate", "-nextupdate").stdout
            number, begin, end = re.findall(r"=(.*)", text)
            seconds = [int(subprocess.check_output(["date", "-d", each, "+%s"])) for each in (begin, end)]
            return int(number, 16), (seconds[1] - seconds[0]) // 86_400
        self.assertEqual(number_and_life(), (1, 90))
        self.done("crl", "--days", "7")
        self.assertEqual(number_and_life(), (2, 7))

    def test_the_list_of_all_says_what_is_good(self):
        self.done("server", "www.example", "127.0.0.1")
        self.done("client", "Anna Müller", "--days", "10")
        self.done("client", "bert")
        self.done("revoke", "bert")
        lines = self.done("list").splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[0], r"^server  good until \S+Z  [0-9A-F]{32}  www\.example,127\.0\.0\.1$")
        self.assertRegex(lines[1], r"^client  good until \S+Z  [0-9A-F]{32}  Anna Müller$")
        self.assertRegex(lines[2], r"^client  revoked on \S+Z  [0-9A-F]{32}  bert$")

    def test_a_browser_gets_one_file_that_its_password_opens(self):
        said = self.done("client", "anna", "--p12")
        password = re.search(r"kept nowhere: (\S+)\n", said).group(1)
        opened = openssl("pkcs12", "-in", self.folder / "anna.p12", "-passin", f"pass:{password}", "-nodes")
        self.assertEqual(opened.returncode, 0, opened.stderr)
        self.assertEqual(opened.stdout.count("BEGIN CERTIFICATE"), 2)
        self.assertIn("BEGIN PRIVATE KEY", opened.stdout)
        self.assertNotEqual(openssl("pkcs12", "-in", self.folder / "anna.p12", "-passin", "pass:x", "-nodes").returncode, 0)
        for path in self.here.rglob("*"):
            if path.is_file():
                self.assertNotIn(password.encode(), path.read_bytes())

    def test_nothing_outlives_the_authority(self):
        self.done("--folder", "brief", "init", "--days", "3")
        self.done("--folder", "brief", "client", "anna")
        ends = [openssl("x509", "-in", self.here / "brief" / f"{name}.pem", "-noout", "-enddate").stdout
                for name in ("authority", "anna")]
        self.assertEqual(*ends)


class Conversations(Case):
    """openssl as server and client with what ca has made."""

    def setUp(self):
        super().setUp()
        self.done("init")
        self.done("server", "127.0.0.1")
        self.done("client", "anna")
        self.server = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", self.folder / "127.0.0.1.pem",
             "-key", self.folder / "127.0.0.1.key", "-CAfile", self.folder / "authority.pem", "-Verify", "1",
             "-verify_return_error", "-www"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        self.addCleanup(self.end_server)
        while not (line := self.server.stdout.readline()).startswith("ACCEPT"):
            self.assertNotEqual(line, "", "openssl s_server has ended")
        self.port = line.rpartition(":")[2].strip()

    def end_server(self):
        self.server.terminate()
        self.server.communicate(timeout=PATIENCE_SECONDS)

    def ask(self, *words):
        return openssl("s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", self.folder / "authority.pem",
                       "-verify_return_error", *words)

    def test_each_believes_the_other(self):
        said = self.ask("-verify_ip", "127.0.0.1", "-cert", self.folder / "anna.pem", "-key", self.folder / "anna.key")
        self.assertIn("Verify return code: 0 (ok)", said.stdout, said.stderr)

    def test_a_server_of_another_address_is_not_believed(self):
        said = self.ask("-verify_ip", "127.0.0.2", "-cert", self.folder / "anna.pem", "-key", self.folder / "anna.key")
        self.assertIn("IP address mismatch", said.stdout + said.stderr)


class Folders(Case):
    def test_what_is_secret_is_so_whatever_the_umask(self):
        for umask in (0o000, 0o077):
            name = f"of{umask}"
            self.done("--folder", name, "init", umask=umask)
            self.done("--folder", name, "client", "anna", "--p12", umask=umask)
            folder = self.here / name
            self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
            self.assertEqual(modes, {"authority.key": 0o600, "authority.pem": 0o644, "anna.key": 0o600, "anna.p12": 0o600,
                                     "anna.pem": 0o644, "ledger": 0o600, "revoked.pem": 0o644})

    def test_nothing_is_written_over_anything(self):
        self.done("init")
        self.done("client", "anna")
        before = self.files()
        self.assertIn("nothing is written over it", self.refused("init"))
        self.assertIn("nothing is written over it", self.refused("client", "anna"))
        self.assertIn("nothing is written over it", self.refused("client", "authority"))
        self.assertIn("cannot be the name of a file", self.refused("client", "../anna"))
        (self.folder / "anna.pem").unlink()
        self.assertIn("anna.key: is there already", self.refused("client", "anna"))
        del before["anna.pem"]
        self.assertEqual(self.files(), before)

    def test_where_no_authority_is_the_way_to_one_is_said(self):
        for words in (["list"], ["server", "a"], ["client", "a"], ["revoke", "a"], ["crl"]):
            self.assertIn("make one with 'ca init'", self.refused(*words))
        self.assertFalse(self.folder.exists())

    def test_a_folder_that_others_may_enter_is_refused_with_the_cure(self):
        self.done("init")
        self.folder.chmod(0o750)
        self.assertIn("chmod 700 authority", self.refused("list"))

    def test_one_at_a_time(self):
        self.done("init")
        with subprocess.Popen(["flock", self.folder, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            holder.stdin.write(b"held\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline(), b"held\n")
            self.assertIn("another ca is at work", self.refused("client", "anna"))
        self.done("client", "anna")

    def test_a_full_disk_leaves_no_half_of_a_file(self):
        self.done("init")
        before = self.files()
        # What a file may have is less than a certificate: write(2) fails with EFBIG.
        result = self.ca("client", "anna", preexec_fn=limit_files)
        self.assertEqual(result.returncode, 111, result.stderr)
        self.assertIn("File too large", result.stderr)
        self.assertEqual(self.files(), before)

    def test_a_ledger_that_somebody_changed_is_refused(self):
        self.done("init")
        self.done("client", "anna")
        ledger = self.folder / "ledger"
        ledger.write_text(ledger.read_text().replace("client", "clients"))
        self.assertIn("ledger, line 2", self.refused("list"))


def limit_files():
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


class Words(Case):
    def test_a_wrong_word_is_one_line_with_the_cure(self):
        for words, what in [([], "say one of: init"), (["sing"], "sing"), (["server"], "NAME is required"), (["client"], "NAME is required"),
                            (["init", "--days", "0"], "--days"), (["list", "--sideways"], "--sideways")]:
            self.assertIn(what, self.refused(*words), words)

    def test_names_that_are_none_are_refused_before_anything_is_written(self):
        self.done("init")
        before = self.files()
        for name in ("a b", "1.2.3", "a..b", "a,b"):
            self.assertIn("neither a DNS name nor an IP address", self.refused("server", name))
        self.assertEqual(self.files(), before)

    def test_help_is_no_mistake(self):
        for words in (["--help"], ["server", "--help"]):
            self.assertIn("NAME" if words[0] == "server" else "revoke", self.done(*words))


if __name__ == "__main__":
    driver.main()
