#!/usr/bin/env python3
"""OwnTracks over MQTT: the tracker subscribes at a broker of the test's own (mosquitto), and what it
acknowledges is on disk; what comes while it is away, or while its disk takes nothing, waits at the broker.
By TLS it believes the broker's authority, and no other.

    mqtt_test.py TRACKER CA
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile

from https_under_test import TRACKER, Authority
from phone_requests import WAIT_SECONDS, Checks, command, wait_for
from running_tracker import RunningTracker

SKIPPED = 77
T0 = 1718445800


def mosquitto():
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Broker:
    """A mosquitto of its own, with a port for the test that never speaks TLS. With an identity, which is
    (certificate, key), it speaks TLS to the tracker."""

    def __init__(self, program, identity=None):
        self.folder = tempfile.TemporaryDirectory(prefix="waymark-")
        self.port, self.tls_port = free_port(), free_port()
        config = pathlib.Path(self.folder.name, "conf")
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous true", "persistence false",
                 "max_queued_messages 10000"]
        if identity:
            # Started by root, mosquitto becomes another user before it reads them.
            os.chmod(self.folder.name, 0o755)
            for source, name in zip(identity, ("certfile", "keyfile")):
                shutil.copy(source, pathlib.Path(self.folder.name, name))
                os.chmod(pathlib.Path(self.folder.name, name), 0o644)
            lines += [f"listener {self.tls_port} 127.0.0.1",
                      *(f"{name} {self.folder.name}/{name}" for name in ("certfile", "keyfile"))]
        config.write_text("\n".join(lines) + "\n", encoding="ascii")
        self.process = subprocess.Popen([program, "-c", config], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        assert wait_for(self.answers), "the broker does not come up"

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            return True
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()


def text(value):
    return struct.pack("!H", len(value)) + value


def packet(first, body):
    length, left = b"", len(body)
    while True:
        digit, left = left % 128, left // 128
        length += bytes([digit | (128 if left else 0)])
        if not left:
            return bytes([first]) + length + body


class Publisher:
    """What a phone does: connects, publishes with QoS 1, waits for the broker's PUBACK."""

    def __init__(self, port):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS)
        self.connection.sendall(packet(0x10, text(b"MQTT") + b"\x04\x02\x00\x3c" + text(b"phone")))
        assert self.receive(4)[3] == 0
        self.number = 0

    def receive(self, count):
        got = b""
        while len(got) < count:
            got += self.connection.recv(count - len(got))
        return got

    def publish(self, topic, payload, retain=False):
        self.number += 1
        self.connection.sendall(packet(0x33 if retain else 0x32, text(topic.encode()) +
                                       struct.pack("!H", self.number) + payload.encode()))
        self.receive(4)


def location(index):
    return json.dumps({"_type": "location", "tid": "AL", "lat": 48.1, "lon": 11.5 + index / 1000,
                       "tst": T0 + index, "vel": 36})


def stored(server):
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        return {row[0] for row in database.execute("SELECT (time_ms / 1000) - ? FROM fix", (T0,))}


def caller(server):
    services = json.loads(command(server, "status", "--json"))["services"]
    return next(each for each in services if each["name"] == "caller")


def is_connected(server):
    return caller(server)["counters"].get("mqtt_connected") is True


def check_all(check, broker, server):
    command(server, "device", "add", "alice", "--id", "alice/phone")
    check("the tracker subscribes", wait_for(lambda: is_connected(server)), server.log_text())
    phone = Publisher(broker.port)
    phone.publish("owntracks/Alice/Phone", location(1))
    check("a position is stored, whatever the case of its topic",
          wait_for(lambda: 1 in stored(server)), server.log_text())
    for odd in ("", "{", "[]", '{"_type":"lwt"}', '{"_type":"location","lat":95,"lon":1}',
                "x" * 400_000):
        phone.publish("owntracks/alice/phone", odd)
    phone.publish("owntracks/nobody/phone", location(2))
    phone.publish("owntracks/alice/phone", location(3))
    check("what cannot be a position blocks nothing", wait_for(lambda: 3 in stored(server)),
          server.log_text())
    check("nobody's position is not stored", 2 not in stored(server), stored(server))
    quarantined = command(server, "quarantine", "list")
    check("an impossible place is in quarantine", "lat_out_of_range" in quarantined, quarantined)
    server.stop()
    for index in range(10, 210):
        phone.publish("owntracks/alice/phone", location(index))
    server.start()
    expected = {1, 3, *range(10, 210)}
    check("what came while the tracker was away is stored", wait_for(
        lambda: stored(server) == expected), sorted(expected - stored(server)))
    check_kills(check, phone, server)


def kill_caller(server):
    """Once it runs: number 0 is that of a service that waits for its next start."""
    assert wait_for(lambda: caller(server)["pid"] > 0), "the caller does not come back"
    os.kill(caller(server)["pid"], signal.SIGKILL)


def check_kills(check, phone, server):
    """The caller dies in the middle of a stream; what it has acknowledged is on disk, the rest comes again."""
    for index in range(1000, 1400):
        if index % 100 == 50:
            kill_caller(server)
        phone.publish("owntracks/alice/phone", location(index))
    expected = set(range(1000, 1400))
    check("nothing is lost when the caller is killed", wait_for(
        lambda: expected <= stored(server)), sorted(expected - stored(server)))


def check_tls(check, program):
    """Whom the tracker believes, by its log and by what comes to it."""
    with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
        os.chmod(folder, 0o755)
        authorities, pems = [], []
        for name in ("ours", "others"):
            pathlib.Path(folder, name).mkdir()
            authorities.append(Authority(pathlib.Path(folder, name)))
            # The authority's own folder is for nobody else, and the server becomes another user.
            pems.append(shutil.copy(authorities[-1].pem, pathlib.Path(folder, f"{name}.pem")))
            os.chmod(pems[-1], 0o644)
        ours, (our_pem, other_pem) = authorities[0], pems
        with Broker(program, ours.issue()) as broker:
            url = f"mqtts://127.0.0.1:{broker.tls_port}"
            with RunningTracker(TRACKER, ["--mqtt", url, "--mqtt-authority", our_pem]) as server:
                command(server, "device", "add", "alice", "--id", "alice/phone")
                check("by TLS the tracker subscribes", wait_for(lambda: is_connected(server)), server.log_text())
                Publisher(broker.port).publish("owntracks/alice/phone", location(1))
                check("and stores what comes", wait_for(lambda: 1 in stored(server)), server.log_text())
            for name, options in (("another authority's broker", ["--mqtt", url, "--mqtt-authority", other_pem]),
                                  ("the broker under another name", ["--mqtt", url.replace("127.0.0.1", "localhost"),
                                                                     "--mqtt-authority", our_pem]),
                                  ("a broker without TLS", ["--mqtt", f"mqtts://127.0.0.1:{broker.port}",
                                                            "--mqtt-authority", our_pem])):
                with RunningTracker(TRACKER, options) as server:
                    check(f"{name} is not believed", wait_for(lambda: "TLS: " in server.log_text()), server.log_text())
                    check(f"nobody is told who we are: {name}", not is_connected(server))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        with RunningTracker(TRACKER, ["--mqtt", f"mqtts://127.0.0.1:{mute.getsockname()[1]}"]) as server:
            check("a broker that is silent in the handshake is given up",
                  wait_for(lambda: "does not answer the TLS handshake" in server.log_text()), server.log_text())


def main():
    program = mosquitto()
    if program is None:
        print("SKIP: OwnTracks over MQTT: there is no mosquitto ('./waymark packages foreign' installs it)")
        return SKIPPED
    check = Checks()
    with Broker(program) as broker:
        with RunningTracker(TRACKER, ["--mqtt", f"127.0.0.1:{broker.port}"]) as server:
            check_all(check, broker, server)
    check_tls(check, program)
    print(check.count.line())
    return 1 if check.count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
