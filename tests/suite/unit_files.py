"""What systemd says of a unit of ours: whether it understands it, and how much the service may still do."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SECONDS = 60


def analyze(*words):
    if not shutil.which("systemd-analyze"):
        raise unittest.SkipTest("systemd-analyze is not here")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=SECONDS)


def verify(units, program, change=lambda text: text):
    """Its words about the first of `units`, files of which the others belong to it; none if all is well. `program` is in
    the place of the installed one."""
    with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
        for unit in units:
            text = re.sub(r"/usr/local/bin/[\w-]+", str(program), pathlib.Path(unit).read_text(encoding="ascii"))
            pathlib.Path(folder, pathlib.Path(unit).name).write_text(change(text), encoding="ascii")
        done = analyze("verify", "--man=no", str(pathlib.Path(folder, pathlib.Path(units[0]).name)))
    return done.stderr if done.returncode == 0 or done.stderr else f"exit code {done.returncode}"


def exposure(unit):
    """From 0, the best, to 10 (systemd-analyze(1), security)."""
    done = analyze("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    if not found:
        raise AssertionError(f"no exposure is told: {done.stdout}{done.stderr}")
    return float(found[1])
