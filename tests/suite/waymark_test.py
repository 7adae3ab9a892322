"""The waymark command on machines that lack something, and round servers that end in every way."""

import os
import pty
import shutil
import signal
import subprocess
import tempfile
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


class RefusalTest(CommandTest):
    def test_wrong_words_are_refused_with_one_line_and_code_100(self):
        for arguments, words in ((["begone"], "no command 'begone'"),
                                 (["start", "--port-web", "65536"], "port from 0 to 65535"),
                                 (["start", "--port-devices", "http"], "port from 0 to 65535"),
                                 (["start", "--data"], "--data needs a value"),
                                 (["start", "--data", ""], "--data needs a value"),
                                 (["start", "--phones", "192.0.2.1"], "add --no-demo or --data DIR"),
                                 (["start", "--no-demo", "--phones"], "--phones needs a value"),
                                 (["start", "--no-demo", "--phones", "http://me"], "not 'http://me'"),
                                 (["start", "--no-demo", "--phones", "me:5055"], "without a port"),
                                 (["capstone", "--map", "--phones", "192.0.2.1"], "takes --port-web"),
                                 (["start", "now"], "does not know 'now'"),
                                 (["build", "all"], "takes no options"),
                                 (["bench", "fun"], "no benchmark 'fun'"),
                                 (["packages", "course", "games"], "no set of packages called 'games'"),
                                 (["set-up", "attic"], "no build folder called 'attic'")):
            with self.subTest(arguments):
                code, output = self.machine.run(*arguments)
                self.assertEqual((code, output.count("\n")), (100, 1), output)
                self.assertIn(words, output)

    def test_help_is_what_an_empty_command_line_gets(self):
        self.assertEqual(self.machine.run(), self.machine.run("help"))
        self.assertEqual(self.machine.run()[0], 0)

    def test_help_of_a_word_is_told_before_anything_is_installed(self):
        for word in ("start", "test", "slides", "build", "bench", "clean", "packages"):
            with self.subTest(word):
                self.assertEqual(self.machine.run(word, "--help"), self.machine.run("help"))
        self.assertEqual(self.machine.run("begone", "--help")[0], 100)

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
                               (["packages", "print"], "chromium-headless-shell"), (["bench"], "nodejs npm nginx wrk haproxy")):
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
    """That it becomes the server; what the server does then, its own tests show
    (lessons/16-tracker/commands/demo_test.py and foreground_test.py)."""

    def asked_of_the_server(self):
        return [line for line in self.machine.asked().splitlines() if line.startswith("tracker ")]

    def start_and_stop(self, *arguments):
        """The server's command line."""
        process, _ = self.start_and_wait_for("The map is at", *arguments)
        process.terminate()
        process.communicate(timeout=30)
        return self.asked_of_the_server()[-1]

    def test_it_becomes_the_server(self):
        process, _ = self.start_and_wait_for("The map is at")
        self.assertEqual(self.machine.living(), [str(process.pid)])
        process.kill()
        process.communicate(timeout=30)
        self.assertEqual(self.machine.living(), [])

    def test_without_options_it_is_a_demo_in_the_folder_of_the_servers_choice(self):
        self.assertEqual(self.start_and_stop(),
                         "tracker serve --foreground --demo --listen-devices 127.0.0.1:5055 "
                         "--listen-web 127.0.0.1:8080")

    def test_with_a_folder_or_no_demo_it_is_the_persons_own(self):
        here = os.getcwd()
        ports = "--listen-devices 127.0.0.1:5056 --listen-web 127.0.0.1:0"
        for arguments, said in ((["--no-demo"], ""),
                                (["--data", "x/../y"], f"--data {here}/y "),
                                (["--data", "x/../y", "--no-demo"], f"--data {here}/y "),
                                (["--no-demo", "--data", "/y"], "--data /y ")):
            with self.subTest(arguments):
                self.assertEqual(self.start_and_stop(*arguments, "--port-web", "0", "--port-devices",
                                                     "05056"),
                                 f"tracker serve --foreground {said}{ports}")

    def test_phones_get_every_address_and_are_told_one(self):
        for host, said in (("192.0.2.1", "192.0.2.1"), ("my-box.lan", "my-box.lan"), ("fd00::2", "[fd00::2]")):
            with self.subTest(host):
                self.assertEqual(self.start_and_stop("--no-demo", "--phones", host, "--port-devices", "5056"),
                                 "tracker serve --foreground --listen-devices *:5056 --public-devices-url "
                                 f"http://{said}:5056 --listen-web 127.0.0.1:8080")

    def test_ctrl_c_and_a_closed_terminal_reach_the_server_itself(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                process, _ = self.start_and_wait_for("The map is at")
                process.send_signal(number)
                process.communicate(timeout=30)
                # The stub dies of it. The shell would have ended with 128 + number, in a trap.
                self.assertEqual(process.returncode, -number)
                self.assertEqual(self.machine.living(), [])

    def test_the_servers_words_and_its_end_are_those_of_the_command(self):
        for behaviour, code, words in (("port-taken", 111, "bind 127.0.0.1:8080: already in use\n"),
                                       ("ends", 3, ""), ("dies", -signal.SIGSEGV, "")):
            with self.subTest(behaviour):
                self.machine.set(behaviour)
                self.assertEqual(self.machine.run("start"), (code, words and f"tracker: {words}"))
                (self.machine.folder / behaviour).unlink()


if __name__ == "__main__":
    driver.main()
