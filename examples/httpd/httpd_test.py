#!/usr/bin/env python3
"""httpd as its users run it:  httpd_test.py HTTPD

What it answers is the same in all four designs, because one handler answers; what differs is who waits
for whom. Each case here is therefore asked of all of them."""

import contextlib
import gzip
import os
import pathlib
import pwd
import random
import signal
import socket
import struct
import subprocess
import sys
import unittest

from httpd_under_test import DESIGNS, PAGE, Httpd, request

import driver
import unit_files
from processes_seen import PATIENCE_SECONDS, status_field, threads_of, wait_until

HTTPD = os.path.abspath(sys.argv.pop(1))
HERE = pathlib.Path(__file__).resolve().parent
CLOSING = request("/page.html", fields=["Connection: close"])
CGI = ["--cgi-bin", "FOLDER/cgi"]


def run(*arguments):
    return subprocess.run([HTTPD, *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


class Everywhere(unittest.TestCase):
    """One answer, four designs."""

    def each_design(self, *arguments, **more):
        for design in DESIGNS:
            with self.subTest(design=design), Httpd(HTTPD, *arguments, design=design, **more) as server:
                yield server
                code, error = server.end()
                self.assertEqual((code, error), (0, ""))

    def test_files_and_what_is_refused(self):
        for server in self.each_design():
            page = server.ask("/page.html")
            self.assertEqual((page.status, page.body), (200, PAGE))
            head = server.ask("/page.html", "HEAD")
            self.assertEqual((head.status, head.raw_body), (200, b""))
            self.assertEqual(head.fields["Content-Length"], str(len(PAGE)))
            self.assertEqual(server.ask("/none").status, 404)
            post = server.ask("/page.html", "POST", body=b"x=1")
            self.assertEqual((post.status, post.fields["Allow"]), (405, "OPTIONS, GET, HEAD"))
            part = server.ask("/page.html", fields=["Range: bytes=0-8"])
            self.assertEqual((part.status, part.body), (206, PAGE[:9]))
            same = server.ask("/page.html", fields=[f"If-None-Match: {page.fields['ETag']}"])
            self.assertEqual((same.status, same.raw_body), (304, b""))

    def test_compressed_for_who_takes_it(self):
        for server in self.each_design():
            for _ in range(2):
                packed = server.ask("/page.html", fields=["Accept-Encoding: gzip"])
                self.assertEqual(packed.fields["Content-Encoding"], "gzip")
                self.assertEqual(gzip.decompress(packed.body), PAGE)
            self.assertNotIn("Content-Encoding", server.ask("/page.html").fields)

    def test_programs(self):
        for server in self.each_design(*CGI):
            server.program("echo.cgi", "echo Content-Type: text/plain; echo; echo $REQUEST_METHOD; cat\n")
            body = os.urandom(300_000)
            answer = server.ask("/cgi-bin/echo.cgi", "POST", body=body)
            self.assertEqual((answer.status, answer.body), (200, b"POST\n" + body))
            self.assertEqual(server.ask("/cgi-bin/none.cgi").status, 404)
            refused = server.ask("/cgi-bin/echo.cgi", "DELETE")
            self.assertEqual((refused.status, refused.fields["Allow"]), (405, "OPTIONS, GET, HEAD, POST"))

    def test_several_requests_on_one_connection(self):
        for server in self.each_design():
            received = server.ask_raw(request("/page.html") * 5 + request("/page.html", fields=["Connection: close"]))
            self.assertEqual(received.count(b"HTTP/1.1 200 OK\r\n"), 6)

    def test_many_addresses(self):
        for server in self.each_design(listen=("127.0.0.1:0", "[::1]:0", "127.0.0.1:0")):
            self.assertEqual(len(set(server.ports)), 3)
            self.assertEqual(server.ask("/page.html", port=server.ports[2]).status, 200)
            with socket.create_connection(("::1", server.ports[1]), PATIENCE_SECONDS) as connection:
                connection.sendall(request("/page.html", fields=["Connection: close"]))
                self.assertTrue(connection.makefile("rb").read().startswith(b"HTTP/1.1 200 OK\r\n"))

    def test_a_unix_socket_is_an_address_too_and_its_file_goes_with_the_server(self):
        for design in DESIGNS:
            with self.subTest(design=design), Httpd(HTTPD, "--listen", "unix:FOLDER/web", design=design) as server, \
                    socket.socket(socket.AF_UNIX) as client:
                client.settimeout(PATIENCE_SECONDS)
                client.connect(str(server.folder / "web"))
                client.sendall(CLOSING)
                self.assertTrue(client.recv(12).startswith(b"HTTP/1.1 200"))
                client.close()
                self.assertEqual(server.end(), (0, ""))
                self.assertFalse((server.folder / "web").exists())

    def test_who_has_gone_before_he_is_looked_at_is_no_error(self):
        for server in self.each_design("--error-log", "FOLDER/logs/error", "--access-log", "FOLDER/logs/access", listen=("[::]:0",)):
            for pid in server.pids():
                os.kill(pid, signal.SIGSTOP)
            gone = [server.connect() for _ in range(20)]
            for connection in gone:  # a reset (socket(7), SO_LINGER): nobody is connected when it is accepted
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
            for pid in server.pids():
                os.kill(pid, signal.SIGCONT)
            self.assertEqual(server.ask("/page.html").status, 200)
            self.assertEqual((server.folder / "logs" / "error").read_text(), "")
            wait_until(lambda: (server.folder / "logs" / "access").read_text().startswith("127.0.0.1 - - "), PATIENCE_SECONDS,
                       "the client stands in the log as IPv4 has it")

    def test_who_is_denied_is_closed_without_an_answer(self):
        for server in self.each_design("--deny", "127.0.0.0/8", listen=("127.0.0.1:0", "[::1]:0")):
            self.assertIn(server.ask_raw(request("/page.html")), (b"", b"RESET"))
        for server in self.each_design("--deny", "all", "--allow", "127.0.0.1"):
            self.assertEqual(server.ask("/page.html").status, 200)
        for server in self.each_design("--allow", "192.0.2.0/24"):
            self.assertIn(server.ask_raw(request("/page.html")), (b"", b"RESET"))

    def test_one_source_cannot_take_all_places(self):
        limits = ["--connections-per-source", "2"]
        for design in DESIGNS:
            # With several loops or processes each has its own count.
            size = {"event": [], "prefork": ["--workers", "1", "--threads", "8", "--requests", "9"]}.get(design)
            with self.subTest(design=design), Httpd(HTTPD, *limits, design=design, size=size) as server:
                held = [server.connect() for _ in range(2)]
                for connection in held:
                    connection.sendall(request("/page.html"))
                    self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 200 OK"))
                self.assertIn(server.ask_raw(request("/page.html")), (b"", b"RESET"))
                for connection in held:
                    connection.close()
                wait_until(lambda: server.ask_raw(CLOSING)[:12] == b"HTTP/1.1 200", PATIENCE_SECONDS,
                           "there is a place again")

    def test_its_own_pages(self):
        for server in self.each_design("--listing"):
            (server.folder / "root" / "dir").mkdir()
            (server.folder / "root" / "dir" / "<b>.txt").write_text("x")
            listing = server.ask("/dir/")
            self.assertEqual(listing.status, 200)
            self.assertIn(b'<a href="./%3Cb%3E.txt">&lt;b&gt;.txt</a>', listing.body)


class AsADaemon(unittest.TestCase):

    def test_systemd_understands_its_units_and_they_may_do_little(self):
        units = [HERE / name for name in ("httpd.service", "httpd.socket")]
        self.assertEqual(unit_files.verify(units, HTTPD), "")
        self.assertLessEqual(unit_files.exposure(units[0]), 1.4)  # README.md has the figure

    def test_pages_for_errors(self):
        with Httpd(HTTPD) as other:
            (other.folder / "404.html").write_text("<p>lost\n")
            with Httpd(HTTPD, "--error-pages", str(other.folder)) as server:
                lost = server.ask("/none")
                self.assertEqual((lost.status, lost.body), (404, b"<p>lost\n"))
                self.assertEqual(lost.fields["Content-Type"], "text/html; charset=utf-8")
                self.assertEqual(server.ask("/page.html", "POST").body, b"405 Method Not Allowed\n")
            self.assertEqual(other.ask("/none").body, b"404 Not Found\n")

    def test_a_configuration_file_has_the_options(self):
        with Httpd(HTTPD) as other:
            config = other.folder / "httpd.conf"
            config.write_text('listing = true\nheader-timeout = 5\n')
            with Httpd(HTTPD, "--config", str(config)) as server:
                self.assertEqual(server.ask("/").status, 200)
            self.assertEqual(other.ask("/").status, 404)
            config.write_text("no-such-option = 1\n")
            said = run("--config", str(config))
            self.assertEqual(said.returncode, 100)
            self.assertIn("no-such-option", said.stderr)
            self.assertIn(str(config), said.stderr)

    def test_what_is_wrong_is_said_in_one_line_with_its_place(self):
        rows = [(["--design", "other"], 100, "--design"), (["--listen", "nowhere"], 100, "nowhere"),
                (["--workers", "2", "--design", "event"], 100, "--workers is for --design prefork"),
                (["--allow", "10.0.0.0/33"], 100, "--allow"), (["--user", "no-such-user"], 100, "no-such-user"),
                (["--group", "daemon"], 100, "--group goes with --user"), (["--log-level", "loud"], 100, "loud"),
                (["--gzip-memory", "-1"], 100, "--gzip-memory"), (["--cgi-body", "-1"], 100, "--cgi-body"),
                (["--root", "/nowhere"], 111, "/nowhere"), (["--cgi-bin", "/nowhere"], 111, "/nowhere"),
                (["--error-pages", "/nowhere"], 111, "/nowhere"), (["--access-log", "/nowhere/log"], 111, "/nowhere/log")]
        for arguments, code, says in rows:
            with self.subTest(arguments=arguments):
                said = run("--listen", "127.0.0.1:0", *arguments)
                self.assertEqual(said.returncode, code)
                self.assertIn(says, said.stderr)
                self.assertEqual(said.stderr.count("\n"), 1)

    def test_a_service_manager_may_have_bound_the_sockets(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            number = listener.fileno()
            shell = ["bash", "-c", f'exec 3<&{number} {number}<&-; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "bash"]
            shell[2] = shell[2] if number != 3 else 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
            for design in DESIGNS:
                with self.subTest(design=design), \
                        Httpd(HTTPD, design=design, prefix=shell, pass_fds=(number,)) as server:
                    self.assertEqual(server.port, listener.getsockname()[1])
                    self.assertEqual(server.ask("/page.html").status, 200)
                    self.assertEqual(server.end()[0], 0)

    @unittest.skipUnless(os.geteuid() == 0, "only root may bind a port below 1024 and become another user")
    def test_a_port_below_1024_is_bound_and_the_rights_are_gone(self):
        nobody = pwd.getpwnam("nobody")
        for design in DESIGNS:
            with self.subTest(design=design), \
                    Httpd(HTTPD, "--user", "nobody", *CGI, design=design, listen=(f"127.0.0.1:{low_port()}",)) as server:
                server.program("id.cgi", "echo Content-Type: text/plain; echo; id -u; id -G\n")
                self.assertLess(server.port, 1024)
                answer = server.ask("/cgi-bin/id.cgi")
                self.assertEqual(answer.body.decode(), f"{nobody.pw_uid}\n{nobody.pw_gid}\n")
                for pid in server.pids():
                    for thread in threads_of(pid):
                        # A client's thread may have ended since, also while its file is read.
                        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                            self.assertEqual(status_field(f"{pid}/task/{thread}", "Uid"), [str(nobody.pw_uid)] * 4)
                            self.assertEqual(status_field(f"{pid}/task/{thread}", "Gid"), [str(nobody.pw_gid)] * 4)
                    self.assertEqual(status_field(pid, "Groups"), [])
                    self.assertEqual(status_field(pid, "CapEff"), ["0" * 16])
                    self.assertEqual(status_field(pid, "NoNewPrivs"), ["1"])

    @unittest.skipUnless(os.geteuid() == 0, "only root may start it as somebody without rights")
    def test_who_cannot_change_the_user_does_not_serve(self):
        said = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", HTTPD, "--user", "daemon",
                               "--listen", "127.0.0.1:0"], capture_output=True, text=True, check=False,
                              timeout=PATIENCE_SECONDS, cwd="/")
        self.assertEqual((said.returncode, said.stdout), (111, ""))
        self.assertRegex(said.stderr, "Operation not permitted")


def low_port():
    """A free one below 1024, and another one than whoever looks at the same moment will find."""
    for port in random.sample(range(700, 1024), 324):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no port below 1024 is free")


if __name__ == "__main__":
    driver.main()
