"""A bare Debian with systemd for the Debian package: booted, with both packages in it, and what tests ask of it."""

import contextlib
import pathlib
import re
import shutil
import sqlite3
import time

from bare_system import BareSystem, BootedSystem
from made_packages import Packages, needs_of

SERVICE = "waymark-tracker.service"
SOCKETS = ["waymark-tracker-devices.socket", "waymark-tracker-web.socket"]
DATA = "/var/lib/waymark"
DATABASE = f"{DATA}/waymark.db"
PATIENCE_SECONDS = 240
LISTENING = "0A"  # in /proc/net/tcp, proc(5)
# What the system writes by itself, and what adduser and dpkg keep of their own files.
NOT_OURS = re.compile(r"/(proc|sys|dev|run|tmp)/|/var/(cache|tmp|log)/|/var/lib/(apt|dpkg|systemd/(catalog|random-seed|timers))"
                      r"|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|/etc/(\.updated|machine-id|ld.so.cache)")


class PackageMachine:
    """For a TestCase to inherit, with the name of a Debian as SUITE and a folder that is there as scratch."""

    SUITE = None
    scratch = None

    @classmethod
    def setUpClass(cls):
        folder = cls.scratch / cls.SUITE
        folder.mkdir(exist_ok=True)
        base = cls.kept(folder / "base", lambda place: BareSystem.make(cls.SUITE, place, ["ca-certificates", "git"]))
        cls.packages = Packages(cls.SUITE, base, folder / "packages")
        prepared = cls.kept(folder / "prepared", lambda place: cls.prepare(base.copy_to(place)))
        if (folder / "machine").exists():  # of a test that was killed
            BareSystem(folder / "machine").remove()
        cls.system = prepared.copy_to(folder / "machine")
        cls.addClassCleanup(cls.system.remove)
        for name in ("old", "new"):
            shutil.copy(getattr(cls.packages, name), cls.system.path(f"/opt/{name}.deb"))
        cls.machine = None
        cls.boot()
        cls.addClassCleanup(lambda: cls.machine.end())
        cls.before = cls.files()

    @staticmethod
    def kept(place, make):
        """The system there; made now if it is not, or not whole."""
        system = BareSystem(place)
        if not system.path("/made").exists():
            if place.exists():
                system.remove()
            make(place)
            system.path("/made").touch()
        return system

    @classmethod
    def prepare(cls, system):
        """What needs the network: a machine that runs has none."""
        system.path("/made").unlink()
        system.install("systemd", "systemd-sysv", "dbus", "openssl", *needs_of(cls.packages.old), *needs_of(cls.packages.new))

    @classmethod
    def boot(cls):
        if cls.machine:
            cls.machine.end()
        cls.machine = BootedSystem(cls.system)
        if cls.machine.state != "running":
            raise AssertionError(f"{cls.machine.state}: {cls.machine.told('systemctl', '--failed')[1]}")

    @classmethod
    def files(cls):
        return {name for name in cls.machine.run("find", "/", "-xdev", "-not", "-type", "d").splitlines() if not NOT_OURS.search(name)}

    def setUp(self):
        # No person starts it six times in ten seconds, which systemd refuses (systemd.unit(5), StartLimitBurst=).
        self.machine.told("systemctl", "reset-failed", SERVICE, *SOCKETS)

    def apt(self, *words):
        """By a person who presses Enter where a file of settings has been changed on both sides."""
        return self.machine.run("sh", "-c", 'yes "" | apt-get --yes --quiet "$@"', "apt-get", *words)

    def send(self, first, count):
        """So many positions; the exit code and answer of the last."""
        words = []
        for number in range(first, first + count):
            words += [f"http://127.0.0.1:5055/?id=van-1&lat=47.{number:04}&lon=9.5&timestamp={1_760_000_000 + number}", "-o", "/dev/null"]
        return self.machine.curl("--fail", *words)

    def rows(self, name=DATABASE):
        with contextlib.closing(sqlite3.connect(f"file:{self.system.path(name)}?mode=ro", uri=True)) as database:
            form = database.execute("PRAGMA user_version").fetchone()[0]
            return form, database.execute("SELECT device, time_ms, latitude_e7, longitude_e7 FROM fix ORDER BY time_ms").fetchall()

    def state(self, *units):
        return [self.machine.property(unit, "ActiveState") for unit in units]

    def listening(self):
        """As (address, port) in the kernel's hexadecimal."""
        found = set()
        for name in ("tcp", "tcp6"):
            for line in pathlib.Path(f"/proc/{self.machine.init}/net/{name}").read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == LISTENING:
                    found.add(tuple(words[1].split(":")))
        return found

    def wait_until(self, ask, what):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not ask():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)

    def is_serving(self):
        return self.machine.curl("--fail", "-o", "/dev/null", "http://127.0.0.1:8080/health")[0] == 0

    def drop_in(self, text):
        """For the service, until end_of_drop_in()."""
        place = self.system.path(f"/etc/systemd/system/{SERVICE}.d/test.conf")
        place.parent.mkdir()
        place.write_text(text)
        self.addCleanup(self.end_of_drop_in, place.parent)
        self.machine.run("systemctl", "daemon-reload")

    def end_of_drop_in(self, folder):
        shutil.rmtree(folder)
        self.machine.run("systemctl", "daemon-reload")
        # The ports too: where what they start fails again and again, systemd closes them.
        self.machine.run("systemctl", "stop", *SOCKETS, SERVICE)
        self.machine.told("systemctl", "reset-failed", SERVICE, *SOCKETS)
        self.machine.run("systemctl", "start", *SOCKETS, SERVICE)
        self.wait_until(self.is_serving, "it serves again")

    def version(self):
        return self.machine.run("dpkg-query", "--show", "--showformat=${Version}", "waymark-tracker")

    def left(self):
        """Files that were not there before the first installation."""
        return sorted(self.files() - self.before)
