"""What the tests of faults share: phones that keep a record of what was acknowledged, a look at the
tracker's processes, and the invariants I1 to I7 that hold whatever breaks:

  I1 nothing acknowledged is lost          I5 descriptors and children are back, no zombie is left
  I2 nothing is stored twice               I6 a log line per change of state, not per event
  I3 what hits one is not felt by another  I7 the process that must not end has the same number
  I4 service is back soon, without a person

The checks raise AssertionError and know nothing of how the fault was caused. faults_test.py shows each
of them something wrong.
"""

import collections
import http.client
import json
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

from own_ports import own_port
from processes_seen import PATIENCE_SECONDS, wait_until
from running_tracker import RunningTracker
import tracker_session

# argv: the tracker, then perhaps --long and --seed=N.
ARGUMENTS = sys.argv[1:]
TRACKER = os.path.abspath(next((word for word in ARGUMENTS if not word.startswith("--")), "tracker"))
LONG = "--long" in ARGUMENTS
SEED = next((int(word[7:]) for word in ARGUMENTS if word.startswith("--seed=")),
            random.SystemRandom().randrange(1 << 32))

FIRST_TIME = 1_700_000_000


def chance(what):
    """A generator of its own for each test; its seed is printed, to be given again as --seed=N."""
    print(f"{what}: --seed={SEED}", flush=True)
    return random.Random(f"{SEED} {what}")


class Tracker(RunningTracker):
    """A running tracker whose services can be looked at and whose port for devices stays the same."""

    def __init__(self, *arguments):
        super().__init__(TRACKER, arguments)
        self.devices_port = own_port()
        self.is_logged_in = False
        self.wrapper = []  # a command that becomes the tracker

    def start(self):
        command = [*self.wrapper, self.program, "serve", "--foreground", "--data", self.data, "--listen-devices",
                   f"127.0.0.1:{self.devices_port}", "--listen-web", "127.0.0.1:0",
                   *self.extra_arguments]
        self.begin(command)
        self.web_at = f"http://{self.status()['web'][0]}/"

    @property
    def web_url(self):
        """Whoever wants it also wants to be let in; to a demo everybody is."""
        if not self.is_logged_in and "--demo" not in self.extra_arguments:
            self.log_in(self.web_at)
            self.is_logged_in = True
        return self.web_at

    def end_by_sigkill(self):
        """What a supervisor that is killed leaves to its children and to the next start."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def status(self):
        code, output, error = self.run("status", "--json", "--data", self.data)
        if code != 0:
            raise AssertionError(f"tracker status: {code}: {error}{self.log_text()}")
        return json.loads(output)

    def services(self):
        """{name: {"state", "pid", "starts", "counters"}}; the names: store, receiver 0, web app."""
        return {service["name"]: service for service in self.status()["services"]}

    def service_pid(self, name):
        return self.services()[name]["pid"]

    def whole_log(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def wait_until_up(self, seconds=PATIENCE_SECONDS):
        def all_up():
            return all(service["state"] == "up" for service in self.services().values())

        return wait_until(all_up, seconds, "all services up\n" + self.log_text())

    def add_device(self, name):
        """Added, and known to the receiver: it hears of devices within a second or two."""
        token = super().add_device(name)
        wait_until(lambda: send_fix(self.devices_url, name, FIRST_TIME - 1)[0] == 200,
                   PATIENCE_SECONDS, f"the receiver knows {name}")
        return token


def restart(tracker):
    """Killed, with its supervisor, and started again."""
    tracker.end_by_sigkill()
    # Its children end by themselves, and let go of the folder.
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return tracker.start()
        except AssertionError:
            if time.monotonic() > until:
                raise
            tracker.stop()


def fix_target(device, time_s):
    """The place follows from the time, so that a fix that was sent again is the same fix."""
    return f"/?id={device}&timestamp={time_s}&lat={10 + time_s % 1000 / 1e4:.4f}&lon=20.5"


def ask(url, target="/", timeout=20):
    """(status, headers, body) of one GET on a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", target, headers=tracker_session.fields())
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def send_fix(url, device, time_s, timeout=20):
    return ask(url, fix_target(device, time_s), timeout)


class Phones:
    """`count` phones with a connection each. Each sends its next fix only when the one before was
    acknowledged, and sends it again otherwise, as phones do. Use in a `with`."""

    def __init__(self, url, device, count=4, pause_seconds=0.005, first_time=FIRST_TIME):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self.device = device
        self.pause_seconds = pause_seconds
        self.acknowledged = set()
        self.attempted = set()
        self.answers = collections.defaultdict(list)  # by the phone's port: what was acknowledged
        self.refusals = collections.Counter()  # by status
        self.retry_after_missing = 0
        self.broken = 0  # connections that ended without an answer
        self.longest_wait = 0.0
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.live, args=(first_time + 1_000_000 * number,))
                        for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)

    def live(self, time_s):
        connection = None
        while not self.ended.wait(self.pause_seconds):
            self.attempted.add(time_s)
            connection, status = self.attempt(connection, time_s)
            if status == 200:
                time_s += 1
        if connection:
            connection.close()

    def attempt(self, connection, time_s):
        begin = time.monotonic()
        try:
            if connection is None:
                connection = http.client.HTTPConnection(*self.address, timeout=30)
            connection.request("GET", fix_target(self.device, time_s))
            port = connection.sock.getsockname()[1]
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            with self.lock:
                self.broken += 1
            connection.close()
            return None, 0
        with self.lock:
            self.note(answer, port, time_s, time.monotonic() - begin)
        return connection, answer.status

    def note(self, answer, port, time_s, took):
        self.longest_wait = max(self.longest_wait, took)
        if answer.status == 200:
            self.acknowledged.add(time_s)
            self.answers[port].append(time_s)
        else:
            self.refusals[answer.status] += 1
            self.retry_after_missing += answer.getheader("Retry-After") is None

    def count(self):
        with self.lock:
            return len(self.acknowledged)

    def wait_for_more(self, more=5, seconds=PATIENCE_SECONDS):
        """Waits until so many further fixes were acknowledged; returns how long it took."""
        wanted = self.count() + more
        return wait_until(lambda: self.count() >= wanted, seconds, "fixes are acknowledged again")


def query(database, text, arguments=()):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(text, arguments).fetchall()
    finally:
        connection.close()


def stored_times(database, device):
    """The times of all stored fixes of a device, in seconds, twice if stored twice."""
    rows = query(database, "SELECT time_ms / 1000 FROM fix JOIN device ON number = device"
                 " WHERE name = ? ORDER BY 1", (device,))
    return [row[0] for row in rows]


def check_integrity(database):
    verdict = query(database, "PRAGMA integrity_check")
    assert verdict == [("ok",)], f"integrity_check: {verdict}"


def check_nothing_lost(acknowledged, stored):
    """I1."""
    lost = set(acknowledged) - set(stored)
    assert not lost, f"{len(lost)} acknowledged fixes are not stored, such as {min(lost)}"


def check_nothing_twice(stored):
    """I2."""
    twice = [time_s for time_s, count in collections.Counter(stored).items() if count > 1]
    assert not twice, f"{len(twice)} fixes are stored more than once, such as {twice[0]}"


def check_store(tracker, phones):
    """I1 and I2, and the file itself. Something must have been acknowledged, or nothing was tested."""
    assert phones.acknowledged, "no fix was acknowledged"
    stored = [time_s for time_s in stored_times(tracker.database, phones.device)
              if time_s >= FIRST_TIME]
    check_nothing_lost(phones.acknowledged, stored)
    check_nothing_twice(stored)
    strange = set(stored) - phones.attempted
    assert not strange, f"{len(strange)} fixes are stored that nobody sent"
    check_integrity(tracker.database)


def check_log_is_short(text, most_lines, pattern=r"(error|warning): "):
    """I6. Changes of state are counted by the test; more lines than those were written per event."""
    lines = [line for line in text.splitlines() if re.search(pattern, line)]
    shown = "\n".join(lines[:20])
    assert len(lines) <= most_lines, f"{len(lines)} lines, at most {most_lines} expected:\n{shown}"


def run_tracker(*arguments, timeout=60, **options):
    """One command to its end: (exit code, standard output, standard error)."""
    result = subprocess.run([TRACKER, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=timeout, **options)
    return result.returncode, result.stdout, result.stderr


def check_one_clear_line(case, result, exit_codes, *words):
    """What a person sees whose command cannot be done: one line that says what, and an exit code."""
    code, output, error = result
    case.assertIn(code, exit_codes, error or output)
    case.assertEqual(len(error.splitlines()), 1, f"not one line: {error!r}")
    case.assertTrue(error.startswith("tracker: "), error)
    for word in words:
        case.assertIn(word, error)
