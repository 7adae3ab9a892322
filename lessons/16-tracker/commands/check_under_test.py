"""What tests of `tracker check` share: a folder of a test's own, and the two commands that must say the same."""

import json
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile
import unittest

TRACKER = os.path.abspath(sys.argv.pop(1))
USAGE, SYSTEM = 100, 111
# With whose eyes, where that is not plain.
LOOKED = "Looked as for a start by root, which goes on as the user nobody.\n" if os.geteuid() == 0 else ""
FREE = ["--listen-devices", "127.0.0.1:0", "--listen-web", "127.0.0.1:0"]


class InAFolder(unittest.TestCase):

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(self.scratch.cleanup)
        os.chmod(self.scratch.name, 0o755)
        self.data = os.path.join(self.scratch.name, "data")

    def run_tracker(self, command, *arguments, descriptors=None):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        done = subprocess.run([TRACKER, command, "--data", self.data, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
                              cwd=self.scratch.name, preexec_fn=limit if descriptors else None)
        return done.returncode, done.stdout, done.stderr

    def check_refused(self, word, *arguments, **options):
        """By both, in one line with the word; and the check has made nothing."""
        was_there = os.path.exists(self.data)
        code, output, error = self.run_tracker("check", *FREE, *arguments, **options)
        self.assertIn(code, (USAGE, SYSTEM), output)
        self.assertEqual((output, error.count("\n")), ("", 1), error)
        self.assertIn(word, error)
        self.assertEqual(os.path.exists(self.data), was_there)
        code, output, error = self.run_tracker("serve", *FREE, *arguments, **options)
        self.assertNotEqual(code, 0, "a start takes what the check refuses")

    def check_starts(self, *arguments, **options):
        code, output, error = self.run_tracker("check", *FREE, *arguments, **options)
        self.assertEqual((code, output), (0, LOOKED + "The options are right.\n"), error)
        code, output, error = self.run_tracker("serve", *FREE, *arguments, **options)
        self.assertEqual(code, 0, error)
        self.assertEqual(self.run_tracker("stop")[0], 0)

    @property
    def database(self):
        return os.path.join(self.data, "waymark.db")

    def made_map(self, version=3, tile_type=1, cut=0, layers="roads"):
        """A file with the head of a PMTiles file, metadata and nothing else that a browser could draw."""
        root, metadata = b"\x01\x00\x01\x04\x01", json.dumps({"vector_layers": [{"id": layers}]}).encode()
        at, places = 127, b""
        for part in (root, metadata, b"", b"tile"):
            places += struct.pack("<QQ", at, len(part))
            at += len(part)
        head = b"PMTiles" + bytes([version]) + places + bytes(24) + bytes([1, 1, 1, tile_type, 0, 14])
        whole = head.ljust(127, b"\0") + root + metadata + b"tile"
        file = pathlib.Path(self.scratch.name, "map.pmtiles")
        file.write_bytes(whole[:len(whole) - cut])
        return str(file)
