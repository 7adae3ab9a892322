#!/usr/bin/env python3
"""Sends vectors of requests through `tracker decode`, each in a process of its own, and compares
what it prints with what the vector expects.

    decode_test.py TRACKER VECTORS.json

The vectors of protocols that have no decoder yet wait: one line says so for each protocol, and it
counts as one skipped test. Each other vector is one test. Two more show that the test can fail: a
vector with a wrong expectation must be found wrong, and no vector that waits may come out right,
or its decoder was written and is not tested.
"""

import base64
import collections
import copy
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
from datetime import datetime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

from count import Count


SESSIONS = {}  # what stands in the vectors for it -> what an app got at its log-in
PASSWORD, TOKEN = "s3cret", "tok-alice-1"  # of alice/phone, in the fixture


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def with_token(text):
    """The password of the fixture stands for what is typed there: the device's token."""
    def basic(match):
        plain = base64.b64decode(match.group(1)).decode().replace(PASSWORD, TOKEN)
        return "Basic " + base64.b64encode(plain.encode()).decode()
    for sign, session in SESSIONS.items():
        text = text.replace(sign, session)
    return re.sub(r"^Basic ([A-Za-z0-9+/=]+)$", basic, text).replace(PASSWORD, TOKEN)


def raw_request(vector):
    headers = {name: with_token(str(value)) for name, value in vector["headers"].items()}
    body = with_token(vector["body"] or "").encode()
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


class Vectors:
    """What is in the file: `ready` are those with a decoder, `waiting` the others by protocol."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream)
        self.now = content["fixture"]["server_now"]
        self.ready, self.waiting = [], collections.defaultdict(list)
        for vector in content["vectors"]:
            has_decoder = vector["protocol"] in content["decoders"]
            (self.ready if has_decoder else self.waiting[vector["protocol"]]).append(vector)

    def wrong_one(self):
        wrong = copy.deepcopy(self.ready[0])
        wrong["expect"]["fixes"][0]["lat"] += 0.001
        return wrong

    def say_what_waits(self, count):
        for protocol, vectors in sorted(self.waiting.items()):
            count.add(Count(skipped=1))
            print(f"SKIP: vectors of {protocol}: no decoder yet: {len(vectors)} wait for one")


def decoded(tracker, folder, vector, now):
    how = {"TCP": ["--transport", "nmea"], "UDP": ["--transport", "nmea"],
           "TCP-CLIENT": ["--transport", "gpsd", "--device", "boat"],
           "PUBLISH": ["--transport", "mqtt", "--topic", vector["target"]]}
    bare = vector["method"] in how
    return subprocess.run([tracker, "decode", "--now", now, "--data", folder,
                           *how.get(vector["method"], [])],
                          input=vector["body"].encode() if bare else raw_request(vector),
                          capture_output=True, timeout=60)


def learn_sessions(tracker, folder, vectors):
    """Logs in as the apps do, and remembers what they would send with the next message."""
    by_id = {vector["id"]: vector for vector in vectors.ready}
    if "ul-01" in by_id:
        answer = json.loads(decoded(tracker, folder, by_id["ul-01"], vectors.now).stdout)
        SESSIONS["@session:alice"] = answer["header"]["Set-Cookie"].split(";")[0]
    if "hk-01" in by_id:
        answer = json.loads(decoded(tracker, folder, by_id["hk-01"], vectors.now).stdout)
        SESSIONS["@sid"] = answer["body"].split("\n")[1]


def check(tracker, folder, vector, now):
    done = decoded(tracker, folder, vector, now)
    if done.returncode != 0:
        return [f"exit {done.returncode}: {done.stderr.decode().strip()}"]
    expected = vector["expect"]
    if json.loads(done.stdout)["status"] in expected.get("alt_status", []):
        return []
    wanted = {name: expected[name] for name in ("status", "error", "field", "device_seen",
                                                "battery_pct") if name in expected}
    if expected["status"] is None:  # these have no answer
        del wanted["status"]
    wanted["fixes"] = expected.get("fixes", [])
    wanted["quarantine"] = expected.get("rejected", [])
    return differences("answer", wanted, json.loads(done.stdout), now)


def note(count, lines):
    """One test, which passed if there is nothing to say about it."""
    count.add(Count(failed=1) if lines else Count(passed=1))
    for line in lines:
        print(line)


def came_out_right(tracker, folder, vectors):
    """Lines that name protocols which are said to wait although positions are decoded already."""
    lines = []
    for protocol, waiting in vectors.waiting.items():
        with_fixes = [vector for vector in waiting if vector["expect"].get("fixes")]
        if any(not check(tracker, folder, vector, vectors.now) for vector in with_fixes[:2]):
            lines.append(f"{protocol} has a decoder: name it among the decoders of the vectors")
    return lines


def main():
    tracker, path = sys.argv[1:]
    vectors, count = Vectors(path), Count()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([tracker, "device", "import", path, "--data", folder], check=True,
                       stdout=subprocess.DEVNULL)
        learn_sessions(tracker, folder, vectors)
        found_wrong = check(tracker, folder, vectors.wrong_one(), vectors.now)
        note(count, [] if found_wrong else ["the check finds nothing wrong with a wrong vector"])
        note(count, came_out_right(tracker, folder, vectors))
        for vector in vectors.ready:
            lines = check(tracker, folder, vector, vectors.now)
            note(count, [f"{vector['id']}: {line}" for line in lines])
    vectors.say_what_waits(count)
    print(count.line())
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
