"""The PostgreSQL that other tests are run beside: killed, replicated, gone with its test, and missing."""

import os
import pathlib
import signal
import subprocess
import sys
import unittest
import unittest.mock

import driver
import processes
from count import EXIT_SKIPPED
from postgresql_keeper import is_of, lines_of
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs, run, wait_until

WITH_POSTGRESQL = str(pathlib.Path(__file__).with_name("with_postgresql.py"))
BACK_WITHIN_SECONDS = 60


def as_the_account(server, text):
    """As the tracker asks: by the URL, with its password."""
    return run([os.path.join(programs(), "psql"), "-X", "-A", "-t", "-d", server.url, "-c", text], server.folder).strip()


def with_postgresql(*command, **environment):
    return subprocess.run([sys.executable, WITH_POSTGRESQL, *command], env={**os.environ, **environment},
                          capture_output=True, text=True, check=False, timeout=300)


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class AServerOfTheTestsOwn(unittest.TestCase):
    def test_what_was_committed_survives_kill_9_of_the_whole_server(self):
        with PostgreSQL() as server:
            as_the_account(server, "CREATE TABLE kept AS SELECT 17 AS number")
            pids, port = server.pids(), server.port
            self.assertGreater(len(pids), 3)
            with unittest.mock.patch("os.kill", wraps=os.kill) as kill:
                server.kill()
            killed = [call.args[0] for call in kill.call_args_list if call.args[1] == signal.SIGKILL]
            self.assertGreater(len(killed), 3)
            self.assertEqual(killed[-1], server.process.pid)
            self.assertFalse(set(pids) & set(processes.parents()))
            with self.assertRaisesRegex(AssertionError, "refused"):
                as_the_account(server, "SELECT 1")
            server.start()
            self.assertEqual(as_the_account(server, "SELECT number FROM kept"), "17")
            self.assertEqual(server.port, port)

    def test_a_replica_has_what_was_committed_and_takes_over(self):
        with PostgreSQL() as server:
            as_the_account(server, "CREATE TABLE kept (number int)")
            replica = server.add_replica()
            as_the_account(server, "INSERT INTO kept VALUES (17)")
            with self.assertRaisesRegex(AssertionError, "read-only transaction"):
                as_the_account(replica, "INSERT INTO kept VALUES (18)")
            server.kill()
            replica.promote()
            self.assertEqual(as_the_account(replica, "INSERT INTO kept VALUES (18); SELECT sum(number) FROM kept"),
                             "INSERT 0 1\n35")

    def test_a_commit_waits_for_the_replica(self):
        with PostgreSQL() as server:
            replica = server.add_replica()
            replica.suspend()
            with self.assertRaisesRegex(AssertionError, "statement timeout|canceling"):
                as_the_account(server, "SET statement_timeout = 300; CREATE TABLE never (number int); SELECT pg_sleep(60)")
            replica.resume()

    def test_the_password_is_asked_for(self):
        with PostgreSQL() as server:
            server.password = "wrong"
            with self.assertRaisesRegex(AssertionError, "password authentication failed"):
                as_the_account(server, "SELECT 1")

    def test_databases_of_one_server_know_nothing_of_each_other(self):
        with PostgreSQL() as server:
            first, second = server.new_database(), server.new_database()
            self.assertNotEqual(first, second)
            as_the_account(server, "CREATE TABLE mine (number int)")
            name = second.rpartition("/")[2]
            self.assertEqual(server.query("SELECT count(*) FROM pg_class WHERE relname = 'mine'", name), [("0",)])

    def test_nothing_is_left_of_one_that_was_killed(self):
        with PostgreSQL() as server:
            server.kill()
            key = lines_of(server.data)[6].split()[1]
            self.assertIn(f" {key} ", pathlib.Path("/proc/sysvipc/shm").read_text(encoding="ascii"))
        self.assertFalse(os.path.exists(server.folder))
        self.assertNotIn(f" {key} ", pathlib.Path("/proc/sysvipc/shm").read_text(encoding="ascii"))

    def test_a_setting_that_it_does_not_know_is_shown(self):
        with self.assertRaisesRegex(AssertionError, "no_such_setting"), PostgreSQL(no_such_setting=1):
            pass


@unittest.skipUnless(programs(), NO_POSTGRESQL)
class AProgramBesideIt(unittest.TestCase):
    def test_the_program_has_the_url_and_its_exit_code_is_given_back(self):
        result = with_postgresql("sh", "-c", 'echo "$WAYMARK_TEST_POSTGRESQL"; exit 7')
        self.assertEqual(result.returncode, 7, result.stderr)
        self.assertRegex(result.stdout, r"^postgresql://waymark:[0-9a-f]{32}@127\.0\.0\.1:\d+/waymark\n$")

    def test_a_program_that_dies_is_no_success(self):
        self.assertEqual(with_postgresql("sh", "-c", "kill -SEGV $$").returncode, 128 + signal.SIGSEGV)

    def test_the_server_ends_when_its_test_is_killed(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(number), subprocess.Popen([sys.executable, WITH_POSTGRESQL, "sh", "-c", "echo; exec sleep 60"],
                                                        stdout=subprocess.PIPE) as program:
                program.stdout.readline()
                started = processes.descendants(program.pid)
                try:
                    self.end_and_look(program, number, next(filter(None, map(data_folder, started))))
                finally:
                    for pid in started:  # the sleep of one that was killed outright is nobody's
                        if processes.command_line(pid) == "sleep 60":
                            os.kill(pid, signal.SIGKILL)

    def end_and_look(self, program, number, data):
        postmaster = int(lines_of(data)[0])
        self.assertTrue(is_of(postmaster, data))
        program.send_signal(number)
        program.wait(BACK_WITHIN_SECONDS)
        wait_until(lambda: not os.path.exists(os.path.dirname(data)), lambda: "the folder is gone")
        self.assertFalse(is_of(postmaster, data))


def data_folder(pid):
    """Of a PostgreSQL; nothing of another process."""
    words = processes.command_line(pid).split()
    return words[words.index("-D") + 1] if "-D" in words else None


class WithoutPostgreSQL(unittest.TestCase):
    def test_the_program_is_not_run_and_the_skip_is_told(self):
        result = with_postgresql("sh", "-c", "echo it was run", POSTGRESQL_BIN="/nonexistent")
        self.assertEqual(result.returncode, EXIT_SKIPPED)
        self.assertEqual(result.stdout, f"SKIP: sh: {NO_POSTGRESQL}\n")


if __name__ == "__main__":
    driver.main()
