#!/usr/bin/env python3
"""The Debian package in the life of a machine: installed, used, upgraded from the form of the database before this one,
removed, purged, on a bare Debian that systemd runs.

It takes half an hour and more, for it compiles the server four times, and root, the network, and what bare_system.py asks
for. So it runs by hand, of what is committed:
    tests/install/package_system_test.py --long [--keep FOLDER] [SUITE...]
SUITE is bookworm or trixie, and both without one. With --keep the bare systems and the packages stay in FOLDER, for a next time."""

import pathlib
import re
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/suite"), str(pathlib.Path(__file__).resolve().parent)]

import bare_system
import driver
from package_machine import DATA, DATABASE, SERVICE, SOCKETS, PackageMachine

LONG = "--long" in sys.argv
KEEP = sys.argv[sys.argv.index("--keep") + 1] if "--keep" in sys.argv else None
SUITES = [word for word in sys.argv[1:] if word in ("bookworm", "trixie")] or ["bookworm", "trixie"]
WHY_NOT = bare_system.why_not() if LONG else "takes half an hour and more, root and the network: run tests/install/package_system_test.py --long"

CONFIGURATION = "/etc/waymark/tracker.toml"
MOST_EXPOSURE = 2.0


def section(title):
    """Of RUNNING.md: its text."""
    return re.search(rf"^## {title}$(.*?)(?=^## |\Z)", (ROOT / "lessons/16-tracker/RUNNING.md").read_text(), re.MULTILINE | re.DOTALL)[1]


def blocks(title):
    """The fenced ones, in their order."""
    return re.findall(r"^```\w*\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)


def commands(title):
    """What it has the person type, in their order, for root: a bare Debian has no sudo(8)."""
    lines = [line for block in blocks(title) for line in block.splitlines() if line.startswith("sudo ")]
    return [re.sub(r"^sudo ", "", line.replace("sudo -u waymark ", "runuser -u waymark -- ")) for line in lines]


def setUpModule():
    if not WHY_NOT:
        Life.scratch = pathlib.Path(KEEP or tempfile.mkdtemp(prefix="waymark-package-", dir="/var/tmp"))
        Life.scratch.mkdir(exist_ok=True)


def tearDownModule():
    if Life.scratch and not KEEP:
        shutil.rmtree(Life.scratch)


class Life(PackageMachine):
    """The steps of one machine's life, in the order of their names: each stands on those before it."""

    def test_10_installed_it_serves_on_this_machine_alone(self):
        self.apt("install", "/opt/old.deb")
        self.assertEqual(self.state(SERVICE, *SOCKETS), ["active"] * 3)
        self.assertEqual(self.machine.run("systemctl", "is-enabled", SERVICE, *SOCKETS).split(), ["enabled"] * 3)
        loopback = "0100007F"
        self.assertEqual(self.listening(), {(loopback, f"{5055:04X}"), (loopback, f"{8080:04X}")})
        self.wait_until(self.is_serving, "it serves")
        self.assertRegex(self.machine.run("tracker", "status"), r"http://127\.0\.0\.1:8080/welcome#\S+")
        self.assertIn("devices: http://127.0.0.1:5055/", self.machine.run("journalctl", "--unit", SERVICE))
        owner = self.machine.run("stat", "--format=%U %a", DATA, CONFIGURATION).split("\n")
        self.assertEqual(owner[:2], ["waymark 700", "root 640"])
        self.assertEqual(self.machine.run("stat", "--format=%U", f"/proc/{self.machine.property(SERVICE, 'MainPID')}").strip(), "waymark")

    def test_11_positions_are_kept(self):
        self.machine.run("tracker", "device", "add", "van", "--id", "van-1")
        self.assertEqual(self.send(0, 50), (0, ""))
        form, rows = self.rows()
        self.assertEqual((form, len(rows)), (self.packages.old_form, 50))
        self.assertNotEqual(self.machine.curl("--fail", "http://127.0.0.1:5055/?id=nobody&lat=1&lon=2")[0], 0)

    def test_12_a_client_starts_it_and_a_stopped_port_is_noticed(self):
        self.machine.run("systemctl", "stop", SERVICE)
        self.assertEqual(self.state(SERVICE, *SOCKETS), ["inactive", "active", "active"])
        self.assertEqual(self.send(50, 1), (0, ""))
        self.assertEqual(self.state(SERVICE), ["active"])
        self.machine.run("systemctl", "stop", *SOCKETS, SERVICE)
        self.assertFalse(self.is_serving())
        self.machine.run("systemctl", "start", *SOCKETS)
        self.wait_until(self.is_serving, "a client starts it")

    def test_13_one_that_hangs_is_started_anew(self):
        self.drop_in("[Service]\nWatchdogSec=4\n")
        self.machine.run("systemctl", "restart", SERVICE)
        first = self.machine.property(SERVICE, "MainPID")
        self.machine.run("systemctl", "kill", "--kill-whom=main", "--signal=STOP", SERVICE)
        self.wait_until(lambda: self.machine.property(SERVICE, "MainPID") not in ("0", first), "it is started anew")
        self.assertIn("Watchdog timeout", self.machine.run("journalctl", "--unit", SERVICE))
        self.wait_until(self.is_serving, "it serves again")

    def test_14_one_that_cannot_start_is_told_so(self):
        self.drop_in("[Service]\nExecStart=\nExecStart=/usr/bin/tracker serve --foreground --colour red\n")
        self.assertNotEqual(self.machine.told("systemctl", "restart", SERVICE)[0], 0)
        self.assertEqual(self.state(SERVICE), ["failed"])
        self.assertFalse(self.is_serving())
        self.assertIn("--colour", self.machine.run("journalctl", "--unit", SERVICE))

    def test_16_it_is_shut_in(self):
        said = self.machine.run("systemd-analyze", "security", "--no-pager", SERVICE)
        self.assertLess(float(re.search(r"exposure level for \S+: ([\d.]+)", said)[1]), MOST_EXPOSURE)

    def test_17_it_is_there_after_a_boot(self):
        _, rows = self.rows()
        self.boot()
        self.wait_until(self.is_serving, "it serves")
        self.assertEqual(self.rows()[1], rows)

    def test_20_an_upgrade_keeps_positions_ports_and_what_the_administrator_wrote(self):
        configuration = self.system.path(CONFIGURATION)
        configuration.write_text(configuration.read_text() + "\n# by the administrator\n")
        old = self.rows()
        opened = [self.machine.property(unit, "ActiveEnterTimestampMonotonic") for unit in SOCKETS]
        self.apt("install", "/opt/new.deb")
        self.wait_until(self.is_serving, "it serves")
        self.assertEqual(self.rows(), (self.packages.new_form, old[1]))
        self.assertEqual(self.rows(f"{DATABASE}.before-v{self.packages.new_form}"), old)
        self.assertEqual([self.machine.property(unit, "ActiveEnterTimestampMonotonic") for unit in SOCKETS], opened)
        self.assertIn("by the administrator", configuration.read_text())
        self.assertEqual(self.send(60, 10), (0, ""))
        self.assertEqual(len(self.rows()[1]), len(old[1]) + 10)
        self.assertNotEqual(self.machine.told("dpkg", "--compare-versions", "0.0.9", "ge", self.version())[0], 0)

    def test_21_the_old_package_refuses_the_new_form_and_changes_nothing(self):
        rows = self.rows()
        self.apt("--allow-downgrades", "install", "/opt/old.deb")
        self.wait_until(lambda: self.state(SERVICE) == ["failed"], "it says that it cannot")
        self.assertIn(f"version {self.packages.new_form}", self.machine.run("journalctl", "--unit", SERVICE))
        self.apt("install", "/opt/new.deb")
        self.wait_until(self.is_serving, "it serves")
        self.assertEqual(self.rows(), rows)

    def test_22_a_changed_configuration_is_taken_or_refused_whole(self):
        configuration = self.system.path(CONFIGURATION)
        whole = configuration.read_text()
        before = self.machine.property(SERVICE, "MainPID")
        configuration.write_text(whole + '\ncolour = "red"\n')
        code, _ = self.machine.told("systemctl", "reload", SERVICE)
        self.assertNotEqual(code, 0)
        self.assertRegex(self.machine.run("journalctl", "--unit", SERVICE), rf"tracker\.toml:{len(whole.splitlines()) + 2}:.*colour")
        configuration.write_text(whole + '\naccess-devices = ["deny all"]\n')
        self.machine.run("systemctl", "reload", SERVICE)
        self.wait_until(lambda: self.send(70, 1)[0] != 0, "nobody may send")
        configuration.write_text(whole)
        self.machine.run("systemctl", "reload", SERVICE)
        self.wait_until(lambda: self.send(70, 1)[0] == 0, "everybody may send")
        self.assertEqual(self.machine.property(SERVICE, "MainPID"), before)

    def test_23_a_backup_comes_back_as_the_document_says(self):
        backup, *restore = commands("Each night")
        self.addCleanup(self.machine.run, "rm", "/var/backups/waymark.db")
        self.machine.run("sh", "-c", backup)
        saved = self.rows()
        self.assertEqual(self.send(51, 2), (0, ""))
        stop, bring_back, start = restore
        # Without its first line the service is there again, or still.
        self.assertNotEqual(self.machine.told("sh", "-c", bring_back)[0], 0)
        self.assertNotEqual(self.rows(), saved)
        for command in (stop, bring_back, start):
            self.machine.run("sh", "-c", command)
        self.wait_until(self.is_serving, "it serves")
        self.assertEqual(self.rows(), saved)
        self.assertEqual(self.state(*SOCKETS), ["active"] * 2)
        self.assertEqual(self.send(51, 2), (0, ""))
        owners = self.machine.run("find", DATA, "-printf", "%U %p\\n").splitlines()
        self.assertEqual(len({line.split()[0] for line in owners}), 1, owners)

    def test_24_the_map_comes_by_https_as_the_document_says(self):
        configuration = self.system.path(CONFIGURATION)
        whole = configuration.read_text()
        sockets, hook, settings, _ = blocks("The map for the family")[:4]
        place = self.system.path("/etc/systemd/system/waymark-tracker-web.socket.d/override.conf")
        place.parent.mkdir()
        place.write_text(sockets)
        self.addCleanup(self.end_of_https, place.parent, configuration, whole)
        self.machine.run("systemctl", "daemon-reload")
        lineage = "/etc/letsencrypt/live/family.example"
        self.machine.run("sh", "-c", f"mkdir -p {lineage} && chmod 700 /etc/letsencrypt/live && cd {lineage} && openssl req -x509 -newkey ec "
                         "-pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=family.example -addext subjectAltName=DNS:family.example "
                         "-out fullchain.pem -keyout privkey.pem && chmod 600 privkey.pem")
        self.system.path("/opt/hook").write_text(hook)
        self.machine.run("env", f"RENEWED_LINEAGE={lineage}", "sh", "/opt/hook")
        configuration.write_text(whole + settings)
        for command in commands("The map for the family")[:2]:
            self.machine.run("sh", "-c", command)
        ask = ["--fail", "-o", "/dev/null", "--cacert", self.system.path(f"{lineage}/fullchain.pem"),
               "--resolve", "family.example:443:127.0.0.1", "--resolve", "family.example:5443:127.0.0.1"]
        self.assertEqual(self.machine.curl(*ask, "https://family.example/health"), (0, ""))
        self.assertEqual(self.machine.curl(*ask, "https://family.example:5443/?id=van-1&lat=47.1&lon=9&timestamp=1760000060"), (0, ""))
        # The control: a key that the service may not read, which the document's first command tells.
        self.machine.run("chmod", "600", "/etc/waymark/key.pem")
        self.assertNotEqual(self.machine.told("sh", "-c", commands("The map for the family")[0])[0], 0)

    def end_of_https(self, folder, configuration, whole):
        configuration.write_text(whole)
        shutil.rmtree(folder)
        self.machine.run("rm", "-r", "/etc/letsencrypt", "/etc/waymark/key.pem", "/etc/waymark/certificate.pem", "/opt/hook")
        self.machine.run("systemctl", "daemon-reload")
        self.machine.run("systemctl", "stop", *SOCKETS, SERVICE)
        self.machine.run("systemctl", "start", *SOCKETS, SERVICE)
        self.wait_until(self.is_serving, "it serves again")

    def test_30_removed_it_is_gone_and_the_positions_are_there(self):
        rows = self.rows()
        self.apt("remove", "waymark-tracker")
        self.assertEqual(self.state(SERVICE, *SOCKETS), ["inactive"] * 3)
        self.assertEqual(self.listening(), set())
        self.assertEqual(self.rows(), rows)
        self.assertTrue(self.system.path(CONFIGURATION).exists())
        self.assertFalse(self.system.path("/usr/bin/tracker").exists())

    def test_31_installed_again_it_goes_on(self):
        rows = self.rows()
        self.apt("install", "/opt/new.deb")
        self.wait_until(self.is_serving, "it serves")
        self.assertEqual(self.state(SERVICE, *SOCKETS), ["active"] * 3)
        self.assertEqual(self.rows(), rows)

    def test_40_purged_it_leaves_the_positions_says_so_and_leaves_nothing_else(self):
        rows = self.rows()
        said = self.apt("purge", "waymark-tracker")
        self.assertIn(f"the positions in {DATA} are kept", said)
        self.assertEqual(self.rows(), rows)
        self.assertEqual([name for name in self.left() if not name.startswith(f"{DATA}/")], [])
        self.assertFalse(self.system.path("/etc/waymark").exists())
        self.assertEqual(self.machine.told("systemctl", "cat", SERVICE)[0], 1)
        self.system.path("/usr/share/left-behind").touch()
        self.assertIn("/usr/share/left-behind", self.left())
        self.system.path("/usr/share/left-behind").unlink()

    def test_41_what_it_tells_to_type_deletes_the_rest(self):
        self.machine.run("sh", "-c", f"rm -r {DATA} && deluser --system waymark")
        self.assertEqual(self.left(), [])
        self.assertNotEqual(self.machine.told("id", "waymark")[0], 0)

    def test_42_without_a_position_purge_takes_the_user_too(self):
        self.apt("install", "/opt/new.deb")
        self.machine.run("systemctl", "stop", SERVICE, *SOCKETS)
        self.machine.run("find", DATA, "-mindepth", "1", "-delete")
        self.assertNotIn("are kept", self.apt("purge", "waymark-tracker"))
        self.assertFalse(self.system.path(DATA).exists())
        self.assertNotEqual(self.machine.told("id", "waymark")[0], 0)
        self.assertEqual(self.left(), [])


if WHY_NOT:
    class OnBareDebian(unittest.TestCase):
        @unittest.skip(WHY_NOT)
        def test_the_package_is_installed_used_upgraded_removed_and_purged(self):
            pass
else:
    for each in SUITES:
        name = f"On{each.capitalize()}"
        globals()[name] = type(name, (Life, unittest.TestCase), {"SUITE": each, "__module__": "__main__"})

if __name__ == "__main__":
    del sys.argv[1:]
    driver.main()
