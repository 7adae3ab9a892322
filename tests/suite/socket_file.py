"""The file of a Unix socket, and the server that made it: gone with its end, while another's at the same path stays."""

import os
import pathlib
import signal
import subprocess
import tempfile

from processes_seen import PATIENCE_SECONDS


class Server:
    """One that listens when it has said its first line on standard output."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.said = self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def ended_by(self, number):
        """Its exit code after this signal; below zero if that has killed it (subprocess)."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


def check_file_goes_with_server(test, *command):
    """In the words of the command PATH is the path of the socket."""
    with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
        path = pathlib.Path(folder, "socket")
        words = [word.replace("PATH", str(path)) for word in command]
        with Server(words) as killed:
            test.assertTrue(path.is_socket(), killed.said)
            test.assertEqual(killed.ended_by(signal.SIGKILL), -signal.SIGKILL)
        test.assertTrue(path.is_socket(), "nobody was there who could remove it")
        with Server(words) as ended:  # in the place of what the other one has left
            test.assertTrue(path.is_socket(), ended.said)
            test.assertEqual(ended.ended_by(signal.SIGTERM), 0)
        test.assertEqual(os.listdir(folder), [])
        with Server(words) as outlived:
            path.unlink()
            path.write_text("another's\n")
            test.assertEqual(outlived.ended_by(signal.SIGTERM), 0)
        test.assertEqual(path.read_text(), "another's\n")
