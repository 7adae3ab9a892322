#!/usr/bin/env python3
"""The web app by HTTPS, with curl and Python's ssl as its peers:  web_https_test.py TRACKER CA

Run by root it also shows that a key which is root's alone serves a server that is somebody else."""

import http.client
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import unittest

from https_under_test import IS_ROOT, OPEN_PATH, PATIENCE_SECONDS, Web, holds, wait_until

import driver
from processes import descendants


class Tls(Web):
    def test_curl_is_served_and_told_to_stay_with_https(self):
        with self.server().secured() as server:
            self.assertEqual(server.status["web_scheme"], "https")
            answer = subprocess.run(
                ["curl", "--silent", "--show-error", "--include", "--cacert", self.authority.pem,
                 f"https://127.0.0.1:{server.port}{OPEN_PATH}"], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertTrue(answer.stdout.startswith("HTTP/1.1 200 "), answer.stdout[:200])
            self.assertIn("\nStrict-Transport-Security: max-age=2592000\n", answer.stdout)
            self.assertIn("\nContent-Type: text/css", answer.stdout)
            # The control: who does not know the authority does not believe the server.
            stranger = subprocess.run(["curl", "--silent", f"https://127.0.0.1:{server.port}/"], capture_output=True,
                                      timeout=PATIENCE_SECONDS)
            self.assertEqual(stranger.returncode, 60)
            self.assertIn(f"The map is at  https://127.0.0.1:{server.port}/",
                          server.run("status", "--data", server.data)[1])

    def test_without_tls_nothing_is_said_of_it(self):
        with self.server() as server:
            status, fields, _ = server.ask()
            self.assertEqual((status, fields["Strict-Transport-Security"]), (200, None))

    def test_who_forgets_the_s_is_told(self):
        with self.server().secured() as server:
            status, _, body = server.ask()
            self.assertEqual(status, 400)
            self.assertIn("https://", body)
            with server.connect() as garbage:
                garbage.sendall(b"\x00" * 100)
                with contextlib.suppress(ConnectionResetError):
                    self.assertNotIn(b"HTTP", garbage.recv(4096))
            self.assertEqual(server.ask(context=server.context())[0], 200)

    @unittest.skipUnless(IS_ROOT, "web_https: the memory of others: needs root")
    def test_the_key_is_in_one_process_and_that_one_cannot_open_it(self):
        """Told by the memory of each: a line in the middle of the key's file."""
        with self.server().secured() as server:
            line = server.key.read_bytes().splitlines()[1]
            self.assertTrue(holds(os.getpid(), line), "the look itself finds nothing")
            pids = {**server.pids(), "supervisor": server.process.pid}
            for name, pid in pids.items():
                if name != "web app":
                    self.assertFalse(holds(pid, line), name)
            status = pathlib.Path(f"/proc/{pids['web app']}/status").read_text()
            self.assertRegex(status, r"\nSeccomp:\t2\n")
            self.assertNotRegex(status, r"\nUid:\t0\t")
            # Who keeps the rights to open it is a process of its own, and can do little else.
            keepers = [pid for pid in descendants(server.process.pid) if pid not in pids.values()]
            self.assertEqual(len(keepers), 1)
            status = pathlib.Path(f"/proc/{keepers[0]}/status").read_text()
            self.assertRegex(status, r"\nUid:\t0\t0\t0\t0\n")
            self.assertRegex(status, r"\nSeccomp:\t2\n")
            server.stop()
            wait_until(lambda: not pathlib.Path(f"/proc/{keepers[0]}").exists(), "the end of the keeper")

    def test_a_reload_takes_the_new_certificate_and_no_wrong_one(self):
        with self.server().secured() as server:
            first = server.serial()
            second = server.renew()
            self.assertNotEqual(first, second)
            self.assertEqual(server.serial(), first)
            before = server.pids()
            self.assertEqual(server.reload(), (0, "Reloaded.\n", ""))
            self.assertEqual(server.serial(), second)
            for spoil, word in ((lambda: server.key.write_text("no key\n"), "privkey.pem: has no private key"),
                                (lambda: shutil.copy(self.expired()[0], server.certificate), "expired on"),
                                (lambda: os.chmod(server.key, 0o604), "chmod 600"),
                                (lambda: server.key.unlink(), "privkey.pem: No such file")):
                kept = server.key.read_bytes(), server.certificate.read_bytes()
                if word == "expired on":
                    shutil.copy(self.expired()[1], server.key)
                spoil()
                code, _, error = server.reload()
                self.assertEqual((code, error.count("\n")), (100, 1), error)
                self.assertIn("the old configuration stays: ", error)
                self.assertIn(word, error)
                self.assertEqual(server.serial(), second)
                # A web app that has to begin anew begins with what was good, not with what lies there.
                if word == "privkey.pem: has no private key":
                    os.kill(server.pids()["web app"], signal.SIGKILL)
                    wait_until(lambda: self.serves(server, second), "the web app again")
                server.key.write_bytes(kept[0])
                os.chmod(server.key, 0o600)
                server.certificate.write_bytes(kept[1])
            third = server.renew()
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: server.serial() == third, "the new certificate after SIGHUP")
            after = server.pids()
            self.assertEqual({**before, "web app": 0}, {**after, "web app": 0})

    @staticmethod
    def serves(server, serial):
        try:
            return server.serial() == serial
        except OSError:
            return False

    def expired(self):
        """A certificate that is over, and its key. Newer openssl(1) makes none of yesterday: one of no days, then."""
        folder = pathlib.Path(self.scratch.name)
        names = folder / "expired.pem", folder / "expired.key"
        if not names[0].exists():
            request = str(folder / "expired.csr")
            for words in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                           "/CN=127.0.0.1", "-keyout", str(names[1]), "-out", request],
                          ["x509", "-req", "-in", request, "-signkey", str(names[1]), "-days", "0", "-out",
                           str(names[0])]):
                subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=PATIENCE_SECONDS)
            is_over = ["openssl", "x509", "-in", str(names[0]), "-noout", "-checkend", "0"]
            wait_until(lambda: subprocess.run(is_over, capture_output=True, check=False, timeout=PATIENCE_SECONDS).returncode == 1,
                       "the certificate is over")
        return names

    def test_reloads_under_load_cost_nobody_a_request(self):
        with self.server("--max-connections", "400").secured() as server:
            serials = {server.serial()}
            done = threading.Event()
            failures, counts = [], [0] * 8

            def keep_asking(number):
                """On one connection each, but for two that begin a new one every time."""
                connection = None
                try:
                    while not done.is_set():
                        if connection is None or number < 2:
                            if connection is not None:
                                connection.close()
                            connection = http.client.HTTPConnection("test")
                            connection.sock = server.connect(server.context())
                        connection.request("GET", OPEN_PATH, headers={"Host": f"127.0.0.1:{server.port}"})
                        answer = connection.getresponse()
                        answer.read()
                        if answer.status != 200:
                            raise AssertionError(f"status {answer.status}")
                        counts[number] += 1
                        if answer.headers["Connection"] == "close":  # it has had its thousand
                            connection.close()
                            connection = None
                except Exception as error:
                    failures.append(f"{number}: {error!r}")
                finally:
                    if connection is not None:
                        connection.close()

            threads = [threading.Thread(target=keep_asking, args=(i,)) for i in range(len(counts))]
            for thread in threads:
                thread.start()
            try:
                for _ in range(8):
                    goal = [count + 2 for count in counts]
                    serials.add(server.renew())
                    self.assertEqual(server.reload()[:2], (0, "Reloaded.\n"))
                    self.assertIn(server.serial(), serials)
                    wait_until(lambda: failures or all(a >= b for a, b in zip(counts, goal)), "more answers")
            finally:
                done.set()
                for thread in threads:
                    thread.join()
            self.assertEqual(failures, [])
            self.assertEqual(len(serials), 9)


if __name__ == "__main__":
    driver.main()
