"""httpd beside nginx: the same files, the same number of workers, an access log in both, on the same cores.

`kept` connections serve until the load ends; others are closed after each answer."""
import os
import random
import shutil
import statistics
import tempfile
import threading
import time

import load
import secured
from report import heading, ratio, row
from servers import HTTPD, Nginx, Server

WORKERS = 2
SLOW = 500
CLOSING = """wrk.headers["Connection"] = "close"\n"""
TAKES_GZIP = """wrk.headers["Accept-Encoding"] = "gzip"\n"""
LOGGING = "access_log {folder}/access.log combined;"


class LoggingHttpd(Server):
    """The event design as it is shipped, with an access log."""

    def __init__(self, build, *options):
        super().__init__()
        self.program = os.path.join(build, HTTPD)
        self.options = options
        self.root = os.path.join(self.folder, "root")
        make_site(self.root)
        self.port = None

    def start(self):
        self.spawn([self.program, "--root", self.root, "--listen", "127.0.0.1:0", "--threads", str(WORKERS),
                    "--access-log", os.path.join(self.folder, "access.log"), "--requests", "1000000000",
                    "--connections", "2000", "--connections-per-source", "2000", *self.options])
        self.port = int(self.wait_for_line(r"https?://127\.0\.0\.1:(\d+)"))


class LoggingNginx(Nginx):
    def __init__(self, more="", listen=""):
        super().__init__("", listen)
        root = os.path.join(self.folder, "root")
        make_site(root)
        logging = LOGGING.format(folder=self.folder)
        self.location = f"root {root}; {logging} {more}"


def make_site(root):
    os.mkdir(root)
    os.chmod(root, 0o755)
    letters = random.Random(1)
    words = ["".join(letters.choices("etaoinshrdlu", k=6)) for _ in range(2000)]
    for name, size in (("1k.html", 1024), ("100k.html", 100 * 1024)):
        text = " ".join(letters.choices(words, k=size // 7 + 1))[:size]
        with open(os.path.join(root, name), "w", encoding="ascii") as file:
            file.write(text)
    # Long unchanged: what was written a moment ago is read anew for each answer.
    for name in os.listdir(root):
        os.utime(os.path.join(root, name), (1_600_000_000, 1_600_000_000))
    time.sleep(2.1)


def script_of(server, text):
    path = os.path.join(server.folder, "load.lua")
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def compare(build, rounds, seconds, path, script, more_of_nginx="", identity=None):
    """Over TLS, and with the same certificate, if there is an identity: (its file, its key's)."""
    scheme, listen, options = "http", "", ()
    if identity:
        scheme, listen = "https", "ssl"
        more_of_nginx += secured.NGINX.format(*identity)
        options = ("--tls-certificate", identity[0], "--tls-key", identity[1])
    ours, theirs, our_cpu, their_cpu, terms = [], [], [], [], []
    for _ in range(rounds):
        for server, rates, costs in ((LoggingNginx(more_of_nginx, listen), theirs, their_cpu),
                                     (LoggingHttpd(build, *options), ours, our_cpu)):
            with server:
                before = cpu_seconds(server)
                rates.append(load.wrk(server.port, seconds, path=path, script=script_of(server, script), scheme=scheme))
                lines = count_lines(os.path.join(server.folder, "access.log"))
                if lines < rates[-1] * seconds * 0.98:
                    raise RuntimeError(f"only {lines} lines in the log for {rates[-1] * seconds:.0f} answers")
                costs.append(1e6 * (cpu_seconds(server) - before) / lines)
                if identity:
                    terms.append(secured.terms_of(server.port))
    secured.expect_alike(terms)
    row("httpd", ours, "requests/s")
    row("nginx", theirs, "requests/s")
    ratio("ratio", ours, theirs, ">= 1.0")
    row("httpd", our_cpu, "us of server CPU a request")
    row("nginx", their_cpu, "us of server CPU a request")


def cpu_seconds(server):
    """Of all its processes; in ticks of a hundredth, so a load of a second says little."""
    ticks = 0
    for pid in server.pids():
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def count_lines(path):
    with open(path, "rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))


def httpd(build, rounds, seconds):
    gzip = "gzip on; gzip_types text/html; gzip_min_length 256; gzip_comp_level 6;"
    for name, path, script, more in (
            ("1 KB, kept", "/1k.html", "", ""), ("1 KB, closed after each", "/1k.html", CLOSING, ""),
            ("100 KB, kept", "/100k.html", "", ""), ("100 KB, closed after each", "/100k.html", CLOSING, ""),
            ("100 KB, gzip", "/100k.html", TAKES_GZIP, gzip)):
        heading(f"httpd, {name}: {WORKERS} workers, access log, 64 connections",
                f"wrk -t2 -c64 -d{seconds:g}s .../{path[1:]}  (nginx compresses each answer, httpd keeps it)"
                if more else f"wrk -t2 -c64 -d{seconds:g}s .../{path[1:]}")
        compare(build, rounds, seconds, path, script, more)


def httpd_tls(build, rounds, seconds):
    with tempfile.TemporaryDirectory() as folder:
        identity = secured.make_identity(folder)
        for name, path, script in (
                ("1 KB, kept", "/1k.html", ""), ("1 KB, closed after each", "/1k.html", CLOSING),
                ("100 KB, kept", "/100k.html", ""), ("100 KB, closed after each", "/100k.html", CLOSING)):
            heading(f"httpd over TLS 1.3, {name}: {WORKERS} workers, access log, 64 connections, the same certificate",
                    f"wrk -t2 -c64 -d{seconds:g}s https://.../{path[1:]}")
            compare(build, rounds, seconds, path, script, identity=identity)


def slow_connections(port):
    """A third each that is slow with its head, with its body, and with reading."""
    held = []
    for number in range(SLOW):
        connection = load.connect(port)
        held.append(connection)
        if number % 3 == 0:
            connection.sendall(b"GET /1k.html HTTP/1.1\r\nHost: h")
        elif number % 3 == 1:
            connection.sendall(b"POST /cgi-bin/read HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx")
        else:
            connection.sendall(b"GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n")
    return held


def drip(held, stop):
    """Each sends or takes a byte in its turn, all of them within a second, until `stop`."""
    while not stop.wait(1):
        for number, connection in enumerate(held):
            try:
                if number % 3 == 2:
                    connection.recv(1)
                else:
                    connection.sendall(b"x")
            except OSError:
                pass  # it was cut off: the limits of httpd are those that it is shipped with


def httpd_slow(build, rounds, _seconds):
    heading(f"httpd, {SLOW} slow connections (head, body, read), each a byte a second",
            "one client on a kept connection, 2,000 requests of 1 KB")
    load.allow_descriptors(4 * SLOW)
    quiet, crowded = [], []
    for _ in range(rounds):
        httpd_alone = LoggingHttpd(build)
        programs = os.path.join(httpd_alone.folder, "cgi")
        os.mkdir(programs)
        shutil.copy("/bin/cat", os.path.join(programs, "read"))
        with open(os.path.join(httpd_alone.root, "large.bin"), "wb") as file:
            file.truncate(64 << 20)
        httpd_alone.options = ("--cgi-bin", programs, "--cgi-programs", "200")
        with httpd_alone as server:
            def request_of(_number):
                return b"GET /1k.html HTTP/1.1\r\nHost: h\r\n\r\n"
            quiet.append(load.p95_ms(server.port, 2000, request_of))
            held = slow_connections(server.port)
            stop = threading.Event()
            dripping = threading.Thread(target=drip, args=(held, stop))
            dripping.start()
            crowded.append(load.p95_ms(server.port, 2000, request_of))
            stop.set()
            dripping.join()
            for connection in held:
                connection.close()
    row("p95 of a good client, quiet", quiet, "ms")
    row("p95 between the slow", crowded, "ms")
    ratio("ratio of the p95", crowded, quiet, "<= 2")
    print(f"  medians: {statistics.median(quiet):.3f} and {statistics.median(crowded):.3f} ms")
