"""The waymark command on machines that lack something, and round servers that end in every way."""

import os
import pathlib
import pty
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import driver
from stubs import STUB, Machine


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        self.machine = Machine(folder)

    def start_and_wait_for(self, words, *arguments):
        process = self.machine.start("start", *arguments)
        lines = []
        for line in process.stdout:
            lines.append(line)
            if words in line:
                break
        return process, "".join(lines)

    def shared_data(self):
        return "/var/lib" if os.geteuid() == 0 else f"{self.machine.folder}/.local/share"

    def wait_until(self, holds, patience_seconds=10):
        until = time.monotonic() + patience_seconds
        while not holds() and time.monotonic() < until:
            time.sleep(0.02)
        return holds()

    def assert_all_ended(self):
        self.wait_until(lambda: not self.machine.living())
        self.assertEqual(self.machine.living(), [])


class RefusalTest(CommandTest):
    def test_wrong_words_are_refused_with_one_line_and_code_100(self):
        for arguments, words in ((["begone"], "no command 'begone'"),
                                 (["start", "--port-web", "65536"], "port from 0 to 65535"),
                                 (["start", "--port-devices", "http"], "port from 0 to 65535"),
                                 (["start", "--data"], "--data needs a value"),
                                 (["start", "now"], "does not know 'now'"),
                                 (["build", "all"], "takes no options"),
                                 (["packages", "course", "games"], "no set of packages called 'games'"),
                                 (["set-up", "attic"], "no build folder called 'attic'")):
            with self.subTest(arguments):
                code, output = self.machine.run(*arguments)
                self.assertEqual((code, output.count("\n")), (100, 1), output)
                self.assertIn(words, output)

    def test_help_is_what_an_empty_command_line_gets(self):
        self.assertEqual(self.machine.run(), self.machine.run("help"))
        self.assertEqual(self.machine.run()[0], 0)

    def test_it_works_through_a_symbolic_link_from_elsewhere(self):
        link = self.machine.folder / "link"
        link.symlink_to(self.machine.house / "waymark")
        answer = subprocess.run([link, "help"], cwd="/", check=True, stdout=subprocess.PIPE, text=True)
        self.assertIn("./waymark start", answer.stdout)


class PackagesTest(CommandTest):
    def test_nothing_is_installed_when_nothing_is_missing(self):
        self.machine.add_package_tools("sudo")
        code, output = self.machine.run("build")
        self.assertEqual(code, 0, output)
        self.assertNotIn("apt-get", self.machine.asked())

    @unittest.skipIf(os.geteuid() != 0, "installing without asking happens as root only")
    def test_root_installs_what_is_missing(self):
        self.machine.add_package_tools()
        self.machine.without_compiler()
        code, output = self.machine.run("build")
        self.assertEqual(code, 0, output)
        self.assertRegex(self.machine.asked(), r"apt-get install .*--no-install-recommends.* g\+\+\n")

    @unittest.skipIf(os.geteuid() != 0, "installing without asking happens as root only")
    def test_old_package_lists_are_fetched_again_once(self):
        self.machine.add_package_tools()
        self.machine.without_compiler()
        self.machine.set("apt-fails")
        code, output = self.machine.run("build")
        self.assertEqual(code, 0, output)
        self.assertIn("apt-get update", self.machine.asked())

    def test_without_a_terminal_the_command_to_type_is_printed(self):
        self.machine.add_package_tools("sudo")
        self.machine.without_compiler()
        code, output = self.machine.run("build", unprivileged=True)
        self.assertEqual(code, 100)
        self.assertIn("sudo apt-get install --no-install-recommends g++", output)
        self.assertNotRegex(self.machine.asked(), "sudo|apt-get")

    def test_without_sudo_root_is_asked_for(self):
        self.machine.add_package_tools()
        self.machine.without_compiler()
        code, output = self.machine.run("build", unprivileged=True)
        self.assertEqual(code, 100)
        self.assertIn("run as root: apt-get install", output)

    def answer_at_a_terminal(self, answer):
        self.machine.add_package_tools("sudo")
        self.machine.without_compiler()
        terminal, other_side = pty.openpty()
        os.write(terminal, answer)
        code, output = self.machine.run("build", unprivileged=True, stdin=other_side)
        os.close(terminal)
        os.close(other_side)
        return code, output

    def test_a_no_at_the_terminal_installs_nothing(self):
        for answer in (b"n\n", b"\n"):
            with self.subTest(answer):
                self.setUp()
                code, output = self.answer_at_a_terminal(answer)
                self.assertEqual(code, 100, output)
                self.assertNotIn("apt-get", self.machine.asked())

    def test_a_yes_at_the_terminal_installs_by_sudo(self):
        code, output = self.answer_at_a_terminal(b"y\n")
        self.assertEqual(code, 0, output)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get install", self.machine.asked())

    def test_another_distribution_gets_the_list(self):
        self.machine.without_compiler()
        (self.machine.bin / "meson").unlink()
        code, output = self.machine.run("build")
        self.assertEqual(code, 100)
        self.assertIn("missing on this system (named as in Debian): g++ meson\n", output)

    def test_another_distribution_that_has_all_goes_on(self):
        code, output = self.machine.run("build")
        self.assertEqual(code, 0, output)
        self.assertIn("ninja -C", self.machine.asked())


    def test_each_word_asks_for_its_own_packages_and_no_others(self):
        for tool in ("node", "npm", "chromium", "strace"):
            (self.machine.bin / tool).unlink()
        for words, missing in ((["packages"], None), (["packages", "server"], "nodejs npm"),
                               (["packages", "print"], "chromium"), (["bench"], "nodejs npm nginx wrk")):
            with self.subTest(words):
                code, output = self.machine.run(*words)
                self.assertEqual(code, 100 if missing else 0, output)
                self.assertIn(f"(named as in Debian): {missing}\n" if missing else "nothing is missing", output)


class BuildTest(CommandTest):
    def set_ups(self):
        return [line for line in self.machine.asked().splitlines() if line.startswith("meson setup")]

    def test_a_folder_is_set_up_once_and_parts_are_added_to_it(self):
        self.assertEqual(self.machine.run("set-up", "build-sanitize")[0], 0)
        self.assertEqual(self.machine.run("set-up", "build-sanitize")[0], 0)
        once = self.set_ups()
        self.assertEqual(len(once), 1, once)
        self.assertTrue(once[0].endswith("-Dparts=course"), once)
        (self.machine.house / "build/parts").write_text("course")
        self.assertEqual(self.machine.run("build")[0], 0)
        self.assertTrue(self.set_ups()[1].endswith("--reconfigure -Dparts=course,server,slides"), self.set_ups())

    def test_a_folder_with_other_settings_is_set_up_anew_with_all_its_parts(self):
        (self.machine.house / "build/settings").write_text("/elsewhere mold -Doptimization=2")
        (self.machine.house / "build/old").touch()
        self.assertEqual(self.machine.run("set-up", "build")[0], 0)
        self.assertTrue(self.set_ups()[0].endswith("-Dparts=course,server,slides"), self.set_ups())
        self.assertNotIn("--reconfigure", self.set_ups()[0])
        self.assertFalse((self.machine.house / "build/old").exists())

    def test_without_a_terminal_it_says_how_far_it_is_and_what_the_compiler_says(self):
        self.machine.add("ninja", STUB + "[[ $* != *' -n'* ]] && printf '[1/2] a\\n[2/2] b\\na.cc:1: error\\n'\n")
        code, output = self.machine.run("build")
        self.assertEqual((code, output), (0, "a.cc:1: error\nwaymark: build: 2 of 2\n"))
        self.machine.add("ninja", STUB + "[[ $* != *' -n'* && $* != *build.ninja ]] && exit 1\n true\n")
        code, output = self.machine.run("build")
        self.assertEqual((code, output), (111, "waymark: the build failed; the compiler's words are above\n"))

    def test_nothing_is_said_when_there_is_nothing_to_build(self):
        self.machine.add("ninja", STUB + "echo 'ninja: no work to do.'\n")
        self.assertEqual(self.machine.run("build"), (0, ""))


class StartTest(CommandTest):
    def test_the_address_is_told_and_the_demo_runs(self):
        process, output = self.start_and_wait_for("Ctrl-C stops everything")
        self.assertIn("The map is at http://127.0.0.1:8080/\n", output)
        self.assertTrue(self.wait_until((self.machine.folder / "simulating").exists))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 0)
        process.stdout.close()
        self.assertIn("tracker simulate --devices 2 --to http://127.0.0.1:5055 --data "
                      f"{self.shared_data()}/waymark\n", self.machine.asked())
        self.assert_all_ended()

    def test_each_way_of_stopping_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                process, _ = self.start_and_wait_for("Ctrl-C stops everything")
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=30), 0)
                process.stdout.close()
                self.assert_all_ended()

    def test_a_server_that_ignores_the_request_is_killed(self):
        self.machine.set("helper-stays")
        process, _ = self.start_and_wait_for("Ctrl-C stops everything")
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=60)[0]
        self.assertIn("is killed", output)
        self.assert_all_ended()

    def test_a_killed_command_takes_the_server_along(self):
        process, _ = self.start_and_wait_for("Ctrl-C stops everything", "--no-demo")
        server = pathlib.Path(self.machine.folder, "pids").read_text().split()[0]
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()
        self.wait_until(lambda: server not in self.machine.living())
        living = self.machine.living()
        for pid in living:  # the stub does not end its own child; the real server does
            os.kill(int(pid), signal.SIGKILL)
        self.assertNotIn(server, living)

    def test_the_reason_and_the_code_of_a_server_that_refuses_are_passed_on(self):
        self.machine.set("port-taken")
        code, output = self.machine.run("start")
        self.assertEqual(code, 111)
        self.assertIn("bind 127.0.0.1:8080: already in use", output)
        self.assertNotIn("The map is at", output)

    def test_a_server_that_crashes_is_told_and_its_helpers_end(self):
        self.machine.set("dies")
        code, output = self.machine.run("start")
        self.assertEqual(code, 111)
        self.assertIn("ended by signal 11 (SEGV)", output)
        self.assert_all_ended()

    def test_a_server_that_ends_by_itself_ends_the_command(self):
        self.machine.set("ends")
        code, output = self.machine.run("start", "--no-demo")
        self.assertEqual(code, 3)
        self.assertIn("ended with exit code 3", output)
        self.assert_all_ended()

    def test_ports_and_folder_reach_the_server(self):
        process, _ = self.start_and_wait_for("Ctrl-C stops everything", "--data", "x/../y", "--port-web",
                                             "0", "--port-devices", "05056", "--no-demo")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        here = os.getcwd()
        self.assertIn(f"tracker serve --foreground --data {here}/y --listen-devices 127.0.0.1:5056 "
                      "--listen-web 127.0.0.1:0\n", self.machine.asked())
        self.assertNotIn("simulate", self.machine.asked())


if __name__ == "__main__":
    driver.main()
