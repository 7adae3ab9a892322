"""`meson install` into a folder that is removed at the end, and what a program of somebody else's says to the compiler."""

import os
import pathlib
import shlex
import subprocess
import tempfile

PATIENCE_SECONDS = 240


class InstalledTree:
    """Of a build folder that is built. `root` is what DESTDIR was, `prefix` the folder with bin/ and include/."""

    def __init__(self, build, tags=()):
        self.folder = tempfile.TemporaryDirectory(prefix="waymark-")
        self.root = pathlib.Path(self.folder.name)
        os.chmod(self.root, 0o755)  # started by root, the tracker becomes another user, who must reach it
        subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", self.root,
                        *(["--tags", ",".join(tags)] if tags else [])],
                       check=True, timeout=PATIENCE_SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.prefix = self.root / "usr/local"

    def remove(self):
        self.folder.cleanup()

    def pkg_config(self, *arguments):
        """What pkg-config says when it knows this tree and the system's, as words."""
        folders = [str(path) for path in self.prefix.glob("lib/**/pkgconfig")]
        environment = {**os.environ, "PKG_CONFIG_PATH": ":".join(folders), "PKG_CONFIG_SYSROOT_DIR": str(self.root)}
        done = subprocess.run(["pkg-config", *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return shlex.split(done.stdout)
