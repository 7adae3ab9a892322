"""The balancer beside haproxy: new connections, small questions on kept ones, and large answers.

Load, back end and balancer share the cores, so what passes in a second says as much of the others. The
processor time that the balancer itself takes for one connection, question or answer is told beside it."""
import os

import load
from report import heading, ratio, row
from servers import Balancer, Haproxy, Nginx

CONNECTIONS = 64
LARGE_KIB = 1024
SIZES = {"small": 100, "middle": 100 * 1024, "large": LARGE_KIB * 1024}
# what is measured, the path, more fields, the unit, what one answer counts
LOADS = [
    ("New connections, one small answer each", "/small", ("Connection: close",), "connections/s", 1),
    ("Kept connections, small answers", "/small", (), "answers/s", 1),
    (f"Kept connections, answers of {LARGE_KIB} KiB", "/large", (), "MiB/s", LARGE_KIB / 1024),
]


def measure(server, seconds, path, fields):
    """(answers a second, microseconds of the server's processor time for each)"""
    with server:
        load.wrk(server.port, 1, CONNECTIONS, path, fields=fields)
        begin = server.cpu_seconds()
        rate = load.wrk(server.port, seconds, CONNECTIONS, path, fields=fields)
        if rate == 0:
            raise RuntimeError(f"no answer in {seconds:g} s: the machine is too busy; ask for more --seconds")
        return rate, 1e6 * (server.cpu_seconds() - begin) / (rate * seconds)


def back_end():
    """With a small, a middle and a large file."""
    nginx = Nginx("")
    root = os.path.join(nginx.folder, "root")
    os.mkdir(root)
    for name, size in SIZES.items():
        with open(os.path.join(root, name), "w", encoding="ascii") as file:
            file.write("x" * size)
    nginx.location = f"root {root};"
    return nginx


def ways(build, rounds, seconds):
    """What splice(2) is worth: the same answers, copied, spliced, and as the balancer itself decides."""
    with back_end() as nginx:
        for name, size in SIZES.items():
            heading(f"Answers of {size:,} bytes on {CONNECTIONS} kept connections: copy, splice, or auto",
                    f"balancer --transfer WAY; wrk -t2 -c{CONNECTIONS} -d{seconds:g}s .../{name}")
            seen = {"copy": [], "splice": [], "auto": []}
            for _ in range(rounds):
                for way, costs in seen.items():
                    server = Balancer(build, nginx.port, "--transfer", way)
                    costs.append(measure(server, seconds, f"/{name}", ())[1])
            for way, costs in seen.items():
                row(f"{way}, processor", costs, "us each")
            ratio("auto to copy", seen["auto"], seen["copy"], "<= 1.1")


def balancer(build, rounds, seconds):
    with back_end() as nginx:
        for title, path, fields, unit, each in LOADS:
            heading(f"{title}, {CONNECTIONS} at once, through one thread",
                    f"wrk -t2 -c{CONNECTIONS} -d{seconds:g}s .../{path[1:]}")
            ours, theirs = [], []
            for number in range(rounds):
                # In turn: the second one meets what the first one has left, sockets in TIME_WAIT for instance.
                pair = [(ours, Balancer(build, nginx.port)), (theirs, Haproxy(nginx.port))]
                for seen, server in pair if number % 2 else reversed(pair):
                    seen.append(measure(server, seconds, path, fields))
            for name, seen in (("balancer", ours), ("haproxy", theirs)):
                row(name, [rate * each for rate, _ in seen], unit)
                row(f"{name}, processor", [cost for _, cost in seen], "us each")
            ratio("ratio", [rate for rate, _ in ours], [rate for rate, _ in theirs], ">= 0.9")
            ratio("ratio of processor time", [cost for _, cost in ours], [cost for _, cost in theirs], "<= 1.1")
