"""A copy of the waymark command in a folder of its own, with a PATH on which nothing is real but the
shell's everyday tools. The build tools, the package tools and the tracking server are small scripts
that write down what they were asked. So the command can be seen on a machine that lacks a package,
or whose server dies, without changing this machine."""

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = ("bash cat cmp cp dirname env grep mkdir python3 readlink realpath rm setpriv sleep "
        "tail touch uname").split()
# Those of the last line are looked for in /usr/sbin as well, where no stub hides this machine's.
PRESENT = ("g++ meson ninja node npm ccache mold clangd strace ps ss chromium pkg-config "
           "nft rsyslogd mosquitto").split()

STUB = """#!/usr/bin/env bash
printf '%s %s\\n' "${0##*/}" "$*" >>"$STUB_LOG"
"""
MESON = STUB + 'mkdir -p "$2" && touch "$2/build.ninja"\n'
APT = STUB + """[[ ! -e $STUB_FOLDER/apt-fails ]] || { rm "$STUB_FOLDER/apt-fails"; exit 100; }
[[ $* != *install* ]] || cp "$STUB_FOLDER/g++.later" "$STUB_FOLDER/bin/g++"
"""
SUDO = STUB + 'exec "$@"\n'
TRACKER = STUB + """echo $$ >>"$STUB_FOLDER/pids"
if [[ -e $STUB_FOLDER/port-taken ]]; then
    echo 'tracker: bind 127.0.0.1:8080: already in use' >&2
    exit 111
fi
[[ ! -e $STUB_FOLDER/ends ]] || exit 3
[[ ! -e $STUB_FOLDER/dies ]] || kill -SEGV $$
echo 'The map is at http://127.0.0.1:8080/'
exec sleep 300
"""


class Machine:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.bin = self.folder / "bin"
        self.log = self.folder / "log"
        self.house = self.folder / "house"
        self.bin.mkdir()
        self.log.touch()
        for tool in REAL:
            (self.bin / tool).symlink_to(shutil.which(tool))
        for tool in PRESENT:
            self.add(tool, MESON if tool == "meson" else STUB)
        (self.house / "lessons").mkdir(parents=True)
        shutil.copy(ROOT / "waymark", self.house)
        shutil.copytree(ROOT / "lessons/course", self.house / "lessons/course")
        shutil.copytree(ROOT / "tests/bench", self.house / "tests/bench")
        tracker = self.house / "build/lessons/16-tracker/tracker"
        tracker.parent.mkdir(parents=True)
        self.write(tracker, TRACKER)
        self.keep_build_folder()

    def keep_build_folder(self):
        """As if it had been set up: the stub of meson could not build the server again."""
        build = self.house / "build"
        (build / "build.ninja").touch()
        (build / "settings").write_text(f"{self.house}  -Doptimization=2 -Ddebug=false")
        (build / "parts").write_text("course server slides")

    def write(self, path, text):
        path.write_text(text)
        path.chmod(0o755)

    def add(self, tool, text=STUB):
        self.write(self.bin / tool, text)

    def add_package_tools(self, *others):
        self.add("apt-get", APT)
        for tool in others:
            self.add(tool, SUDO)

    def without_compiler(self):
        (self.bin / "g++").rename(self.folder / "g++.later")

    def set(self, behaviour):
        (self.folder / behaviour).touch()

    def start(self, *arguments, unprivileged=False, **options):
        """Starts the command. `unprivileged`: as nobody, when this test runs as root."""
        command = [str(self.house / "waymark"), *arguments]
        if unprivileged and os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, 65534, 65534, follow_symlinks=False)
            command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command]
        environment = {"PATH": str(self.bin), "HOME": str(self.folder), "STUB_LOG": str(self.log),
                       "STUB_FOLDER": str(self.folder), "CHROMIUM": "", "TMPDIR": str(self.folder)}
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.STDOUT, **options}
        return subprocess.Popen(command, env=environment, text=True, start_new_session=True, **options)

    def run(self, *arguments, **options):
        process = self.start(*arguments, **options)
        output = process.communicate(timeout=60)[0]
        return process.returncode, output

    def asked(self):
        return self.log.read_text()

    def living(self):
        """The server's processes that are still there; zombies are not."""
        file = self.folder / "pids"
        pids = file.read_text().split() if file.exists() else []
        return [pid for pid in pids if state(pid) not in ("", "Z")]


def state(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
