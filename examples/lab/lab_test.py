#!/usr/bin/env python3
"""A lab's life: up, list, exec, down, and what is left when somebody is killed:  lab_test.py LAB"""

import os
import re
import signal
import subprocess
import sys
import unittest

import lab_under_test
from lab_under_test import Gone, LabTest, WITH_ROOT_OF_ITS_OWN

import driver

SAYS_TERM = ("import signal, sys; signal.signal(signal.SIGTERM, lambda *_: (print('heard it', flush=True), sys.exit(7)));"
             "print('up', flush=True); signal.pause()")


def processes_of(listed):
    return [int(pid) for pid in re.findall(r"process (\d+)", listed)]


class Words(LabTest):
    """What needs no lab."""

    def test_wrong_words_are_refused(self):
        for words, named in ((["up"], "N is required"), (["up", "0"], "200"), (["up", "1000"], "200"), (["up", "two"], "two"),
                             (["fly"], "fly"), ([], "--help"), (["exec"], "HOST"), (["exec", "host1"], "what to run"), (["--nonsense"], "--help")):
            with self.subTest(words=words):
                self.expect_refusal(self.lab(*words), 100, named)

    def test_words_for_a_lab_that_is_not_up_say_how_to_have_one(self):
        for words in (["list"], ["down"], ["exec", "host1", "true"]):
            with self.subTest(words=words):
                self.expect_refusal(self.lab(*words), 100, "no lab is up", "lab up 3")
        self.assertFalse(self.state.exists())

    def test_a_folder_that_others_can_enter_is_refused(self):
        self.state.mkdir()
        self.state.chmod(0o755)
        self.expect_refusal(self.lab("up", "1"), 100, str(self.state), "--state")

    def test_a_folder_with_somebody_s_files_is_refused_and_they_stay(self):
        self.state.mkdir(mode=0o700)
        for name in ("hosts", "delay-notes"):
            (self.state / name).write_text("mine")
        self.expect_refusal(self.lab("up", "1"), 100, str(self.state), "no lab's", "--state")
        self.assertEqual({file.name: file.read_text() for file in self.state.iterdir()}, {"hosts": "mine", "delay-notes": "mine"})


@unittest.skipIf(lab_under_test.WHY_NOT, lab_under_test.WHY_NOT)
class Rights(LabTest):
    def test_where_the_system_says_no_it_names_the_switch(self):
        limit = "/proc/sys/user/max_user_namespaces"
        forbidden = [*WITH_ROOT_OF_ITS_OWN, "sh", "-c", f"echo 0 >{limit}; exec \"$@\"", "sh"]
        self.expect_refusal(self.lab("up", "2", before=forbidden), 100, "user.max_user_namespaces is 0", "sysctl -w", "lab relay")
        self.assertFalse(self.state.exists())

    def test_without_root_it_is_as_with_root(self):
        if os.geteuid() != 0:
            self.skipTest("this is without root, like all the other tests")
        self.folder.chmod(0o777)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if subprocess.run([*nobody, lab_under_test.LAB, "--help"], capture_output=True, check=False).returncode:
            self.skipTest("nobody may not run lab where it was built")
        words = {"before": nobody, "cwd": "/"}
        self.must("up", "2", **words)
        self.addCleanup(self.lab, "down", **words)
        self.assertEqual(sorted(self.must("exec", "all", "id", "-u", **words).splitlines()), ["host1: 0", "host2: 0"])


@unittest.skipIf(lab_under_test.WHY_NOT, lab_under_test.WHY_NOT)
class Life(LabTest):
    def test_hosts_have_names_addresses_and_a_way_out_and_are_gone_after_down(self):
        listed = self.must("up", "3")
        self.assertEqual(re.sub(r" +process \d+", "", listed).splitlines(),
                         ["gateway  192.0.2.254  2001:db8::254", "host1    192.0.2.1    2001:db8::1",
                          "host2    192.0.2.2    2001:db8::2", "host3    192.0.2.3    2001:db8::3"])
        self.assertEqual(self.must("list"), listed)
        self.assertIn("192.0.2.2/24 2001:db8::2/64", self.must("exec", "host2", "ip", "-brief", "address", "show", "eth0"))
        for family, gateway in (("-4", "192.0.2.254"), ("-6", "2001:db8::254")):
            self.assertIn(f"default via {gateway}", self.must("exec", "host2", "ip", family, "route"))
        self.assertIn("192.0.2.3", self.must("exec", "host1", "getent", "ahostsv4", "host3"))
        gone = Gone([self.keeper(), *processes_of(listed)])
        self.must("down")
        self.assertTrue(gone.wait())
        self.assertFalse(self.state.exists())
        self.expect_refusal(self.lab("list"), 100, "no lab is up")

    def test_exec_is_one_host_with_its_own_name_network_and_processes(self):
        self.must("up", "2")
        self.assertEqual(self.must("exec", "host2", "hostname"), "host2\n")
        seen = self.must("exec", "host1", "sh", "-c", "ls -d /proc/[0-9]* | wc -l; pwd", cwd=self.folder)
        count, folder = seen.split()
        self.assertLess(int(count), 6, "it sees the processes of the machine")
        self.assertEqual(folder, str(self.folder))
        self.assertEqual(self.lab("exec", "host1", "sh", "-c", "exit 7").returncode, 7)
        self.assertEqual(self.lab("exec", "host1", "sh", "-c", "kill -9 $$").returncode, 128 + 9)
        self.expect_refusal(self.lab("exec", "host1", "no-such-program"), 100, "host1", "no-such-program")
        self.expect_refusal(self.lab("exec", "host9", "true"), 100, "host9", "gateway, host1 to host2")
        self.assertEqual(self.must("exec", "host1", "echo", "--state", "-n"), "--state -n\n")

    def test_exec_all_has_each_line_behind_its_host_and_the_worst_code(self):
        self.must("up", "3")
        done = self.lab("exec", "all", "sh", "-c", "echo $(hostname) says; printf half; echo oops >&2; exit ${HOSTNAME:-$(hostname | tr -d a-z)}")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(sorted(done.stdout.splitlines()), sorted(line for n in (1, 2, 3) for line in (f"host{n}: host{n} says", f"host{n}: half")))
        self.assertEqual(sorted(done.stderr.splitlines()), [f"host{n}: oops" for n in (1, 2, 3)])

    def test_all_run_at_once(self):
        # Each waits for the other two: one after the other, the first would wait for ever.
        self.must("up", "3")
        fifos = [str(self.folder / f"fifo{n}") for n in (1, 2, 3)]
        for fifo in fifos:
            os.mkfifo(fifo)
        meet = 'me=$(hostname | tr -d a-z); for n in 1 2 3; do [ $n = $me ] || echo hello >"$0$n" & done; read a <"$0$me"; echo met'
        self.assertEqual(self.must("exec", "all", "sh", "-c", meet, str(self.folder / "fifo")).count("met"), 3)

    def test_what_runs_in_the_background_does_not_hold_exec_all_up_and_ends_with_the_lab(self):
        self.must("up", "1")
        end, other = os.pipe()
        self.assertEqual(self.must("exec", "all", "sh", "-c", "trap '' TERM; sleep 1000 & echo left"), "host1: left\n")
        self.must("exec", "host1", "sh", "-c", f"trap '' TERM HUP; (sleep 1000 >&{other}) >/dev/null 2>&1 &", pass_fds=[other])
        os.close(other)
        self.must("down")
        self.assertEqual(os.read(end, 1), b"")  # its end: whoever held the other one is gone
        os.close(end)

    def test_a_signal_reaches_the_command(self):
        self.must("up", "1")
        process = self.start("exec", "host1", sys.executable, "-c", SAYS_TERM)
        self.assertEqual(process.stdout.readline(), "up\n")
        process.terminate()
        self.assertEqual(process.stdout.readline(), "heard it\n")
        self.assertEqual(process.wait(lab_under_test.PATIENCE_SECONDS), 7)

    def test_two_ups_at_once_make_one_lab(self):
        both = [self.start("up", "2") for _ in range(2)]
        codes = sorted(process.wait(lab_under_test.PATIENCE_SECONDS) for process in both)
        self.assertEqual(codes, [0, 100])
        self.assertIn("a lab is up in", "".join(process.stderr.read() for process in both))
        self.assertEqual(self.must("exec", "all", "true"), "")

    def test_twenty_hosts(self):
        self.must("up", "20")
        self.assertEqual(self.must("exec", "all", "hostname").count("\n"), 20)


@unittest.skipIf(lab_under_test.WHY_NOT, lab_under_test.WHY_NOT)
class Killed(LabTest):
    def test_a_killed_keeper_leaves_no_process_and_the_next_up_cleans(self):
        listed = self.must("up", "2")
        process = self.start("exec", "host1", "sh", "-c", "trap '' TERM; echo up; exec sleep 1000")
        self.assertEqual(process.stdout.readline(), "up\n")
        gone = Gone(processes_of(listed))
        os.kill(self.keeper(), signal.SIGKILL)
        self.assertTrue(gone.wait())
        self.assertEqual(process.stdout.read(), "")
        self.assertNotEqual(process.wait(lab_under_test.PATIENCE_SECONDS), 0)
        self.assertTrue((self.state / "hosts").exists(), "nobody was there to clean")
        self.expect_refusal(self.lab("list"), 100, "no lab is up")
        self.assertIn("host1 ", self.must("up", "1"))
        self.must("down")
        self.assertFalse(self.state.exists())

    def test_a_killed_command_leaves_no_process(self):
        self.must("up", "2")
        for host in ("host1", "all"):
            with self.subTest(host=host):
                end, other = os.pipe()
                process = self.start("exec", host, "sh", "-c", f"trap '' TERM HUP; echo up; exec sleep 1000 >&{other}", pass_fds=[other])
                os.close(other)
                self.assertIn("up\n", process.stdout.readline())
                process.kill()
                self.assertEqual(os.read(end, 1), b"")
                os.close(end)

    def test_a_killed_host_ends_the_lab(self):
        listed = self.must("up", "2")
        gone = Gone([self.keeper(), *processes_of(listed)])
        os.kill(processes_of(listed)[-1], signal.SIGKILL)
        self.assertTrue(gone.wait())
        self.assertFalse(self.state.exists())


if __name__ == "__main__":
    driver.main()
