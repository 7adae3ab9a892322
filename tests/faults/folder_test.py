"""Which folder root gives away to the user as whom the server goes on.
Usage: folder_test.py TRACKER
"""

import os
import pwd
import tempfile
import unittest

from faults import Tracker, check_one_clear_line, run_tracker

import driver

USAGE = 100


@unittest.skipIf(os.geteuid() != 0, "the data folder: what root gives away: needs root")
class TheDataFolder(unittest.TestCase):

    def test_1_one_that_is_not_its_own_is_left_as_it_is(self):
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            os.chmod(folder, 0o755)
            strange = os.path.join(folder, "strange")
            os.mkdir(strange, 0o755)
            os.mknod(os.path.join(strange, "passwd"))
            check_one_clear_line(self, run_tracker(
                "serve", "--foreground", "--data", strange, "--listen-devices", "127.0.0.1:0",
                "--listen-web", "127.0.0.1:0"), (USAGE,), "passwd in it")
            self.assertEqual((os.stat(strange).st_uid, os.listdir(strange)), (0, ["passwd"]))

    def test_2_one_that_a_person_made_for_it_is_taken(self):
        with Tracker() as tracker:
            tracker.stop()
            os.rename(tracker.data, tracker.data + ".old")
            os.mkdir(tracker.data, 0o755)  # as a person makes it
            tracker.start()
            self.assertEqual(os.stat(tracker.data).st_uid, pwd.getpwnam("nobody").pw_uid)
            self.assertEqual(os.stat(tracker.database).st_mode & 0o777, 0o600)


if __name__ == "__main__":
    driver.main()
