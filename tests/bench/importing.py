"""A large file in and out: time, and the most memory that the command had, as the kernel counts it (wait4(2), ru_maxrss),
which is never less than what this program had when it began the command.

The file is made by formula, a fix a second with altitude, speed and course, into a temporary folder that goes with
the run. No server runs: what a command takes is all that is taken.
"""
import os
import shutil
import subprocess
import tempfile
import time

from report import heading, row

BYTES = int(os.environ.get("WAYMARK_IMPORT_BYTES", 1_000_000_000))
FIRST = 1_500_000_000
HEAD = ('<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="bench" '
        'xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>\n')
TAIL = "</trkseg></trk></gpx>\n"


def make_gpx(path, size):
    """The number of points in it."""
    count = 0
    with open(path, "w", encoding="ascii") as file:
        file.write(HEAD)
        while file.tell() < size:
            piece = []
            for i in range(count, count + 20_000):
                when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(FIRST + i))
                piece.append(f'<trkpt lat="{48 + i % 100000 / 1e6:.7f}" lon="{11.5 + i % 77777 / 1e6:.7f}">'
                             f"<ele>{500 + i % 100}.5</ele><time>{when}</time><speed>{i % 30}.25</speed>"
                             f"<course>{i % 360}</course></trkpt>\n")
            file.write("".join(piece))
            count += len(piece)
        file.write(TAIL)
    return count


def measured(command):
    """(seconds, MiB) of a command that must succeed."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{command} ended with {child.returncode}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def importing(build, rounds, _seconds):
    tracker = os.path.join(build, "lessons/16-tracker/tracker")
    folder = tempfile.mkdtemp(prefix="waymark-import-")
    try:
        path = os.path.join(folder, "in.gpx")
        count = make_gpx(path, BYTES)
        heading(f"A GPX file of {BYTES / 1e9:.3g} GB, {count:,} positions", "tracker import --device D in.gpx")
        seen = {name: [] for name in ("import", "again", "export")}
        for i in range(rounds):
            data = os.path.join(folder, f"data{i}")
            subprocess.run([tracker, "device", "add", "D", "--data", data], check=True, stdout=subprocess.DEVNULL)
            arguments = ["--device", "D", "--data", data]
            seen["import"].append(measured([tracker, "import", *arguments, path]))
            seen["again"].append(measured([tracker, "import", *arguments, path]))
            seen["export"].append(measured([tracker, "export", *arguments, "-o", os.path.join(folder, "out.gpx")]))
            shutil.rmtree(data)
        for name, values in seen.items():
            row(name, [seconds for seconds, _ in values], "s (at most 60 a GB)")
            row(f"{name}: memory", [memory for _, memory in values], "MiB (at most 95)")
    finally:
        shutil.rmtree(folder)
