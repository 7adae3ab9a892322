#!/usr/bin/env python3
"""Somebody guesses identifiers: he is not told when one is right, and phones that were heard before go
on, in every network and whichever receiver hears them.

    guessers_test.py TRACKER
"""

import json
import os
import pathlib
import signal
import sys
import time

from phone_requests import PLACE, Checks, add_device, ask, command, get
from running_tracker import RunningTracker


def send(server, name, source):
    return get(server, f"/?id={name}&{PLACE}", source=source)[0]


def guess(server, source):
    """Until one thread has told of as many wrong names as it does."""
    for number in range(60):
        send(server, f"guess-{source}-{number}", source)


def ways_to_ask(server):
    """By what is said besides the name: a function that sends a message with a name or a token."""
    json_head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"

    def query(path, rest):
        return lambda name, _: get(server, f"{path}?id={name}{rest}")

    def body(rest):
        return lambda name, _: ask(server, json_head, '{"device_id":"%s"%s}' % (name, rest))

    return {
        "a place": query("/", f"&{PLACE}"), "a place that is none": query("/", "&lat=95&lon=1"),
        "no number": query("/", "&lat=abc&lon=1"), "no number, as OsmAnd": query("/osmand", "&lat=abc"),
        "nothing": query("/", ""), "an empty list": body(',"location":[]'), "no location": body(""),
        "a list of nothing": body(',"location":[null]'),
        "a broken field": lambda _, token: get(server, f"/osmand/{token}?lat=%zz"),
    }


def without_date(answer):
    return [line for line in answer.split("\r\n") if not line.startswith("Date: ")]


def check_guesser(check, server, other_token):
    statuses = [get(server, f"/?id=guess-{number}&{PLACE}")[0] for number in range(100)]
    check("a guesser is told so that he is wrong a few times only",
          403 in statuses and statuses[-40:] == [503] * 40, statuses)
    status, answer = get(server, f"/?id=guess-x&{PLACE}")
    check("the answer says when to come again", "\r\nRetry-After: " in answer, answer)
    # Whatever the message says besides: nothing of the answer tells a right name from a wrong one.
    for what, ask_as in ways_to_ask(server).items():
        status, right = ask_as("other-phone", other_token)
        _, wrong = ask_as("guess-x", "guess-x")
        check(f"a right guess is not told: {what}",
              status == 503 and without_date(right) == without_date(wrong), (right, wrong))
    status, answer = get(server, f"/?id=my-phone&{PLACE}")
    check("a phone that was heard from here goes on", status == 200, answer)


def check_networks(check, server):
    """A phone goes between networks, and in each of them somebody guesses."""
    for source in ("127.0.0.20", "127.0.0.21"):
        check("a phone is heard from " + source, send(server, "my-phone", source) == 200)
        guess(server, source)
    for source in ("127.0.0.20", "127.0.0.21", "127.0.0.20"):
        check("it goes on from " + source, send(server, "my-phone", source) == 200)
        check("another does not, from " + source, send(server, "other-phone", source) == 503)


def receivers(server):
    services = json.loads(command(server, "status", "--json"))["services"]
    return [service for service in services if service["name"].startswith("receiver")]


class Stopped:
    """A receiver that takes no connection, so that the other one takes them all."""

    def __init__(self, receiver):
        self.pid = receiver["pid"]

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)
        while pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")")[1].split()[0] != "T":
            time.sleep(0.01)

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGCONT)


def kill(server, receiver):
    """Returns it as it was started again, when it hears phones."""
    os.kill(receiver["pid"], signal.SIGKILL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        [now] = [each for each in receivers(server) if each["name"] == receiver["name"]]
        if now["starts"] > receiver["starts"] and now["state"] == "up":
            return now
        time.sleep(0.05)
    raise AssertionError(f"{receiver} was not started again")


def check_heard(check, tracker):
    """What one receiver has heard another knows, also one that is started later."""
    home = "127.0.0.20"
    with RunningTracker(tracker, ["--receivers", "2"]) as server:
        add_device(server, "my phone", "my-phone")
        add_device(server, "other", "other-phone")
        one, another = receivers(server)
        with Stopped(one):
            check("a phone is heard by another receiver", send(server, "my-phone", home) == 200)
        for when in ("by the other receiver", "by one that was started anew"):
            if when != "by the other receiver":
                one = kill(server, one)
            with Stopped(another):
                guess(server, home)
                check(f"a phone that was heard is known {when}",
                      send(server, "my-phone", home) == 200)
                check(f"another is not known {when}", send(server, "other-phone", home) == 503)


def main():
    check = Checks()
    # One thread: each has a limit of its own.
    with RunningTracker(sys.argv[1], ["--threads", "1", "--receivers", "1"]) as server:
        add_device(server, "my phone", "my-phone")
        other_token = add_device(server, "other", "other-phone")
        check("a phone is heard", send(server, "my-phone", "127.0.0.1") == 200)
        check_guesser(check, server, other_token)
        check_networks(check, server)
    check_heard(check, sys.argv[1])
    print(check.count.line())
    return 1 if check.count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
