"""The Debian packages of this checkout's last commit and of the one before the last change of the database's form, each made
by `./waymark package` in a bare system of the Debian that it is for."""

import pathlib
import re
import shutil
import subprocess

from bare_system import BareSystem, complain, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIGRATIONS = "lessons/16-tracker/store/migrations.cc"
OLD_VERSION = "0.0.9"  # older than any that is built, for apt
# What an older commit needs, for its compiler or to start at all: where, what, and what instead.
MENDS = [("lessons/16-tracker/web_app/share_api.cc", r"\bquoted\(", "json_string("),
         ("lessons/16-tracker/service/waymark-tracker.service.in", "RestrictSUIDSGID=yes", "RestrictSUIDSGID=no")]


def git(folder, *words):
    return run("git", "-C", folder, *words).strip()


def newest_form(text):
    """The number of the last `// Version N:` among the steps of the database."""
    return max(int(number) for number in re.findall(r"^ *\{(\d+), ", text, re.MULTILINE))


def commit_before_last_form():
    """(commit, the number of its form); the newest one that has another."""
    form = newest_form((ROOT / MIGRATIONS).read_text())
    made = git(ROOT, "log", "--format=%H", "--reverse", f"-S{{{form}, ", "--", MIGRATIONS).split()[0]
    before = git(ROOT, "rev-parse", f"{made}^")
    return before, newest_form(git(ROOT, "show", f"{before}:{MIGRATIONS}"))


class Packages:
    """`old` and `new` are files beside each other in `folder`, which stays the caller's."""

    def __init__(self, suite, base, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.suite, self.base = suite, base
        before, self.old_form = commit_before_last_form()
        self.new_form = newest_form(git(ROOT, "show", f"HEAD:{MIGRATIONS}"))
        self.old = self.made(before, OLD_VERSION)
        self.new = self.made(git(ROOT, "rev-parse", "HEAD"), None)

    def made(self, commit, version):
        kept = self.folder / f"{commit}.deb"
        if not kept.exists():
            complain(f"{self.suite}: making the package of {commit[:8]}")
            shutil.move(self.make(commit, version), kept)
        return kept

    def builder(self):
        place = self.folder / "builder"
        return BareSystem(place) if place.is_dir() else self.base.copy_to(place)

    def make(self, commit, version):
        builder = self.builder()
        checkout = builder.path("/opt/waymark")
        if not checkout.is_dir():
            run("git", "clone", "--quiet", "--no-checkout", ROOT, checkout)
        git(checkout, "fetch", "--quiet", ROOT, "HEAD")
        git(checkout, "checkout", "--quiet", "--force", commit)
        for name, old, new in MENDS:
            source = checkout / name
            source.write_text(re.sub(old, new, source.read_text()))
        said = builder.run("sh", "-c", "cd /opt/waymark && ./waymark package")
        made = said.strip().splitlines()[-1]
        if version:
            made = builder.run("sh", "-c", f"cd /opt/waymark && lessons/16-tracker/package/make_package.sh build build {version}").strip()
        return builder.path(made)


def needs_of(package):
    """The names of the packages that it depends on, the first of alternatives."""
    fields = subprocess.run(["dpkg-deb", "--field", package, "Depends"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [entry.split()[0].strip(",") for entry in re.split(r",\s*", fields.strip())]
