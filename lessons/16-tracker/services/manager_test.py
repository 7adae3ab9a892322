#!/usr/bin/env python3
"""The tracker under a service manager, which is played here: it opens the ports, hears when the server can be used, and
hears that it is alive as long as each service answers:  manager_test.py TRACKER"""

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs

TRACKER = sys.argv.pop(1)
PATIENCE_SECONDS = 120
WATCHDOG_SECONDS = 2
PATIENT_WATCHDOG_SECONDS = 30  # half of what the unit says


class Managed(unittest.TestCase):
    def setUp(self):
        self.sent = 0
        scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        self.folder = pathlib.Path(scratch.name)
        self.data = self.folder / "data"
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(self.folder / "notify"))
        os.chmod(self.folder / "notify", 0o666)  # as systemd's: started by root, the server becomes another user
        self.manager.settimeout(PATIENCE_SECONDS)
        self.addCleanup(self.manager.close)

    def listener(self, host="127.0.0.1"):
        made = socket.create_server((host, 0))
        self.addCleanup(made.close)
        return made

    def start(self, sockets, names, *arguments, watchdog_seconds=WATCHDOG_SECONDS):
        """As systemd does it: from descriptor 3 on, and the process that is meant is the one that it starts."""
        def hand_over():
            for number, one in enumerate(sockets):
                os.dup2(one.fileno(), 100 + number)
            for number in range(len(sockets)):
                os.dup2(100 + number, 3 + number, inheritable=True)

        script = f'LISTEN_PID=$$ WATCHDOG_PID=$$ LISTEN_FDS={len(sockets)} LISTEN_FDNAMES={names} exec "$@"'
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify"),
                       "WATCHDOG_USEC": str(watchdog_seconds * 1_000_000)}
        server = subprocess.Popen(["sh", "-c", script, "sh", TRACKER, "serve", "--foreground", "--data", self.data, *arguments],
                                  preexec_fn=hand_over, close_fds=False, env=environment, text=True, bufsize=1,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(lambda: server.poll() is None and server.kill())
        return server

    def hear(self, expected):
        """Waits for this word of the server's; what came before it."""
        before = []
        while (heard := self.manager.recv(4096).decode()) != expected:
            before.append(heard)
        return before

    def read_until(self, server, words):
        for line in server.stderr:
            if words in line:
                return line
        raise AssertionError(f"the server ended and never said: {words}")

    def test_it_serves_where_the_manager_listens_and_is_alive_while_its_services_answer(self):
        devices, web = self.listener(), self.listener()
        server = self.start((devices, web), "devices:web")
        self.hear("READY=1")
        port = web.getsockname()[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login.html", timeout=PATIENCE_SECONDS) as page:
            self.assertEqual(page.status, 200)
        with self.assertRaises(urllib.error.HTTPError) as refused:  # a phone that nobody knows
            urllib.request.urlopen(f"http://127.0.0.1:{devices.getsockname()[1]}/?id=x&lat=1&lon=2", timeout=PATIENCE_SECONDS)
        refused.exception.close()
        self.hear("WATCHDOG=1")
        self.assertEqual(self.hear("WATCHDOG=1"), [])

        status = subprocess.run([TRACKER, "status", "--json", "--data", self.data], check=True, capture_output=True)
        store, = (each["pid"] for each in json.loads(status.stdout)["services"] if each["name"] == "store")
        os.kill(store, signal.SIGSTOP)
        self.addCleanup(lambda: server.poll() is None and os.kill(store, signal.SIGCONT))
        self.assertIn("no answer from: store;", self.read_until(server, "is not told"))
        self.manager.setblocking(False)  # what was said before it stood still
        try:
            while self.manager.recv(4096):
                pass
        except BlockingIOError:
            pass
        self.read_until(server, "is not told")
        with self.assertRaises(BlockingIOError):
            self.manager.recv(4096)
        self.manager.settimeout(PATIENCE_SECONDS)
        os.kill(store, signal.SIGCONT)
        self.hear("WATCHDOG=1")

        server.send_signal(signal.SIGHUP)
        self.read_until(server, "was read again")
        server.send_signal(signal.SIGTERM)
        self.hear("STOPPING=1")
        self.assertEqual(server.wait(PATIENCE_SECONDS), 0)
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS):
            pass  # the manager's socket takes whoever comes meanwhile

    @unittest.skipUnless(programs(), NO_POSTGRESQL)
    def test_a_database_that_does_not_answer_is_no_reason_to_end_the_server(self):
        with PostgreSQL() as database:
            config = self.folder / "tracker.toml"
            config.touch(0o600)
            config.write_text(f'store = "{database.url}"\n', encoding="utf-8")
            devices = self.listener()
            server = self.start((devices,), "devices", "--config", str(config), "--listen-web", "127.0.0.1:0",
                                watchdog_seconds=PATIENT_WATCHDOG_SECONDS)
            self.hear("READY=1")
            subprocess.run([TRACKER, "device", "add", "phone", "--id", "phone", "--data", self.data],
                           check=True, capture_output=True)
            while self.send(devices) != 200:
                pass
            database.suspend()
            self.assertEqual(self.send(devices), 503)
            self.hear("WATCHDOG=1")  # from before, perhaps
            self.manager.settimeout(PATIENT_WATCHDOG_SECONDS)
            for _ in range(4):
                phone = threading.Thread(target=self.send, args=(devices,))  # the store has something to wait for
                phone.start()
                self.hear("WATCHDOG=1")
                phone.join()
            self.assertIsNone(server.poll())
            database.resume()
            while self.send(devices) != 200:
                pass
            server.send_signal(signal.SIGTERM)
            self.assertEqual(server.wait(PATIENCE_SECONDS), 0)
            self.assertNotIn("no answer from: store", server.stderr.read())

    def send(self, devices):
        """A phone's fix, each time another: the status of the answer."""
        self.sent += 1
        url = f"http://127.0.0.1:{devices.getsockname()[1]}/?id=phone&lat=1&lon=2&timestamp={1_700_000_000 + self.sent}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code

    def test_an_address_that_is_set_and_does_not_count_is_told(self):
        devices, web = self.listener(), self.listener()
        same = f"127.0.0.1:{devices.getsockname()[1]}"  # the control: this one counts
        server = self.start((devices, web), "devices:web", "--listen-devices", same, "--listen-web", "127.0.0.1:8443")
        self.hear("READY=1")
        server.send_signal(signal.SIGTERM)
        said = server.stderr.read()
        self.assertEqual(server.wait(PATIENCE_SECONDS), 0)
        told = [line for line in said.splitlines() if "does not count" in line]
        self.assertEqual(len(told), 1, said)
        self.assertIn("listen-web: ", told[0])
        self.assertIn("systemctl edit", told[0])

    def test_a_map_that_others_can_reach_is_refused_whoever_bound_it(self):
        server = self.start((self.listener("0.0.0.0"),), "web", "--listen-devices", "127.0.0.1:0")
        self.assertEqual(server.wait(PATIENCE_SECONDS), 100)
        said = server.stderr.read()
        self.assertIn("can be reached from other machines", said)
        self.assertEqual(said.count("\n"), 1)

    def test_a_port_for_phones_by_tls_can_be_the_managers(self):
        server = self.start((self.listener(),), "devices-tls", "--listen-devices", "127.0.0.1:0", "--listen-web",
                            "127.0.0.1:0")
        self.assertEqual(server.wait(PATIENCE_SECONDS), 100)
        self.assertIn("listen-devices-tls: devices are shown the certificate of the map", server.stderr.read())
        request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                   "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        names = self.folder / "web.pem", self.folder / "web.key"
        subprocess.run([*request, "-out", names[0], "-keyout", names[1]], check=True, capture_output=True)
        phones = self.listener()
        server = self.start((phones,), "devices-tls", "--listen-devices", "127.0.0.1:0", "--listen-web", "127.0.0.1:0",
                            "--web-certificate", names[0], "--web-key", names[1])
        self.hear("READY=1")
        context = ssl.create_default_context(cafile=names[0])
        with self.assertRaises(urllib.error.HTTPError) as refused:  # a phone that nobody knows
            urllib.request.urlopen(f"https://127.0.0.1:{phones.getsockname()[1]}/?id=x&lat=1&lon=2", context=context,
                                   timeout=PATIENCE_SECONDS)
        refused.exception.close()
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(PATIENCE_SECONDS), 0)

    def test_a_socket_of_an_unknown_name_is_refused(self):
        server = self.start((self.listener(),), "tracker.socket")
        self.assertEqual(server.wait(PATIENCE_SECONDS), 100)
        self.assertRegex(server.stderr.read(), r"\Atracker: .*named 'tracker.socket'.*FileDescriptorName=.*\n\Z")

    def test_the_file_of_a_managers_unix_socket_is_the_managers(self):
        path = self.folder / "web.sock"
        web = socket.socket(socket.AF_UNIX)
        web.bind(str(path))
        web.listen()
        self.addCleanup(web.close)
        server = self.start((web,), "web", "--listen-devices", f"unix:{self.data}/devices.sock")
        self.hear("READY=1")
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(PATIENCE_SECONDS), 0)
        self.assertTrue(path.exists())
        self.assertFalse((self.data / "devices.sock").exists(), "the one that it bound itself")

    def test_a_file_that_another_server_has_put_there_stays(self):
        path = self.data / "devices.sock"
        server = self.start((self.listener(),), "web", "--listen-devices", f"unix:{path}")
        self.hear("READY=1")
        path.unlink()
        other = socket.socket(socket.AF_UNIX)
        self.addCleanup(other.close)
        other.bind(str(path))
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(PATIENCE_SECONDS), 0)
        self.assertTrue(path.exists())


if __name__ == "__main__":
    driver.main()
