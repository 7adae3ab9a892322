"""How the tracker comes up, and how it does not: pid files of any content (FAULTS 18), many starts at
once (19), rights given away (36), the fifteen steps of a daemon seen from outside (37), a port that is
taken or forbidden (38). Usage: start_test.py TRACKER [--long] [--seed=N]
"""

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import unittest

from faults import (FIRST_TIME, LONG, TRACKER, Tracker, ask, check_one_clear_line, run_tracker,
                    send_fix)
from own_ports import own_port
from processes_seen import (PATIENCE_SECONDS, children_of, descriptors, is_running, status_field,
                            wait_until)

import driver

USAGE, SYSTEM = 100, 111
FILTERED = "2"  # Seccomp: SECCOMP_MODE_FILTER


class InAFolder(unittest.TestCase):

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(self.scratch.cleanup)
        os.chmod(self.scratch.name, 0o755)
        self.data = os.path.join(self.scratch.name, "data")

    def path(self, name):
        return os.path.join(self.scratch.name, name)

    def serve(self, *arguments, **options):
        """A start in the background, to the end of the process that a person has started."""
        self.port = own_port()
        self.addCleanup(run_tracker, "stop", "--data", self.data)
        return run_tracker("serve", "--data", self.data, "--listen-devices",
                           f"127.0.0.1:{self.port}", "--listen-web", "127.0.0.1:0", *arguments,
                           **options)

    def daemon_pid(self):
        with open(os.path.join(self.data, "tracker.pid"), encoding="ascii") as file:
            return int(file.read())


class APidFile(InAFolder):

    def test_1_whatever_is_in_it_does_not_keep_the_tracker_from_starting(self):
        bystander = subprocess.Popen(["sleep", "600"])
        ended = subprocess.Popen(["true"])
        ended.wait()
        try:
            for content in (f"{bystander.pid}\n", f"{ended.pid}\n", "garbage", "0\n", "-1\n",
                            f"{2**40}\n", "", "1\n", "\0" * 100, "9" * 5000):
                with self.subTest(content=content[:20]):
                    self.start_over(content)
            self.assertTrue(is_running(bystander.pid))  # nobody has signalled it
        finally:
            bystander.kill()
            bystander.wait()

    def start_over(self, content):
        os.makedirs(self.data, exist_ok=True)
        with open(os.path.join(self.data, "tracker.pid"), "w", encoding="ascii") as file:
            file.write(content)
        # What the file says is no reason to signal anybody, either.
        code, _, error = run_tracker("stop", "--data", self.data)
        self.assertEqual(code, USAGE, error)
        code, _, error = self.serve()
        self.assertEqual(code, 0, error)
        self.assertEqual(ask(f"http://127.0.0.1:{self.port}", "/")[0] // 100, 4)
        pid = self.daemon_pid()
        self.assertTrue(is_running(pid))
        code, output, error = run_tracker("stop", "--data", self.data)
        self.assertEqual((code, output), (0, "Stopped.\n"), error)
        self.assertFalse(is_running(pid))

    def test_2_a_running_tracker_is_not_started_twice(self):
        self.assertEqual(self.serve()[0], 0)
        pid = self.daemon_pid()
        for content in (None, "1\n", ""):
            if content is not None:
                with open(os.path.join(self.data, "tracker.pid"), "w", encoding="ascii") as file:
                    file.write(content)
            check_one_clear_line(self, self.serve(), (USAGE,), "already running", str(pid), "stop")
        self.assertTrue(is_running(pid))

    def test_3_of_many_starts_at_once_one_runs(self):
        """Each with a port of its own: the lock alone decides."""
        for _ in range(100 if LONG else 2):
            starts = [subprocess.Popen(
                [TRACKER, "serve", "--foreground", "--data", self.data, "--listen-devices",
                 "127.0.0.1:0", "--listen-web", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(20)]
            wait_until(lambda: sum(start.poll() is None for start in starts) == 1, PATIENCE_SECONDS,
                       "nineteen have ended")
            winner = next(start for start in starts if start.poll() is None)
            for loser in starts:
                if loser is not winner:
                    error = loser.stderr.read()
                    check_one_clear_line(self, (loser.returncode, "", error), (USAGE,), "running")
            wait_until(lambda: run_tracker("status", "--data", self.data)[0] == 0, PATIENCE_SECONDS,
                       "it serves")
            winner.terminate()
            self.assertEqual(winner.wait(PATIENCE_SECONDS), 0)
            for start in starts:
                start.stderr.close()

    def test_4_a_file_that_was_removed_by_hand_is_not_missed(self):
        self.assertEqual(self.serve()[0], 0)
        pid = self.daemon_pid()
        os.unlink(os.path.join(self.data, "tracker.pid"))
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not is_running(pid), PATIENCE_SECONDS, "it has ended")
        self.assertEqual(self.serve()[0], 0)

    def test_5_start_stop_and_status_agree_when_it_was_removed_by_hand(self):
        self.assertEqual(self.serve()[0], 0)
        pid = self.daemon_pid()
        os.unlink(os.path.join(self.data, "tracker.pid"))
        check_one_clear_line(self, self.serve(), (USAGE,), f"process {pid},", "deleted", "stop")
        self.assertIn(f"process {pid} ", run_tracker("status", "--data", self.data)[1])
        code, output, error = run_tracker("stop", "--data", self.data)
        self.assertEqual((code, output), (0, "Stopped.\n"), error)
        self.assertIn(f"The pid file of process {pid} was deleted", error)
        self.assertFalse(is_running(pid))
        self.assertEqual(run_tracker("stop", "--data", self.data)[0], USAGE)


class ADaemon(InAFolder):
    """Each of the steps of daemon(7) that can be seen from outside, on the process and its services.
    The environment cannot: the kernel shows where it began; daemon/daemonize_test.cc looks inside."""

    def setUp(self):
        super().setUp()
        spare, self.spare_writer = os.pipe()
        self.addCleanup(os.close, spare)
        self.addCleanup(os.close, self.spare_writer)
        self.result = self.serve(pass_fds=[self.spare_writer], preexec_fn=disturb)
        self.assertEqual(self.result[0], 0, self.result[2])
        # The port answers at once: that is what the parent's end has promised.
        self.assertEqual(ask(f"http://127.0.0.1:{self.port}")[0] // 100, 4)
        self.pid = self.daemon_pid()
        self.all = [self.pid, *children_of(self.pid)]

    def test_every_step(self):
        self.assertEqual(len(self.all), 4)
        self.assertRegex("".join(self.result[1:3]), r"\ANobody has an account yet\. Make the first one .*\n    http://\S+\n\Z")
        for pid in self.all:
            with self.subTest(pid=pid):
                self.check_session(pid)
                self.check_inherited_things(pid)
                self.check_signals(pid)
        with self.subTest("its parent is not who started it"):
            with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
                self.assertNotEqual(int(stat.read().rpartition(")")[2].split()[1]), os.getpid())

    def check_session(self, pid):
        session = os.getsid(pid)
        self.assertNotEqual(session, os.getsid(0))
        self.assertNotEqual(session, pid)  # not its leader: it can never get a terminal
        self.assertFalse(is_running(session))
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            self.assertEqual(stat.read().rpartition(")")[2].split()[4], "0")  # tty_nr
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")

    def check_inherited_things(self, pid):
        held = descriptors(pid)
        self.assertEqual([held[number] for number in (0, 1, 2)], ["/dev/null"] * 3)
        pipe = os.readlink(f"/proc/self/fd/{self.spare_writer}")
        self.assertNotIn(pipe, held.values())
        self.assertEqual(int(status_field(pid, "Umask")[0], 8), 0o077)

    def check_signals(self, pid):
        """SIGUSR1 was ignored and SIGUSR2 blocked by the starter; neither is inherited."""
        ignored = int(status_field(pid, "SigIgn")[0], 16)
        blocked = int(status_field(pid, "SigBlk")[0], 16)
        self.assertFalse(ignored & 1 << signal.SIGUSR1 - 1)
        self.assertFalse(blocked & 1 << signal.SIGUSR2 - 1)


def disturb():
    """What a careless starter hands on."""
    os.umask(0o022)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])


def close_standard_descriptors():
    for number in (0, 1, 2):
        os.close(number)


class AStartInTheBackground(InAFolder):

    def test_1_with_the_standard_descriptors_closed(self):
        # No descriptor, so no text from it: only its exit code and what runs afterwards tell.
        self.port = own_port()
        self.addCleanup(run_tracker, "stop", "--data", self.data)
        process = subprocess.Popen(
            [TRACKER, "serve", "--data", self.data, "--listen-devices", f"127.0.0.1:{self.port}",
             "--listen-web", "127.0.0.1:0"], preexec_fn=close_standard_descriptors)
        self.assertEqual(process.wait(PATIENCE_SECONDS), 0)
        pid = self.daemon_pid()
        for number in (0, 1, 2):
            self.assertEqual(descriptors(pid)[number], "/dev/null")
        self.assertEqual(ask(f"http://127.0.0.1:{self.port}")[0] // 100, 4)

    def test_2_a_start_that_fails_says_why_and_leaves_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for foreground in ((), ("--foreground",)):
                result = run_tracker("serve", "--data", self.data, "--listen-devices",
                                     f"127.0.0.1:{port}", "--listen-web", "127.0.0.1:0", *foreground)
                check_one_clear_line(self, result, (USAGE, SYSTEM), f"127.0.0.1:{port}",
                                     "Address already in use")
        self.assertNotEqual(run_tracker("status", "--data", self.data)[0], 0)
        self.assertEqual(self.serve()[0], 0)  # and nothing is in the way of the next

    def test_3_a_service_that_cannot_start_is_told_too(self):
        """The database is found broken by the store, a process of its own, after the ports are
        bound."""
        os.mkdir(self.data)
        with open(os.path.join(self.data, "waymark.db"), "w", encoding="ascii") as file:
            file.write("This is no database, and it is long enough to be looked at. " * 100)
        result = self.serve()
        check_one_clear_line(self, result, (USAGE, SYSTEM), "waymark.db", "not a database")

    def test_4_a_port_that_is_for_root_only(self):
        if os.geteuid() != 0:
            self.skipTest("becoming another user takes root")
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
            if int(file.read()) <= 81:
                self.skipTest("here every user may take port 81")
        os.mkdir(self.data)
        os.chown(self.data, 65534, 65534)
        result = run_tracker("serve", "--data", self.data, "--listen-devices", "127.0.0.1:81",
                             "--listen-web", "127.0.0.1:0", user=65534, group=65534,
                             extra_groups=[])
        check_one_clear_line(self, result, (USAGE, SYSTEM), "127.0.0.1:81", "Permission denied")


@unittest.skipIf(os.geteuid() != 0, "only root has rights to give away")
class RightsGivenAway(unittest.TestCase):

    def check(self, tracker, user):
        wanted = pwd.getpwnam(user)
        for pid in [tracker.pid, *children_of(tracker.pid)]:
            self.assertEqual(status_field(pid, "Uid"), [str(wanted.pw_uid)] * 4)
            self.assertEqual(status_field(pid, "Gid"), [str(wanted.pw_gid)] * 4)
            self.assertEqual(status_field(pid, "Groups"), [])
            for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                self.assertEqual(int(status_field(pid, name)[0], 16), 0, name)
            self.assertEqual(status_field(pid, "NoNewPrivs"), ["1"])

    def test_1_every_process_is_nobody(self):
        with Tracker() as tracker:
            tracker.add_device("nobody")
            self.check(tracker, "nobody")
            services = tracker.services()
            for name in ("store", "receiver 0", "web app"):
                self.assertEqual(status_field(services[name]["pid"], "Seccomp"), [FILTERED], name)
            # After a death, too.
            os.kill(services["receiver 0"]["pid"], signal.SIGKILL)
            tracker.wait_until_up()
            self.check(tracker, "nobody")
            self.assertEqual(send_fix(tracker.devices_url, "nobody", FIRST_TIME)[0], 200)
            self.assertEqual(os.stat(tracker.data).st_mode & 0o777, 0o700)

    def test_2_another_user_and_one_process(self):
        with Tracker("--user", "www-data", "--one-process") as tracker:
            for task in os.listdir(f"/proc/{tracker.pid}/task"):
                self.assertEqual(status_field(f"{tracker.pid}/task/{task}", "Uid"), ["33"] * 4)

    def test_3_a_drop_that_fails_ends_the_program(self):
        for call in ("setgroups", "setresgid", "setresuid"):
            with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
                os.chmod(folder, 0o755)
                result = subprocess.run(
                    ["setpriv", "--groups", "1,2", "strace", "-f", "-qq", "-o", "/dev/null", "-e",
                     "trace=" + call, "-e", f"inject={call}:error=EPERM", TRACKER, "serve",
                     "--foreground", "--data", folder + "/data", "--listen-devices", "127.0.0.1:0",
                     "--listen-web", "127.0.0.1:0"], stdin=subprocess.DEVNULL, capture_output=True,
                    text=True, timeout=60,
                    # The leak checker of a sanitized build cannot work under strace, and says so.
                    env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
                check_one_clear_line(self, (result.returncode, result.stdout, result.stderr),
                                     (SYSTEM,), call)

    def test_4_the_check_sees_a_server_that_stayed_root(self):
        with Tracker("--user", "root") as tracker, self.assertRaises(AssertionError):
            self.check(tracker, "nobody")


if __name__ == "__main__":
    driver.main()
