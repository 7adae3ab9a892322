#!/usr/bin/env python3
"""What lies beneath the tracks, set and set anew while the server runs:  map_test.py TRACKER"""

import json
import os
import pathlib
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from running_tracker import RunningTracker

TRACKER = sys.argv.pop(1)
PATIENCE_SECONDS = 240
TILES = "https://{}.example.org/{{z}}/{{x}}/{{y}}.png"


class Reloaded(unittest.TestCase):

    def run_command(self, tracker, *words):
        return subprocess.run([TRACKER, *words, "--data", tracker.data], capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS)

    def picture_sources(self, tracker):
        """Of the policy that goes with every answer, whatever its status."""
        status = json.loads(self.run_command(tracker, "status", "--json").stdout)
        try:
            answer = urllib.request.urlopen(f"http://{status['web'][0]}/", timeout=PATIENCE_SECONDS)
        except urllib.error.HTTPError as error:
            answer = error
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        answer.close()
        return policy["img-src"]

    def test_pictures_are_let_in_from_the_server_that_the_file_names_now(self):
        with RunningTracker(TRACKER) as tracker:
            tracker.stop()
            config = os.path.join(tracker.folder.name, "tracker.toml")
            tracker.extra_arguments = ["--config", config]

            def write(line):
                pathlib.Path(config).write_text(line + "\n")
                os.chmod(config, 0o644)

            write(f'tiles = "{TILES.format("one")}"')
            tracker.start()
            self.assertEqual(self.picture_sources(tracker), "'self' data: https://one.example.org")
            write(f'tiles = "{TILES.format("two")}"')
            self.assertEqual(self.run_command(tracker, "reload").stdout, "Reloaded.\n")
            self.assertEqual(self.picture_sources(tracker), "'self' data: https://two.example.org")
            # One that is wrong changes nothing, and is named.
            write('tiles = "https://*.example.org/{z}/{x}/{y}.png"')
            refused = self.run_command(tracker, "reload")
            self.assertEqual(refused.returncode, 100)
            self.assertIn(f"{config}:1:1: tiles: '*.example.org' would be any host", refused.stderr)
            self.assertEqual(self.picture_sources(tracker), "'self' data: https://two.example.org")
            # A file of streets is part of what the web app is confined to.
            write('map = "/srv/map.pmtiles"')
            self.assertEqual(self.run_command(tracker, "reload").stdout,
                             "Reloaded. What takes a new start: map\n")
            self.assertEqual(self.picture_sources(tracker), "'self' data:")


if __name__ == "__main__":
    driver.main()
