#!/usr/bin/env python3
"""The units of httpd, balancer and logrelay, as their READMEs say to use them, on a bare Debian that systemd runs: socket
activation, a reload (with no kill(1) there: procps is no part of a bare Debian), an end by SIGKILL, and what
systemd-analyze says of the confinement.

It makes a Debian and compiles three programs, and wants root and the network. So it runs by hand:
    tests/install/example_units_test.py --long [--keep FOLDER]
With --keep the bare system and the build stay in FOLDER, for a next time."""

import pathlib
import re
import shutil
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/suite"), str(pathlib.Path(__file__).resolve().parent)]

import bare_system
import driver
from bare_system import BareSystem, BootedSystem

LONG = "--long" in sys.argv
KEEP = sys.argv[sys.argv.index("--keep") + 1] if "--keep" in sys.argv else None
WHY_NOT = bare_system.why_not() if LONG else "takes minutes, root and the network: run tests/install/example_units_test.py --long"
PROGRAMS = ["examples/httpd/httpd", "examples/balancer/balancer", "examples/logrelay/logrelay", "examples/logrelay/logrelay-client",
            "examples/ca/ca"]
UNITS = sorted([*ROOT.glob("examples/*/*.service"), *ROOT.glob("examples/*/*.socket")])
MOST_EXPOSURE = 2.0
PATIENCE_SECONDS = 120


def this_debian():
    return re.search(r"^VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text(), re.MULTILINE)[1]


def packages_behind(program):
    """Of the libraries that a program of this machine loads: the same Debian has them there."""
    libraries = re.findall(r"=> (/\S+)", bare_system.run("ldd", program))
    found = set()
    for library in libraries:
        code, said = bare_system.told("dpkg-query", "--search", str(pathlib.Path(library).resolve()))
        found |= {line.partition(":")[0] for line in said.splitlines() if code == 0}
    return found


class Units(unittest.TestCase):
    """The steps of one machine's life, in the order of their names: each stands on those before it."""

    scratch = None

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(KEEP or tempfile.mkdtemp(prefix="waymark-units-", dir="/var/tmp"))
        folder.mkdir(exist_ok=True)
        if not KEEP:
            cls.addClassCleanup(shutil.rmtree, folder)
        build = folder / "build"
        if not (build / "build.ninja").exists():
            bare_system.run("meson", "setup", build, ROOT, "--buildtype=release", "-Dparts=")
        bare_system.run("ninja", "-C", build, *PROGRAMS)
        base = folder / "base"
        if not (base / "made").exists():
            if base.exists():
                BareSystem(base).remove()
            needed = set().union(*(packages_behind(build / program) for program in PROGRAMS))
            BareSystem.make(this_debian(), base, ["systemd", "systemd-sysv", "dbus", *sorted(needed)]).path("/made").touch()
        if (folder / "machine").exists():  # of a test that was killed
            BareSystem(folder / "machine").remove()
        cls.system = BareSystem(base).copy_to(folder / "machine")
        cls.addClassCleanup(cls.system.remove)
        cls.put_in(build)
        cls.machine = BootedSystem(cls.system)
        cls.addClassCleanup(lambda: cls.machine.end())

    @classmethod
    def put_in(cls, build):
        cls.system.path("/usr/local/bin").mkdir(parents=True, exist_ok=True)
        for program in PROGRAMS:
            shutil.copy(build / program, cls.system.path("/usr/local/bin"))
        for unit in UNITS:
            shutil.copy(unit, cls.system.path("/etc/systemd/system"))
        cls.system.path("/srv/www").mkdir(parents=True)
        cls.write("/srv/www/index.html", "<h1>served by a unit</h1>\n")

    @classmethod
    def write(cls, name, text):
        cls.system.path(name).write_text(text)

    def page(self, port):
        code, said = self.machine.curl("--fail", f"http://127.0.0.1:{port}/")
        return said if code == 0 else f"exit code {code}: {said}"

    def journal(self, *words):
        return self.machine.run("journalctl", "--no-pager", "--output=cat", *words)

    def state(self, unit):
        return self.machine.property(unit, "ActiveState")

    def wait_until(self, ask, what):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not ask():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)

    def reloads(self, unit):
        """A reload succeeds, and nobody else does the work afterwards."""
        before = self.machine.property(unit, "MainPID")
        code, said = self.machine.told("systemctl", "reload", unit)
        self.assertEqual(code, 0, said + self.journal("--unit", unit))
        self.assertEqual((self.state(unit), self.machine.property(unit, "MainPID")), ("active", before))

    def comes_again(self, unit):
        """After a SIGKILL."""
        before = self.machine.property(unit, "MainPID")
        self.machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", unit)
        self.wait_until(lambda: self.state(unit) == "active" and self.machine.property(unit, "MainPID") not in (before, "0"),
                        f"{unit} was not started anew")

    def ends_in_order(self, unit):
        self.machine.run("systemctl", "stop", unit)
        self.assertEqual((self.state(unit), self.machine.property(unit, "Result")), ("inactive", "success"))

    def is_confined(self, unit):
        said = self.machine.run("systemd-analyze", "security", "--no-pager", unit)
        self.assertLessEqual(float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)[1]), MOST_EXPOSURE, said)

    def test_00_there_is_no_kill_on_this_machine(self):
        self.assertFalse(self.system.path("/bin/kill").exists())
        self.assertEqual(self.machine.state, "running")

    def test_10_httpd_answers_at_the_first_request(self):
        self.machine.run("systemctl", "enable", "--now", "httpd.socket")
        self.assertEqual(self.state("httpd.service"), "inactive")
        self.assertIn("served by a unit", self.page(80))
        self.assertEqual(self.state("httpd.service"), "active")
        self.is_confined("httpd.service")

    def test_11_httpd_opens_its_logs_anew(self):
        log = self.system.path("/var/log/httpd/access.log")
        log.rename(log.with_suffix(".1"))
        self.reloads("httpd.service")
        self.wait_until(lambda: self.page(80) and log.exists() and "GET /" in log.read_text(), "the log was not opened anew")

    def test_12_httpd_comes_again(self):
        self.comes_again("httpd.service")
        self.assertIn("served by a unit", self.page(80))

    def test_20_balancer_passes_on(self):
        self.write("/etc/balancer.conf", 'backend = ["127.0.0.1:80"]\n')
        self.machine.run("systemctl", "enable", "--now", "balancer.socket")
        self.assertIn("served by a unit", self.page(443))
        self.assertEqual(self.state("balancer.service"), "active")
        self.is_confined("balancer.service")

    def test_21_balancer_hears_of_a_rule(self):
        self.write("/etc/balancer.conf", 'backend = ["127.0.0.1:80"]\naccess = ["deny 127.0.0.1"]\n')
        self.reloads("balancer.service")
        self.wait_until(lambda: "exit code" in self.page(443), "who is denied is served")
        self.write("/etc/balancer.conf", 'backend = ["127.0.0.1:80"]\n')
        self.reloads("balancer.service")
        self.wait_until(lambda: "served by a unit" in self.page(443), "who is not denied any more is not served")

    def test_22_balancer_keeps_what_it_had_when_the_file_is_wrong(self):
        self.write("/etc/balancer.conf", 'backend = ["127.0.0.1:80"]\nlisen = 1\n')
        self.machine.told("systemctl", "reload", "balancer.service")
        self.wait_until(lambda: "lisen" in self.journal("--unit", "balancer.service"), "nobody said what is wrong")
        self.assertIn("served by a unit", self.page(443))
        self.write("/etc/balancer.conf", 'backend = ["127.0.0.1:80"]\n')

    def test_23_balancer_is_asked_by_root(self):
        self.assertIn("127.0.0.1:80", self.machine.run("balancer", "control", "/run/balancer/control", "status"))

    def test_24_balancer_comes_again(self):
        self.comes_again("balancer.service")
        self.assertIn("served by a unit", self.page(443))

    def test_30_logrelay_hands_messages_to_the_journal(self):
        self.machine.run("useradd", "--system", "--user-group", "logrelay")
        with self.system.path("/etc/hosts").open("a") as hosts:
            hosts.write("127.0.0.1 localhost relay.example\n")
        folder = "/etc/logrelay"
        self.machine.run("mkdir", folder)
        for words in (["init"], ["server", "relay.example"], ["client", "anna"]):
            self.machine.run("ca", *words, "--folder", folder)
        for made, wanted in (("relay.example.pem", "relay.pem"), ("relay.example.key", "relay.key"), ("anna.pem", "client.pem"),
                             ("anna.key", "client.key")):
            self.machine.run("mv", f"{folder}/{made}", f"{folder}/{wanted}")
        self.write(f"{folder}/access", "allow 127.0.0.0/8\n")
        self.machine.run("chown", "--recursive", "logrelay:", folder)
        self.machine.run("systemctl", "enable", "--now", "logrelay.socket", "logrelay-client.service")
        self.wait_until(lambda: self.state("logrelay.service") == "active", "the relay was not started by its client")
        for unit in ("logrelay.service", "logrelay-client.service"):
            self.is_confined(unit)
        self.sent_arrives("first")

    def sent_arrives(self, word):
        def is_there():
            self.machine.run("logger", "--server", "127.0.0.1", "--port", "514", "--udp", "--tag", "demo", word)
            return word in self.journal("SYSLOG_IDENTIFIER=demo")
        self.wait_until(is_there, f"{word} did not arrive: {self.journal('--unit', 'logrelay*')}")

    def test_31_logrelay_reloads(self):
        for unit in ("logrelay.service", "logrelay-client.service"):
            self.reloads(unit)
        self.sent_arrives("second")

    def test_32_logrelay_comes_again(self):
        for unit in ("logrelay.service", "logrelay-client.service"):
            self.comes_again(unit)
        self.sent_arrives("third")

    def test_90_all_end_in_order(self):
        for unit in ("logrelay-client.service", "logrelay.service", "balancer.service", "httpd.service"):
            self.ends_in_order(unit)


if WHY_NOT:
    class OnBareDebian(unittest.TestCase):
        @unittest.skip(WHY_NOT)
        def test_the_units_of_the_examples_start_reload_and_come_again(self):
            pass
    del Units


if __name__ == "__main__":
    driver.main()
