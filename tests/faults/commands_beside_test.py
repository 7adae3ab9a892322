"""What commands store beside running trackers, in a file and in PostgreSQL: pages and friends are told of it as of a
phone's, no place is passed by it, and it is forwarded; in PostgreSQL it is not, and the commands say so.
Usage: commands_beside_test.py TRACKER
"""

import base64
import json
import os
import unittest
import urllib.error
import urllib.request

from faults import FIRST_TIME, Tracker, ask, query, send_fix
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs
from postgresql_tracker import Page, PostgresqlTracker
from processes_seen import PATIENCE_SECONDS, wait_until

import driver
import tracker_session

LATER = FIRST_TIME + 10_000
NOT_FORWARDED = "Not forwarded: on PostgreSQL a server sends on what came in through itself"
MORE_THAN_IS_READ = 3000  # of what another tracker stores in one commit (store/foreign_news)


on_postgresql = unittest.skipUnless(programs(), NO_POSTGRESQL)


class Beside(unittest.TestCase):
    def start(self, tracker):
        return self.enterContext(tracker)

    def command(self, tracker, *words):
        code, output, error = tracker.run(*words, "--data", tracker.data)
        self.assertEqual(code, 0, error)
        return output

    def import_rows(self, tracker, times):
        path = os.path.join(tracker.folder.name, "rows.csv")
        with open(path, "w", encoding="ascii") as file:
            file.write("time,lat,lon\n")
            file.writelines(f"{time_s},{10 + time_s % 1000 / 1e4:.4f},20.5\n" for time_s in times)
        return self.command(tracker, "import", "--device", "van", path)

    def keep_in_quarantine(self, server, time_s):
        """What an older decoder refused, and today's takes."""
        server.query("INSERT INTO quarantine (number, device, received_ms, position, reason, source, digest, raw)"
                     f" SELECT {time_s}, number, {time_s * 1000}, 0, 'bad_time', 1, 'x',"
                     f" convert_to('lat=10&lon=20&timestamp={time_s}', 'UTF8') FROM device WHERE name = 'van'")


@on_postgresql
class Told(Beside):
    def setUp(self):
        self.server = self.enterContext(PostgreSQL())
        self.one = self.start(PostgresqlTracker(self.server.url))
        self.two = self.start(PostgresqlTracker(self.server.url))
        self.one.add_device("van")
        self.token = self.one.add_device("boat")
        self.one.log_in(self.one.web_at)
        self.one.is_logged_in = self.two.is_logged_in = True
        wait_until(lambda: ask(self.two.web_url, "/api/devices")[0] == 200, PATIENCE_SECONDS, "the second knows it")

    def friend_time(self, tracker):
        """When the boat's OwnTracks is told by that tracker that the van was seen; 0 for never."""
        secret = base64.b64encode(f"boat:{self.token}".encode()).decode()
        body = json.dumps({"_type": "location", "lat": 1, "lon": 2, "tst": FIRST_TIME}).encode()
        request = urllib.request.Request(tracker.devices_url + "owntracks", body, {"Authorization": f"Basic {secret}"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                places = json.loads(answer.read())
        except urllib.error.HTTPError:  # that tracker does not know the boat yet
            return 0
        return max((each["tst"] for each in places if each["_type"] == "location"), default=0)

    def test_1_pages_of_all_trackers_are_told(self):
        with Page(self.one.web_url) as first, Page(self.two.web_url) as second:
            self.assertNotIn(NOT_FORWARDED, self.import_rows(self.one, [LATER]))
            for page in (first, second):
                page.wait_for(LATER)
            self.wait_until_told(first, second, lambda: self.import_rows(
                self.one, range(LATER + 1, LATER + 1 + MORE_THAN_IS_READ)))
            self.keep_in_quarantine(self.server, LATER - 1)
            self.wait_until_told(first, second, lambda: self.assertIn(
                "1 became positions", self.command(self.one, "quarantine", "replay")))

    def wait_until_told(self, first, second, store):
        """To read everything anew, or of something new."""
        def told(page):
            return page.resets, len(page.times)

        before = told(first), told(second)
        store()
        wait_until(lambda: told(first) > before[0] and told(second) > before[1], PATIENCE_SECONDS, "both pages are told")

    def test_2_friends_are_told_by_all_trackers(self):
        self.command(self.one, "device", "share", "van", "--with", "boat")
        last = LATER + MORE_THAN_IS_READ
        for times in ([LATER], range(LATER + 1, last + 1)):
            self.import_rows(self.one, times)
            for tracker in (self.one, self.two):
                wait_until(lambda: self.friend_time(tracker) == max(times), PATIENCE_SECONDS, "the friend's place")


class Forwarded(Beside):
    def setUp(self):
        self.there = self.start(Tracker())
        self.there.add_device("van")
        self.forward = "--forward", f"http://127.0.0.1:{self.there.devices_port}"

    def wait_until_forwarded(self, time_s):
        wait_until(lambda: time_s in self.forwarded(), 4 * PATIENCE_SECONDS, f"{time_s} is forwarded")

    def forwarded(self):
        return {row[0] for row in query(self.there.database, "SELECT time_ms / 1000 FROM fix")}

    def test_1_out_of_a_file_what_a_command_has_stored_is(self):
        here = self.start(Tracker(*self.forward))
        here.add_device("van")
        self.assertNotIn(NOT_FORWARDED, self.import_rows(here, [LATER]))
        self.wait_until_forwarded(LATER)

    @on_postgresql
    def test_2_out_of_postgresql_it_is_not_and_a_phones_fix_is(self):
        server = self.enterContext(PostgreSQL())
        here = self.start(PostgresqlTracker(server.url, *self.forward))
        here.add_device("van")
        self.assertIn(NOT_FORWARDED, self.import_rows(here, [LATER]))
        self.keep_in_quarantine(server, LATER + 1)
        self.assertIn(NOT_FORWARDED, self.command(here, "quarantine", "replay"))
        self.assertEqual(send_fix(here.devices_url, "van", LATER + 2)[0], 200)
        self.wait_until_forwarded(LATER + 2)
        self.assertFalse({LATER, LATER + 1} & self.forwarded())


class Passages(Beside):
    """The van is at 10.0 to 10.1 degrees north, and its places are where it is in the second half of them."""

    EVENTS = "SELECT time_ms / 1000 FROM place_event ORDER BY 1"

    def check_only_phones_pass(self, tracker, events):
        away, there = FIRST_TIME, FIRST_TIME + 900
        tracker.add_device("van")
        self.make_place(tracker, 10 + there % 1000 / 1e4)
        for time_s in (away, away + 1):
            self.assertEqual(send_fix(tracker.devices_url, "van", time_s)[0], 200)
        self.assertIn("1 stored", self.import_rows(tracker, [there]))
        self.assertEqual(send_fix(tracker.devices_url, "van", there + 1)[0], 200)
        wait_until(events, PATIENCE_SECONDS, "the phone has come to the place")
        self.assertEqual(events(), [there + 1])

    def make_place(self, tracker, latitude):
        place = {"name": "Home", "lat": latitude, "lon": 20.5, "radius_m": 100}
        request = urllib.request.Request(tracker.web_url + "api/places/add", json.dumps(place).encode(),
                                         {"Content-Type": "application/json", **tracker_session.fields()})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            self.assertEqual(answer.status, 200)

    def test_1_in_a_file(self):
        tracker = self.start(Tracker())
        self.check_only_phones_pass(tracker, lambda: [row[0] for row in query(tracker.database, self.EVENTS)])

    @on_postgresql
    def test_2_in_postgresql(self):
        server = self.enterContext(PostgreSQL())
        tracker = self.start(PostgresqlTracker(server.url))
        self.check_only_phones_pass(tracker, lambda: [int(row[0]) for row in server.query(self.EVENTS)])


if __name__ == "__main__":
    driver.main()
