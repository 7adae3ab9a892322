"""Fixes that are sent on to a second tracker (lessons/16-tracker/services/forwarder), while either of them is
killed, or the other is no server at all: in the end both have the same rows, and phones have felt nothing.
Usage: forward_test.py TRACKER CA [--long] [--seed=N]
"""

import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

# The second word is a program of examples/ca; the others are faults.py's.
CA = os.path.abspath(sys.argv.pop(2))

from faults import (FIRST_TIME, LONG, Phones, Tracker, chance, check_integrity, query, restart, send_fix,
                    stored_times)
from hostile_server import KINDS, Hostile
from own_ports import own_port
from processes_seen import PATIENCE_SECONDS, resident_bytes, wait_until

import driver

KILLS = 60 if LONG else 6
# After a failure the forwarder waits up to half a minute, and a quarter more, before it tries again.
CATCH_UP_SECONDS = 4 * PATIENCE_SECONDS
ROWS = ("SELECT name, time_ms, latitude_e7, longitude_e7, altitude_cm, speed_mm_s, course_centidegrees, accuracy_cm,"
        " battery_per_mille, valid, fix.extras FROM fix JOIN device ON number = device ORDER BY 1, 2, 3, 4")


def rows(tracker):
    return query(tracker.database, ROWS)


def forward(tracker):
    """What the caller says of its first destination; its counters are empty until it has been asked."""
    counters = tracker.services()["caller"]["counters"] or {}
    return (counters.get("forward") or [{}])[0]


class Pair:
    """`here` forwards to `there`. Both know the device. Use in a `with`."""

    def __init__(self, device="pair", back=False):
        self.device = device
        self.there = Tracker()
        self.here = Tracker("--forward", f"http://127.0.0.1:{self.there.devices_port}")
        if back:
            self.there.extra_arguments += ["--forward", f"http://127.0.0.1:{self.here.devices_port}/"]

    def __enter__(self):
        self.there.__enter__()
        try:
            self.there.add_device(self.device)
            self.here.__enter__()
            self.here.add_device(self.device)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for tracker in (self.here, self.there):
            tracker.__exit__()

    def wait_until_same(self):
        wait_until(lambda: len(rows(self.there)) >= len(rows(self.here)), CATCH_UP_SECONDS,
                   f"the other has caught up:\n{self.here.log_text()}\n{forward(self.here)}")


class Kills(unittest.TestCase):

    def test_1_either_side_is_killed_while_fixes_go_on(self):
        random = chance("kill while forwarding")
        with Pair() as pair:
            with Phones(pair.here.devices_url, "pair") as phones:
                phones.wait_for_more(50)
                for number in range(KILLS):
                    time.sleep(random.uniform(0.05, 0.5))
                    self.kill(pair, random, number)
                    phones.wait_for_more()
            pair.wait_until_same()
            self.assertEqual(rows(pair.here), rows(pair.there))
            stored = stored_times(pair.there.database, "pair")
            self.assertLessEqual(phones.acknowledged, set(stored))
            self.assertEqual(len(stored), len(set(stored)))
            check_integrity(pair.there.database)
            check_integrity(pair.here.database)
            # The control: something was sent, and what waits is told.
            wait_until(lambda: forward(pair.here).get("waiting") == 0, PATIENCE_SECONDS, "nothing waits")
            self.assertGreaterEqual(forward(pair.here)["sent"], KILLS * 5)
            self.assertEqual(forward(pair.here)["refused"], 0)

    def kill(self, pair, random, number):
        """In turn: the other server, this one, its caller, its store."""
        if number % 4 == 0:
            restart(pair.there)
        elif number % 4 == 1:
            restart(pair.here)
        else:
            name = "caller" if number % 4 == 2 else "store"
            wait_until(lambda: pair.here.services()[name]["pid"] > 0, PATIENCE_SECONDS, f"{name} runs")
            os.kill(pair.here.service_pid(name), signal.SIGKILL)

    def test_2_what_came_while_the_other_was_away_goes_out_when_it_is_back(self):
        with Pair() as pair:
            pair.there.stop()
            for number in range(450):
                self.assertEqual(send_fix(pair.here.devices_url, "pair", FIRST_TIME + number)[0], 200)
            wait_until(lambda: forward(pair.here).get("waiting", 0) >= 400, CATCH_UP_SECONDS, "it says what waits")
            self.assertIn("Connection refused", forward(pair.here)["last_error"])
            self.assertFalse(forward(pair.here)["connected"])
            restart(pair.here)
            pair.there.start()
            pair.wait_until_same()
            self.assertEqual(rows(pair.here), rows(pair.there))


class TwoThatForwardToEachOther(unittest.TestCase):

    def test_they_come_to_rest(self):
        with Pair(back=True) as pair:
            for number in range(60):
                send_fix(pair.here.devices_url, "pair", FIRST_TIME + number)
                send_fix(pair.there.devices_url, "pair", FIRST_TIME + 10_000 + number)
            both = 2 * 60 + 1  # and the one by which a device is tried
            wait_until(lambda: len(rows(pair.here)) == len(rows(pair.there)) == both, CATCH_UP_SECONDS,
                       "both have all")
            self.assertEqual(rows(pair.here), rows(pair.there))
            # Each fix once in each direction, and then nothing: what is there already is no news.
            for tracker in (pair.here, pair.there):
                wait_until(lambda: forward(tracker).get("waiting") == 0, PATIENCE_SECONDS, "nothing waits")
            sent = [forward(tracker)["sent"] for tracker in (pair.here, pair.there)]
            self.assertLessEqual(max(sent), both)
            requests = self.requests(pair)
            send_fix(pair.here.devices_url, "pair", FIRST_TIME + 50_000)
            wait_until(lambda: len(rows(pair.there)) == both + 1, CATCH_UP_SECONDS, "one more goes on")
            wait_until(lambda: self.requests(pair) == [requests[0] + 2, requests[1] + 1], CATCH_UP_SECONDS,
                       "the phone's, there, and back")

    def requests(self, pair):
        return [tracker.services()["receiver 0"]["counters"]["requests"] for tracker in (pair.here, pair.there)]


class ADeviceThatIsNotKnownThere(unittest.TestCase):

    def test_is_left_out_and_the_others_pass(self):
        with Pair() as pair:
            pair.here.add_device("stranger")
            for number in range(20):
                send_fix(pair.here.devices_url, "stranger", FIRST_TIME + number)
            send_fix(pair.here.devices_url, "pair", FIRST_TIME + 100)
            wait_until(lambda: FIRST_TIME + 100 in stored_times(pair.there.database, "pair"), CATCH_UP_SECONDS,
                       "the device that is known")
            wait_until(lambda: forward(pair.here).get("refused") == 21, PATIENCE_SECONDS, "all are counted")
            self.assertIn("stranger: the server answers 403", forward(pair.here)["last_refusal"])
            self.assertEqual(stored_times(pair.there.database, "stranger"), [])
            # A line for a change of state, not for each fix.
            log = pair.here.whole_log()
            self.assertEqual((log.count("are left out"), log.count(": connected")), (1, 1), log)


class AServerThatIsNone(unittest.TestCase):

    def test_costs_a_bounded_memory_and_no_fix(self):
        with Pair() as pair:
            pair.there.stop()
            before = resident_bytes(pair.here.service_pid("caller"))
            for number, kind in enumerate(KINDS):
                with self.subTest(kind=kind):
                    hostile = Hostile(pair.there.devices_port, kind)
                    try:
                        send_fix(pair.here.devices_url, "pair", FIRST_TIME + number)
                        wait_until(lambda: hostile.connections >= 1, CATCH_UP_SECONDS, "it is tried")
                        if kind != "says nothing":
                            wait_until(lambda: forward(pair.here).get("last_error") != "", CATCH_UP_SECONDS, "it says")
                    finally:
                        hostile.close()
            grown = resident_bytes(pair.here.service_pid("caller")) - before
            self.assertLess(grown, 30_000_000)  # a sanitizer keeps what was freed for a while
            self.assertEqual(forward(pair.here)["refused"], 0)
            pair.there.start()
            pair.wait_until_same()
            self.assertEqual(rows(pair.here), rows(pair.there))


class Secured(unittest.TestCase):
    """A proxy with TLS before the other tracker, whose authority is in a file."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(self.scratch.cleanup)
        os.chmod(self.scratch.name, 0o755)
        self.folder = os.path.join(self.scratch.name, "authority")
        for words in (["init"], ["server", "there.example", "127.0.0.1"]):
            subprocess.run([CA, *words, "--folder", self.folder], check=True, capture_output=True,
                           timeout=PATIENCE_SECONDS)
        os.chmod(self.folder, 0o755)
        self.authority = os.path.join(self.folder, "authority.pem")

    def proxy(self, target_port):
        """Passes bytes on until the test ends; its port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, "there.example.pem"),
                                os.path.join(self.folder, "there.example.key"))
        listener = socket.create_server(("127.0.0.1", own_port()))
        self.addCleanup(listener.close)

        def pass_on(source, sink):
            try:
                while piece := source.recv(65536):
                    sink.sendall(piece)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        def serve():
            while True:
                try:
                    plain, _ = listener.accept()
                    near = context.wrap_socket(plain, server_side=True)
                    far = socket.create_connection(("127.0.0.1", target_port), PATIENCE_SECONDS)
                except ssl.SSLError:
                    continue
                except OSError:
                    return
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=ends, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    def test_its_certificate_is_believed_by_that_authority_only(self):
        with Tracker() as there:
            there.add_device("secured")
            url = f"https://127.0.0.1:{self.proxy(there.devices_port)}"
            with Tracker("--forward", url) as here:
                here.add_device("secured")
                send_fix(here.devices_url, "secured", FIRST_TIME + 1)
                wait_until(lambda: "issued by no authority" in forward(here).get("last_error", ""), CATCH_UP_SECONDS,
                           f"it is not believed: {here.log_text()}")
                self.assertNotIn(FIRST_TIME + 1, stored_times(there.database, "secured"))
                here.stop()
                here.extra_arguments += ["--forward-authority", self.authority]
                here.start()
                wait_until(lambda: FIRST_TIME + 1 in stored_times(there.database, "secured"), CATCH_UP_SECONDS,
                           f"it is believed: {here.log_text()}")


if __name__ == "__main__":
    driver.main()
