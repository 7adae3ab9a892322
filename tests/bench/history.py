"""A long history in the browser: how soon a span of it is seen, and what the server needs meanwhile.

The database is made by the store itself (make_history) once for each size and kept in a folder that is
named, because ten million fixes take a minute. The browser and its packages are those that
./waymark test installs. What is timed: the server's answer to the page's request for the track, and, in Chromium, the time from the opening of
the page to the picture in which the track is drawn (html[data-painted]).
"""
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

import load
from report import heading, row
from servers import Tracker

HERE = os.path.dirname(os.path.abspath(__file__))
MAKER = "lessons/16-tracker/make_history"
# (fixes, years): a fix in 31 seconds for ten years; the same for two and a half.
SIZES = ((2_500_000, 2.5), (10_000_000, 10))
SPANS = (("a day", "day=2024-07-10"), ("a year", "from=2024-01-01&to=2024-12-31"),
         ("everything", "from=2015-01-01&to=2024-12-31"))
DAY_MS = 86_400_000
QUIET_SECONDS = 10  # after a load, until it has given back what only the load needed (services/idle_memory.hh)
END_MS = 1_735_689_600_000
LONGEST_MS = {"a day": DAY_MS, "a year": 366 * DAY_MS, "everything": 3653 * DAY_MS}


def kept_folder():
    """Shared by the runs of one user; holds at most one database of each size (some 500 MB)."""
    folder = os.path.join(tempfile.gettempdir(), f"waymark-history-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if os.stat(folder).st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to somebody else")
    return folder


def database(build, fixes, years):
    folder = os.path.join(kept_folder(), str(fixes))
    path = os.path.join(folder, "waymark.db")
    if not os.path.exists(path):
        unfinished = folder + ".unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        os.mkdir(unfinished)
        begin = time.perf_counter()
        subprocess.run([os.path.join(build, MAKER), unfinished, str(fixes), str(years)], check=True,
                       stdout=subprocess.DEVNULL)
        print(f"  made in {time.perf_counter() - begin:.0f} s; kept in {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(unfinished, folder)
    return path


class Historian(Tracker):
    """A tracker with a copy of a database, and an account that looks at it."""

    NAME, PASSWORD = "historian", "ten million fixes"

    def __init__(self, build, path):
        super().__init__(build)
        os.mkdir(self.data, mode=0o700)
        subprocess.run(["cp", "--reflink=auto", path, os.path.join(self.data, "waymark.db")], check=True)
        subprocess.run([self.program, "user", "add", self.NAME, "--admin", "--data", self.data], check=True,
                       input=f"{self.PASSWORD}\n", text=True, stdout=subprocess.DEVNULL)
        self.cookie = self.start_ms = None

    def start(self):
        begin = time.perf_counter()
        super().start()
        self.start_ms = 1000 * (time.perf_counter() - begin)
        account = json.dumps({"name": self.NAME, "password": self.PASSWORD}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.web_port}/api/log-in", account,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def answer_ms(self, path):
        begin = time.perf_counter()
        request = urllib.request.Request(f"http://127.0.0.1:{self.web_port}{path}", headers={"Cookie": self.cookie})
        with urllib.request.urlopen(request, timeout=60) as answer:
            size = len(answer.read())
        return 1000 * (time.perf_counter() - begin), size

    def painted_ms(self, query):
        """By the browser's own clock; a browser is started for each, so nothing is in its cache."""
        address = f"http://127.0.0.1:{self.web_port}/history?device=1&zone=Europe/Berlin&{query}"
        seen = subprocess.run(["node", os.path.join(HERE, "first_paint.mjs"), address, self.cookie],
                              text=True, stdout=subprocess.PIPE, check=True).stdout
        return float(seen)


def highest_memory(tracker, action):
    """Runs the action, and says the most that all processes had meanwhile, in MiB."""
    most, is_done = [0.0], threading.Event()

    def watch():
        while not is_done.is_set():
            most[0] = max(most[0], tracker.memory_kib() / 1024)
            is_done.wait(0.02)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        action()
    finally:
        is_done.set()
        watcher.join()
    return most[0]


def history(build, rounds, _seconds):
    for fixes, years in SIZES:
        heading(f"History of one device with {fixes:,} fixes of {years:g} years", "tests/bench/first_paint.mjs ADDRESS")
        path = database(build, fixes, years)
        starts, memory = [], []
        answers = {name: [] for name, _ in SPANS}
        paints = {name: [] for name, _ in SPANS}
        for _ in range(rounds):
            with Historian(build, path) as tracker:
                starts.append(tracker.start_ms)
                for name, query in SPANS:
                    span = f"from={END_MS - LONGEST_MS[name]}&to={END_MS}"
                    took, size = tracker.answer_ms(f"/api/track?device=1&{span}&max=50000")
                    if size < 16 + 25 * 1000:
                        raise RuntimeError(f"only {size} bytes of a track")
                    answers[name].append(took)

                    def look(query=query, name=name, tracker=tracker):
                        paints[name].append(tracker.painted_ms(query))
                    memory.append(highest_memory(tracker, look))
        row("start to listening", starts, "ms")
        for name, _ in SPANS:
            row(f"{name}: answer", answers[name], "ms")
            row(f"{name}: first paint", paints[name], "ms (at most 1,000)")
        row("memory, all processes", memory, "MiB (PSS, at most 20 MB)")
    read_ranges(build, rounds)


def memory_after_a_load(build, rounds, seconds):
    """What a crowd that has sent its week leaves behind, beside a long history that was looked at."""
    fixes, years = SIZES[-1]
    heading(f"Memory with {fixes:,} fixes stored, all processes (PSS)",
            f"GET /api/track of everything, wrk -t2 -c8 -d{seconds:g}s -s tests/bench/overland.lua")
    path = database(build, fixes, years)
    rest, loaded, after = [], [], []
    for _ in range(rounds):
        tracker = Historian(build, path)
        tracker.import_devices({"bench": {"token": "bench-token"}})
        with tracker:
            time.sleep(1)
            rest.append(tracker.memory_kib() / 1024)
            tracker.answer_ms(f"/api/track?device=1&from=0&to={END_MS}&max=50000")
            load.wrk(tracker.port, seconds, connections=8, script=os.path.join(HERE, "overland.lua"))
            loaded.append(tracker.memory_kib() / 1024)
            time.sleep(QUIET_SECONDS)
            after.append(tracker.memory_kib() / 1024)
    row("at rest", rest, "MiB")
    row("at the end of the load", loaded, "MiB")
    row(f"{QUIET_SECONDS} s later", after, "MiB (at most 19.07: 20 MB)")


def read_ranges(build, rounds):
    wanted = 256_744
    heading(f"Range read of {wanted:,} fixes", "GET /api/track?device=1&from&to[&format=json]")
    fixes, years = SIZES[-1]
    step = years * 365.25 * DAY_MS / fixes
    span = f"from={END_MS - round(step * wanted)}&to={END_MS}"
    columns, text = [], []
    with Historian(build, database(build, fixes, years)) as tracker:
        for _ in range(rounds):
            took, size = tracker.answer_ms(f"/api/track?device=1&{span}")
            if size < 16 + 25 * (wanted - 2):
                raise RuntimeError(f"only {size} bytes")
            columns.append(took)
            text.append(tracker.answer_ms(f"/api/track?device=1&{span}&format=json")[0])
    row("as columns", columns, "ms (at most 100)")
    row("as JSON", text, "ms (at most 500)")
