#!/usr/bin/env python3
"""`tracker check`, by root, of a folder that is a service's: it looks with that user's eyes:  check_eyes_test.py TRACKER"""

import grp
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from check_under_test import FREE, LOOKED, TRACKER, USAGE, InAFolder


@unittest.skipIf(os.geteuid() != 0, "only root sees what a service does not")
class TheEyesOfAService(InAFolder):

    def setUp(self):
        super().setUp()
        pages = os.path.join(os.path.dirname(TRACKER), "web/site/index.html")
        if subprocess.run(["setpriv", "--reuid", "daemon", "--regid", "daemon", "--clear-groups", "test", "-r", pages],
                          check=False).returncode != 0:
            self.skipTest("no other user can reach the pages in this checkout")

    def service_files(self):
        """A folder that is a service's user's, and certificate, key and settings that only root can read."""
        self.data, user = os.path.join(self.scratch.name, "service"), pwd.getpwnam("daemon")
        os.mkdir(self.data, 0o700)
        os.chown(self.data, user.pw_uid, user.pw_gid)
        names = [os.path.join(self.scratch.name, name) for name in ("key.pem", "certificate.pem", "c.toml")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
                        "-subj", "/CN=x", "-keyout", names[0], "-out", names[1]], check=True, capture_output=True)
        pathlib.Path(names[2]).write_text(f'web-key = "{names[0]}"\nweb-certificate = "{names[1]}"\n')
        for name in names:
            os.chmod(name, 0o600)
        return user, names

    def test_1_root_looks_with_the_eyes_of_whose_the_folder_is(self):
        user, (key, certificate, config) = self.service_files()
        arguments = [*FREE, "--config", config]
        # Each may be read by root. The service's user is told one after the other.
        for name, readable in ((config, 0o644), (certificate, 0o644), (key, 0o640)):
            code, output, error = self.run_tracker("check", *arguments)
            self.assertEqual((code, output, error.count("\n")), (USAGE, "", 1), error)
            self.assertIn(f"{name}: Permission denied (looked as the user daemon, whose the data folder is)", error)
            os.chmod(name, readable)
        os.chown(key, 0, user.pw_gid)
        code, output, error = self.run_tracker("check", *arguments)
        self.assertEqual((code, output), (0, f"Looked as the user daemon, whose {self.data} is; for a start by root say --user daemon.\n"
                                             f"{config}: nothing is wrong.\n"), error)
        # A start by root reads the key before it becomes that user.
        os.chmod(key, 0o600)
        code, output, error = self.run_tracker("check", *arguments, "--user", "daemon")
        self.assertEqual((code, output), (0, LOOKED.replace("nobody", "daemon") + f"{config}: nothing is wrong.\n"), error)

    def test_2_what_else_a_service_cannot_read(self):
        self.service_files()
        folder, database, streets = pathlib.Path(self.scratch.name, "closed"), pathlib.Path(self.database), self.made_map()
        folder.mkdir(0o700)
        passwords = folder / "passwords"
        for file in (passwords, database):
            file.touch()
            file.chmod(0o600)
        os.chmod(streets, 0o600)
        for word, arguments in ((f"data: {database}", []), (f"log: {folder}", ["--log", f"{folder}/tracker.log"]),
                                (f"map: {streets}", ["--map", streets]),
                                (f"store: passfile: {passwords}", ["--store", f"postgresql://a@localhost/b?passfile={passwords}"])):
            with self.subTest(word):
                code, _, error = self.run_tracker("check", *FREE, *arguments)
                self.assertEqual((code, error.count("\n")), (USAGE, 1), error)
                for part in (word, "Permission denied", "looked as the user daemon"):
                    self.assertIn(part, error)
            shutil.chown(database, "daemon")  # so that the next one is what is told

    def test_3_a_service_has_all_groups_of_its_user(self):
        member = next(((name, group.gr_gid) for group in grp.getgrall() for name in group.gr_mem if name not in ("root", "nobody")), None)
        if member is None:
            self.skipTest("nobody on this machine is in a second group")
        _, (key, certificate, config) = self.service_files()
        shutil.chown(self.data, member[0])
        os.chmod(certificate, 0o644)
        os.chmod(config, 0o644)
        os.chmod(key, 0o640)
        self.assertEqual(self.run_tracker("check", *FREE, "--config", config)[0], USAGE)
        os.chown(key, 0, member[1])
        code, _, error = self.run_tracker("check", *FREE, "--config", config)
        self.assertEqual(code, 0, error)


if __name__ == "__main__":
    driver.main()
