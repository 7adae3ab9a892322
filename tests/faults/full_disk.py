"""A small file system of this test program's own: in its own mount namespace (mount_namespaces(7)), so
nobody else sees it, and gone with the program whatever happens.

Root makes the namespace as it is; another user needs a user namespace around it, where the kernel
allows that. A mount reaches other namespaces where the mount below it is shared, so that one is made
private first. In a chroot `/` may be no mount point, and what is below it cannot be reached; the disk
then goes onto another mount, such as /dev/shm.
"""

import ctypes
import os
import tempfile
import unittest

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC_PRIVATE = (1 << 14) | (1 << 18)
MS_REMOUNT = 32
MNT_DETACH = 2

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """The kernel does not let us."""


def check(result, what):
    if result != 0:
        raise Refused(f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(kind, place, flags, options=""):
    check(libc.mount(b"none", os.fsencode(place), kind and kind.encode(), flags, options.encode()),
          f"mount {place}")


def enter_own_namespace():
    """From now on what this program mounts is its own. Once in a program; it must have no threads."""
    if os.geteuid() == 0:
        check(libc.unshare(CLONE_NEWNS), "unshare")
        return
    user, group = os.geteuid(), os.getegid()
    check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare")
    # The same user inside as outside; groups must be given up first (user_namespaces(7)).
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"),
                       ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def folder_on_private_mount():
    """A new folder on a mount that no other namespace follows."""
    scratch = tempfile.gettempdir()
    for place, folder in (("/", scratch), (scratch, scratch), ("/dev/shm", "/dev/shm")):
        try:
            mount(None, place, MS_REC_PRIVATE)
            return tempfile.TemporaryDirectory(prefix="waymark-", dir=folder)
        except (Refused, OSError):
            continue  # EINVAL: it is no mount point
    raise Refused(f"neither / nor {scratch} nor /dev/shm is a mount point")


class FullDisk:
    """Use in a `with`. Skips the test where no disk can be mounted."""

    is_in_namespace = False

    def __init__(self, megabytes):
        try:
            if not FullDisk.is_in_namespace:
                enter_own_namespace()
                FullDisk.is_in_namespace = True
            self.parent = folder_on_private_mount()
            os.chmod(self.parent.name, 0o755)
            self.folder = os.path.join(self.parent.name, "disk")
            os.mkdir(self.folder)
            self.mount(0, megabytes)
        except (Refused, OSError) as problem:
            raise unittest.SkipTest(f"no small disk can be mounted here: {problem}") from problem

    def __enter__(self):
        return self

    def __exit__(self, *_):
        libc.umount2(os.fsencode(self.folder), MNT_DETACH)
        self.parent.cleanup()

    def mount(self, flags, megabytes):
        mount("tmpfs", self.folder, flags, f"size={megabytes}m,mode=755")

    def fill(self):
        """Leaves no byte free."""
        with open(os.path.join(self.folder, "ballast"), "wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    pass

    def grow(self, megabytes):
        self.mount(MS_REMOUNT, megabytes)
