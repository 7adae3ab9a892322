"""How long a learner waits: from a save to the verdict of `./waymark check`, with everything else built.

The file that is saved, one of the exercise's in turn, is the library's own, so every case is run: the
longest way to a verdict that there is. The time is that of the whole command, with ninja's look whether anything else has changed.
"""
import glob
import json
import os
import shutil
import subprocess
import tempfile
import time

from report import heading, row

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def lessons():
    return sorted(os.path.basename(os.path.dirname(path))
                  for path in glob.glob(os.path.join(ROOT, "lessons", "[0-9]*", "lesson.json")))


def sources_of(lesson):
    with open(os.path.join(ROOT, "lessons", lesson, "lesson.json"), encoding="utf-8") as file:
        return json.load(file)["sources"]


def course(build, work, *words):
    beside = os.path.dirname(build)
    return subprocess.run(
        [os.path.join(build, "lessons/course/course"), "--root", ROOT, "--work", work, "--build", build,
         "--build-address", os.path.join(beside, "build-sanitize"),
         "--build-thread", os.path.join(beside, "build-threads"), *words],
        check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def save(lesson, work, source, remark):
    """Writes a source of the library as the learner's, with a remark that it has not had before."""
    target = os.path.join(work, lesson, os.path.basename(source))
    shutil.copyfile(os.path.join(ROOT, source), target)
    with open(target, "a", encoding="utf-8") as file:
        file.write(f"// {remark}\n")


def verdict_times(build, lesson, rounds):
    with tempfile.TemporaryDirectory() as work:
        begun = course(build, work, "begin", lesson)
        if begun.returncode != 0:
            raise RuntimeError(f"begin {lesson}: {begun.stdout}")
        sources = sources_of(lesson)
        for source in sources:
            save(lesson, work, source, "as it begins")
        course(build, work, "check", lesson)  # compiles what is not saved again
        seconds = []
        for turn in range(rounds):
            save(lesson, work, sources[turn % len(sources)], f"saved {turn}")
            began = time.monotonic()
            checked = course(build, work, "check", lesson)
            seconds.append(time.monotonic() - began)
            if checked.returncode != 0:
                raise RuntimeError(f"the library does not pass {lesson}: {checked.stdout}")
    return seconds


def verdicts(build, rounds, _seconds):
    heading("From save to verdict, every case run; target < 2 s", "./waymark check NN")
    for lesson in lessons():
        row(lesson, verdict_times(build, lesson, rounds), "s")
