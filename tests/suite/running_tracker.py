"""Starts the tracker as people do, with a data folder of its own and ports that the kernel chooses,
and ends it again. A program that does not come up in time is a failed test, not a wait for ever."""

import os
import re
import selectors
import signal
import subprocess
import tempfile
import time

import tracker_session

START_SECONDS = 60  # with sanitizers, on a machine that does other things too
COMMAND_SECONDS = 240


class RunningTracker:
    """Use in a `with`. `devices_url` is where phones send to."""

    def __init__(self, program, extra_arguments=()):
        self.program = program
        self.extra_arguments = list(extra_arguments)
        self.folder = tempfile.TemporaryDirectory(prefix="waymark-")
        # Started by root, the server becomes another user, who must reach its data.
        os.chmod(self.folder.name, 0o755)
        self.data = os.path.join(self.folder.name, "data")
        self.process = None
        self.devices_url = None
        # To append: the server has the same descriptor, and reading moves the place of both.
        self.log = open(os.path.join(self.folder.name, "log"), "a+b")

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        self.folder.cleanup()

    @property
    def database(self):
        return os.path.join(self.data, "waymark.db")

    def start(self):
        self.begin([self.program, "serve", "--foreground", "--data", self.data, "--listen-devices",
                    "127.0.0.1:0", "--listen-web", "127.0.0.1:0", *self.extra_arguments])

    def begin(self, command, **options):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, **options)
        self.said = b""  # on standard output
        self.devices_url = self.wait_for_url("devices")

    def wait_for_url(self, name):
        """The address in the line "devices: http://127.0.0.1:PORT/" on standard output."""
        until = time.monotonic() + START_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not (found := re.search(name.encode() + rb": *(https?://\S+)\s", self.said)):
                if not selector.select(max(0, until - time.monotonic())):
                    break
                piece = os.read(self.process.stdout.fileno(), 4096)
                self.said += piece
                if not piece:
                    break
            if found:
                return found.group(1).decode()
        raise AssertionError(f"tracker serve did not say its {name} address: {self.said!r}\n"
                             f"{self.log_text()}")

    def log_in(self, web_url):
        """From here on requests with tracker_session.fields() are an admin's."""
        tracker_session.log_in(self.program, self.data, web_url)

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.process = None

    def log_text(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-4000:]

    def run(self, *arguments):
        """One command of the tracker: (exit code, standard output, standard error)."""
        result = subprocess.run([self.program, *arguments], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=COMMAND_SECONDS)
        return result.returncode, result.stdout, result.stderr

    def add_device(self, name):
        code, output, error = self.run("device", "add", name, "--id", name, "--data", self.data)
        if code != 0:
            raise AssertionError(f"device add {name}: {code}: {error}")
        # The token, for the OsmAnd app.
        return re.search(r"/osmand/([^?\s]+)\?", output).group(1)
