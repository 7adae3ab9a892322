"""A learner's copy of this very checkout is built, and its checks are run: they fail where the solution
is taken out, and pass where it stayed. Usage: handout_real_test.py COURSE BUILD SANITIZE

A copy is built as the folder BUILD is, so that a compiler cache finds there what is the same in both: nearly all."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "suite"))

import compiler_cache
import driver
from part import introspect

COURSE, BUILD = (os.path.abspath(name) for name in (sys.argv[1:3] if len(sys.argv) > 2 else
                                                    ("course", "build")))
CASE_SECONDS = 30
SETTINGS = ("optimization", "debug", "b_sanitize", "b_lundef", "b_staticpic", "cpp_args")


def complete_lessons():
    """Those that can be handed out and checked, as (name, sources)."""
    for folder in sorted((ROOT / "lessons").glob("[0-9][0-9]-*")):
        if not (folder / "lesson.json").exists() or not (folder / "check.cpp").exists():
            continue
        manifest = json.loads((folder / "lesson.json").read_text())
        if "kept_in_handouts_because" in manifest:
            continue  # its solution is in the copy, and the slides below stand on it
        sources = manifest["sources"]
        if sources and all((folder / "starter" / pathlib.Path(source).name).exists() for source in sources):
            yield folder.name, sources


def settings_of(build):
    """As `meson setup` takes them."""
    if not (pathlib.Path(build) / "build.ninja").exists():
        return ["-Doptimization=0", "-Ddebug=false"]
    known = {option["name"]: option["value"] for option in introspect(build, "--buildoptions")}
    return [f"-D{name}={written(known[name])}" for name in SETTINGS]


def written(value):
    return ",".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value


class Copy:
    """A handed-out copy, configured, with its checks built."""

    def __init__(self, folder, *arguments, parts="course"):
        self.folder = pathlib.Path(folder) / "copy"
        subprocess.run([COURSE, "--root", ROOT, "--build", BUILD, "--build-address", BUILD,
                        "--build-thread", BUILD, "handout", self.folder, *arguments], check=True,
                       stdout=subprocess.DEVNULL)
        self.build = self.folder / "build"
        setup = subprocess.run(["meson", "setup", self.build, self.folder, *settings_of(BUILD), f"-Dparts={parts}"],
                               capture_output=True, text=True)
        assert setup.returncode == 0, setup.stdout[-2000:]

    def make(self, *targets):
        environment = {**os.environ, **compiler_cache.found_from_any_folder(self.folder)}
        subprocess.run(["ninja", "-C", self.build, "--quiet", *targets], check=True, env=environment)

    def failures(self, lesson):
        """The cases of a check that do not pass with the copy's own library, each with its story, as they are
        run: who wants to know only that there is one need not wait for those that hang."""
        check = self.build / "lessons" / lesson / "check"
        self.make(f"lessons/{lesson}/check")
        names = subprocess.run([check, "--list"], capture_output=True, text=True,
                               check=True).stdout.splitlines()
        assert names, f"{lesson}: no cases"
        for name in names:
            if story := self.story(check, name):
                yield name, story

    def story(self, check, name):
        """What a case says that does not pass; nothing if it passes."""
        try:
            result = subprocess.run([check, name], stdin=subprocess.DEVNULL, capture_output=True,
                                    text=True, errors="replace", timeout=CASE_SECONDS, cwd=self.folder)
        except subprocess.TimeoutExpired:
            return "it did not end"
        if result.returncode in (0, 77):
            return ""
        return f"{result.returncode}: {result.stdout[-2000:]}{result.stderr[-2000:]}"


@unittest.skipIf((ROOT / "HANDOUT.md").exists(), "this is a handed-out copy itself")
@unittest.skipUnless((ROOT / ".git").exists(), "not a git checkout, so nothing can be handed out")
class RealHandoutTest(unittest.TestCase):
    def setUp(self):
        self.lessons = list(complete_lessons())
        self.assertGreater(len(self.lessons), 0)
        temporary = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(temporary.cleanup)
        self.temporary = temporary.name

    def test_without_solutions_it_builds_and_every_check_fails(self):
        copy = Copy(self.temporary)
        copy.make("daemon/libwaymark_daemon.a")
        for name, sources in self.lessons:
            with self.subTest(name):
                self.assertTrue(any(copy.failures(name)))
                for source in sources:
                    self.assertNotEqual((copy.folder / source).read_text(), (ROOT / source).read_text())

    def test_its_decks_open_and_demos_run_on_them(self):
        """The slides stand on no module that is to be written there."""
        if subprocess.run(["pkg-config", "--exists", "md4c-html"]).returncode != 0:
            self.skipTest("no md4c, so no slides")
        copy = Copy(self.temporary, parts="course,slides")
        first = json.loads((ROOT / "lessons/01-processes/lesson.json").read_text())["demos"][0]["name"]
        copy.make("slides/waymark-slides", "slides/manifest.json", f"lessons/01-processes/{first}")
        program = copy.build / "slides/waymark-slides"
        manifest = copy.build / "slides/manifest.json"
        common = ["--root", copy.folder, "--manifest", manifest]
        checked = subprocess.run([program, "check", *common], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertRegex(checked.stdout, r"^[1-9]\d* passed, 0 failed, 0 skipped\n$")
        with subprocess.Popen([program, "serve", *common, "--assets", self.temporary, "--listen", "127.0.0.1:0", "01"],
                              stdout=subprocess.PIPE, text=True) as server:
            try:
                address = server.stdout.readline().split()[-1]
                deck = urllib.request.urlopen(address, timeout=CASE_SECONDS).read().decode()
            finally:
                server.terminate()
        self.assertIn("It is the exercise of lesson 01, and yours to write.", deck)
        self.assertNotIn('class="fault"', deck)
        self.assertIn("[exit status 0", self.transcript(program, common, manifest, first))

    def transcript(self, program, common, manifest, demo):
        """What a demo prints when it is run as on its slide, without the time that is for people."""
        whole = json.loads(manifest.read_text())
        [lesson] = [lesson for lesson in whole["lessons"] if lesson["name"] == "01-processes"]
        lesson["demos"] = [one for one in lesson["demos"] if one["name"] == demo]
        lesson["demos"][0]["program"] = str((manifest.parent / lesson["demos"][0]["program"]).resolve())
        if lesson["demos"][0]["arguments"]:
            lesson["demos"][0]["arguments"][-1] = "0"
        short = pathlib.Path(self.temporary) / "manifest.json"
        short.write_text(json.dumps({"lessons": [lesson]}))
        subprocess.run([program, "record", "--root", common[1], "--manifest", short, "--into", self.temporary],
                       check=True, stdout=subprocess.DEVNULL)
        return (pathlib.Path(self.temporary) / "01-processes" / f"{demo}.txt").read_text()

    def test_before_from_the_checks_pass(self):
        first, last = self.lessons[0][0], self.lessons[-1][0]
        if first == last:
            self.skipTest("there is one lesson only")
        copy = Copy(self.temporary, "--from", last)
        self.assertEqual(list(copy.failures(first)), [])
        self.assertTrue(any(copy.failures(last)))


if __name__ == "__main__":
    driver.main()
