"""What phones send, byte by byte, and what the owner asks of the running server. For tests."""

import json
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

from count import Count

PLACE = "lat=47.785&lon=9.61"
WAIT_SECONDS = 120


def ask(server, head, body="", source="127.0.0.1"):
    """Sends one request, over a connection of its own; returns the status, and the whole answer."""
    place = urllib.parse.urlsplit(server.devices_url)
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    request = f"{head}\r\n{length}Connection: close\r\n\r\n{body}".encode()
    answer = b""
    with socket.create_connection((place.hostname, place.port), timeout=60,
                                  source_address=(source, 0)) as connection:
        connection.sendall(request)
        while piece := connection.recv(65536):
            answer += piece
    return int(answer.split()[1]), answer.decode()


def get(server, target, *fields, source="127.0.0.1"):
    return ask(server, "\r\n".join([f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *fields]),
               source=source)


def send_bytes(server, sent):
    place = urllib.parse.urlsplit(server.devices_url)
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def command(server, *words):
    done = subprocess.run([server.program, *words, "--data", server.data], check=True, timeout=240,
                          capture_output=True, text=True)
    return done.stdout


def add_device(server, name, identifier):
    """Returns its token."""
    answer = command(server, "device", "add", name, "--id", identifier)
    return answer.split("shown again): ")[1].split()[0]


def refused(server):
    return json.loads(command(server, "refused", "--json"))


def wait_for(is_so):
    """Where nothing answers, the database or a status tells when it is there."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if is_so():
            return True
        threading.Event().wait(0.05)
    return False


class Checks:
    def __init__(self):
        self.count = Count()

    def __call__(self, what, is_so, seen=""):
        self.count.add(Count(passed=1) if is_so else Count(failed=1))
        if not is_so:
            print(f"{what}: {seen}")
