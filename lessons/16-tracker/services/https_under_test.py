"""For tests of the web app where other machines reach it: a server with certificates of examples/ca, asked
from whatever address; and a network of the test's own, in which addresses are those of other machines as far
as the server can see."""

import contextlib
import ctypes
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

from running_tracker import RunningTracker

TRACKER, CA = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
PATIENCE_SECONDS = 60
IS_ROOT = os.geteuid() == 0
OPEN_PATH = "/assets/style.css"  # for strangers, too
OWN, PROXY, STRANGER = "192.0.2.1", "192.0.2.5", "192.0.2.6"


def enter_a_network_of_its_own():
    """True if other machines' addresses can be had here. Only this process and what it starts is in it."""
    clone_newnet = 0x40000000
    if not IS_ROOT or shutil.which("ip") is None or ctypes.CDLL(None, use_errno=True).unshare(clone_newnet) != 0:
        return False
    for words in (["link", "set", "lo", "up"], *(["addr", "add", f"{host}/32", "dev", "lo"]
                                                 for host in (OWN, PROXY, STRANGER))):
        if subprocess.run(["ip", *words], capture_output=True).returncode != 0:
            return False
    return True


def wait_until(holds, what):
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.02)


class Authority:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "authority"
        self.run("init")
        self.pem = str(self.folder / "authority.pem")

    def run(self, *words):
        subprocess.run([CA, *words, "--folder", str(self.folder)], check=True, capture_output=True,
                       timeout=PATIENCE_SECONDS)

    def issue(self):
        """(certificate, key) of 127.0.0.1, others each time."""
        self.issued = getattr(self, "issued", 0) + 1
        name = f"server{self.issued}.example"
        self.run("server", name, "127.0.0.1")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


class Server(RunningTracker):
    """With certificate and key in a folder that is root's (or ours), as certbot keeps them."""

    def __init__(self, authority, *options, listen="127.0.0.1:0"):
        super().__init__(TRACKER, ["--listen-web", listen, *options])
        self.authority = authority
        self.keys = pathlib.Path(self.folder.name) / "keys"
        self.keys.mkdir(mode=0o700)
        self.certificate, self.key = self.keys / "fullchain.pem", self.keys / "privkey.pem"
        self.renew()

    def secured(self):
        self.extra_arguments += ["--web-certificate", str(self.certificate), "--web-key", str(self.key)]
        return self

    def renew(self):
        """Another certificate under the same names; its serial number."""
        for source, target in zip(self.authority.issue(), (self.certificate, self.key)):
            fresh = target.with_suffix(".new")
            shutil.copy(source, fresh)
            os.chmod(fresh, 0o600)
            os.replace(fresh, target)
        return self.serial_in(self.certificate)

    @staticmethod
    def serial_in(certificate):
        shown = subprocess.run(["openssl", "x509", "-noout", "-serial", "-in", str(certificate)], check=True,
                               capture_output=True, text=True).stdout
        return shown.strip().split("=")[1]

    def start(self):
        super().start()
        self.status = self.read_status()
        self.port = int(self.status["web"][-1].rsplit(":", 1)[1])

    def read_status(self):
        code, output, error = self.run("status", "--json", "--data", self.data)
        if code != 0:
            raise AssertionError(f"status: {code}: {error}")
        return json.loads(output)

    def pids(self):
        return {service["name"]: service["pid"] for service in self.read_status()["services"]}

    def reload(self):
        return self.run("reload", "--data", self.data)

    def context(self):
        return ssl.create_default_context(cafile=self.authority.pem)

    def connect(self, context=None, host="127.0.0.1", source=""):
        plain = socket.create_connection((host, self.port), PATIENCE_SECONDS, (source, 0) if source else None)
        if context is None:
            return plain
        try:
            return context.wrap_socket(plain, server_hostname="127.0.0.1")
        except BaseException:
            plain.close()
            raise

    def serial(self):
        with self.connect(self.context()) as connection:
            return connection.getpeercert()["serialNumber"]

    def ask(self, path=OPEN_PATH, fields=(), method="GET", body=None, **where):
        """(status, fields, body)"""
        connection = http.client.HTTPConnection("test")
        connection.sock = self.connect(**where)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            fields = dict(fields)
            fields.setdefault("Host", f"127.0.0.1:{self.port}")
            for name, value in fields.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()


class Web(unittest.TestCase):
    """With an authority of its own."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="waymark-https-")
        os.chmod(cls.scratch.name, 0o755)
        cls.authority = Authority(cls.scratch.name)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def server(self, *options, listen="127.0.0.1:0"):
        return Server(self.authority, *options, listen=listen)


def holds(pid, text):
    """Whether the bytes are anywhere in what the process can write to."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(each, 16) for each in span.split("-"))
            if not rights.startswith("rw") or end - begin > 1 << 30:  # a sanitizer's shadow
                continue
            with contextlib.suppress(OSError, OverflowError, ValueError):
                memory.seek(begin)
                while begin < end:
                    piece = memory.read(min(1 << 24, end - begin))
                    if not piece:
                        break
                    if text in piece:
                        return True
                    begin += len(piece)
    return False
