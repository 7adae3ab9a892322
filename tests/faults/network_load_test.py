"""Row 44 of the faults, and all memory errors: a tracker that was built with a sanitizer is put under
mixed load, and no sanitizer may have anything to say. With the thread sanitizer it runs as one
process, where the services are threads. Usage: network_load_test.py TRACKER BROKEN

BROKEN is a program with faults of each kind: what it does must be reported, or the check is blind.
"""

import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest

import faults
from faults import TRACKER, Phones
from processes_seen import wait_until
from network_clients import Client, ask_once, request
from network_server import WAIT_SECONDS, Server, is_sanitized

import driver  # found by faults

BROKEN = os.path.abspath(faults.ARGUMENTS[1]) if len(faults.ARGUMENTS) > 1 else None
LOAD_SECONDS = 60 if faults.LONG else 10
IS_THREADED = is_sanitized("thread")
# What else a sanitizer is told from outside is kept.
VARIABLES = ("ASAN_OPTIONS", "TSAN_OPTIONS")
# More than one of everything that can be more than one, so that they can get in each other's way.
CREW = ["--receivers", "2", "--threads", "2"]


class Reports:
    """A folder into which each process writes what its sanitizer finds; use in a `with`. The one for
    undefined behaviour writes to standard error whatever it is told, so that is looked at, too."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "reports"
        self.folder.mkdir()
        # The server becomes another user.
        self.folder.chmod(0o777)
        self.before = {}

    def __enter__(self):
        for name in VARIABLES:
            self.before[name] = os.environ.get(name)
            options = [self.before[name] or "", f"log_path={self.folder}/report"]
            os.environ[name] = ":".join(filter(None, options))
        return self

    def __exit__(self, *_):
        for name, value in self.before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

    def found(self, standard_error):
        lines = [line for line in standard_error.splitlines() if ": runtime error: " in line]
        return "\n".join(lines + [path.read_text(errors="replace")
                                  for path in self.folder.iterdir()])


class Load:
    """Threads that each repeat a kind of work until the end; refusals are no failure here, what the
    answers must be is told by other tests. Use in a `with`."""

    def __init__(self, *works):
        self.ended = threading.Event()
        self.counts = {work.__name__: 0 for work in works}
        self.threads = [threading.Thread(target=self.repeat, args=(work,)) for work in works]

    def repeat(self, work):
        while not self.ended.is_set():
            try:
                work()
                self.counts[work.__name__] += 1
            except OSError:
                time.sleep(0.05)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(WAIT_SECONDS)


class SanitizedLoad(unittest.TestCase):

    def setUp(self):
        if not IS_THREADED and not is_sanitized("address"):
            raise unittest.SkipTest(f"{TRACKER} was built without a sanitizer")

    def works(self, server, chance):
        devices, web = server.devices_address(), server.web_address()

        def view_live():
            with Client(web) as viewer:
                viewer.send(request("/api/live"))
                for _ in range(chance.randrange(1, 8)):
                    viewer.read_more()

        def leave_live():
            with Client(web) as viewer:
                viewer.send(request("/api/live"))
                viewer.read_more()
                viewer.reset()

        def read_history():
            for path in ("/api/devices", "/api/positions", "/api/days?device=1", "/api/status",
                         "/api/track?device=1&from=0&to=9", "/"):
                ask_once(web, request(path))
            track = f"/api/track?device=1&from={faults.FIRST_TIME}000&to={faults.FIRST_TIME + 99}000"
            ask_once(web, request(track + "&format=json"))

        def send_rubbish():
            with Client(devices) as client:
                client.send(chance.randbytes(chance.randrange(1, 300)))
                client.reset()

        def ask_and_reload():
            server.run("reload", "--data", server.data)
            server.run("status", "--data", server.data)
            time.sleep(0.5)

        def kill_a_service():
            time.sleep(2)
            services = server.services()
            pid = services[chance.choice(list(services))]["pid"]
            if pid:
                os.kill(pid, signal.SIGKILL)

        works = [view_live, leave_live, read_history, send_rubbish, ask_and_reload]
        # A thread cannot be killed alone.
        return works if IS_THREADED else [*works, kill_a_service]

    def test_under_mixed_load_no_sanitizer_says_anything(self):
        chance = faults.chance("mixed load")
        server = Server(*["--one-process"] * IS_THREADED, *CREW,
                        "--max-connections-per-address", "200")
        self.addCleanup(server.__exit__)
        with Reports(server.folder.name) as reports:
            server.start()
            server.add_device("phone")
            with Phones(server.devices_url, "phone", count=6) as phones, \
                    Load(*self.works(server, chance)) as load:
                time.sleep(LOAD_SECONDS)
                wait_until(lambda: min(load.counts.values()) > 0, WAIT_SECONDS,
                           "everything was done once")
            server.wait_until_up(WAIT_SECONDS)
            wait_until(lambda: faults.send_fix(server.devices_url, "phone", 1_600_000_000)[0] == 200,
                       WAIT_SECONDS, "it serves after all that")
            server.process.terminate()
            code = server.process.wait(WAIT_SECONDS)
        print(f"load: {len(phones.acknowledged)} fixes, {load.counts}")
        self.assertEqual(reports.found(server.whole_log()), "")
        self.assertEqual(code, 0, server.log_text())
        faults.check_store(server, phones)

    def test_what_a_sanitizer_finds_would_be_seen(self):
        if BROKEN is None:
            raise unittest.SkipTest("no program with faults was given")
        wanted = {"thread": "data race"} if IS_THREADED else {
            "address": "heap-buffer-overflow", "undefined": "signed integer overflow"}
        for kind, words in wanted.items():
            server = Server()
            with self.subTest(kind=kind), Reports(server.folder.name) as reports:
                run = subprocess.run([BROKEN, kind], capture_output=True, text=True, timeout=60,
                                     check=False)
                self.assertIn(words, reports.found(run.stderr))
            server.__exit__()


if __name__ == "__main__":
    driver.main()
