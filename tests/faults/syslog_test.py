"""The system log is away, stands still, or is of another kind (FAULTS 21), and the tracker goes on: it blocks
nowhere, counts what it could not say, and says so when the system log is back. /dev/log is this program's own, in
a mount namespace of its own. Usage: syslog_test.py TRACKER
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from faults import Phones, check_store
from full_disk import MNT_DETACH, MS_REC_PRIVATE, Refused, check, enter_own_namespace, libc, mount
from network_server import Server, ServerTest
from processes_seen import PATIENCE_SECONDS, wait_until
from system_log import SystemLog

import driver

MS_BIND, MS_REC = 4096, 16384
DEVICES = ("null", "zero", "full", "random", "urandom")
READ_AGAIN = "the configuration was read again"
LOST = r"log: (\d+) lines before this one were lost"


def bind_mount(what, place):
    check(libc.mount(os.fsencode(what), os.fsencode(place), None, MS_BIND | MS_REC, None), f"mount {what} at {place}")


def make_own_devices():
    """A /dev with little in it, seen by this program and what it starts."""
    enter_own_namespace()
    for place in ("/", "/dev"):
        with contextlib.suppress(Refused):  # it is no mount point
            mount(None, place, MS_REC_PRIVATE)
    if not os.path.ismount("/") and not os.path.ismount("/dev"):
        raise Refused("neither / nor /dev is a mount point")
    folder = tempfile.mkdtemp(prefix="waymark-")
    unittest.addModuleCleanup(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    for name in DEVICES:
        place = os.path.join(folder, name)
        with open(place, "wb"):
            pass
        bind_mount(os.path.join("/dev", name), place)
        unittest.addModuleCleanup(libc.umount2, os.fsencode(place), MNT_DETACH)
    bind_mount(folder, "/dev")
    unittest.addModuleCleanup(libc.umount2, b"/dev", MNT_DETACH)


def setUpModule():
    try:
        make_own_devices()
    except (Refused, OSError) as problem:
        raise unittest.SkipTest(f"no /dev of its own can be had here: {problem}") from problem


class OwnLog(SystemLog):
    def __init__(self, kind=socket.SOCK_DGRAM):
        super().__init__("/dev/log", kind)

    def fill(self):
        """With as much as it takes while nobody reads."""
        client = socket.socket(socket.AF_UNIX, self.kind)
        client.connect(self.path)
        client.setblocking(False)
        with client, contextlib.suppress(BlockingIOError):
            while True:
                client.send(b"<13>ballast: " + b"x" * 1000)

    def drain(self):
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.next()
        self.socket.settimeout(PATIENCE_SECONDS)

    def wait_for(self, *patterns):
        """Until each of them was in a line; what the last found."""
        missing = list(patterns)
        found = None
        while missing:
            line = self.next()
            for pattern in [each for each in missing if re.search(each, line)]:
                missing.remove(pattern)
                if pattern == patterns[-1]:
                    found = re.search(pattern, line)
        return found


class SystemLogIsDown(ServerTest):

    def start_server(self):
        self.server = self.start_with_phone("--log", "syslog")

    def reload(self, times=1):
        """Each writes a line."""
        for _ in range(times):
            code, _, error = self.server.run("reload", "--data", self.server.data)
            self.assertEqual(code, 0, error)

    def check_goes_on(self):
        """With all that writes lines: a reload, a service that ends and is started again."""
        server = self.server
        before = server.services()["receiver 0"]["starts"]
        with Phones(server.devices_url, "phone") as phones:
            phones.wait_for_more(20)
            self.reload(3)
            os.kill(server.service_pid("receiver 0"), signal.SIGKILL)
            wait_until(lambda: server.services()["receiver 0"]["starts"] > before, PATIENCE_SECONDS, "it is back")
            phones.wait_for_more(20)
        check_store(server, phones)

    def check_is_told(self, system, at_least):
        """One line that gets through, and what was lost before it."""
        self.reload()
        self.assertGreaterEqual(int(system.wait_for(READ_AGAIN, LOST).group(1)), at_least)
        self.reload()
        system.wait_for(READ_AGAIN)

    def test_1_it_is_away_from_the_start_and_comes_and_is_started_anew(self):
        self.start_server()
        self.check_goes_on()
        with OwnLog() as system:
            self.check_is_told(system, 4)
        self.reload(2)
        with OwnLog() as system:
            self.check_is_told(system, 2)

    def test_2_it_does_not_read(self):
        with OwnLog() as system:
            self.start_server()
            system.fill()
            self.check_goes_on()
            system.drain()
            self.check_is_told(system, 4)
            system.fill()
            self.server.process.terminate()
            self.assertEqual(self.server.process.wait(PATIENCE_SECONDS), 0)

    def test_3_it_is_a_stream_to_which_nobody_can_send_datagrams(self):
        with OwnLog(socket.SOCK_STREAM) as system:
            system.fill()
            self.start_server()
            self.check_goes_on()
        with OwnLog() as system:
            self.check_is_told(system, 4)

    def test_4_a_log_that_blocks_would_be_seen(self):
        """The control: standard error may block, as long as nobody reads it."""
        pipe = os.path.join(self.enterContext(tempfile.TemporaryDirectory()), "pipe")
        os.mkfifo(pipe)
        reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reading)
        server = Server("--log", "stderr")
        self.addCleanup(server.__exit__, None, None, None)
        server.wrapper = ["sh", "-c", 'exec "$@" 2>"$0"', pipe]
        server.start()
        with open(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "wb", buffering=0) as ballast:
            while ballast.write(bytes(4096)):  # nothing is written to one that is full
                pass
        with subprocess.Popen([server.program, "reload", "--data", server.data], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as reload:
            with self.assertRaises(subprocess.TimeoutExpired):
                reload.wait(2)
            reader = threading.Thread(target=read_all_of, args=[reading])
            reader.start()
            self.assertEqual(reload.wait(PATIENCE_SECONDS), 0)
        server.stop()
        reader.join()


def read_all_of(pipe):
    """Until nobody has it any more."""
    os.set_blocking(pipe, True)
    while os.read(pipe, 65536):
        pass


if __name__ == "__main__":
    driver.main()
