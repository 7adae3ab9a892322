"""Servers that are none, for who calls one: each kind is something that a client must bear."""

import socket
import threading

from processes_seen import PATIENCE_SECONDS

KINDS = ("closes at once", "goes on for ever", "goes on with 1xx", "is another protocol", "sends elsewhere",
         "says nothing")


def play(hostile, served):
    """One connection of a server that is none."""
    if hostile == "says nothing":
        served.recv(1)
        served.settimeout(PATIENCE_SECONDS)
        while served.recv(65536):
            pass
    if hostile == "goes on for ever":
        served.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            served.sendall(b"x" * 65536)
    if hostile == "goes on with 1xx":
        while True:
            served.sendall(b"HTTP/1.1 102 Wait\r\n\r\n" * 1000)
    if hostile == "is another protocol":
        served.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        served.recv(65536)
    if hostile == "sends elsewhere":
        served.recv(65536)
        served.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


class Hostile:
    """A server on a port, until close()."""

    def __init__(self, port, kind):
        self.kind = kind
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self.thread = threading.Thread(target=self.serve)
        self.open = []
        self.thread.start()

    def serve(self):
        while True:
            try:
                served, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(served)
            threading.Thread(target=self.converse, args=(served,), daemon=True).start()

    def converse(self, served):
        with served:
            try:
                play(self.kind, served)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for served in self.open:
            try:
                served.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.thread.join()
