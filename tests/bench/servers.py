"""Starts and stops what is measured: our programs and nginx, each on a free port of 127.0.0.1."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

TRACKER = "lessons/16-tracker/tracker"
HTTPD = "examples/httpd/httpd"
BALANCER = "examples/balancer/balancer"
START_SECONDS = 60  # for a program to say where it listens


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A started program. Leaving the `with` block ends it and removes its folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="waymark-bench-")
        os.chmod(self.folder, 0o755)
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def spawn(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True)

    def wait_for_line(self, pattern):
        """Reads the program's output until a line matches, and returns the first group. A program that says
        something else, and stays, is ended."""
        seen = []
        limit = threading.Timer(START_SECONDS, self.process.kill)
        limit.start()
        try:
            for line in self.process.stdout:
                seen.append(line)
                match = re.search(pattern, line)
                if match:
                    return match.group(1)
        finally:
            limit.cancel()
        raise RuntimeError("the server did not start: " + "".join(seen) + self.process.stderr.read())

    def pids(self):
        """The process and all its children."""
        found, front = [], [self.process.pid]
        while front:
            pid = front.pop()
            found.append(pid)
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
                front += [int(child) for child in children.read().split()]
        return found

    def cpu_seconds(self):
        """Of all its processes, since each began."""
        ticks = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                ticks += sum(int(field) for field in stat.read().rpartition(")")[2].split()[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_kib(self):
        """Proportional set size of all its processes: shared pages are counted once (proc(5))."""
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                total += int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.M).group(1))
        return total


class Nginx(Server):
    """nginx as its users tune it: two workers, no access log, keep-alive without a limit."""

    CONFIGURATION = """
worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log crit;
worker_rlimit_nofile 30000;
events {{ worker_connections 12000; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 75s; types {{ }}
  default_type text/html; sendfile on; tcp_nopush on;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port} {listen}; {location} }}
}}
"""

    def __init__(self, location, listen=""):
        super().__init__()
        self.location = location
        self.listen = listen
        self.port = free_port()

    def start(self):
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(self.CONFIGURATION.format(folder=self.folder, port=self.port, listen=self.listen,
                                                 location=self.location))
        self.spawn(["nginx", "-e", "stderr", "-c", path])
        wait_for_port(self.port)


class Tracker(Server):
    """The tracking server with one receiver, as it is shipped but for the connection limits."""

    def __init__(self, build, *options):
        super().__init__()
        self.program = os.path.join(build, TRACKER)
        self.options = list(options)
        self.port = self.web_port = None

    @property
    def data(self):
        return os.path.join(self.folder, "data")

    def command(self):
        return [self.program, "serve", "--foreground", "--data", self.data,
                "--listen-devices", "127.0.0.1:0", "--listen-web", "127.0.0.1:0",
                "--max-connections", "20000", "--max-connections-per-address", "20000",
                # A crowd of 10,000 needs its time to come in, and to say its first word.
                "--header-timeout", "3600", "--idle-timeout", "3600", *self.options]

    def add_device(self, name, identifier):
        subprocess.run([self.program, "device", "add", name, "--id", identifier,
                        "--data", self.data], check=True, stdout=subprocess.DEVNULL)

    def import_devices(self, devices):
        path = os.path.join(self.folder, "devices.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"devices": devices}, file)
        subprocess.run([self.program, "device", "import", path, "--data", self.data], check=True,
                       stdout=subprocess.DEVNULL)

    def start(self):
        self.spawn(self.command())
        self.wait_until_ready()

    def wait_until_ready(self):
        ports = {}
        while len(ports) < 2:
            kind, port = re.match(r"(.*) (.*)", self.wait_for_line(
                r"((?:web|devices): http://127\.0\.0\.1:\d+)").replace(
                    ": http://127.0.0.1:", " ")).groups()
            ports[kind] = int(port)
        self.port, self.web_port = ports["devices"], ports["web"]


class Httpd(Server):
    def __init__(self, build, root):
        super().__init__()
        self.program = os.path.join(build, HTTPD)
        self.root = root
        self.port = None

    def start(self):
        self.spawn([self.program, "--root", self.root, "--listen", "127.0.0.1:0"])
        self.port = int(self.wait_for_line(r"http://127\.0\.0\.1:(\d+)"))


class Balancer(Server):
    """One thread, one back end, as it is shipped but for the limits."""

    def __init__(self, build, back_end, *options):
        super().__init__()
        self.program = os.path.join(build, BALANCER)
        self.arguments = ["--listen", "127.0.0.1:0", "--status", "none", "--backend", f"127.0.0.1:{back_end}",
                          "--connections", "4000", "--connections-per-source", "4000", "--log",
                          os.path.join(self.folder, "log"), *options]
        self.port = None

    def start(self):
        self.spawn([self.program, *self.arguments])
        self.port = int(self.wait_for_line(r"clients: 127\.0\.0\.1:(\d+)"))


class Haproxy(Server):
    """Debian's haproxy with one thread, one back end that it probes, and no log, as ours has none at its level."""

    CONFIGURATION = """
global
  nbthread 1
  maxconn 4000
defaults
  mode tcp
  timeout connect 2s
  timeout client 300s
  timeout server 300s
  {option}
listen balancer
  bind 127.0.0.1:{port}
  balance roundrobin
  server one 127.0.0.1:{back_end} check inter 2s
"""

    def __init__(self, back_end, option=""):
        super().__init__()
        self.back_end = back_end
        self.option = option
        self.port = free_port()

    def start(self):
        path = os.path.join(self.folder, "haproxy.cfg")
        with open(path, "w", encoding="ascii") as file:
            file.write(self.CONFIGURATION.format(port=self.port, back_end=self.back_end, option=self.option))
        self.spawn(["haproxy", "-db", "-q", "-f", path])
        wait_for_port(self.port)


def wait_for_port(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise RuntimeError(f"nothing listens on port {port}")
