#!/usr/bin/env python3
"""What the running server says to phones that it does not know, and to those that are no phones, and
what its owner learns of them.

    phones_test.py TRACKER
"""

import json
import pathlib
import socket
import subprocess
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

from count import Count
from running_tracker import RunningTracker

PLACE = "lat=47.785&lon=9.61"


def ask(server, head, body=""):
    """Sends one request; returns the status, and the whole answer."""
    place = urllib.parse.urlsplit(server.devices_url)
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    request = f"{head}\r\n{length}Connection: close\r\n\r\n{body}".encode()
    answer = b""
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        connection.sendall(request)
        while piece := connection.recv(65536):
            answer += piece
    return int(answer.split()[1]), answer.decode()


def get(server, target, *fields):
    return ask(server, "\r\n".join([f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *fields]))


def command(server, *words):
    done = subprocess.run([server.program, *words, "--data", server.data], check=True, timeout=240,
                          capture_output=True, text=True)
    return done.stdout


def refused(server):
    return json.loads(command(server, "refused", "--json"))


class Checks:
    def __init__(self):
        self.count = Count()

    def __call__(self, what, is_so, seen=""):
        self.count.add(Count(passed=1) if is_so else Count(failed=1))
        if not is_so:
            print(f"{what}: {seen}")


def check_apps(check, server, token):
    traccar9 = ('{"location":{"timestamp":"2026-11-01T03:55:00Z","coords":{"latitude":47.785,'
                '"longitude":9.61}},"battery":{"level":0.88},"device_id":"my-phone"}')
    head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json"
    status, answer = ask(server, head, traccar9)
    check("Traccar Client 9 is understood", status == 200, answer)
    status, answer = get(server, f"/osmand/{token}?{PLACE}&hdop=4.0&speed=1,5&batt={{11}}")
    check("an OsmAnd that knows no battery is understood", status == 200, answer)


def check_pages(check, server):
    for field in ("Origin: https://example.org", "Referer: https://example.org/",
                  "Sec-Fetch-Site: cross-site"):
        status, answer = get(server, f"/?id=my-phone&{PLACE}", field)
        check(f"a page with {field} is refused", status == 403, answer)
    status, answer = ask(server, f"OPTIONS /?id=my-phone&{PLACE} HTTP/1.1\r\nHost: x\r\n"
                         "Origin: https://example.org\r\nAccess-Control-Request-Method: POST")
    check("OPTIONS stores nothing and allows no page",
          status == 405 and "\r\nAllow: GET, POST\r\n" in answer and
          "access-control" not in answer.lower(), answer)
    status, answer = ask(server, "POST / HTTP/1.1\r\nHost: x", "x" * (64 * 1024 + 1))
    check("a body of 64 KiB and a byte is too long", status == 413, answer)


def check_traces(check, server, token):
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    check("a mistyped identifier is refused", get(server, f"/?id=my-phne&{PLACE}")[0] == 403)
    check("a mistyped token is refused", get(server, f"/osmand/{wrong}?{PLACE}")[0] == 403)
    check("a place that is none is kept", get(server, "/?id=my-phone&lat=95&lon=1")[0] == 200)
    cases = {(case["reason"], case["who"]): case for case in refused(server)}
    check("the list names the mistyped identifier", ("unknown_device", "my-phne") in cases, cases)
    check("the list shows the beginning of the token",
          ("bad_token", f"{token[:4]}... (22 characters)") in cases, cases)
    check("the list names the device in quarantine",
          cases.get(("lat_out_of_range", "my phone"), {}).get("address") == "127.0.0.1", cases)
    text = command(server, "refused")
    check("the list can be read by people", "my-phne" in text and "from_a_page" in text, text)
    status = command(server, "status")
    check("the counters are in the status", "refused_messages" in status and
          "quarantined_messages" in status and "refused_lately" not in status, status)
    log = server.log_text()
    check("the log says who was refused",
          "my-phne from 127.0.0.1 is refused: unknown_device" in log, log)
    everything = log + text + status + json.dumps(list(cases.values())) + command(
        server, "status", "--json")
    check("no token is in any of it", token[:6] not in everything, everything)


def check_guesser(check, server):
    statuses = [get(server, f"/?id=guess-{number}&{PLACE}")[0] for number in range(100)]
    check("a guesser is told so that he is wrong a few times only",
          403 in statuses and statuses[-40:] == [503] * 40, statuses)
    status, answer = get(server, f"/?id=guess-x&{PLACE}")
    check("the answer says when to come again", "\r\nRetry-After: " in answer, answer)
    status, answer = get(server, f"/?id=other-phone&{PLACE}")
    check("a right guess is not told", status == 503, answer)
    status, answer = get(server, f"/?id=my-phone&{PLACE}")
    check("a phone that was heard from here goes on", status == 200, answer)


def check_threads(check, tracker):
    """Each of several threads has its own list, and `refused` shows all of them."""
    with RunningTracker(tracker, ["--threads", "3", "--receivers", "2"]) as server:
        for number in range(20):
            get(server, f"/?id=stranger-{number}&{PLACE}")
        names = {case["who"] for case in refused(server)}
        check("the lists of all threads are shown",
              names == {f"stranger-{number}" for number in range(20)}, names)
        status = command(server, "status")
        check("the status shows counters and no lists", "refused_messages" in status and
              "refused_lately" not in status, status)


def main():
    check = Checks()
    # One thread: each has a limit of its own.
    with RunningTracker(sys.argv[1], ["--threads", "1", "--receivers", "1"]) as server:
        answer = command(server, "device", "add", "my phone", "--id", "my-phone")
        token = answer.split("shown again): ")[1].split()[0]
        command(server, "device", "add", "other", "--id", "other-phone")
        check("nobody was refused yet", refused(server) == [], refused(server))
        check_apps(check, server, token)
        check_pages(check, server)
        check_traces(check, server, token)
        check_guesser(check, server)
    check_threads(check, sys.argv[1])
    print(check.count.line())
    return 1 if check.count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
