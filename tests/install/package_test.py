#!/usr/bin/env python3
"""The Debian package, made from this build and looked into:  package_test.py BUILD_FOLDER"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/suite"), str(pathlib.Path(__file__).resolve().parent)]

import driver

PACKAGE = ROOT / "lessons/16-tracker/package"
UNITS = ("waymark-tracker.service", "waymark-tracker-devices.socket", "waymark-tracker-web.socket")
PATIENCE_SECONDS = 500
# Of the exposure that `systemd-analyze security` counts, from 0 to 10; below 2 it calls it OK.
MOST_EXPOSURE = 2.0
COMMITTED = 1_767_225_600
VERSION = "0.1.0+20260101000000"  # of that second


def run(*command, **more):
    return subprocess.run(command, text=True, check=False, timeout=PATIENCE_SECONDS, stdin=subprocess.DEVNULL,
                          **{"capture_output": True, **more})


class TheCommand(unittest.TestCase):
    """`./waymark package` in a checkout that is made up, as are what it builds with and what packs."""

    OLD = ("waymark-tracker_0.1.0+20260101000000_amd64.deb", "waymark-tracker_0.0.9_arm64.deb")
    OTHERS = ("waymark_0.1.0_amd64.deb", "waymark-tracker_notes.txt", "build.ninja")
    NEW = f"waymark-tracker_{VERSION[:-1]}1_amd64.deb"

    def package(self, builds="true", packs="true", change=lambda text: text):
        """(exit code, what it said, the files of the build folder)"""
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            root = pathlib.Path(folder, "a checkout")
            build, maker, command = root / "build", root / "lessons/16-tracker/package/make_package.sh", root / "package.sh"
            build.mkdir(parents=True)
            maker.parent.mkdir(parents=True)
            for name in (*self.OLD, *self.OTHERS):
                (build / name).touch()
            maker.write_text(f'#!/bin/sh\n{packs} && touch "$2/{self.NEW}" && echo "$2/{self.NEW}"\n')
            maker.chmod(0o755)
            command.write_text(change((ROOT / "lessons/course/package.sh").read_text()))
            done = run("bash", "-euo", "pipefail", "-c", "source \"$root/package.sh\"; need_packages() { :; }; set_up() { :; }; "
                       f"ninja_in() {{ {builds}; }}; exit_system=111; run_package", env={**os.environ, "root": str(root)})
            return done.returncode, done.stdout.replace(f"{build}/", ""), sorted(path.name for path in build.iterdir())

    def test_the_new_package_is_the_only_one_of_the_tracker_and_other_files_stay(self):
        self.assertEqual(self.package(), (0, f"{self.NEW}\n", sorted([*self.OTHERS, self.NEW])))

    def test_the_look_sees_an_old_package_and_a_file_that_is_missing(self):
        removes = "rm -f \"$root\"/build/waymark-tracker_*.deb"
        for instead, left in (("true", [*self.OLD, *self.OTHERS]), (removes.replace("waymark-tracker_*.deb", "*.deb"), self.OTHERS[1:]),
                              (removes.replace("*.deb", "*"), [self.OTHERS[0], self.OTHERS[2]]),
                              (removes.replace("*.deb", "*_amd64.deb"), [self.OLD[1], *self.OTHERS])):
            with self.subTest(instead):
                self.assertEqual(self.package(change=lambda text: text.replace(removes, instead))[2], sorted([*left, self.NEW]))

    def test_what_does_not_build_costs_no_package_and_what_does_not_pack_is_told(self):
        code, said, files = self.package(builds="false")
        self.assertNotEqual(code, 0)
        self.assertEqual((said, files), ("", sorted([*self.OLD, *self.OTHERS])))
        self.assertEqual(self.package(packs="false")[:2], (111, ""))


class InTheSuite(unittest.TestCase):
    BUILD = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        made = run(PACKAGE / "make_package.sh", cls.BUILD, cls.folder,
                   env={**os.environ, "DPKG_DEB_COMPRESSOR_TYPE": "none", "SOURCE_DATE_EPOCH": str(COMMITTED)})
        if made.returncode != 0:
            raise AssertionError(made.stderr)
        cls.deb = pathlib.Path(made.stdout.strip())
        cls.tree = cls.folder / "tree"
        subprocess.run(["dpkg-deb", "--raw-extract", cls.deb, cls.tree], check=True)

    def field(self, name):
        return run("dpkg-deb", "--field", self.deb, name).stdout.strip()

    def test_it_has_what_a_service_needs_and_nothing_elsewhere(self):
        listed = [line.split(None, 5) for line in run("dpkg-deb", "--contents", self.deb).stdout.splitlines()]
        names = {line[5].split(" -> ")[0] for line in listed}
        for name in ("usr/bin/tracker", "usr/share/waymark/site/index.html", "usr/share/man/man1/tracker.1.gz",
                     "usr/share/bash-completion/completions/tracker", "usr/share/zsh/vendor-completions/_tracker", "etc/waymark/tracker.toml",
                     "usr/share/doc/waymark-tracker/copyright", "usr/share/doc/waymark-tracker/changelog.gz",
                     "usr/share/doc/waymark-tracker/README.Debian", *(f"usr/lib/systemd/system/{unit}" for unit in UNITS)):
            self.assertIn(f"./{name}", names)
        allowed = re.compile(r"\./(usr/(bin/tracker|lib/systemd/system/|share/(waymark|man|doc|bash-completion|zsh/vendor-completions)/)|etc/waymark/)")
        self.assertEqual([name for name in names if not name.endswith("/") and not allowed.match(name)], [])
        self.assertEqual({line[1] for line in listed}, {"root/root"})
        self.assertEqual([line for line in listed if line[0][8] == "w"], [], "anybody may write there")

    def test_the_fields_name_what_it_needs(self):
        self.assertEqual(self.field("Package"), "waymark-tracker")
        self.assertEqual(self.field("Version"), VERSION)
        needed = {entry.split()[0] for entry in self.field("Depends").split(", ")}
        self.assertLessEqual({"adduser", "init-system-helpers", "libc6", "libsqlite3-0"}, needed)
        self.assertNotIn("libpq5", needed)  # loaded for a store on PostgreSQL alone
        self.assertEqual(self.field("Recommends"), "libpq5")
        self.assertNotIn("@", (self.tree / "DEBIAN/control").read_text().replace("<waymark@", ""))
        self.assertEqual((self.tree / "DEBIAN/conffiles").read_text(), "/etc/waymark/tracker.toml\n")
        for line in (self.tree / "DEBIAN/md5sums").read_text().splitlines():
            self.assertTrue((self.tree / line.split("  ", 1)[1]).is_file(), line)

    def test_a_later_commit_is_a_newer_package(self):
        """apt installs nothing in the place of a package of the same version."""
        for older, newer in (("0.1.0", VERSION), (VERSION, "0.1.0+20260101000001"), (VERSION, "0.1.1+20250101000000")):
            self.assertEqual(run("dpkg", "--compare-versions", older, "lt", newer).returncode, 0)
            self.assertNotEqual(run("dpkg", "--compare-versions", newer, "lt", older).returncode, 0)

    def test_its_documents_lead_to_one_another(self):
        documents = self.tree / "usr/share/doc/waymark-tracker"
        def missing(text):
            """Documents that it leads to, and what stands in the same folder of the sources."""
            linked = set(re.findall(r"\]\(([A-Z]+\.md)", text)) | set(re.findall(r"\b[A-Z]{4,}\.md", text))
            return {name for name in linked - {"README.md"} if not (documents / name).is_file()}
        read = list(documents.glob("*.md"))
        self.assertGreater(len(read), 7)
        for path in [*read, documents / "README.Debian", self.tree / "etc/waymark/tracker.toml"]:
            self.assertEqual(missing(path.read_text()), set(), path.name)
        self.assertEqual(missing("[where](NOWHERE.md#here), CONTRIBUTING.md"), {"NOWHERE.md", "CONTRIBUTING.md"})

    def test_its_documents_are_those_that_it_speaks_of(self):
        documents = self.tree / "usr/share/doc/waymark-tracker"
        sources = [path.read_text() for path in (ROOT / "lessons/16-tracker/commands").glob("*.cc")]
        readme = (documents / "README.Debian").read_text()
        spoken_of = set(re.findall(r"[A-Z]+\.md", " ".join([readme, *sources])))
        self.assertLessEqual({"HTTPS.md", "IMPORT.md"}, spoken_of)
        self.assertEqual({name for name in spoken_of if not (documents / name).is_file()}, set())
        # The folder of the service is the usual one for root alone (default_data_folder).
        commands = re.findall(r"sudo -u waymark tracker (.*)", readme)
        self.assertTrue(commands)
        with tempfile.TemporaryDirectory(prefix="waymark-") as home:
            tracker = os.path.join(self.BUILD, "lessons/16-tracker/tracker")
            subprocess.run([tracker, "device", "add", "van", "--data", f"{home}/waymark"], check=True, capture_output=True)
            for command in commands:
                words = command.replace("/var/lib/waymark", f"{home}/waymark").split()
                done = run(tracker, *words, env={"HOME": home, "XDG_DATA_HOME": f"{home}/elsewhere"})
                self.assertEqual((done.returncode, done.stderr), (0, ""), command)

    def test_its_scripts_are_scripts_and_reach_for_no_network(self):
        for name in ("postinst", "prerm", "postrm"):
            self.assertEqual(run("sh", "-n", self.tree / "DEBIAN" / name).stderr, "")
            self.assertNotRegex((self.tree / "DEBIAN" / name).read_text(), r"https?:|\b(curl|wget|npm|apt-get)\b")

    def units(self, change=lambda text: text):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for unit in UNITS:
            text = (self.tree / "usr/lib/systemd/system" / unit).read_text()
            (folder / unit).write_text(change(text).replace("/usr/bin/tracker", str(self.tree / "usr/bin/tracker")))
        return folder

    def test_what_it_starts_listens_on_this_machine_alone(self):
        listens = []
        for unit in UNITS:
            text = (self.tree / "usr/lib/systemd/system" / unit).read_text()
            self.assertNotIn("/usr/local", text)
            listens += re.findall(r"^Listen\w+=(.*)", text, re.MULTILINE)
        self.assertEqual(sorted(listens), ["127.0.0.1:5055", "127.0.0.1:8080"])
        settings = [line for line in (self.tree / "etc/waymark/tracker.toml").read_text().splitlines() if line[:1] not in ("#", "")]
        self.assertEqual(settings, [])

    def test_systemd_understands_the_units_and_would_say_what_it_does_not(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not here")
        folder = self.units()
        done = run("systemd-analyze", "verify", "--man=no", *(folder / unit for unit in UNITS))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        folder = self.units(lambda text: text.replace("WatchdogSec", "WatchdogSecs"))
        self.assertIn("WatchdogSecs", run("systemd-analyze", "verify", "--man=no", folder / UNITS[0]).stderr)

    # Both have kept it from its start or its reload on a bare Debian (package_system_test.py).
    def test_the_service_has_the_call_that_it_keeps_to_folders_by_and_no_program_that_may_be_missing(self):
        text = (self.tree / "usr/lib/systemd/system" / UNITS[0]).read_text()
        refuses_openat2 = r"(?m)^(RestrictSUIDSGID|DynamicUser)=(yes|true|on|1)"
        self.assertNotRegex(text, refuses_openat2)
        self.assertRegex(text.replace("RestrictSUIDSGID=no", "RestrictSUIDSGID=yes"), refuses_openat2)
        self.assertEqual(set(re.findall(r"(?m)^Exec\w+=(\S+)", text)), {"/usr/bin/tracker"})

    def exposure(self, folder):
        done = run("systemd-analyze", "security", "--offline=yes", "--no-pager", folder / UNITS[0])
        return float(re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)[1])

    def test_the_service_is_shut_in(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not here")
        self.assertLess(self.exposure(self.units()), MOST_EXPOSURE)
        open_doors = self.units(lambda text: re.sub(r"^(ProtectSystem|PrivateUsers|SystemCallFilter|CapabilityBoundingSet).*\n", "",
                                                    text, flags=re.MULTILINE))
        self.assertGreater(self.exposure(open_doors), MOST_EXPOSURE)


if __name__ == "__main__":
    InTheSuite.BUILD = sys.argv.pop(1)
    driver.main()
