"""What a person gets wrong: flags, files, addresses, folders, databases. Each is told in one line that
says what and what to do, with exit code 100 (yours) or 111 (the system's), before anything has
changed. Usage: bad_input_test.py TRACKER
"""

import os
import shutil
import socket
import sqlite3
import stat
import tempfile
import unittest

from faults import Tracker, check_one_clear_line, run_tracker

import driver

USAGE, SYSTEM = 100, 111


class BadInput(unittest.TestCase):

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        self.folder = scratch.name
        self.data = os.path.join(scratch.name, "data")

    def path(self, name, content=None):
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
        return path

    def serve(self, *arguments, **options):
        """In the foreground and, where it makes a difference, in the background."""
        return run_tracker("serve", "--foreground", "--data", self.data, "--listen-devices",
                           "127.0.0.1:0", "--listen-web", "127.0.0.1:0", *arguments, **options)

    def refused(self, result, *words, codes=(USAGE,)):
        check_one_clear_line(self, result, codes, *words)


class TheCommandLine(BadInput):

    def test_flags_and_commands(self):
        for arguments, word in (((), "subcommand"), (("srve",), "srve"), (("--nonsense",), "no option --nonsense"),
                                (("serve", "--nonsense"), "nonsense"), (("serve", "extra"), "extra"),
                                (("serve", "--receivers"), "receivers"),
                                (("serve", "--receivers", "many"), "many"),
                                (("serve", "--receivers", "0"), "receivers"),
                                (("serve", "--receivers", "-1"), "receivers"),
                                (("serve", "--receivers", "999999"), "receivers"),
                                (("serve", "--log-level", "loud"), "loud"),
                                (("serve", "--idle-timeout", "0"), "idle-timeout"),
                                (("serve", "--idle-timeout", "1e99"), "idle-timeout"),
                                (("serve", "--max-connections", "4294967297"), "max-connections"),
                                (("status", "--nonsense"), "nonsense"),
                                (("device", "add"), "NAME"), (("replay",), "FILE")):
            with self.subTest(arguments=arguments):
                folder = ("--data", self.data) if arguments[:1] == ("serve",) else ()
                self.refused(run_tracker(*arguments, *folder), *([word] if word else []))
        self.assertFalse(os.path.exists(self.data))

    def test_addresses(self):
        for address in ("", "nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                        "127.0.0.1:x", "300.0.0.1:80", "127.1:5055", "0177.0.0.1:5055", "[::1:5055",
                        "::1:5055", "localhost"):
            for option in ("--listen-devices", "--listen-web"):
                with self.subTest(address=address, option=option):
                    self.refused(run_tracker("serve", "--data", self.data, option, address))
        self.refused(self.serve("--listen-web", "0.0.0.0:0"), "0.0.0.0")
        self.refused(self.serve("--listen-web", "*:0"))

    def test_an_address_that_this_machine_does_not_have(self):
        self.refused(self.serve("--listen-devices", "192.0.2.1:5055"), "192.0.2.1",
                     codes=(USAGE, SYSTEM))

    def test_ports_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for option in ("--listen-devices", "--listen-web"):
                self.refused(self.serve(option, address), address, "in use", codes=(USAGE, SYSTEM))

    def test_users_and_pages_that_are_not_there(self):
        if os.geteuid() == 0:
            self.refused(self.serve("--user", "nobody-of-this-name"), "nobody-of-this-name")
        self.refused(self.serve("--site", self.path("none")), "--site")

    def test_what_needs_a_running_server(self):
        for command in ("stop", "status", "reload"):
            self.refused(run_tracker(command, "--data", self.data), "tracker serve")

    def test_what_is_right_is_not_refused(self):
        self.assertEqual(run_tracker("check", "--data", self.data)[0], 0)
        self.assertEqual(run_tracker("--help")[0], 0)


class TheConfiguration(BadInput):

    def check(self, path, *words):
        self.refused(run_tracker("check", "--config", path), path, *words)
        self.refused(self.serve("--config", path), path, *words)
        self.assertFalse(os.path.exists(os.path.join(self.data, "waymark.db")))

    def test_files_that_cannot_be_read(self):
        self.check(self.path("none.toml"), "No such file")
        self.check(self.folder, "directory")
        self.check(self.path("empty.toml", ""), "empty")
        self.check(self.path("binary.toml", bytes(range(256)) * 10))
        os.mkfifo(self.path("pipe"))
        if os.geteuid() == 0:
            path = self.path("secret.toml", "log-level = 'info'\n")
            os.chmod(path, 0o600)
            self.refused(run_tracker("check", "--config", path, user=65534, group=65534,
                                     extra_groups=[]), path, "Permission denied")

    def test_keys_and_values(self):
        for text, place in (("nonsense = 1\n", ":1:1"), ("\n\n log-leve = 'info'\n", ":3:2"),
                            ("log-level = 'loud'\n", ":1:1"), ("receivers = 'many'\n", ":1:1"),
                            ("listen-devices = ['nonsense']\n", ":1:1"),
                            ("access-devices = ['allow everyone']\n", ":1:1"),
                            ("access-devices = ['allow 10.0.0.1/8/9']\n", ":1:1"),
                            ("[listen]\ndevices = '127.0.0.1:1'\n", ":1:2"),
                            ("log-level\n", ":1:1"), ("log-level = 'info\n", ":1:13"),
                            ("access-web = ['allow ::1',\n", ":1:1")):
            with self.subTest(text=text):
                path = self.path("tracker.toml", text)
                self.check(path, path + place)


class TheDataFolder(BadInput):

    def test_a_file_is_no_folder(self):
        self.data = self.path("data", "a file")
        self.refused(self.serve(), self.data, "--data")
        self.data = os.path.join(self.data, "below")
        self.refused(self.serve(), os.path.dirname(self.data), codes=(USAGE, SYSTEM))

    def test_a_folder_that_cannot_be_written(self):
        if os.geteuid() != 0:
            self.skipTest("becoming another user takes root")
        os.mkdir(self.data, 0o755)
        self.refused(self.serve(user=65534, group=65534, extra_groups=[]), self.data,
                     codes=(USAGE, SYSTEM))
        self.data = os.path.join(self.data, "below")
        self.refused(self.serve(user=65534, group=65534, extra_groups=[]), self.data,
                     codes=(USAGE, SYSTEM))

    def test_a_folder_that_the_later_user_cannot_reach(self):
        if os.geteuid() != 0:
            self.skipTest("only root becomes another user")
        os.chmod(self.folder, 0o700)
        self.refused(self.serve(), self.data, "--user")

    def test_a_link_in_place_of_the_pid_file_is_not_followed(self):
        os.mkdir(self.data)
        victim = self.path("victim", "keep me")
        os.symlink(victim, os.path.join(self.data, "tracker.pid"))
        self.refused(self.serve(), "tracker.pid", codes=(USAGE, SYSTEM))
        with open(victim, encoding="ascii") as file:
            self.assertEqual(file.read(), "keep me")


class TheDatabase(BadInput):

    @classmethod
    def setUpClass(cls):
        cls.source = Tracker()
        cls.addClassCleanup(cls.source.__exit__, None, None, None)
        cls.source.start()
        cls.source.add_device("good")
        cls.source.stop()

    def setUp(self):
        super().setUp()
        shutil.copytree(self.source.data, self.data)
        self.database = os.path.join(self.data, "waymark.db")

    def check(self, *words, modes=(("--foreground",), ())):
        """Refused in one line, in the foreground and in the background, and the file is as it was."""
        with open(self.database, "rb") as file:
            before = file.read()
        for mode in modes:
            result = run_tracker("serve", *mode, "--data", self.data, "--listen-devices",
                                 "127.0.0.1:0", "--listen-web", "127.0.0.1:0")
            if result[0] == 0:
                run_tracker("stop", "--data", self.data)
            self.refused(result, self.database, *words)
        with open(self.database, "rb") as file:
            self.assertEqual(file.read(), before)

    def change(self, text):
        connection = sqlite3.connect(self.database)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.executescript(text)
        connection.close()

    def test_not_a_database(self):
        self.path("data/waymark.db", "This is no database. " * 1000)
        self.check("is not a database")

    def test_a_flipped_page(self):
        with open(self.database, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 4096)
        self.check("is damaged", "backup")

    def test_cut_in_half(self):
        os.truncate(self.database, os.path.getsize(self.database) // 2)
        self.check("is damaged", "backup")

    def test_of_a_newer_version(self):
        self.change("PRAGMA user_version = 999;")
        self.check("999", "newer program")

    def test_of_another_program(self):
        self.change("PRAGMA application_id = 1;")
        self.check()

    def test_a_folder_in_its_place(self):
        os.unlink(self.database)
        os.mkdir(self.database)
        self.refused(self.serve(), self.database, "folder")

    def test_that_cannot_be_written(self):
        if os.geteuid() != 0:
            self.skipTest("becoming another user takes root")
        shutil.chown(self.data, 65534, 65534)
        shutil.chown(self.database, "root", "root")
        os.chmod(self.database, stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        self.refused(self.serve(user=65534, group=65534, extra_groups=[]), self.database)

    def test_a_whole_one_is_not_refused(self):
        with self.assertRaises(AssertionError):
            self.check(modes=((),))


if __name__ == "__main__":
    driver.main()
