#!/usr/bin/env python3
"""What the running server says to phones that it does not know, and to those that are no phones, and
what its owner learns of them.

    phones_test.py TRACKER
"""

import json
import socket
import sys
import urllib.parse

from phone_requests import PLACE, Checks, add_device, ask, command, get, refused, send_bytes
from running_tracker import RunningTracker


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
          status == 405 and "\r\nAllow: GET, POST, PUT\r\n" in answer and
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


def check_unread(check, server):
    """What the HTTP server refuses is no message, and its sender wonders as much."""
    get(server, "/?id=my-phone&lat=abc&lon=1")
    send_bytes(server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    get(server, "/?id=my phone")
    get(server, "/?id=caf\u00e9")
    ask(server, "POST / HTTP/1.1\r\nHost: x", "x" * (64 * 1024 + 1))
    cases = {case["reason"]: case for case in refused(server)}
    check("a device that is refused is named", cases["bad_number"]["who"] == "my phone", cases)
    for reason, status in (("TLS (https) where http is served", 400), ("body too long", 413),
                           ("malformed target: a blank, quote or letter beyond ASCII needs a %",
                            400)):
        case = cases.get(reason, {})
        check(f"the list has who sent: {reason}", case.get("status") == status and
              case.get("address") == "127.0.0.1", cases)
        check(f"the log has who sent: {reason}",
              f"a message from 127.0.0.1 is refused: {reason}" in server.log_text(),
              server.log_text())


def check_denied(check, tracker):
    with RunningTracker(tracker, ["--access-devices", "deny 127.0.0.9"]) as server:
        place = urllib.parse.urlsplit(server.devices_url)
        with socket.create_connection((place.hostname, place.port), timeout=60,
                                      source_address=("127.0.0.9", 0)) as connection:
            try:
                answer = connection.recv(1)
            except ConnectionResetError:
                answer = b""
        check("who may not come in gets no answer", answer == b"", answer)
        [case] = refused(server)
        check("the list has who may not come in", (case["address"], case["status"]) ==
              ("127.0.0.9", 0) and "access list" in case["reason"], case)
        text = command(server, "refused")
        check("people are told that there was no answer", "none" in text, text)
        check("the log has who may not come in", "a client from 127.0.0.9 is refused: not on the "
              "access list" in server.log_text(), server.log_text())


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
    with RunningTracker(sys.argv[1]) as server:
        token = add_device(server, "my phone", "my-phone")
        check("nobody was refused yet", refused(server) == [], refused(server))
        check_apps(check, server, token)
        check_pages(check, server)
        check_traces(check, server, token)
    # A server of its own: one network gets a few lines of the log in a minute.
    with RunningTracker(sys.argv[1]) as server:
        add_device(server, "my phone", "my-phone")
        check_unread(check, server)
    check_denied(check, sys.argv[1])
    check_threads(check, sys.argv[1])
    print(check.count.line())
    return 1 if check.count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
