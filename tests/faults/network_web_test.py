"""The web port under clients that mean harm or do nothing: pages of other sites, names that were
rebound to this machine, viewers that never read, many tabs at once. Usage: network_web_test.py TRACKER
"""

import contextlib
import unittest

from processes_seen import wait_until
from network_clients import Client, ask_once, fix_path, request
from network_server import WAIT_SECONDS, Levels, Server, private_bytes

import driver  # found by faults

FIXES = 6000
# What one viewer may hold back: two bounded queues, what the kernel takes, and the feed for all.
MOST_GROWTH = 24 * 1024 * 1024


class WebTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--max-connections-per-address", "200")
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.add_device("phone")
        cls.web = cls.server.web_address()
        cls.devices = cls.server.devices_address()
        cls.sent = 0

    def send_fixes(self, count):
        """Many requests at a time; a connection is closed after a thousand."""
        cls = type(self)
        for _ in range(0, count, 500):
            with Client(self.devices) as phone:
                numbers = range(cls.sent, cls.sent + min(count, 500))
                phone.send(b"".join(request(fix_path("phone", number)) for number in numbers))
                for _ in numbers:
                    self.assertEqual(phone.read_answer().status, 200)
                cls.sent += len(numbers)


class OtherSites(WebTest):

    OURS = ("localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080",
            "127.8.9.1", "LOCALHOST")
    # Names of others that lead here (DNS rebinding), and spellings that look like ours.
    THEIRS = ("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example",
              "evil.localhost.example", "192.168.1.1", "0.0.0.0", "[::2]", "[::ffff:8.8.8.8]",
              "127.0.0.1@evil.example", "localhost%00.evil.example", "2130706433.example",
              "127.0.0.1,evil.example")

    def status(self, path, *fields, host="localhost"):
        return ask_once(self.web, request(path, *fields, host=host)).status

    def test_only_names_of_this_machine_are_answered(self):
        for path in ("/", "/api/devices", "/api/positions", "/api/live", "/nothing"):
            for host in self.THEIRS:
                with self.subTest(path=path, host=host):
                    self.assertIn(self.status(path, host=host), (400, 403))
        for host in self.OURS:
            with self.subTest(host=host):
                self.assertEqual(self.status("/api/devices", host=host), 200)

    def test_a_request_without_a_host_or_with_two_is_refused(self):
        self.assertEqual(self.status("/api/devices", host=None), 400)
        self.assertEqual(self.status("/api/devices", "Host: evil.example"), 400)

    def test_a_target_with_a_host_of_its_own_is_judged_by_that(self):
        for host, status in (("localhost", 200), ("evil.example", 403)):
            asked = request(f"http://{host}/api/devices", host="localhost")
            self.assertEqual(ask_once(self.web, asked).status, status)

    def test_scripts_of_other_sites_get_nothing(self):
        for site, status in (("cross-site", 403), ("CROSS-SITE", 403), ("same-origin", 200),
                             ("none", 200)):
            with self.subTest(site=site):
                self.assertEqual(self.status("/api/devices", f"Sec-Fetch-Site: {site}"), status)
        answer = ask_once(self.web, request("/api/devices", "Origin: http://evil.example"))
        self.assertIsNone(answer.field("Access-Control-Allow-Origin"))


class Viewers(WebTest):

    def open_live(self, stack, count, **options):
        viewers = [stack.enter_context(Client(self.web, **options)) for _ in range(count)]
        for viewer in viewers:
            viewer.send(request("/api/live"))
        wait_until(lambda: self.server.counter("web app", "viewers") == count, WAIT_SECONDS,
                   f"{count} viewers")
        return viewers

    def read_until(self, viewer, words):
        while words not in viewer.rest:
            viewer.read_more()

    def test_seven_tabs_all_see_a_fix_and_an_eighth_page_is_answered(self):
        with contextlib.ExitStack() as stack:
            tabs = self.open_live(stack, 7)
            self.send_fixes(100)
            for tab in tabs:
                self.read_until(tab, b"event: fixes")
            self.assertEqual(ask_once(self.web, request("/api/devices")).status, 200)
        wait_until(lambda: self.server.counter("web app", "viewers") == 0, WAIT_SECONDS,
                   "all tabs are gone")

    def test_a_viewer_that_never_reads_costs_bounded_memory_and_is_cut_off(self):
        pid = self.server.service_pid("web app")
        self.send_fixes(1000)
        levels = Levels(self.server)
        before = private_bytes(pid)
        with contextlib.ExitStack() as stack:
            silent = self.open_live(stack, 20, receive_buffer=4096)
            self.send_fixes(FIXES)
            grown = private_bytes(pid) - before
            print(f"20 viewers that never read: {grown / 1024:.0f} KiB more after {FIXES} fixes")
            self.assertLess(grown, MOST_GROWTH)
            with Client(self.web) as reading:
                reading.send(request("/api/live"))
                self.read_until(reading, b"\r\n\r\n")
                self.send_fixes(100)
                self.read_until(reading, b"event: fixes")
        wait_until(lambda: self.server.counter("web app", "viewers") == 0, WAIT_SECONDS,
                   "they are gone")
        self.assertEqual(len(silent), 20)
        self.assertEqual(self.server.service_pid("web app"), pid)
        levels.check_are_back()

    def test_more_viewers_than_there_is_room_for_are_told_to_come_later(self):
        with contextlib.ExitStack() as stack:
            self.open_live(stack, 64)
            answer = ask_once(self.web, request("/api/live"))
            self.assertEqual(answer.status, 503)
            self.assertIsNotNone(answer.field("Retry-After"))
            self.assertEqual(ask_once(self.web, request("/api/devices")).status, 200)
        wait_until(lambda: self.server.counter("web app", "viewers") == 0, WAIT_SECONDS,
                   "they are gone")


if __name__ == "__main__":
    driver.main()
