"""Whole Debians in folders: made by debootstrap, worked in as a chroot, and booted with systemd-nspawn.

A run has mounts and processes of its own, which end with it, also when the test is killed. What is booted has a network of
its own, with nothing but the loopback: ports are free there, and nothing leaves the machine."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

PATIENCE_SECONDS = 3600  # of what installs and compiles
BOOT_SECONDS = 180
ENVIRONMENT = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
               "DEBIAN_FRONTEND=noninteractive"]
CERTIFICATES = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
# A Ctrl-C, a time limit or a kill of the test ends what it has begun, and all below that.
LEASH = ["setpriv", "--pdeathsig", "KILL", "--"]
IN_CHROOT = 'mount --make-rprivate / && mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
# systemd must find one hierarchy of control groups, which it may divide. Where the machine has the old ones, the new one is
# mounted over them, for nspawn alone.
# All of it is below a process of its own number space, and goes with that one.
IN_NSPAWN = """mount --make-rprivate / && { ! mountpoint -q /sys/fs/cgroup || umount -R /sys/fs/cgroup; } &&
mount -t cgroup2 none /sys/fs/cgroup && mkdir -p "/sys/fs/cgroup/$0" && echo $$ >"/sys/fs/cgroup/$0/cgroup.procs" && exec "$@" """


def why_not():
    """What is missing for all this; empty if nothing is."""
    if os.geteuid() != 0:
        return "needs root"
    for tool, package in (("debootstrap", "debootstrap"), ("systemd-nspawn", "systemd-container"), ("curl", "curl")):
        if not shutil.which(tool):
            return f"needs {tool}: apt-get install {package}"
    return ""


def told(*command, seconds=PATIENCE_SECONDS, **more):
    """(exit code, what it said on both outputs)"""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False, timeout=seconds, **more)
    return done.returncode, done.stdout


def run(*command, **more):
    """What it said. Raises AssertionError, which has the last of that, when it fails."""
    code, said = told(*command, **more)
    if code != 0:
        raise AssertionError(f"{' '.join(str(word) for word in command)[-300:]}: exit code {code}\n{said[-3000:]}")
    return said


class BareSystem:
    """`folder` is its root. Belongs to who made it: remove()."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    @classmethod
    def make(cls, suite, folder, packages=()):
        run("debootstrap", "--variant=minbase", suite, folder)
        system = cls(folder)
        shutil.copy("/etc/resolv.conf", system.folder / "etc/resolv.conf")
        if packages:
            system.install(*packages)
        # Whoever signs for the network that this machine sees signs for it here, too.
        if CERTIFICATES.exists() and (system.folder / CERTIFICATES.relative_to("/")).exists():
            shutil.copy(CERTIFICATES, system.folder / CERTIFICATES.relative_to("/"))
        return system

    def copy_to(self, folder):
        run("cp", "-a", "--reflink=auto", self.folder, folder)
        return BareSystem(folder)

    def install(self, *packages, options=()):
        return self.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *options, *packages)

    def run(self, *command):
        """There, as root, with the network of this machine; run() has what comes of it."""
        return run(*LEASH, "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", IN_CHROOT, self.folder, *ENVIRONMENT,
                   f"NODE_EXTRA_CA_CERTS={CERTIFICATES}", *command)

    def path(self, name):
        """Of a file of it, from here."""
        return self.folder / str(name).lstrip("/")

    def remove(self):
        run("rm", "-rf", "--one-file-system", self.folder)


class BootedSystem:
    """A BareSystem that has systemd, booted. Ended by end()."""

    def __init__(self, system):
        self.system = system
        self.name = f"waymark-{os.getpid()}-{system.folder.name}"
        self.console = tempfile.TemporaryFile()
        words = ["systemd-nspawn", "--quiet", f"--directory={system.folder}", f"--machine={self.name}", "--register=no", "--keep-unit",
                 "--private-network", "--system-call-filter=@sandbox", "--link-journal=no", "--console=pipe", "--boot"]
        self.nspawn = subprocess.Popen([*LEASH, "unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c", IN_NSPAWN, self.name, *words],
                                       stdin=subprocess.DEVNULL, stdout=self.console, stderr=subprocess.STDOUT)
        try:
            self.init = self.wait_for_init()
            self.state = self.told("systemctl", "is-system-running", "--wait")[1].strip()
        except BaseException:
            self.end()
            raise

    def wait_for_init(self):
        """The process that is number 1 there."""
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline and self.nspawn.poll() is None:
            for pid in self.descendants(self.nspawn.pid):
                with contextlib.suppress(OSError):
                    numbers = [line.split() for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
                               if line.startswith("NSpid:")][0]
                    program = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
                    if numbers[-1] == "1" and program == "systemd" and self.is_talking(pid):
                        return pid
            time.sleep(0.1)
        self.console.seek(0)
        raise AssertionError(f"it did not boot: {self.console.read()[-2000:].decode(errors='replace')}")

    @staticmethod
    def descendants(pid):
        found = []
        with contextlib.suppress(OSError):
            for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                found += [int(child), *BootedSystem.descendants(int(child))]
        return found

    @staticmethod
    def is_talking(pid):
        return pathlib.Path(f"/proc/{pid}/root/run/systemd/private").exists()

    def entered(self, command):
        return ["nsenter", "-t", str(self.init), "-a", *ENVIRONMENT, *(str(word) for word in command)]

    def told(self, *command):
        """(exit code, what was said) of a command there."""
        return told(*self.entered(command))

    def run(self, *command):
        return run(*self.entered(command))

    def curl(self, *words):
        """This machine's curl, in its network: (exit code, answer)."""
        return told("nsenter", "-t", self.init, "-n", "curl", "--silent", "--show-error", "--max-time", "60", *words)

    def property(self, unit, name):
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def end(self):
        """As a person who pulls the plug: nothing there is asked."""
        if self.nspawn.poll() is None:
            self.nspawn.kill()  # unshare, with whom nspawn and all in it go
        self.nspawn.wait()
        group = pathlib.Path("/sys/fs/cgroup/unified" if pathlib.Path("/sys/fs/cgroup/unified").is_dir() else "/sys/fs/cgroup") / self.name
        deadline = time.monotonic() + BOOT_SECONDS
        while group.is_dir() and time.monotonic() < deadline:
            for folder, _, _ in os.walk(group, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            time.sleep(0.05)
        self.console.close()


def complain(text):
    print(text, file=sys.stderr, flush=True)
