#!/usr/bin/env python3
"""Runs every demo once. What it prints must show what the deck claims of it (claims.py), and is compared
with its recording in slides/transcripts. With DEMO_RUNS=10 each demo runs ten times more, in a terminal of
its own, and each run must show it; with DEMO_LESSONS="03 09" those of these lessons only. Where there is a browser a demo runs from its slide (pages/demos.test.js) and what the slide's screen showed
is compared; where there is none, `waymark-slides record` runs it. Time to look is for people: here
each demo runs without.

What differs from run to run and machine to machine is made equal first: process ids, times, addresses,
counts of more than two digits. The order of lines that several processes print is nobody's, and how
often a line with such a number is repeated (progress) is the machine's.

  demos_test.py SLIDE_SERVER MANIFEST ROOT [NODE]
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import claims
import counter_claims
import driver
import terminal_run

SERVER, MANIFEST, ROOT, *NODE = sys.argv[1:]
RECORDED = pathlib.Path(ROOT) / "slides/transcripts"
COLUMNS = 70  # of a demo's terminal (slides/server/terminal.cc)
EXIT_SKIPPED = 77
LONGEST_RUN_SECONDS = 120  # the most that the server allows (slides/server/run_plan.cc)

VARYING = [
    (r"\x1b\[[0-9;]*[A-Za-z]", ""),                                       # colours
    (r"0x[0-9a-f]+", "ADDRESS"),
    (r"/tmp/[\w./-]+", "FILE"),
    (r"(/dev/)?\bpts/\d+", "TERMINAL"),
    (r"\(.*: the credentials are made up\)", ""),                           # said where nobody is root
    (r"/etc/passwd: done; not held here", "/etc/passwd: Permission denied; held"),  # kernels without Landlock
    (r"\d\d:\d\d:\d\d", "TIME"),
    (r"\b\d+(\.\d+)? ?(ns|us|ms|s|seconds|MiB)\b", r"QUANTITY \2"),
    (r"\d{3,}", "NUMBER"),                                                # pids, counts
    (r"\b\d+( +(lines|signals|refused|found|are lost)\b)", r"NUMBER\1"),
    (r"\brequest \d+|\b\d+( have ended| processes were started)", r"NUMBER\1"),
    (r"\b\d{2,}( +threads\b)", r"NUMBER\1"),  # at once, of hundreds; the crew's 8 is what it shows
    (r"[ \t]+", " "),
]
# What a demo says where the system does not let this user do what it shows, and what that is.
NOT_ALLOWED = [
    # lessons/06-layers/own_network.hh
    (re.compile(r"\Athis system lets you have no network of your own.*\n\[exit status 111\]\n\Z"), "have a network of one's own"),
    (re.compile(r"^.*: setsockopt SO_ATTACH_FILTER: Operation not permitted$", re.MULTILINE), "put a filter on a socket"),
]
VARIES = re.compile(r"\b(NUMBER|QUANTITY|ADDRESS)\b")
# A sanitizer's remark on a mistake that the demo makes on purpose; what people run has none.
REMARK = re.compile(r"runtime error:|^AddressSanitizer")


def normal(text):
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not REMARK.search(line)]
    varying = {line for line in lines if VARIES.search(line)}
    return sorted([line for line in lines if not VARIES.search(line)] + list(varying))


def not_allowed(text):
    return next((what for said, what in NOT_ALLOWED if said.search(text.replace("\r", ""))), "")


def rushed(recording):
    """What is wrong with how a recorded run stands still (lessons/course/end_step.hh), or "". A run without a step, or
    with more than two numbered parts between two steps, is over before a room has read them."""
    parts, most, steps = set(), 0, 0
    for event in map(json.loads, recording.splitlines()):
        if event["name"] == "output" and event["pane"] == 0:
            parts |= set(re.findall(r"(?:^|\n)(?:\x1b\[[0-9;]*m)*(\d+)\. ", event["text"]))
        if event["name"] == "step":
            steps += 1
            parts = set()
        most = max(most, len(parts))
    if steps == 0:
        return "it never stands still"
    return f"{most} parts come at once" if most > 2 else ""


def too_long(text):
    return [line for line in text.splitlines() if len(line) > COLUMNS and not REMARK.search(line)]


def without_time_to_look(manifest, folder):
    """The manifest, and programs by absolute paths, because a copy lies elsewhere. The last argument
    of a demo is how many seconds its pictures stay (lessons/course/time_to_look.hh). Were it another
    one somewhere, that demo would print something else than its recording. No recording ends by the limit of
    time, so no demo is to meet it on a busy machine either."""
    for lesson in manifest["lessons"]:
        for demo in lesson["demos"]:
            demo["program"] = os.path.abspath(folder / demo["program"])
            demo["limit_seconds"] = LONGEST_RUN_SECONDS
            if demo["arguments"]:
                demo["arguments"][-1] = "0"
    return manifest


def run_from_slides(manifest, into):
    """False if there is no browser to do it."""
    if not NODE:
        assert os.environ.get("REQUIRE_BROWSER") != "1", "no node, and REQUIRE_BROWSER=1"
        print("SKIP: demos in a browser: no node")
        return False
    ended = subprocess.run([*NODE, ROOT + "/tests/slides/run.js", "demos"], check=False,
                           env=os.environ | {"SLIDES_MANIFEST": str(manifest), "DEMOS_SHOWN": into})
    if ended.returncode not in (0, EXIT_SKIPPED):
        raise AssertionError(f"the demos on their slides: run.js ended with {ended.returncode}")
    return ended.returncode == 0


def record(manifest, into):
    subprocess.run([SERVER, "record", "--root", ROOT, "--manifest", manifest, "--into", into], check=True)


def machinery(folder, *names):
    """A manifest of some of the programs that misbehave on purpose."""
    file = pathlib.Path(os.environ["SLIDES_BUILD"]) / "tests/slides/manifest.json"
    manifest = without_time_to_look(json.loads(file.read_text("utf-8")), file.parent)
    [lesson] = manifest["lessons"]
    lesson["demos"] = [demo for demo in lesson["demos"] if demo["name"] in names]
    copy = pathlib.Path(folder) / "manifest.json"
    copy.write_text(json.dumps(manifest), "utf-8")
    return copy


class DemosTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        manifest = pathlib.Path(cls.folder.name) / "manifest.json"
        short = without_time_to_look(json.loads(pathlib.Path(MANIFEST).read_text("utf-8")),
                                     pathlib.Path(MANIFEST).parent)
        manifest.write_text(json.dumps(short), "utf-8")
        cls.all = {f"{lesson['name']}/{demo['name']}.txt" for lesson in short["lessons"]
                   for demo in lesson["demos"] if os.geteuid() == 0 or not demo["needs_root"]}
        if not run_from_slides(manifest, cls.folder.name):
            record(manifest, cls.folder.name)
        for name, text in cls.shown().items():
            if reason := not_allowed(text):
                print(f"SKIP: {name.removesuffix('.txt')}: this system does not let this user {reason}")
                pathlib.Path(cls.folder.name, name).unlink()
                cls.all.remove(name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def shown(cls):
        folder = pathlib.Path(cls.folder.name)
        return {str(file.relative_to(folder)): file.read_text("utf-8") for file in folder.rglob("*.txt")}

    def test_every_demo_has_run(self):
        self.assertGreater(len(self.all), 0)
        self.assertEqual(set(self.shown()), self.all)

    def test_demos_print_what_is_recorded(self):
        for name, text in self.shown().items():
            with self.subTest(name):
                self.assertEqual(normal(text), normal((RECORDED / name).read_text("utf-8")))

    def test_demos_show_what_their_decks_claim(self):
        claimed = claims.of_decks(ROOT)
        for name, text in self.shown().items():
            with self.subTest(name):
                self.assertEqual(claimed[name.removesuffix(".txt")].fault(text), "")

    @unittest.skipUnless(os.environ.get("DEMO_RUNS"), "the long form: DEMO_RUNS=10")
    def test_demos_show_it_every_time(self):
        folder = pathlib.Path(MANIFEST).parent
        claimed = claims.of_decks(ROOT)
        manifest = without_time_to_look(json.loads(pathlib.Path(MANIFEST).read_text("utf-8")), folder)
        every = [lesson["name"][:2] for lesson in manifest["lessons"]]
        lessons = os.environ.get("DEMO_LESSONS", " ".join(every)).split()
        self.assertLessEqual(set(lessons), set(every))
        for lesson in manifest["lessons"]:
            for demo in lesson["demos"]:
                name = f"{lesson['name']}/{demo['name']}"
                if f"{name}.txt" not in self.all or lesson["name"][:2] not in lessons:
                    continue
                for number in range(int(os.environ["DEMO_RUNS"])):
                    with self.subTest(name, run=number + 1):
                        text = terminal_run.output_of([demo["program"], *demo["arguments"]], claimed[name].buttons)
                        self.assertEqual(claimed[name].fault(text), "", text)

    def test_a_closed_window_is_shown_also_where_nohup_started_us(self):
        name = "04-daemonize/1-naive"
        [demo] = [demo for lesson in json.loads(pathlib.Path(MANIFEST).read_text("utf-8"))["lessons"]
                  for demo in lesson["demos"] if f"{lesson['name']}/{demo['name']}" == name]
        program = pathlib.Path(MANIFEST).parent / demo["program"]
        text = terminal_run.output_of(["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", program, "0"])
        self.assertEqual(claims.of_decks(ROOT)[name].fault(text), "")

    def test_a_claim_is_refused_where_it_does_not_hold(self):
        claimed = claims.of_decks(ROOT)
        recorded = {str(file.relative_to(RECORDED).with_suffix("")): file.read_text("utf-8")
                    for file in RECORDED.rglob("*.txt")}
        self.assertEqual(set(claimed), set(recorded))
        self.assertEqual(set(counter_claims.ALTERED), set(claimed))
        for name, claim in claimed.items():
            with self.subTest(name):
                self.assertEqual(claim.fault(recorded[name]), "")
                for other, text in recorded.items():
                    if other != name:
                        self.assertNotEqual(claim.fault(text), "", f"the recording of {other} would do")
                for pattern, word in counter_claims.ALTERED[name]:
                    altered, count = re.subn(pattern, word, recorded[name], flags=re.MULTILINE)
                    self.assertGreater(count, 0, pattern)
                    self.assertNotEqual(claim.fault(altered), "", f"with {word} for {pattern}")

    def test_each_run_stands_still_between_its_parts(self):
        recordings = {file.relative_to(RECORDED): file.read_text("utf-8") for file in RECORDED.rglob("*.jsonl")}
        self.assertGreater(len(recordings), 100)
        self.assertEqual({name: rushed(text) for name, text in recordings.items() if rushed(text)}, {})
        step = '{"name": "step"}\n'
        one, two, three = [f'{{"name": "output", "pane": 0, "text": "{part}. part\\n"}}\n' for part in (1, 2, 3)]
        self.assertEqual(rushed(one + two + two + step + three), "")
        self.assertEqual(rushed(one), "it never stands still")
        self.assertEqual(rushed(step + one + two + three + step), "3 parts come at once")

    def test_no_recording_is_of_a_demo_that_is_gone(self):
        demos = {f"{lesson['name']}/{demo['name']}.txt" for lesson in json.loads(
            pathlib.Path(MANIFEST).read_text("utf-8"))["lessons"] for demo in lesson["demos"]}
        self.assertLessEqual({str(file.relative_to(RECORDED)) for file in RECORDED.rglob("*.txt")}, demos)

    def test_every_line_fits_its_terminal(self):
        self.assertEqual(too_long("x" * COLUMNS + "\n" + "y" * (COLUMNS + 1)), ["y" * (COLUMNS + 1)])
        for name, text in self.shown().items():
            with self.subTest(name):
                self.assertEqual(too_long(text), [])

    def test_a_recording_is_what_the_program_printed_and_how_it_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            record(machinery(folder, "1-lines", "3-echo"), folder)
            lines, echo = [(pathlib.Path(folder) / "90-machinery" / name).read_text("utf-8")
                           for name in ("1-lines.txt", "3-echo.txt")]
        self.assertEqual(echo, "hello\nyou typed: hello\n[exit status 0]\n")
        self.assertTrue(lines.startswith("line \x1b[1;32m1\x1b[0m of 3, pid "), lines)
        self.assertTrue(lines.endswith("\n[exit status 7]\n"), lines)

    def test_only_what_is_not_allowed_is_passed_over(self):
        network = "this system lets you have no network of your own (unshare: Operation not permitted); run the demo as root\n"
        self.assertEqual(not_allowed(network + "[exit status 111]\n"), "have a network of one's own")
        refused = "drop\nchild 7: setsockopt SO_ATTACH_FILTER: Operation not permitted\n"
        self.assertEqual(not_allowed(refused + "[exit status 0]\n"), "put a filter on a socket")
        for other in (network + "[exit status 0]\n", "1. connect\n[exit status 111]\n", refused.replace("Operation", "No operation")):
            self.assertEqual(not_allowed(other), "")

    def test_what_varies_is_equal_and_what_matters_is_not(self):
        self.assertEqual(normal("pid 4711, 1.25 s, 0x7ffe\n"), normal("pid 88112, 0.3 s, 0x5566\n"))
        self.assertEqual(normal("a\nb\n"), normal("b\na\n"))
        self.assertEqual(normal("1200 lines\n"), normal("3400 lines\n5600 lines\n"))
        for other in ("zombies: 8\n", "zombie: 9\n", "zombies: 9\nand more\n", ""):
            self.assertNotEqual(normal("zombies: 9\n"), normal(other))
        self.assertNotEqual(normal("[exit status 0]"), normal("[exit status 1]"))
        self.assertNotEqual(normal("killed by signal 9"), normal("killed by signal 15"))


if __name__ == "__main__":
    driver.main()
