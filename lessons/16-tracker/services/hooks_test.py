#!/usr/bin/env python3
"""Web hooks from end to end: phones send, a device comes to a place and leaves it, and a receiver of the
test's own, on a port of its own, is told: once for each, signed, whatever dies in between.

    hooks_test.py TRACKER
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import signal
import sqlite3
import sys
import threading
import time

from phone_requests import WAIT_SECONDS, Checks, command, get, wait_for

import tracker_session
from running_tracker import RunningTracker

T0 = int(time.time()) - 3600
HOME, AWAY = (48.0, 11.0), (48.1, 11.0)


class Receiver:
    """Keeps what is posted. `status` is what it answers; "silent" is nothing at all."""

    def __init__(self, status=204):
        self.status = status
        self.posts = []  # (fields, body)
        self.over = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((dict(self.headers), body))
                if receiver.status == "silent":
                    receiver.over.wait(WAIT_SECONDS)
                    return
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?from=waymark"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def kinds(self):
        return [json.loads(body)["type"] for _, body in self.posts]

    def ids(self):
        return [fields["webhook-id"] for fields, _ in self.posts]

    def stop(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


class Page:
    """What the page of places asks of a server, as the admin of this test."""

    def __init__(self, server):
        self.host = json.loads(command(server, "status", "--json"))["web"][0]
        self.cookie = tracker_session.log_in(server.program, server.data, f"http://{self.host}/")

    def ask(self, path, body=None):
        connection = http.client.HTTPConnection(self.host, timeout=WAIT_SECONDS)
        try:
            connection.request("POST" if body is not None else "GET", path,
                               json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json", "Cookie": self.cookie})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def hook(self, number):
        return next(each for each in self.ask("/api/hooks")[1]["hooks"] if each["hook"] == number)


def is_signed(post, secret):
    fields, body = post
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, fields["webhook-signature"])


def send(server, place, second, device="anna"):
    latitude, longitude = place
    status, answer = get(server, f"/?id={device}&lat={latitude}&lon={longitude}&accuracy=10&timestamp={T0 + second}")
    assert status == 200, answer


def pid_of(server, name):
    services = json.loads(command(server, "status", "--json"))["services"]
    return next(each for each in services if each["name"] == name)["pid"]


def kill(server, name):
    """Once it runs: number 0 is that of a service that waits for its next start."""
    assert wait_for(lambda: pid_of(server, name) > 0)
    before = pid_of(server, name)
    os.kill(before, signal.SIGKILL)
    assert wait_for(lambda: pid_of(server, name) not in (0, before)), server.log_text()


def check_delivery(check, server, page, good):
    status, made = page.ask("/api/hooks/add", {"url": good.url})
    check("a web hook is made", status == 200, made)
    page.ask("/api/places/add", {"name": "Home", "lat": HOME[0], "lon": HOME[1], "radius_m": 100})
    page.ask("/api/hooks/test", {"hook": made["hook"]})
    check("a test arrives", wait_for(lambda: good.kinds() == ["test"]), good.posts)
    check("and is signed", is_signed(good.posts[0], made["secret"]), good.posts[0])
    check("a wrong secret is told from it", not is_signed(good.posts[0], "whsec_AAAA"), good.posts[0])
    for second, place in enumerate([AWAY, HOME, HOME, AWAY]):
        send(server, place, second)
    check("who comes and goes is told once each",
          wait_for(lambda: good.kinds() == ["test", "place.enter", "place.leave"]), good.kinds())
    event = json.loads(good.posts[1][1])
    check("by name", event["data"]["place"]["name"] == "Home" and event["data"]["device"]["name"] == "anna", event)
    check("each is signed", all(is_signed(post, made["secret"]) for post in good.posts), good.posts)
    check("the page says how it went", wait_for(lambda: page.hook(made["hook"])["delivered"] == 3), page.hook(made["hook"]))
    return made["hook"]


def check_hostile(check, server, page, good):
    """Receivers that say nothing or refuse hold up neither phones nor the others."""
    silent, refusing = Receiver("silent"), Receiver(500)
    try:
        hooks = [page.ask("/api/hooks/add", {"url": each.url})[1]["hook"] for each in (silent, refusing)]
        before = len(good.posts)
        begin = time.monotonic()
        for second in range(10, 30):
            send(server, AWAY if second % 2 else HOME, second)
        check("phones are answered at once", time.monotonic() - begin < WAIT_SECONDS / 2)
        check("the good one hears all", wait_for(lambda: len(good.posts) == before + 20), len(good.posts) - before)
        check("the silent one has been asked", wait_for(lambda: len(silent.posts) >= 1), silent.posts)
        check("what one that refuses says is on the page",
              wait_for(lambda: page.hook(hooks[1])["said"] == "status 500"), page.hook(hooks[1]))
        check("what waits is counted", page.hook(hooks[1])["waiting"] == 20, page.hook(hooks[1]))
        first, refusing.status = refusing.ids()[0], 200
        page.ask("/api/hooks/test", {"hook": hooks[1]})
        check("when it is there again it hears all that waited",
              wait_for(lambda: page.hook(hooks[1])["waiting"] == 0), page.hook(hooks[1]))
        check("by the id that it has refused, too", first in refusing.ids()[1:], refusing.ids())
        for hook in hooks:
            page.ask("/api/hooks/remove", {"hook": hook})
    finally:
        silent.stop()
        refusing.stop()


def check_kills(check, server, page, good):
    """Whatever is killed: each passage is an event once, and each event is posted once or more."""
    before = set(good.ids())
    for second in range(100, 130):
        if second % 10 == 5:
            kill(server, "caller")
        if second % 10 == 9:
            kill(server, "store")
        send_until_taken(server, HOME if second % 2 else AWAY, second)
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT kind FROM place_event WHERE time_ms >= ? ORDER BY number",
                                ((T0 + 100) * 1000,)).fetchall()
    kinds = [row[0] for row in rows]
    check("each passage is an event once, in order", kinds == [1 if second % 2 else 2 for second in range(101, 130)], kinds)
    check("each event is posted", wait_for(lambda: len(set(good.ids()) - before) == len(kinds)),
          (len(kinds), len(set(good.ids()) - before)))


def send_until_taken(server, place, second):
    """As a phone does: what was not acknowledged is sent again."""
    latitude, longitude = place
    for _ in range(200):
        try:
            status, _ = get(server, f"/?id=anna&lat={latitude}&lon={longitude}&accuracy=10&timestamp={T0 + second}")
            if status == 200:
                return
        except OSError:
            pass
        threading.Event().wait(0.1)
    raise AssertionError("it is not taken")


def check_restart(check, server, good):
    """What waits when the server ends is posted when it is there again."""
    before = len(good.posts)
    good.status = 503
    send(server, AWAY, 500)
    check("it was tried", wait_for(lambda: len(good.posts) > before), good.kinds())
    tried = good.ids()[-1]
    server.stop()
    good.status = 204
    count = len(good.posts)
    server.start()
    check("what waited is posted after a restart, by its id",
          wait_for(lambda: len(good.posts) > count and good.ids()[-1] == tried), good.ids()[count:])
    send(server, HOME, 501)
    send(server, AWAY, 502)
    check("nothing is repeated and nothing lost",
          wait_for(lambda: len(good.posts) >= count + 3) and good.kinds()[count:] == ["place.leave", "place.enter", "place.leave"],
          good.kinds()[count:])


def check_nowhere(check, program):
    """By default nothing is posted, and with 'public' nothing to this machine."""
    receiver = Receiver()
    with RunningTracker(program, ["--web-hooks", "public"]) as server:
        page = Page(server)
        page.ask("/api/hooks/add", {"url": receiver.url})
        page.ask("/api/hooks/add", {"url": receiver.url.replace("http", "https").replace("127.0.0.1", "localhost")})
        for hook in (1, 2):
            page.ask("/api/hooks/test", {"hook": hook})
            check("it is refused in words", wait_for(lambda n=hook: "may not go there" in page.hook(n)["said"]), page.hook(hook))
        code, _, said = server.run("serve", "--web-hooks", "127.1", "--data", server.data)
        check("what is no network is refused at the start", code != 0 and "web-hooks" in said, said)
    check("nobody was called", receiver.posts == [], receiver.posts)
    receiver.stop()
    with RunningTracker(program) as server:
        services = [each["name"] for each in json.loads(command(server, "status", "--json"))["services"]]
        check("without the option there is nobody who calls", "caller" not in services, services)


def main():
    check = Checks()
    good = Receiver()
    with RunningTracker(sys.argv[1], ["--web-hooks", "127.0.0.0/8"]) as server:
        command(server, "device", "add", "anna", "--id", "anna")
        page = Page(server)
        check_delivery(check, server, page, good)
        check_hostile(check, server, page, good)
        check_kills(check, server, page, good)
        check_restart(check, server, good)
    good.stop()
    check_nowhere(check, sys.argv[1])
    print(check.count.line())
    return 1 if check.count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
