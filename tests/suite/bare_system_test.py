#!/usr/bin/env python3
"""Each set of packages in a system that has nothing else, made in a folder by debootstrap.

package_list_test.py asks dpkg's record the same in two seconds; this asks a real system, which takes minutes,
root and the network. So it runs by hand:  tests/suite/bare_system_test.py --long [SUITE...]
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import driver
import package_list

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "lessons/course/packages.sh"
LONG = "--long" in sys.argv
SUITES = [word for word in sys.argv[1:] if not word.startswith("-")] or ["bookworm", "trixie"]
WITHOUT_A_BROWSER = ["course", "server", "slides", "capstone"]


def why_not():
    if not LONG:
        return "takes minutes, root and the network: run tests/suite/bare_system_test.py --long"
    if os.geteuid() != 0:
        return "needs root"
    return "" if shutil.which("debootstrap") else "needs debootstrap: apt-get install debootstrap"


@unittest.skipIf(why_not(), why_not())
class BareSystemTest(unittest.TestCase):
    def bare(self, suite, packages=()):
        folder = tempfile.mkdtemp(prefix="waymark-bare-", dir="/var/tmp")
        self.addCleanup(shutil.rmtree, folder)
        self.run_or_skip("debootstrap", "--variant=minbase", suite, folder)
        # By apt-get, as our own script does it: debootstrap itself does not find an order for npm's.
        shutil.copy("/etc/resolv.conf", pathlib.Path(folder) / "etc/resolv.conf")
        if packages:
            self.run_or_skip("chroot", folder, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes",
                             "--quiet", "--no-install-recommends", *sorted(packages))
        shutil.copy(SCRIPT, folder)
        return folder

    def run_or_skip(self, *command):
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if ran.returncode != 0:
            self.skipTest(f"{' '.join(command[:4])}...: {ran.stdout.strip().splitlines()[-1]}")

    def missing_in(self, folder, sets):
        return subprocess.run(["chroot", folder, "bash", "-c", '. /packages.sh; missing_packages "$@"', "-", *sets],
                              check=True, stdout=subprocess.PIPE, text=True).stdout.split()

    def test_the_listed_packages_and_what_they_pull_in_are_enough(self):
        lines = package_list.listed(SCRIPT.read_text())
        packages = {package for sets, package, _, _ in lines if set(sets) & set(WITHOUT_A_BROWSER)}
        for suite in SUITES:
            with self.subTest(suite):
                folder = self.bare(suite, packages)
                self.assertEqual(self.missing_in(folder, WITHOUT_A_BROWSER), [])
                self.assertIn("wrk", self.missing_in(folder, ["bench"]))  # that it can tell

    def test_postgresql_comes_without_a_server_of_the_machines(self):
        for suite in SUITES:
            with self.subTest(suite):
                folder = self.bare(suite)
                self.run_or_skip("chroot", folder, "bash", "-c", ". /packages.sh; as_root=(); apt_install postgresql")
                etc = pathlib.Path(folder, "etc")
                self.assertEqual(list(etc.glob("postgresql/*/*")), [])
                self.assertEqual(list(etc.glob("postgresql-common/createcluster.d/*")), [])  # the word is taken back
                # Control: as it is by itself.
                other = self.bare(suite, ["postgresql"])
                self.assertNotEqual(list(pathlib.Path(other, "etc").glob("postgresql/*/*")), [])


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    driver.main()
