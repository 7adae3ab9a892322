#!/usr/bin/env python3
"""What README.md prints of the steps was run: each block of commands that starts a server is run once more, in a
network of its own (the steps listen on port 7007), and must print what stands there.

  readme_test.py ECHO-PROGRAM...
"""

import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "tests" / "suite")]

import driver

PROGRAMS = [pathlib.Path(each).resolve() for each in sys.argv[1:]]
IN_NETWORK = ["unshare", "--user", "--map-root-user", "--net"]
PATIENCE_SECONDS = 120
END = "<the end of a command>"
LOOKS = re.compile(r"^(sleep 1; )?(cat|ls|pgrep|ps) ")  # asked again where a busy machine is not as far yet
OF_BASH = re.compile(r"^bash: line \d+: +\d+ ")  # what it says of its jobs; README leaves it out


def blocks(text):
    """Of each block that starts a server: its commands, each with the lines that stand below it."""
    found = []
    for block in re.findall(r"^```\n(\$ (?:ulimit -n 4096; )?\./echo-.*?)^```$", text, re.MULTILINE | re.DOTALL):
        commands = []
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append((line[2:], []))
            else:
                commands[-1][1].append(line)
        found.append(commands)
    return found


def same(line):
    return re.sub(r"\bworker \d+\b", "worker PID", line)


class Shell:
    """A bash that is given a command at a time. Who has said its lines late, as a server in the background, is waited for."""

    def __init__(self, folder):
        # A sanitizer would make a report of the crash that a step shows.
        self.bash = subprocess.Popen([*IN_NETWORK, "bash", "--norc", "--noprofile"], cwd=folder, text=True,
                                     env=os.environ | {"ASAN_OPTIONS": "handle_segv=0:detect_leaks=0"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.guard = threading.Timer(PATIENCE_SECONDS, self.bash.kill)
        self.guard.start()
        self.run("ip link set lo up", 0)

    def run(self, command, lines):
        self.bash.stdin.write(f"{command}\necho '{END}'\n")
        self.bash.stdin.flush()
        said, has_ended = [], False
        while not has_ended or len(said) < lines:
            line = self.bash.stdout.readline()
            if not line:
                break
            if line.rstrip("\n") == END:
                has_ended = True
            elif not OF_BASH.match(line):
                said.append(line.rstrip("\n"))
        return said

    def run_until(self, command, wanted):
        """The same, and who only looks does so again until it sees what it should, in bounds."""
        end = time.monotonic() + PATIENCE_SECONDS / 4
        while True:
            said = [same(line) for line in self.run(command, len(wanted))]
            if said == wanted or not LOOKS.match(command) or time.monotonic() > end:
                return said
            time.sleep(0.2)

    def close(self):
        self.bash.communicate("kill $(jobs -p) 2>/dev/null; wait\n")
        self.guard.cancel()


def may_have_a_network():
    try:
        return subprocess.run([*IN_NETWORK, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def differences(commands):
    """What a block prints otherwise than it says, in words."""
    shell = Shell(PROGRAMS[0].parent)
    found = []
    for command, wanted in commands:
        wanted = list(map(same, wanted))
        said = shell.run_until(command, wanted)
        if said != wanted:
            found.append(f"$ {command}\nprints  {said}\nand not {wanted}")
    shell.close()
    return found


@unittest.skipUnless(may_have_a_network(), "this system lets nobody have a network namespace (unshare --user --net)")
class Readme(unittest.TestCase):
    def setUp(self):
        self.text = (HERE / "README.md").read_text("utf-8")

    def test_each_step_prints_what_stands_there(self):
        for commands in blocks(self.text):
            with self.subTest(commands[0][0]):
                self.assertEqual(differences(commands), [])

    def test_each_design_has_a_step(self):
        steps = re.findall(r"^\$ .*?\./(?:echo-|compare\.py )([a-z][\w-]*)", self.text, re.MULTILINE)
        self.assertEqual(set(steps), {program.name.removeprefix("echo-") for program in PROGRAMS})

    def test_what_is_printed_otherwise_is_told(self):
        [first, *_] = blocks(self.text)
        altered = [(command, [line.replace("hello", "hallo") for line in lines]) for command, lines in first]
        self.assertEqual(len(differences(altered)), 1)
        self.assertEqual(len(blocks(self.text)), len(PROGRAMS) - 1)  # of select it has figures only


if __name__ == "__main__":
    driver.main()
