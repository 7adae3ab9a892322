"""The benchmarks, by name. Targets are the project's own; each peer runs in the same round."""
import os
import sqlite3
import sys
import time

import load
from balancing import balancer, ways
from history import history, memory_after_a_load
from importing import importing
from postgresql import postgresql
from relaying import relayed_messages
from scale import scale
from report import heading, ratio, row
from servers import BALANCER, HTTPD, TRACKER, Httpd, Nginx, Tracker  # noqa: F401
from verdict import verdicts
from web import httpd, httpd_slow, httpd_tls

HERE = os.path.dirname(os.path.abspath(__file__))


def bench_devices(server):
    for client in range(2):
        server.add_device(f"bench{client}", f"bench{client}")


def stored_fixes(server):
    with sqlite3.connect(f"file:{server.data}/waymark.db?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM fix").fetchone()[0]


def durable_fixes(build, rounds, seconds):
    script = os.path.join(HERE, "fixes.lua")
    heading("Durable single fixes, 64 connections: the answer comes after fdatasync",
            f"wrk -t2 -c64 -d{seconds:g}s -s tests/bench/fixes.lua  (nginx: the same requests, return 204)")
    ours, theirs = [], []
    for _ in range(rounds):
        with Nginx("location / { return 204; }") as nginx:
            theirs.append(load.wrk(nginx.port, seconds, script=script))
        tracker = Tracker(build)
        bench_devices(tracker)
        with tracker:
            ours.append(load.wrk(tracker.port, seconds, script=script))
            stored = stored_fixes(tracker)
            # Every answered request is a row; up to 64 more were stored when wrk hung up.
            if stored < ours[-1] * seconds * 0.98:
                raise RuntimeError(f"only {stored} rows for {ours[-1] * seconds:.0f} answers")
    row("tracker", ours, "fixes/s")
    row("nginx return 204", theirs, "requests/s")
    ratio("ratio", ours, theirs, ">= 0.8")


def overland(build, rounds, seconds):
    script = os.path.join(HERE, "overland.lua")
    heading("Overland batches of 200, 8 connections: the answer comes after fdatasync",
            f"wrk -t2 -c8 -d{seconds:g}s -s tests/bench/overland.lua  (nginx: the same requests, return 204)")
    ours, theirs = [], []
    for _ in range(rounds):
        with Nginx("location / { return 204; }") as nginx:
            theirs.append(200 * load.wrk(nginx.port, seconds, connections=8, script=script))
        tracker = Tracker(build)
        tracker.import_devices({"bench": {"token": "bench-token"}})
        with tracker:
            ours.append(200 * load.wrk(tracker.port, seconds, connections=8, script=script))
            stored = stored_fixes(tracker)
            if stored < ours[-1] * seconds * 0.98:
                raise RuntimeError(f"only {stored} rows for {ours[-1] * seconds:.0f} that were answered")
    row("tracker", ours, "fixes/s (wanted: 150,000)")
    row("nginx return 204", theirs, "positions/s")
    ratio("ratio", ours, theirs, ">= 0.5")


def static_file(build, rounds, seconds):
    heading("Static file of 1 KB, keep-alive, 64 connections", f"wrk -t2 -c64 -d{seconds:g}s .../1k.html")
    ours, theirs = [], []
    for _ in range(rounds):
        nginx = Nginx("")
        root = os.path.join(nginx.folder, "root")
        os.mkdir(root)
        with open(os.path.join(root, "1k.html"), "w", encoding="ascii") as file:
            file.write("x" * 1024)
        nginx.location = f"root {root};"
        with nginx:
            theirs.append(load.wrk(nginx.port, seconds, path="/1k.html"))
            with Httpd(build, root) as httpd:
                ours.append(load.wrk(httpd.port, seconds, path="/1k.html"))
    row("httpd", ours, "requests/s")
    row("nginx", theirs, "requests/s")
    ratio("ratio", ours, theirs, ">= 1.0")


def first_answer(build, rounds, _seconds):
    heading("Start to first answer: a fix is stored and answered", "tracker serve --foreground")
    times = []
    for _ in range(rounds):
        tracker = Tracker(build)
        bench_devices(tracker)
        begin = time.perf_counter()
        with tracker:
            with load.connect(tracker.port) as connection:
                answer = load.ask(connection, load.FIX.format(client=0, time=1700000000).encode())
            times.append(1000 * (time.perf_counter() - begin))
            if b" 200 " not in answer.split(b"\r\n")[0]:
                raise RuntimeError(answer.decode())
    row("tracker", times, "ms")
    print("  target <= 200 ms")


def idle_connections(build, rounds, _seconds):
    wanted = 10_000
    heading("10,000 idle keep-alive connections", "each has sent one fix and stays")
    load.allow_descriptors(wanted + 500)
    each, quiet, crowded = [], [], []
    for round_number in range(rounds):
        tracker = Tracker(build)
        bench_devices(tracker)

        def fix(i, base=1_000_000_000 + 10_000_000 * round_number):
            return load.FIX.format(client=0, time=base + i).encode()

        with tracker:
            quiet.append(load.p95_ms(tracker.port, 1000, fix))
            before = tracker.memory_kib()
            crowd = [load.connect(tracker.port) for _ in range(wanted)]
            for i, connection in enumerate(crowd):
                load.ask(connection, fix(100_000 + i))
            each.append((tracker.memory_kib() - before) * 1024 / wanted)
            crowded.append(load.p95_ms(tracker.port, 1000, lambda i: fix(200_000 + i)))
            for connection in crowd:
                connection.close()
    row("memory each (PSS)", each, "bytes")
    row("p95 of a good client, quiet", quiet, "ms")
    row("p95 beside the crowd", crowded, "ms")
    ratio("ratio of the p95", crowded, quiet, "<= 2")
    print("  target <= 4096 bytes each")


def memory(build, rounds, seconds):
    heading("Memory at rest, all processes (PSS)", "tracker serve --foreground, one fix stored")
    ours = []
    for _ in range(rounds):
        tracker = Tracker(build)
        bench_devices(tracker)
        with tracker:
            with load.connect(tracker.port) as connection:
                load.ask(connection, load.FIX.format(client=0, time=1700000000).encode())
            time.sleep(1)
            ours.append(tracker.memory_kib() / 1024)
    row("tracker", ours, "MiB")
    print("  target <= 20 MB")
    memory_after_a_load(build, rounds, seconds)


def echo_designs(build, rounds, seconds):
    sys.path[:0] = [os.path.join(HERE, "..", "..", "examples", "echo"), os.path.join(HERE, "..", "suite")]
    import measuring  # here, because only this case needs it
    connections = 1000
    heading(f"Echo, {connections:,} kept connections of which 32 ask: what coroutines cost on top of epoll",
            "echo-load kept ...  (examples/echo/compare.py has all ten designs)")
    measuring.allow_descriptors()
    folder = os.path.join(build, "examples", "echo")
    measurer = measuring.Measurer(os.path.join(folder, "echo-load"), 10_000_000, max(1, round(seconds)))
    seen = {"epoll": [], "coroutines": [], "poll": []}
    for _ in range(rounds):
        for design, values in seen.items():
            figures = measurer.measure(design, os.path.join(folder, f"echo-{design}"), connections, "")
            values.append(figures.cpu_us)
    for design, values in seen.items():
        row(design, values, "us of server CPU a request")
    ratio("coroutines to epoll", seen["coroutines"], seen["epoll"], "<= 1.5")


ALL = {
    "fixes": durable_fixes,
    "overland": overland,
    "static": static_file,
    "httpd": httpd,
    "httpd-tls": httpd_tls,
    "httpd-slow": httpd_slow,
    "start": first_answer,
    "idle": idle_connections,
    "memory": memory,
    "history": history,
    "import": importing,
    "postgresql": postgresql,
    "scale": scale,
    "verdict": verdicts,
    "echo": echo_designs,
    "balancer": balancer,
    "splice": ways,
    "logrelay": relayed_messages,
}
