#!/usr/bin/env python3
"""Runs `tracker device ...` and wrong command lines as a person would:  device_test.py TRACKER"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

from count import Count


def run(tracker, line, environment=None):
    """Exit code, standard output and standard error."""
    done = subprocess.run([tracker, *line], input="", capture_output=True, text=True, timeout=60,
                          env=environment)
    return done.returncode, done.stdout, done.stderr


# Command line, exit code, words of the output. They run one after the other, DATA stands for one
# data folder.
DATA = ["--data", "DATA"]
STEPS = [
    (["--help"], 0, "device"),
    (["--version"], 0, "tracker 0."),
    ([], 100, "--help"),
    (["nonsense"], 100, "nonsense"),
    (["device"], 100, "--help"),
    (["device", "add", *DATA], 100, "NAME"),
    (["device", "add", "van", "--colour", "red", *DATA], 100, "--colour"),
    (["device", "add", "van", "--speed-unit", "furlongs", *DATA], 100, "furlongs"),
    (["decode", *DATA], 100, "is not there"),
    (["device", "list", *DATA], 100, "is not there"),
    (["device", "token", "van", *DATA], 100, "is not there"),
    (["device", "remove", "van", "--yes", *DATA], 100, "is not there"),
    (["device", "add", "van", "--id", "123456", "--id", "7", *DATA], 0, "DATA/waymark.db is new: only a server with this folder"),
    (["device", "add", "van", *DATA], 100, "already"),
    (["device", "add", "bus", "--id", "7", *DATA], 100, "belongs to the device van"),
    (["device", "add", "", *DATA], 100, "empty"),
    (["device", "add", "boat", "--speed-unit", "kmh", *DATA], 0, "Device boat added.\nToken"),
    (["device", "token", "boat", *DATA], 0, "as password\nThat address is of this machine alone"),
    (["device", "token", "boat", *DATA], 0, "&speed={5}&bearing={6}\n"),
    (["device", "token", "van", *DATA], 0, "new token"),
    (["device", "token", "van", "--url", "http://host:5055/", *DATA], 0,
     "http://host:5055/osmand/"),
    (["device", "token", "nobody", *DATA], 100, "no device nobody"),
    (["device", "list", *DATA], 0, "boat"),
    (["device", "rename", "boat", *DATA], 100, "NEW"),
    (["device", "rename", "boat", "van", *DATA], 100, "there is a device van already"),
    (["device", "rename", "nobody", "x", *DATA], 100, "no device nobody"),
    (["device", "rename", "boat", "raft", *DATA], 0, "boat is called raft"),
    (["device", "rename", "raft", "boat", *DATA], 0, "raft is called boat"),
    (["device", "id", "boat", *DATA], 100, "--add"),
    (["device", "id", "boat", "--add", "7", *DATA], 100, "belongs to the device van"),
    (["device", "id", "boat", "--add", "b1", "--add", "b2", *DATA], 0, "2 identifiers more"),
    (["device", "list", *DATA], 0, "b1, b2"),
    (["device", "id", "boat", "--add", "b3", "--remove", "none", *DATA], 100, "does not have"),
    (["device", "id", "boat", "--add", "b4", "--remove", "b1", *DATA], 0, "1 less"),
    (["device", "list", *DATA], 0, "b2, b4"),
    (["device", "retention", "boat", *DATA], 0, "boat are kept for ever"),
    (["device", "retention", "nobody", "30", *DATA], 100, "no device nobody"),
    (["device", "retention", "boat", "30d", *DATA], 100, "'30d' is no number of days"),
    (["device", "retention", "boat", "0", *DATA], 100, "say 1 to 36500, or never"),
    (["device", "retention", "boat", "30", *DATA], 100, "--yes"),
    (["device", "retention", "boat", *DATA], 0, "boat are kept for ever"),
    (["device", "retention", "boat", "30", "--yes", *DATA], 0, ": 0 positions.\n"),
    (["device", "retention", "boat", *DATA], 0, "boat are kept for 30 days"),
    (["device", "list", "--json", *DATA], 0, '"keep_days":30'),
    (["device", "retention", "boat", "never", *DATA], 0, "boat are kept for ever"),
    (["device", "thin", "boat", *DATA], 0, "boat are kept as they are"),
    (["device", "thin", "nobody", "--after", "30", "--every", "10", *DATA], 100, "no device nobody"),
    (["device", "thin", "boat", "--after", "30", *DATA], 100, "--after requires --every"),
    (["device", "thin", "boat", "--every", "30", *DATA], 100, "--every requires --after"),
    (["device", "thin", "boat", "--after", "0", "--every", "10", *DATA], 100, "36500"),
    (["device", "thin", "boat", "--after", "30", "--every", "1441", *DATA], 100, "1440"),
    (["device", "thin", "boat", "--never", "--after", "30", "--every", "10", *DATA], 100, "excludes"),
    (["device", "thin", "boat", "--after", "30", "--every", "10", *DATA], 100, "--yes"),
    (["device", "thin", "boat", *DATA], 0, "boat are kept as they are"),
    (["device", "thin", "boat", "--after", "30", "--every", "10", "--yes", *DATA], 0, "of 0 positions 0 would go"),
    (["device", "thin", "boat", *DATA], 0, "boat are kept one every 10 minutes after 30 days"),
    (["device", "thin", "boat", "--never", *DATA], 0, "boat are kept as they are"),
    (["device", "remove", "boat", *DATA], 100, "--yes"),
    (["device", "remove", "boat", "--yes", *DATA], 0, "0 fixes"),
    (["device", "import", "/no/such/file", *DATA], 100, "cannot be read"),
    (["decode", "--now", "yesterday", *DATA], 100, "yesterday"),
    (["decode", "--transport", "pigeon", *DATA], 100, "pigeon"),
    (["decode", *DATA], 100, "head of the request"),
    (["serve", *DATA, "--log=", "--foreground"], 100, "--log= has no value"),
    (["device", "list", "--data="], 100, "--data= has no value"),
    (["quarantine", "replay", "--data", "DATA-typo"], 100, "is not there"),
    (["restore", "/no/such/file", "--data", "DATA-typo"], 100, "nothing was changed"),
    (["quarantine", "delete", "--all", "--data", "DATA-typo"], 100, "is not there"),
    (["device", "list", "--data", "/dev/null"], 100, "is not there"),
    (["device", "add", "van", "--data", "/dev/null"], 100, "not a folder"),
]


# The same folder, named by a relative path or by the environment.
BY_NAME = [
    (["device", "list", "--data", "data"], {}, 0, "van"),
    (["device", "list"], {"WAYMARK_DATA": "data"}, 0, "van"),
    (["device", "token", "van"], {"WAYMARK_DATA": "data"}, 0, "new token"),
    (["device", "list"], {"WAYMARK_DATA": "typo"}, 100, "/typo/waymark.db is not there"),
    (["device", "list", "--data", "data"], {"WAYMARK_DATA": "typo"}, 0, "van"),
    (["stop", "--data", "data"], {}, 100, "no tracker runs with the data folder FOLDER/data;"),
    (["status"], {"WAYMARK_DATA": "data"}, 100, "no tracker runs with the data folder FOLDER/data;"),
    (["reload", "--data", "./data"], {}, 100, "no tracker runs"),
]


def check_name(tracker, folder, line, environment, code, words):
    done = subprocess.run([tracker, *line], input="", capture_output=True, text=True, timeout=60,
                          cwd=folder, env={**os.environ, **environment})
    output = done.stdout + done.stderr
    typo_made = os.path.exists(os.path.join(folder, "typo"))
    if done.returncode == code and words.replace("FOLDER", folder) in output and not typo_made:
        return Count(passed=1)
    print(f"{environment} tracker {' '.join(line)}: exit {done.returncode}, not {code}; or without "
          f"{words!r}; or the folder 'typo' was made: {output}")
    return Count(failed=1)


def in_folder(line, folder):
    data = os.path.join(folder, "data")
    return [word.replace("DATA", data) if word.startswith("DATA") else word for word in line]


def check_step(tracker, folder, line, code, words):
    seen, out, err = run(tracker, in_folder(line, folder))
    one_line = code == 0 or (out == "" and err.count("\n") == 1)
    if seen == code and words.replace("DATA", os.path.join(folder, "data")) in out + err and one_line:
        return Count(passed=1)
    print(f"tracker {' '.join(line)}: exit {seen}, not {code}; or without {words!r}, or not in one "
          f"line: {out}{err}")
    return Count(failed=1)


def check_folder(tracker, folder):
    """What the steps left: one device, in a folder that nobody else can read, and no other folder."""
    data = os.path.join(folder, "data")
    mode = os.stat(data).st_mode & 0o777
    devices = json.loads(run(tracker, ["device", "list", "--json", "--data", data])[1])
    alone = os.listdir(folder) == ["data"]
    if mode == 0o700 and alone and [device["name"] for device in devices] == ["van"]:
        return Count(passed=1)
    print(f"folder mode {mode:o}, {os.listdir(folder)}, devices {devices}")
    return Count(failed=1)


def check_default_folder(tracker, folder):
    """Whether the data of a person who is not root goes where the desktop standard says."""
    if os.geteuid() == 0:
        print("SKIP: tracker device: the default data folder: root's is the machine's own")
        return Count(skipped=1)
    environment = {**os.environ, "XDG_DATA_HOME": folder}
    code, out, err = run(tracker, ["device", "add", "van"], environment)
    if code == 0 and os.path.exists(os.path.join(folder, "waymark", "waymark.db")):
        return Count(passed=1)
    print(f"the default data folder: exit {code}: {out}{err}")
    return Count(failed=1)


def main():
    tracker = os.path.abspath(sys.argv[1])
    count = Count()
    with tempfile.TemporaryDirectory() as folder:
        for line, code, words in STEPS:
            count.add(check_step(tracker, folder, line, code, words))
        count.add(check_folder(tracker, folder))
        for line, environment, code, words in BY_NAME:
            count.add(check_name(tracker, folder, line, environment, code, words))
        count.add(check_default_folder(tracker, folder))
    print(count.line())
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
