"""The list of packages against an empty system, and against what the build files ask for."""

import pathlib
import shutil
import tempfile
import unittest

import driver
import package_list

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES = package_list.listed((ROOT / "lessons/course/packages.sh").read_text())


@unittest.skipUnless(package_list.STATUS.exists(), "this system has no dpkg")
class PackageListTest(unittest.TestCase):
    def test_each_set_brings_all_by_which_its_packages_are_seen(self):
        unseen = set()
        for name, sets in package_list.TOGETHER.items():
            with self.subTest(name):
                wrong, not_here = package_list.missing(LINES, sets)
                self.assertEqual(wrong, [])
                unseen.update(not_here)
        for thing in sorted(unseen):
            print(f"SKIP: {thing}: not from a package on this machine, so nobody can be asked whose it is")

    def test_a_library_whose_pc_file_needs_another_is_seen_without_it(self):
        without = [line for line in LINES if line[1] != "libmd4c-dev"]
        self.assertLess(len(without), len(LINES))
        wrong, unseen = package_list.missing(without, package_list.TOGETHER["slides"])
        if "module:md4c-html" in unseen:
            self.skipTest("libmd4c-html0-dev is not on this machine")
        self.assertTrue(any("md4c.pc" in line for line in wrong), wrong)

    def test_what_the_build_files_ask_for_is_in_the_list(self):
        self.assertEqual(package_list.unlisted(ROOT, LINES), [])

    def test_a_new_dependency_is_seen(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(ROOT / "meson.build", folder)
            file = pathlib.Path(folder) / "meson.build"
            self.assertEqual(package_list.unlisted(pathlib.Path(folder), LINES), [])
            file.write_text(file.read_text() + "x11 = dependency('x11')\n")
            self.assertEqual(package_list.unlisted(pathlib.Path(folder), LINES),
                             ["meson.build asks for module:x11"])


if __name__ == "__main__":
    driver.main()
