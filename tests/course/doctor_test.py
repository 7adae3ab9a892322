"""The doctor on this machine, and on machines that lack something. Usage: doctor_test.py COURSE"""

import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import driver

COURSE = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "course")
TOOLS = ("g++", "pkg-config", "meson", "ninja", "node", "npm", "as", "ld", "python3", "ps", "ss")


class DoctorTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-doctor-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_doctor(self, *arguments, path=None, before=None):
        environment = {**os.environ, "PATH": path or os.environ["PATH"]}
        environment.pop("CHROMIUM", None)
        return subprocess.run(
            [COURSE, "--root", ROOT, "--work", self.folder / "work", "--build", ROOT, "--build-address",
             ROOT, "--build-thread", ROOT, "doctor", *arguments], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, env=environment, preexec_fn=before)

    def seen(self, **how):
        """Name -> what the doctor says of it."""
        result = self.run_doctor("--json", **how)
        self.assertEqual(result.stderr, "")
        all_seen = json.loads(result.stdout)
        broken = any(one["state"] == "broken" for one in all_seen)
        self.assertEqual(result.returncode, 1 if broken else 0)
        return {one["what"]: one for one in all_seen}

    def assert_with_cure(self, one, state):
        self.assertEqual(one["state"], state, one)
        self.assertTrue(one["cannot"] and one["cure"], one)

    def path_without(self, *missing):
        """A PATH with the tools of the course, but for these."""
        folder = self.folder / "bin"
        folder.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            if found and name not in missing:
                (folder / name).symlink_to(found)
        return str(folder)

    def test_everything_is_looked_at_and_what_is_wrong_has_a_cure(self):
        seen = self.seen()
        for what in ("g++", "meson", "ninja-build", "mold", "chromium-headless-shell", "g++'s version", "descriptors",
                     "address sanitizer", "thread sanitizer", "processes", "inotify", "port 8080",
                     "port 5055", "/proc/PID/syscall", "user namespaces", "pidfd_open", "disk"):
            self.assertIn(what, seen)
        for what in ("g++", "g++'s version", "meson's version"):  # this program was built with them
            self.assertEqual(seen[what]["state"], "good", seen[what])
        for one in seen.values():
            if one["state"] != "good":
                self.assert_with_cure(one, one["state"])

    def test_it_says_the_same_in_words(self):
        result = self.run_doctor()
        self.assertRegex(result.stdout, r"\d+ things looked at: \d+ limit the course, \d+ break it\n$")
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 100)
        self.assertEqual(result.stdout.count("cure:"),
                         result.stdout.count("\n  less") + result.stdout.count("\n  FAIL"))

    def test_a_missing_compiler_breaks_the_course(self):
        seen = self.seen(path=self.path_without("g++"))
        self.assert_with_cure(seen["g++"], "broken")
        self.assertNotIn("address sanitizer", seen)

    def test_a_missing_helper_only_limits_it(self):
        seen = self.seen(path=self.path_without())
        self.assert_with_cure(seen["mold"], "limited")
        self.assertEqual(seen["ninja-build"]["state"], "good")

    def test_an_old_compiler_is_seen(self):
        path = self.path_without("g++")
        old = self.folder / "bin" / "g++"
        old.write_text("#!/bin/sh\necho 'g++ (Debian 9.3.0-1) 9.3.0'\n")
        old.chmod(0o755)
        seen = self.seen(path=f"{path}:/bin:/usr/bin")
        self.assertEqual(seen["g++'s version"]["seen"], "9")
        self.assert_with_cure(seen["g++'s version"], "broken")
        # This one cannot compile at all.
        self.assert_with_cure(seen["thread sanitizer"], "broken")

    def test_a_sanitizer_that_ends_every_program_is_seen(self):
        path = self.path_without("g++")
        strange = self.folder / "bin" / "g++"
        strange.write_text("#!/bin/sh\ncase $1 in --version) echo 'g++ 12.2.0';; -fsanitize=thread)\n"
                           "  printf '#!/bin/sh\\nexit 66\\n' >$4; chmod +x $4;;\n"
                           "*) printf '#!/bin/sh\\n' >$4; chmod +x $4;; esac\n")
        strange.chmod(0o755)
        seen = self.seen(path=f"{path}:/bin:/usr/bin")
        self.assertEqual(seen["address sanitizer"]["state"], "good")
        self.assert_with_cure(seen["thread sanitizer"], "broken")
        self.assertIn("mmap_rnd_bits", seen["thread sanitizer"]["cure"])

    def test_low_limits_are_seen(self):
        def lower():
            resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
        self.assert_with_cure(self.seen(before=lower)["descriptors"], "limited")

    def test_a_port_that_is_taken_is_seen(self):
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", 5055))
                taken.listen()
            except OSError:
                pass  # by somebody else, which is as good
            one = self.seen()["port 5055"]
        self.assert_with_cure(one, "limited")
        self.assertIn("--port-devices", one["cure"])


if __name__ == "__main__":
    driver.main()
