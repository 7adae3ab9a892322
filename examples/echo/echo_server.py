"""Starts an echo server on a port of its own, and ends it. For the tests and for compare."""

import re
import signal
import subprocess


class EchoServer:
    """A program that prints `listening on 127.0.0.1:PORT`. Leaving the `with` block ends it."""

    def __init__(self, program, *arguments, **popen):
        self.process = subprocess.Popen([program, "--listen", "127.0.0.1:0", *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", line)
        if match is None:
            self.process.kill()
            raise RuntimeError(f"{program}: it did not say where it listens: {line}{self.process.communicate()[1]}")
        self.port = int(match.group(1))

    def __enter__(self):
        return self

    # SIGTERM first: it takes what the server has started along.
    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.communicate()

    def tell_to_stop(self):
        self.process.send_signal(signal.SIGTERM)
