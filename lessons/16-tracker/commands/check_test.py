#!/usr/bin/env python3
"""`tracker check` refuses what a start would refuse, in the same words, and what it accepts starts:
check_test.py TRACKER"""

import os
import pathlib
import socket
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from check_under_test import FREE, LOOKED, SYSTEM, USAGE, InAFolder


class Check(InAFolder):

    def test_1_more_threads_than_are_possible(self):
        self.check_refused("receivers, threads: 64 x 64", "--receivers", "64", "--threads", "64")
        self.check_refused("its limit is 90", "--receivers", "16", "--threads", "4",
                           descriptors=90)

    def test_2_as_many_as_are_accepted(self):
        for receivers, threads in (("64", "4"), ("4", "64")):
            with self.subTest(receivers=receivers):
                self.check_starts("--receivers", receivers, "--threads", threads, descriptors=1024)

    def test_2b_a_file_of_settings_that_has_no_end(self):
        self.check_refused("is longer than", "--config", "/dev/zero")

    def test_3_addresses(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            # Whether somebody has it at the moment is no fault of the settings, but it is told.
            code, output, _ = self.run_tracker("check", "--listen-devices", address, *FREE[2:])
            self.assertEqual((code, output.count("\n")), (0, 2 + LOOKED.count("\n")))
            self.assertIn(f"{address} is in use at the moment", output)
        self.check_refused("are one address", "--listen-devices", address, "--listen-web", address)
        self.check_refused("192.0.2.1", "--listen-devices", "192.0.2.1:5055")

    def test_4_paths(self):
        file = os.path.join(self.scratch.name, "file")
        pathlib.Path(file).touch()
        self.check_refused("/nowhere", "--log", "/nowhere/tracker.log")
        self.check_refused(self.scratch.name, "--log", self.scratch.name)
        self.check_refused("/nowhere", "--site", "/nowhere")
        self.data = file + "/data"
        self.check_refused("is not a folder")
        self.data = os.path.join(self.scratch.name, "d" * 100)
        self.check_refused("control.sock")

    def test_5_the_user_whom_root_becomes(self):
        if os.geteuid() != 0:
            self.skipTest("only root becomes another user")
        self.check_refused("no user", "--user", "no-such-user")
        # Root may write this file; whom the server becomes may not.
        closed = os.path.join(self.scratch.name, "closed")
        os.mkdir(closed, 0o700)
        self.check_refused(closed, "--log", os.path.join(closed, "tracker.log"))

    def test_6_a_folder_that_is_not_ours(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        self.data = "/waymark-check/data"
        self.check_refused("data: /")

    def test_7_our_own_running_server_is_no_hindrance(self):
        code, _, error = self.run_tracker("serve", *FREE)
        self.assertEqual(code, 0, error)
        try:
            web = self.run_tracker("status")[1].split("The map is at  http://")[1].split("/")[0]
            code, output, error = self.run_tracker("check", "--listen-web", web, *FREE[:2])
            self.assertEqual((code, output), (0, LOOKED + "The options are right.\n"), error)
        finally:
            self.run_tracker("stop")

    def test_8_a_relative_folder_is_that_of_the_start(self):
        self.data = "relative"
        self.check_starts()

    def test_9_addresses_that_stand_in_each_others_way(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            # Another program has it: a start says so.
            code, _, error = self.run_tracker("serve", *FREE[:2], "--listen-web", f"127.0.0.1:{port}")
            self.assertEqual((code, error.count("\n")), (SYSTEM, 1), error)
            self.assertIn("stop the program that has it", error)
        for words, addresses in (("one covers the other", ["--listen-devices", f"127.0.0.1:{port}", f"*:{port}"]),
                                 ("one covers the other", ["--listen-devices", f"127.0.0.1:{port}", "--listen-nmea", f"0.0.0.0:{port}"]),
                                 ("are one address", ["--listen-devices", f"127.0.0.1:{port}", "--listen-web", f"127.0.0.1:{port}"])):
            self.check_refused(words, *addresses)
            code, _, error = self.run_tracker("serve", *FREE, *addresses)
            self.assertEqual((code, error.count("\n")), (USAGE, 1), error)
            self.assertIn(words, error)
            self.assertIn("and no other program", error)

    def test_9b_a_look_at_a_unix_socket_leaves_no_file(self):
        path = os.path.join(self.scratch.name, "web.sock")
        self.assertEqual(self.run_tracker("check", *FREE[:2], "--listen-web", f"unix:{path}")[0], 0)
        self.assertFalse(os.path.exists(path))

    def test_a_what_is_in_the_folder_already(self):
        os.mkdir(self.data, 0o755)
        for name, word in (("waymark.db", "is a folder"), ("tracker.pid", "no pid file"),
                           ("control.sock", "no socket")):
            with self.subTest(name=name):
                path = os.path.join(self.data, name)
                os.mkdir(path)
                self.check_refused(word)
                os.rmdir(path)
        self.give_database("x" * 5000)
        self.check_refused("is not a database")
        for pragma, word in (("user_version = 9999", "version 9999"),
                             ("application_id = 77", "another program")):
            with self.subTest(pragma=pragma):
                os.remove(self.database)
                connection = sqlite3.connect(self.database)
                connection.execute("PRAGMA application_id = 0x57594D4B")
                connection.execute(f"PRAGMA {pragma}")
                connection.execute("CREATE TABLE t (x)")
                connection.close()
                self.check_refused(word)
        os.remove(self.database)

    def give_database(self, text):
        pathlib.Path(self.database).write_text(text)

    def test_b_a_demo_and_ones_own_folder(self):
        os.mkdir(self.data, 0o755)
        mark = pathlib.Path(self.data, "waymark.demo")
        mark.touch()
        self.check_refused("add --demo")
        mark.unlink()
        pathlib.Path(self.database).touch()
        self.check_refused("leave out --demo", "--demo")

    def test_b2_an_authority_of_whom_nobody_shows_a_certificate(self):
        for key, server in (("mqtt", "there.example:1883"), ("forward", "http://there.example:5055")):
            with self.subTest(key):
                self.check_refused(f"{key}, {key}-authority: ", f"--{key}", server, f"--{key}-authority", "a.pem")

    def test_c_a_folder_that_root_would_not_give_away(self):
        if os.geteuid() != 0:
            self.skipTest("only root becomes another user")
        os.mkdir(self.data, 0o755)
        pathlib.Path(self.data, "passwd").touch()
        self.check_refused("passwd in it")
        closed = os.path.join(self.scratch.name, "closed")
        os.mkdir(closed, 0o700)
        self.data = os.path.join(closed, "data")
        os.mkdir(self.data)
        self.check_refused("cannot be reached by the user nobody")

    def test_d_a_file_with_a_byte_order_mark_and_what_is_no_setting(self):
        config = pathlib.Path(self.scratch.name, "c.toml")
        config.write_text("\ufefflog-level = 'warning'\n", encoding="utf-8")
        code, output, error = self.run_tracker("check", *FREE, "--config", str(config))
        self.assertEqual((code, output), (0, f"{LOOKED}{config}: nothing is wrong.\n"), error)
        for key in ("help", "config"):
            config.write_text(f"\ufeff{key} = true\n", encoding="utf-8")
            self.check_refused(f"{config}:1:1: there is no setting '{key}'", "--config", str(config))

    def test_e_an_empty_value_takes_no_word_after_it(self):
        code, _, error = self.run_tracker("check", "--user", "", *FREE)
        self.assertEqual((code, error), (0, ""))
        config = pathlib.Path(self.scratch.name, "c.toml")
        for line in ('log = ""', "log = "):
            config.write_text(line + "\n")
            self.check_refused(f"{config}:1:1: 'log' has no value", "--config", str(config))

    def test_f_a_map_that_cannot_be_drawn(self):
        self.check_starts("--map", self.made_map())
        self.check_refused("map: /nowhere.pmtiles is not there", "--map", "/nowhere.pmtiles")
        self.check_refused("is no PMTiles file", "--map", __file__)
        for what, says in (({"version": 2}, "is PMTiles version 2"), ({"tile_type": 2}, "holds PNG pictures"),
                           ({"cut": 1}, "is cut short"), ({"layers": "transportation"}, "MAPS.md")):
            with self.subTest(**what):
                self.check_refused(says, "--map", self.made_map(**what))
        if os.geteuid() == 0:  # with the eyes of whom the server becomes
            file = self.made_map()
            os.chmod(file, 0o600)
            self.check_refused("cannot be read: Permission denied", "--map", file)

    def test_g_pictures_of_one_server_and_nothing_else(self):
        url = "https://tile.example.org/{z}/{x}/{y}.png"
        self.check_starts("--tiles", url, "--tiles-attribution", "© them")
        self.check_refused("not by javascript:", "--tiles", "javascript:alert(1)")
        self.check_refused("no {s}", "--tiles", url.replace("//", "//{s}."))
        self.check_refused("the host evil.example", "--tiles", url.replace("/{z}", "@evil.example/{z}"))
        self.check_refused("name one of them", "--tiles", url, "--map", self.made_map())
        config = pathlib.Path(self.scratch.name, "c.toml")
        config.write_text('tiles = "ftp://h/{z}/{x}/{y}"\n')
        self.check_refused(f"{config}:1:1: tiles: ", "--config", str(config))


if __name__ == "__main__":
    driver.main()
