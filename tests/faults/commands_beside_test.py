"""What commands store beside running trackers, in a file and in PostgreSQL: pages and friends are told of it as of a
phone's, no place is passed by it, and it is forwarded, once, also where several trackers share the database.
Usage: commands_beside_test.py TRACKER
"""

import base64
import json
import os
import unittest
import urllib.error
import urllib.request

from faults import FIRST_TIME, Tracker, ask, query, restart, send_fix
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs
from postgresql_tracker import Page, PostgresqlTracker
from processes_seen import PATIENCE_SECONDS, wait_until

import driver
import tracker_session

LATER = FIRST_TIME + 10_000
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
            self.import_rows(self.one, [LATER])
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
    IMPORTED = range(LATER, LATER + 450)  # more than is handed out at once (store/forwarding.hh)

    def setUp(self):
        self.there = self.start(Tracker())
        self.there.add_device("van")
        self.forward = "--forward", f"http://127.0.0.1:{self.there.devices_port}"

    def wait_until_forwarded(self, times):
        wait_until(lambda: set(times) <= self.forwarded(), 4 * PATIENCE_SECONDS, f"{len(times)} are forwarded")

    def forwarded(self):
        return {row[0] for row in query(self.there.database, "SELECT time_ms / 1000 FROM fix")}

    def requests(self):
        return self.there.services()["receiver 0"]["counters"]["requests"]

    def sent(self, tracker):
        """What the tracker says that it has sent, if it says that nothing waits."""
        forward = (tracker.services()["caller"]["counters"] or {}).get("forward") or [{}]
        return forward[0]["sent"] if forward[0].get("waiting") == 0 else -1

    def two_trackers(self):
        """On one database, both forward; the van is known to both."""
        server = self.enterContext(PostgreSQL())
        here, beside = (self.start(PostgresqlTracker(server.url, *self.forward)) for _ in range(2))
        here.add_device("van")
        for number, tracker in enumerate((here, beside)):
            wait_until(lambda: send_fix(tracker.devices_url, "van", FIRST_TIME + number)[0] == 200, PATIENCE_SECONDS,
                       "it knows the van")
        # With the one by which add_device() looks whether the receiver knows it.
        wait_until(lambda: (self.sent(here), self.sent(beside)) == (2, 1), 4 * PATIENCE_SECONDS, "theirs are sent")
        return server, here, beside

    def test_1_out_of_a_file(self):
        here = self.start(Tracker(*self.forward))
        here.add_device("van")
        self.import_rows(here, self.IMPORTED)
        self.wait_until_forwarded(self.IMPORTED)

    @on_postgresql
    def test_2_out_of_postgresql_by_one_of_two_trackers_each_fix_once(self):
        server, here, beside = self.two_trackers()
        trackers = here, beside
        requests = self.requests()
        self.import_rows(here, self.IMPORTED)
        self.keep_in_quarantine(server, LATER - 1)
        self.assertIn("1 became positions", self.command(beside, "quarantine", "replay"))
        for number, tracker in enumerate(trackers):
            self.assertEqual(send_fix(tracker.devices_url, "van", LATER + 1000 + number)[0], 200)
        self.import_rows(beside, range(LATER + 2000, LATER + 2010))
        wanted = {*self.IMPORTED, LATER - 1, LATER + 1000, LATER + 1001, *range(LATER + 2000, LATER + 2010)}
        self.wait_until_forwarded(wanted)
        wait_until(lambda: sum(self.sent(tracker) for tracker in trackers) == 3 + len(wanted), PATIENCE_SECONDS,
                   "nothing waits, and they count what they sent")
        self.assertEqual(self.requests(), requests + len(wanted))

    @on_postgresql
    def test_3_nothing_is_lost_when_trackers_are_killed_while_they_send(self):
        server, here, beside = self.two_trackers()
        self.there.stop()
        self.import_rows(here, self.IMPORTED)
        self.there.start()
        for number, tracker in enumerate((here, beside)):
            wait_until(lambda: len(self.forwarded()) > 50 * number + 5, 4 * PATIENCE_SECONDS, "some have been sent")
            restart(tracker)
        self.wait_until_forwarded(self.IMPORTED)


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
