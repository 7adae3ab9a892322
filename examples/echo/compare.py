#!/usr/bin/env python3
"""Runs every design of the echo server under the same load, one after the other, and says what it cost.

The load is a process of its own on the same machine (echo-load). Kept connections: all are opened, then up to 32
requests are under way at a time, on one connection after the other; the rest say nothing. Short ones: a connection for
each request. The figures hold for this machine and this minute; what means something is the order."""

import argparse
import contextlib
import csv
import dataclasses
import os
import pathlib
import platform
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests" / "suite")]

import measuring
import plot

EXIT_USAGE, EXIT_SYSTEM, EXIT_INTERRUPTED = 100, 111, 130
DESIGNS = {  # and why each serves no more than it does
    "iterative": "it serves one client at a time; the others wait in the kernel's queue",
    "fork": "it got no more processes",
    "thread": "it got no more threads",
    "thread-pool": "a client keeps its thread, and there are 16",
    "prefork": "a client keeps its process, and there are 16",
    "prefork-threads": "a client keeps its thread, and there are 4 in each of 16 processes",
    "select": "select(2) takes descriptors up to 1023 only",
    "poll": "it ran out of descriptors",
    "epoll": "it ran out of descriptors",
    "coroutines": "it ran out of descriptors",
}
CONNECTIONS = [1, 10, 100, 1000, 10_000]
SPARE_DESCRIPTORS = 200
COLUMNS = [("short_per_s", "short/s", 9), ("short_cpu_us", "CPU us", 8), ("kept_per_s", "kept/s", 9),
           ("cpu_us", "CPU us", 8), ("memory_kib", "KiB each", 9), ("p99_ms", "p99 ms", 8)]


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def parse_arguments():
    parser = Parser(prog="compare", description=__doc__.splitlines()[0])
    parser.add_argument("designs", nargs="*", metavar="DESIGN", help="which (default all): " + ", ".join(DESIGNS))
    parser.add_argument("--also", action="append", default=[], metavar="PROGRAM",
                        help="one of your own: it takes --listen 127.0.0.1:0 and --clients N, and prints "
                             "'listening on 127.0.0.1:PORT'")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parents[1] / "build", help="default: build/")
    parser.add_argument("--csv", type=pathlib.Path, metavar="FILE", help="writes the figures there")
    parser.add_argument("--svg", type=pathlib.Path, metavar="FILE", help="writes the plot there")
    parser.add_argument("--seconds", type=int, default=2, help="length of one load (default 2)")
    parser.add_argument("--short", action="store_true", help="a few requests of each, to see that it works")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.designs if name not in DESIGNS]
    if unknown:
        parser.error(f"there is no design '{unknown[0]}'; there are: {', '.join(DESIGNS)}")
    if not 1 <= arguments.seconds <= 600:
        parser.error("--seconds: from 1 to 600")
    # Before the run, which lasts for minutes.
    for path in filter(None, (arguments.csv, arguments.svg)):
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            parser.error(f"{path}: no file can be written there; name one in a folder that is yours")
    return arguments


def programs_of(arguments):
    """{name: program}. What is not there is told with the cure."""
    folder = arguments.build / "examples" / "echo"
    found = {name: folder / f"echo-{name}" for name in arguments.designs or DESIGNS}
    for program in arguments.also:
        found[os.path.basename(program)] = pathlib.Path(program).resolve()
    for program in [*found.values(), folder / "echo-load"]:
        if not os.access(program, os.X_OK):
            print(f"compare: {program} is not there, or is no program; ./waymark build makes ours", file=sys.stderr)
            sys.exit(EXIT_USAGE)
    return found, folder / "echo-load"


def cell(value, width):
    if value is None:
        return f"{'-':>{width}}"
    return f"{value:>{width},.0f}" if value >= 100 else f"{value:>{width}.3g}"


def print_row(row):
    cells = "".join(cell(getattr(row, field), width) for field, _, width in COLUMNS)
    note = f"  serves {row.served:,}: {row.stopped}" if row.stopped else ""
    print(f"{row.design:<16}{row.connections:>7,}{cells}{note}", flush=True)


def measure_all(programs, measurer, counts):
    rows = []
    for name, program in programs.items():
        for connections in counts:
            row = measurer.measure(name, program, connections, DESIGNS.get(name, "it answered nobody else"))
            rows.append(row)
            print_row(row)
            if row.stopped:
                break  # with more it serves no more
    return rows


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in dataclasses.fields(measuring.Figures)])
        writer.writeheader()
        for row in rows:
            writer.writerow({name: f"{value:.4g}" if isinstance(value, float) else value
                             for name, value in dataclasses.asdict(row).items()})


def counts_for(arguments, descriptors):
    counts = [1, 20] if arguments.short else CONNECTIONS
    possible = [count for count in counts if count + SPARE_DESCRIPTORS <= descriptors]
    if possible != counts:
        print(f"No more than {possible[-1] if possible else 0:,} connections: the limit of descriptors here is "
              f"{descriptors:,} (ulimit -Hn).")
    return possible


def main():
    arguments = parse_arguments()
    programs, load = programs_of(arguments)
    counts = counts_for(arguments, measuring.allow_descriptors())
    machine = f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}"
    print(f"{machine}; the load runs on the same cores\n")
    print(f"{'design':<16}{'conns':>7}" + "".join(f"{title:>{width}}" for _, title, width in COLUMNS))
    requests = 50 if arguments.short else 10_000_000
    rows = measure_all(programs, measuring.Measurer(load, requests, 600 if arguments.short else arguments.seconds),
                       counts)
    if arguments.csv:
        write_csv(arguments.csv, rows)
    if arguments.svg:
        arguments.svg.write_text(plot.svg(rows, machine), encoding="utf-8")
    return 0


def interrupted(*_):
    raise KeyboardInterrupt


def end_the_rest():
    """What was being started when the signal came belongs to no `with` yet."""
    for pid in measuring.family(os.getpid()):
        if pid != os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


signal.signal(signal.SIGTERM, interrupted)
try:
    sys.exit(main())
except KeyboardInterrupt:
    end_the_rest()
    print("\ncompare: stopped; everything that it started has ended", file=sys.stderr)
    sys.exit(EXIT_INTERRUPTED)
except (OSError, RuntimeError) as error:
    print(f"compare: {error}", file=sys.stderr)
    sys.exit(EXIT_SYSTEM)
