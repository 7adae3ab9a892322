#!/usr/bin/env python3
"""The relay and its client beside programs that others have written:  foreign_test.py LOGRELAY CLIENT

logger(1) and rsyslog send; rsyslog reads what goes out, at a socket file, by TCP and by TLS. Each rsyslogd is one of
the test's own, with a configuration in a folder of its own: the system's is not touched."""

import glob
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

from certificates import Authority
from relay_under_test import PATIENCE_SECONDS, Frames, Program, Relay, wait_until

import driver

LOGRELAY, CLIENT = sys.argv[1:3]
del sys.argv[1:3]
RSYSLOGD = shutil.which("rsyslogd") or shutil.which("rsyslogd", path="/usr/sbin")
FILE = '''
template(name="seen" type="string" string="%PRI%|%HOSTNAME%|%APP-NAME%|%PROCID%|%msg%\\n")
action(type="omfile" file="{folder}/seen" template="seen" asyncWriting="off" flushOnTXEnd="on")
'''


class Rsyslog(Program):
    def __init__(self, configuration, **values):
        self.folder = tempfile.TemporaryDirectory(prefix="waymark-rsyslog-")
        path = os.path.join(self.folder.name, "conf")
        text = 'global(workDirectory="{folder}")\n' + configuration
        for name, value in {**values, "folder": self.folder.name}.items():
            text = text.replace("{" + name + "}", str(value))
        pathlib.Path(path).write_text(text, encoding="ascii")
        super().__init__([RSYSLOGD, "-n", "-f", path, "-i", os.path.join(self.folder.name, "pid")])

    def __exit__(self, *_):
        super().__exit__()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def read_when_there(self, name, lines=1):
        path = pathlib.Path(self.path(name))

        def is_there():
            if self.process.poll() is not None:
                raise AssertionError(f"rsyslogd has ended: {self.log}")
            return path.exists() and path.read_text(encoding="utf-8").count("\n") >= lines

        wait_until(is_there, PATIENCE_SECONDS, f"rsyslogd writes {name}")
        return path.read_text(encoding="utf-8")


class Logger(unittest.TestCase):
    def test_by_udp_and_by_the_socket_file_in_each_of_its_forms(self):
        with Relay(LOGRELAY) as relay, Frames(relay) as client:
            udp = ["--server", "127.0.0.1", "--port", str(relay.udp_port), "--udp"]
            for form in ([], ["--rfc3164"], ["--rfc5424"], ["--rfc5424=notime,notq,nohost"]):
                for where in (udp, ["--socket", relay.local]):
                    with self.subTest(f"{where[0]} {form}"):
                        subprocess.run(["logger", *where, *form, "--priority", "daemon.warning", "--tag", "waymark",
                                        "--id=17", "hello: a world"], check=True, timeout=PATIENCE_SECONDS)
                        message = client.next()
                        self.assertRegex(message, r"^\S+ <28>1 \S+ \S+ waymark 17 - \S.* ?hello: a world$")
                        # logger(1) puts its elements in between, with RFC 5424 alone.
                        self.assertTrue(message.endswith(" hello: a world"))


@unittest.skipUnless(RSYSLOGD, "there is no rsyslog ('./waymark packages foreign' installs it)")
class RsyslogSends(unittest.TestCase):
    def test_what_rsyslog_forwards_arrives_with_all_its_fields(self):
        with Relay(LOGRELAY) as relay, Frames(relay) as client:
            for template, sent, expected in [
                    ("RSYSLOG_SyslogProtocol23Format", b"<28>1 2026-11-29T07:03:05.25Z box app 17 ID - hello",
                     r"<28>1 2026-11-29T07:03:05\.25(0000)?Z box app 17 ID - hello$"),
                    ("RSYSLOG_ForwardFormat", b"<28>Nov 29 07:03:05 box app[17]: hello",
                     r"<28>1 \d{4}-11-29T07:03:05\S* box app 17 - - hello$")]:
                with self.subTest(template), Rsyslog('''
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/in" useSpecialParser="off" parseHostname="on" ignoreTimestamp="off")
action(type="omfwd" target="127.0.0.1" port="{port}" protocol="udp" template="{template}")
''', port=relay.udp_port, template=template) as rsyslog:
                    wait_until(lambda r=rsyslog: os.path.exists(r.path("in")), PATIENCE_SECONDS, "it listens")
                    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                        sender.sendto(sent, rsyslog.path("in"))
                    message = client.next()
                    while " hello" not in message:  # rsyslog speaks of itself first
                        message = client.next()
                    self.assertRegex(message, expected)


@unittest.skipUnless(RSYSLOGD, "there is no rsyslog ('./waymark packages foreign' installs it)")
class RsyslogReads(unittest.TestCase):
    MESSAGES = ["<28>1 2026-11-29T07:03:05Z box app 17 - - one", b"<29>1 - box app 18 - - two\nlines",
                '<30>1 - box app 19 - [a@1 b="\\]"] three']
    SEEN = ["28|box|app|17|one", "29|box|app|18|two\\x0alines", "30|box|app|19|three"]

    def check(self, rsyslog):
        seen = rsyslog.read_when_there("seen", len(self.SEEN)).splitlines()
        self.assertEqual([re.sub(r"\| ", "|", line) for line in seen if "rsyslog" not in line], self.SEEN)

    def test_from_the_client_at_a_socket_file(self):
        with Relay(LOGRELAY) as relay, Rsyslog('''
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/in" useSpecialParser="off" parseHostname="on")
''' + FILE) as rsyslog, \
                Program([CLIENT, "--plaintext", "--connect", f"127.0.0.1:{relay.port}", "--form", "rfc5424", "--to",
                         rsyslog.path("in"), "--hand-over-time", str(PATIENCE_SECONDS)]):
            relay.wait_for("a client")
            relay.send(*self.MESSAGES)
            self.check(rsyslog)

    def pump(self, source, target):
        """What rsyslog takes is what it is connected to; both wait for the other to connect, so this stands between."""
        def run():
            try:
                while piece := source.recv(65536):
                    target.sendall(piece)
            except OSError:
                pass  # the test is over

        thread = threading.Thread(target=run, daemon=True)
        thread.start()

    def test_the_stream_of_frames_by_tcp(self):
        with Relay(LOGRELAY, "--greeting-time", "0.2") as relay, Frames(relay, "") as client, Rsyslog('''
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="{folder}/port")
''' + FILE) as rsyslog:
            port = int(self.port_of(rsyslog))
            with socket.create_connection(("127.0.0.1", port)) as target:
                self.pump(client.connection, target)
                relay.send(*self.MESSAGES)
                self.check(rsyslog)

    def port_of(self, rsyslog):
        wait_until(lambda: rsyslog.read_when_there("port", 0), PATIENCE_SECONDS, "it says its port")
        return rsyslog.read_when_there("port", 0)

    @unittest.skipUnless(glob.glob("/usr/lib/*/rsyslog/lmnsd_gtls.so"),
                         "there is no rsyslog-gnutls ('./waymark packages foreign' installs it)")
    def test_the_stream_of_frames_by_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            ours = Authority(folder)
            for name, usage in [("relay", "serverAuth"), ("anna", "clientAuth")]:
                ours.issue(name, usage)
            context = ssl.create_default_context(cafile=ours.pem("authority"))
            context.load_cert_chain(ours.pem("anna"), ours.key("anna"))
            with Relay(LOGRELAY, "--greeting-time", "0.2", *ours.options("relay"), plain=False) as relay, Rsyslog('''
global(defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{authority}"
       defaultNetstreamDriverCertFile="{certificate}" defaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid")
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="{folder}/port")
''' + FILE, authority=ours.pem("authority"), certificate=ours.pem("relay"), key=ours.key("relay")) as rsyslog:
                with self.connect(context, relay.port) as source, \
                        self.connect(context, int(self.port_of(rsyslog))) as target:
                    relay.wait_for(r"\(CN=anna\): a client")
                    self.pump(source, target)
                    relay.send(*self.MESSAGES)
                    self.check(rsyslog)

    def connect(self, context, port):
        return context.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS),
                                   server_hostname="localhost")


if __name__ == "__main__":
    driver.main()
