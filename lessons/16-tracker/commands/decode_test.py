#!/usr/bin/env python3
"""Sends vectors of requests through `tracker decode`, each in a process of its own, and compares
what it prints with what the vector expects.

    decode_test.py TRACKER VECTORS.json PREFIX...

Only vectors whose id begins with one of the prefixes are taken. Ends with 77 (skipped) if the file
is not there. Before it begins, it makes sure that it can fail: a vector with a wrong expectation
must be found wrong; that is one test, and each vector is one.
"""

import copy
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
from datetime import datetime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

from count import Count


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def raw_request(vector):
    headers = dict(vector["headers"])
    body = (vector["body"] or "").encode()
    names = {name.lower() for name in headers}
    if "host" not in names:
        headers["Host"] = "127.0.0.1"
    if body and "content-length" not in names:
        headers["Content-Length"] = str(len(body))
    head = f"{vector['method']} {vector['target']} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + b"\r\n" + body


TOLERANCE = {"lat": 1e-6, "lon": 1e-6, "speed_mps": 0.01, "course_deg": 0.05, "alt_m": 0.05,
             "accuracy_m": 0.05, "battery_pct": 0.05}


def differences(path, expected, seen, now):
    """Lines that say where `seen` is not `expected`. Members that are not expected are allowed."""
    key = path.rsplit(".", 1)[-1]
    if expected == "@now":
        expected = now
    if isinstance(expected, dict):
        if not isinstance(seen, dict):
            return [f"{path}: {seen!r} is not an object"]
        return [line for name, value in expected.items()
                for line in differences(f"{path}.{name}", value, seen.get(name), now)]
    if isinstance(expected, list):
        if not isinstance(seen, list) or len(seen) != len(expected):
            return [f"{path}: {seen!r} instead of {expected!r}"]
        return [line for index, value in enumerate(expected)
                for line in differences(f"{path}[{index}]", value, seen[index], now)]
    if key in TOLERANCE and expected is not None and isinstance(seen, (int, float)):
        return [] if math.isclose(seen, expected, rel_tol=0, abs_tol=TOLERANCE[key]) else [
            f"{path}: {seen} instead of {expected}"]
    if key == "time" and isinstance(seen, str):
        return [] if abs(instant(seen) - instant(expected)) <= 0.002 else [
            f"{path}: {seen} instead of {expected}"]
    return [] if seen == expected else [f"{path}: {seen!r} instead of {expected!r}"]


def check(tracker, folder, vector, now):
    done = subprocess.run([tracker, "decode", "--now", now, "--data", folder],
                          input=raw_request(vector), capture_output=True, timeout=60)
    if done.returncode != 0:
        return [f"exit {done.returncode}: {done.stderr.decode().strip()}"]
    expected = vector["expect"]
    wanted = {name: expected[name] for name in ("status", "error", "field", "device_seen",
                                                "battery_pct") if name in expected}
    wanted["fixes"] = expected.get("fixes", [])
    wanted["quarantine"] = expected.get("rejected", [])
    return differences("answer", wanted, json.loads(done.stdout), now)


def note(count, lines):
    """One test, which passed if there is nothing to say about it."""
    count.add(Count(failed=1) if lines else Count(passed=1))
    for line in lines:
        print(line)


def main():
    tracker, path, prefixes = sys.argv[1], sys.argv[2], tuple(sys.argv[3:])
    if not os.path.exists(path):
        print(f"SKIP: tracker decode with shared vectors: {path} is not there")
        return 77
    with open(path, encoding="utf-8") as stream:
        content = json.load(stream)
    now = content["fixture"]["server_now"]
    vectors = [vector for vector in content["vectors"] if vector["id"].startswith(prefixes)]
    count = Count()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([tracker, "device", "import", path, "--data", folder], check=True,
                       stdout=subprocess.DEVNULL)
        wrong = copy.deepcopy(vectors[0])
        wrong["expect"]["fixes"][0]["lat"] += 0.001
        found_wrong = check(tracker, folder, wrong, now)
        note(count, [] if found_wrong else ["the check finds nothing wrong with a wrong vector"])
        for vector in vectors:
            lines = check(tracker, folder, vector, now)
            note(count, [f"{vector['id']}: {line}" for line in lines])
    print(count.line())
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
