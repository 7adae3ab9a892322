"""A system log of a test's own, at the place where programs look for /dev/log."""

import os
import socket

PATIENCE_SECONDS = 60


class SystemLog:
    """It reads only when it is told to. Use in a `with`."""

    def __init__(self, path, kind=socket.SOCK_DGRAM):
        self.path = path
        self.kind = kind
        self.socket = socket.socket(socket.AF_UNIX, kind)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        if kind == socket.SOCK_STREAM:
            self.socket.listen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        os.unlink(self.path)

    def next(self):
        return self.socket.recv(65536).decode()
