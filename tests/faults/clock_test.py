"""The clock jumps (FAULTS 17), and the tracker with it: an hour on and back, 400 days, past 2038, and one that
nobody has set. The library moved_clock.cc is preloaded and answers for the clock; the phones and this test have
the machine's own. Usage: clock_test.py TRACKER MOVED_CLOCK CA
"""

import email.utils
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import unittest

MOVED_CLOCK, CA = (os.path.abspath(sys.argv.pop(2)) for _ in range(2))

import faults
from faults import Phones, ask, check_store, send_fix, stored_times
from network_clients import Client, is_served, request
from network_server import Server
from own_ports import own_port
from processes_seen import PATIENCE_SECONDS, wait_until

import driver

HOUR, DAY = 3600, 86_400
SINCE_1970 = int(time.time())
PAST_2038 = 2**31 + DAY - SINCE_1970
IN_1971 = 365 * DAY - SINCE_1970
JUMPS = {"an hour ahead": HOUR, "an hour behind": -HOUR, "400 days ahead": 400 * DAY, "past 2038": PAST_2038,
         "right again": 0}
FORWARD_SECONDS = 4 * PATIENCE_SECONDS  # its pauses are up to half a minute, and a quarter more


class Moved(Server):
    """A tracker whose clock is moved by move(), before its start or while it runs."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.clock = os.path.join(self.folder.name, "clock")
        with open(self.clock, "wb") as file:
            file.write(bytes(16))
        # The library is not the first that is loaded, and a sanitizer would like to be.
        options = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
        self.wrapper = ["env", f"LD_PRELOAD={MOVED_CLOCK}", f"WAYMARK_CLOCK={self.clock}",
                        f"ASAN_OPTIONS={options}"]

    def move(self, seconds, monotonic=0):
        with open(self.clock, "r+b") as file:
            file.write(struct.pack("qq", seconds, monotonic))

    def seconds_ahead(self):
        """By its own word: the Date of an answer."""
        date = ask(self.devices_url)[1]["Date"]
        return email.utils.parsedate_to_datetime(date).timestamp() - time.time()

    def jump(self, seconds):
        self.move(seconds)
        ahead = self.seconds_ahead()
        assert abs(ahead - seconds) < HOUR / 2, f"its clock is {ahead} s ahead, and not {seconds}"

    def last_place(self, device):
        """When the device was where a page shows it; nothing where it shows it nowhere."""
        positions = json.loads(ask(self.web_url, "/api/positions")[2])["positions"]
        return next((each["time"] // 1000 for each in positions if each["name"] == device), None)


class WithAMovedClock(unittest.TestCase):

    def start(self, *arguments, moved=0):
        server = Moved(*arguments)
        self.addCleanup(server.__exit__, None, None, None)
        server.move(moved)
        server.start()
        return server


class Phone(WithAMovedClock):

    def test_whatever_the_clock_does_phones_are_heard_and_nothing_is_lost(self):
        server = self.start()
        server.add_device("phone")
        before = server.processes()
        with Phones(server.devices_url, "phone") as phones:
            for name, seconds in JUMPS.items():
                with self.subTest(name):
                    server.jump(seconds)
                    phones.wait_for_more(20)
                    self.assertEqual(server.processes(), before)
            # By the time of day the pause after its end would be an hour longer.
            server.jump(HOUR)
            os.kill(before["receiver 0"], signal.SIGKILL)
            server.move(0)
            wait_until(lambda: server.services()["receiver 0"]["starts"] == 2, PATIENCE_SECONDS, "it is started again")
            phones.wait_for_more(20)
        check_store(server, phones)


class Deadlines(WithAMovedClock):
    """Half a head of a request, and nothing more for now."""

    def start_patient_for(self, seconds):
        self.server = self.start("--header-timeout", str(seconds), "--idle-timeout", str(seconds))
        self.address = self.server.devices_address()
        half = Client(self.address)
        self.addCleanup(half.close)
        self.begin(half)
        return half

    def begin(self, half):
        """Sends the half of a request, which the receiver has read then."""
        half.send(request("/?id=nobody&lat=1&lon=1")[:-2])
        wait_until(lambda: is_served(self.address), PATIENCE_SECONDS, "the receiver has come by")

    def move_by(self, **moved):
        self.server.move(**moved)
        wait_until(lambda: is_served(self.address), PATIENCE_SECONDS, "the receiver has looked at its clock")

    def test_none_comes_early(self):
        half = self.start_patient_for(600)
        for seconds in JUMPS.values():
            self.move_by(seconds=seconds)
        half.send(b"\r\n")
        self.assertIn(half.read_answer().status, (403, 503))  # not known, or too many who are not
        # The control: one that came early would be seen.
        self.begin(half)
        self.move_by(seconds=0, monotonic=700)
        self.assertEqual(half.read_answer().status, 408)

    def test_none_comes_late(self):
        half = self.start_patient_for(3)
        self.move_by(seconds=-400 * DAY)
        self.assertEqual(half.read_answer().status, 408)  # not in 400 days


class OddTimes(WithAMovedClock):

    def test_an_hour_behind_a_fix_of_now_is_stored_and_shown_when_the_clock_is_right(self):
        server = self.start()
        server.add_device("phone")
        first, second = int(time.time()), int(time.time()) + 1
        self.assertEqual(send_fix(server.devices_url, "phone", first)[0], 200)
        self.assertEqual(server.last_place("phone"), first)
        server.jump(-HOUR)
        self.assertEqual(send_fix(server.devices_url, "phone", second)[0], 200)
        self.assertIn(second, stored_times(server.database, "phone"))
        self.assertNotEqual(server.last_place("phone"), second)  # it is not believed yet
        server.jump(0)
        self.assertEqual(server.last_place("phone"), second)

    def test_a_time_that_the_server_gave_is_not_believed_when_its_clock_is_right(self):
        server = self.start()
        server.add_device("phone")
        now = int(time.time())
        server.jump(400 * DAY)
        self.assertEqual(ask(server.devices_url, "/?id=phone&lat=1&lon=1")[0], 200)
        server.jump(0)
        self.assertEqual(send_fix(server.devices_url, "phone", now)[0], 200)
        self.assertGreater(max(stored_times(server.database, "phone")), now + 399 * DAY)
        self.assertEqual(server.last_place("phone"), now)

    def test_past_2038_a_fix_of_that_day_is_stored_and_shown(self):
        server = self.start(moved=PAST_2038)
        server.add_device("phone")
        today = int(time.time()) + PAST_2038
        self.assertGreater(today, 2**31)
        # In milliseconds: seconds of that time would be taken for milliseconds of 1970.
        target = f"/?id=phone&timestamp={today * 1000}&lat=10&lon=20"
        self.assertEqual(ask(server.devices_url, target)[0], 200)
        self.assertIn(today, stored_times(server.database, "phone"))
        self.assertEqual(server.last_place("phone"), today)

    def test_what_came_before_the_clock_was_set_becomes_a_position_afterwards(self):
        """A machine without a battery for its clock, before it has heard a time server."""
        server = self.start(moved=IN_1971)
        server.run("device", "add", "phone", "--id", "phone", "--data", server.data)
        now = int(time.time())
        wait_until(lambda: send_fix(server.devices_url, "phone", now)[0] == 200, PATIENCE_SECONDS, "it is known")
        self.assertEqual(stored_times(server.database, "phone"), [])
        code, output, error = server.run("quarantine", "list", "--json", "--data", server.data)
        self.assertEqual(code, 0, error)
        row, = json.loads(output)
        self.assertEqual((row["reason"], row["received"][:4]), ("time_in_future", "1971"))
        server.jump(0)
        code, output, error = server.run("quarantine", "replay", "--data", server.data)
        self.assertEqual((code, output), (0, "1 became positions, 0 stay in quarantine.\n"), error)
        self.assertEqual(stored_times(server.database, "phone"), [now])
        self.assertEqual(server.last_place("phone"), now)

    def test_a_clock_that_is_far_ahead_makes_nothing_old(self):
        """Whose positions are kept for 30 days still has those of ten days ago."""
        server = self.start()
        server.add_device("phone")
        kept, old = int(time.time()) - 10 * DAY, int(time.time()) - 40 * DAY

        def is_there(time_s):
            return time_s in stored_times(server.database, "phone")

        for time_s in (kept, old):
            self.assertEqual(send_fix(server.devices_url, "phone", time_s)[0], 200)
        server.jump(400 * DAY)
        self.keep_for_30_days(server)
        wait_until(lambda: server.log_lines("which is far ahead"), PATIENCE_SECONDS, "it has looked at its clock")
        self.assertTrue(is_there(kept) and is_there(old))
        # The control: with a clock that is right the older one goes.
        server.stop()
        server.move(0)
        server.start()
        wait_until(lambda: not is_there(old), PATIENCE_SECONDS, "what is older than 30 days is gone")
        self.assertTrue(is_there(kept))

    def keep_for_30_days(self, server):
        code, _, error = server.run("device", "retention", "phone", "30", "--yes", "--data", server.data)
        self.assertEqual(code, 0, error)


class TheFirstLink(WithAMovedClock):

    def test_that_is_too_old_is_not_printed_any_more_and_there_is_another_way(self):
        """A machine that was set up on Friday, and looked at again on Sunday."""
        server = self.start()

        def said():
            return server.run("status", "--data", server.data)[1]

        self.assertRegex(said(), r"Make the first account at http://\S+/welcome#\S+\n")
        server.jump(2 * DAY)
        self.assertNotIn("welcome#", said())
        printed = re.search(r"^    tracker (user add) NAME (.*)$", said(), re.MULTILINE)
        code, output, error = server.run(*printed[1].split(), "ada", *printed[2].split())
        self.assertEqual((code, error), (0, ""))
        self.assertIn("/welcome#", output)
        wait_until(lambda: "Nobody has an account" not in said(), PATIENCE_SECONDS, "there is one")


class Certificates(WithAMovedClock):

    def test_are_judged_by_the_time_of_day(self):
        """The same certificate: expired while the clock is 400 days ahead, and good when it is right."""
        there = Server()
        folder = os.path.join(there.folder.name, "authority")
        for words in (["init"], ["server", "there.example", "127.0.0.1", "--days", "30"]):
            subprocess.run([CA, *words, "--folder", folder], check=True, capture_output=True, timeout=PATIENCE_SECONDS)
        port = own_port()
        there.extra_arguments += ["--web-certificate", f"{folder}/there.example.pem", "--web-key",
                                  f"{folder}/there.example.key", "--listen-devices-tls", f"127.0.0.1:{port}"]
        self.addCleanup(there.__exit__, None, None, None)
        there.start()
        there.add_device("phone")
        os.chmod(folder, 0o755)
        here = self.start("--forward", f"https://127.0.0.1:{port}", "--forward-authority", f"{folder}/authority.pem")
        here.add_device("phone")

        def said():
            return ((here.services()["caller"]["counters"] or {}).get("forward") or [{}])[0].get("last_error", "")

        here.jump(400 * DAY)
        os.kill(here.service_pid("caller"), signal.SIGKILL)  # a connection that is there is not asked again
        send_fix(here.devices_url, "phone", faults.FIRST_TIME + 1)
        wait_until(lambda: "expired" in said(), FORWARD_SECONDS, "it is not believed")
        self.assertNotIn(faults.FIRST_TIME + 1, stored_times(there.database, "phone"))
        here.jump(0)
        wait_until(lambda: faults.FIRST_TIME + 1 in stored_times(there.database, "phone"), FORWARD_SECONDS,
                   "it is believed")


if __name__ == "__main__":
    driver.main()
