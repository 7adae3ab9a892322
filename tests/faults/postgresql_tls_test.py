"""The tracker and PostgreSQL across a network that others read: the server has a certificate of an authority of our own
(examples/ca), the tracker believes it and no other, and has one itself in place of a password.
Usage: postgresql_tls_test.py TRACKER CA
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import unittest

from faults import ARGUMENTS, FIRST_TIME, run_tracker, send_fix
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs, unprivileged
from postgresql_tracker import PostgresqlTracker, lines_with, stored_times
from processes_seen import PATIENCE_SECONDS, wait_until

import driver

CA = os.path.abspath([word for word in ARGUMENTS if not word.startswith("--")][1])


class Authority:
    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.run("init", "--name", name)
        self.pem = self.copy("authority.pem", 0o644)

    def run(self, *words):
        subprocess.run([CA, *words, "--folder", str(self.folder)], check=True, capture_output=True, timeout=PATIENCE_SECONDS)

    def copy(self, name, mode, owner=None):
        """Where others than root come: its path."""
        path = self.folder.parent / f"{self.folder.name}-{name}"
        shutil.copyfile(self.folder / name, path)
        os.chmod(path, mode)
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        return str(path)


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class Encrypted(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="waymark-tls-")
        self.addCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        self.authority = Authority(scratch.name, "ours")
        self.other = Authority(scratch.name, "theirs")
        self.authority.run("server", "127.0.0.1")
        self.authority.run("client", "waymark")
        self.server = PostgreSQL(ssl="on", ssl_ca_file=self.authority.pem,
                                 ssl_cert_file=self.authority.copy("127.0.0.1.pem", 0o644),
                                 ssl_key_file=self.authority.copy("127.0.0.1.key", 0o600, unprivileged()))
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.admit("hostssl all all 127.0.0.1/32 scram-sha-256")

    def admit(self, line):
        """And nobody else, but the administrator past the port."""
        hba = pathlib.Path(self.server.data, "pg_hba.conf")
        hba.write_text(f"local all all trust\n{line}\n", encoding="utf-8")
        self.server.query("SELECT pg_reload_conf()")
        wait_until(lambda: self.server.query("SELECT count(*) FROM pg_hba_file_rules") == [("2",)], PATIENCE_SECONDS, "the rules")

    def url(self, authority, mode="verify-full"):
        return f"{self.server.url}?sslmode={mode}&sslrootcert={authority.pem}"

    def check_all_is_encrypted(self):
        sessions = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'waymark'"
        self.assertNotEqual(self.server.query(f"SELECT count(*) {sessions} AND ssl"), [("0",)])
        self.assertEqual(self.server.query(f"SELECT count(*) {sessions} AND NOT ssl"), [("0",)])

    def check_goes_through_a_restart(self, tracker):
        """Connected once more, by processes that have given up all that they do not need."""
        tracker.add_device("tls")
        pids = {name: service["pid"] for name, service in tracker.services().items()}
        self.assertEqual(send_fix(tracker.devices_url, "tls", FIRST_TIME)[0], 200)
        self.check_all_is_encrypted()
        self.server.kill()
        self.server.start()
        wait_until(lambda: send_fix(tracker.devices_url, "tls", FIRST_TIME + 1)[0] == 200, PATIENCE_SECONDS, "it is stored again")
        self.check_all_is_encrypted()
        self.assertEqual({name: service["pid"] for name, service in tracker.services().items()}, pids)
        self.assertEqual(stored_times(self.server, "tls")[-2:], [FIRST_TIME, FIRST_TIME + 1])

    def check_is_refused(self, url, words):
        tracker = PostgresqlTracker(url)
        self.addCleanup(tracker.__exit__, None, None, None)
        code, _, error = run_tracker("serve", "--foreground", "--data", tracker.data, "--listen-devices", "127.0.0.1:0",
                                     "--listen-web", "127.0.0.1:0", *tracker.extra_arguments, timeout=PATIENCE_SECONDS)
        self.assertEqual(code, 111, error)
        self.assertIn(words, error)
        self.assertNotIn(self.server.password, error)

    def test_1_a_server_with_a_certificate_of_ours(self):
        with PostgresqlTracker(self.url(self.authority)) as tracker:
            self.check_goes_through_a_restart(tracker)
            self.assertEqual(lines_with(tracker, "certificate"), [])

    def test_2_no_other_is_believed(self):
        self.check_is_refused(self.url(self.other), "certificate verify failed")
        self.check_is_refused(self.url(self.authority).replace("@127.0.0.1:", "@localhost:"), "does not match host name")
        self.check_is_refused(f"{self.server.url}?sslmode=disable", "no encryption")

    def test_3_a_certificate_in_place_of_a_password(self):
        self.admit("hostssl all all 127.0.0.1/32 cert")
        reads_key = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        files = f"&sslcert={self.authority.copy('waymark.pem', 0o644)}&sslkey={self.authority.copy('waymark.key', 0o600, reads_key)}"
        url = self.url(self.authority).replace(f":{self.server.password}@", "@")
        with PostgresqlTracker(url + files) as tracker:
            self.check_goes_through_a_restart(tracker)
        self.check_is_refused(url, "client certificate")


if __name__ == "__main__":
    driver.main()
