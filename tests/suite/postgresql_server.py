"""A PostgreSQL of the test's own: a folder for it alone, a port on 127.0.0.1 that stays its own, an account with a
password. It can be killed whole, be started again, and have a replica that it waits for at each commit.

Nothing of it stays behind, however the test ends: a keeper (postgresql_keeper.py) ends it and takes the folder away.
PostgreSQL refuses to run as root; then it is another user's (postgres, or nobody).

POSTGRESQL_BIN names the folder of its programs where it is none of Debian's.
"""

import glob
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import processes
from own_ports import own_port
from postgresql_keeper import lines_of

PATIENCE_SECONDS = 120  # for what must come, on a machine that does other things too
NO_POSTGRESQL = "there is no PostgreSQL ('./waymark packages tests' installs it)"
ACCOUNT = "waymark"
KEEPER = str(pathlib.Path(__file__).with_name("postgresql_keeper.py"))
BETWEEN_FIELDS, BETWEEN_ROWS = "\x1f", "\x1e"


def programs():
    """The folder with initdb and postgres, the newest where there are several; None without PostgreSQL."""
    if "POSTGRESQL_BIN" in os.environ:
        folders = [os.environ["POSTGRESQL_BIN"]]
    else:
        # pg_config is often that of libpq alone: it names a folder without a server.
        folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=version_of, reverse=True)
        if shutil.which("pg_config"):
            folders.append(subprocess.run(["pg_config", "--bindir"], stdout=subprocess.PIPE, text=True,
                                          check=False, timeout=PATIENCE_SECONDS).stdout.strip())
    return next((folder for folder in folders if os.access(os.path.join(folder, "initdb"), os.X_OK)), None)


def version_of(folder):
    return [int(number) for number in re.findall(r"\d+", folder)]


def unprivileged():
    """The account that it runs as; nothing where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise AssertionError("PostgreSQL does not run as root, and there is neither 'postgres' nor 'nobody'")


def command(words, *options):
    """As a user that PostgreSQL takes."""
    user = unprivileged()
    if user:
        options = [*options, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["setpriv", *options, *words] if options else words


def environment():
    """Without what libpq would read: the account, the port and the rest are told it by name."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def wait_until(is_true, what):
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        if time.monotonic() > until:
            raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what()}")
        time.sleep(0.01)


class Cluster:
    """One server: its data folder, its log, its port."""

    def __init__(self, folder, name, password, settings):
        self.folder = folder
        self.name = name
        self.data = os.path.join(folder, name)
        self.log = self.data + ".log"
        self.port = own_port()
        self.password = password
        self.settings = settings
        self.process = None

    @property
    def url(self):
        return self.url_of(ACCOUNT)

    def url_of(self, database, hosts=None):
        return f"postgresql://{ACCOUNT}:{self.password}@{hosts or self.host}/{database}"

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder,
                    "cluster_name": self.name, "dynamic_shared_memory_type": "mmap", "shared_buffers": "16MB",
                    "logging_collector": "off", **self.settings}
        words = [os.path.join(programs(), "postgres"), "-D", self.data]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        with open(self.log, "ab") as log:
            # No child of the terminal's: Ctrl-C is for the test, which ends it in good order.
            self.process = subprocess.Popen(command(words), cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        processes.waited_for.add(self.process.pid)
        wait_until(self.is_ready, lambda: f"PostgreSQL is ready\n{self.log_text()}")

    def is_ready(self):
        """As pg_ctl(1) sees it: line 8 of postmaster.pid. The file of one that was killed is still there."""
        if self.process.poll() is not None:
            raise AssertionError(f"PostgreSQL has ended with {self.process.returncode}\n{self.log_text()}")
        lines = lines_of(self.data)
        return len(lines) > 7 and int(lines[0]) == self.process.pid and lines[7].strip() in ("ready", "standby")

    def stop(self, how=signal.SIGINT):
        """Clients are sent away, what they had not committed is undone (pg_ctl's "fast")."""
        self.process.send_signal(how)
        self.process.wait(PATIENCE_SECONDS)

    def kill(self):
        """kill -9 of the whole server, with nobody left who could tell a client."""
        self.suspend()
        pids = self.pids()
        # The server itself last: a child that ends before is its own, and keeps its number. Behind it whoever adopts the child
        # takes it away.
        for pid in reversed(pids):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)
        wait_until(lambda: not set(pids) & set(processes.parents()), lambda: "each of its processes has ended")

    def suspend(self):
        """It accepts connections, for the kernel does that, and answers nothing."""
        # First: once it stands still it starts no other, and none that has ended is taken away, whose number would be
        # nobody's. On a busy machine that takes its time.
        os.kill(self.process.pid, signal.SIGSTOP)
        wait_until(lambda: processes.process_state(self.process.pid) == "T", lambda: "PostgreSQL stands still")
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)

    def resume(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGCONT)

    def pids(self):
        return [self.process.pid, *processes.descendants(self.process.pid)]

    def promote(self):
        """A replica becomes a server that writes."""
        self.query("SELECT pg_promote(true, 60)")
        wait_until(lambda: self.query("SELECT pg_is_in_recovery()") == [("f",)], lambda: "the replica is promoted")

    def query(self, text, database=ACCOUNT):
        """All rows, as tuples of texts, asked by PostgreSQL's administrator past the port and the password."""
        words = [os.path.join(programs(), "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-F", BETWEEN_FIELDS,
                 "-R", BETWEEN_ROWS, "-h", self.folder, "-p", str(self.port), "-U", "postgres", "-d", database, "-c", text]
        output = run(words, self.folder).removesuffix("\n")
        return [tuple(row.split(BETWEEN_FIELDS)) for row in output.split(BETWEEN_ROWS)] if output else []

    def log_text(self):
        try:
            return pathlib.Path(self.log).read_text(encoding="utf-8", errors="replace")[-4000:]
        except OSError:
            return ""


class PostgreSQL(Cluster):
    """Use in a `with`; `url` is for the tracker. `settings`: what postgresql.conf would hold."""

    def __init__(self, **settings):
        if not programs():
            raise AssertionError(NO_POSTGRESQL)
        folder = tempfile.mkdtemp(prefix="waymark-postgresql-")
        self.keeper = subprocess.Popen([sys.executable, KEEPER, folder], stdin=subprocess.PIPE, start_new_session=True)
        processes.waited_for.add(self.keeper.pid)
        super().__init__(folder, "primary", secrets.token_hex(16), settings)
        self.databases = 0
        self.clusters = [self]

    def __enter__(self):
        try:
            if user := unprivileged():
                os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.make()
            self.start()
            self.query(f"CREATE ROLE {ACCOUNT} LOGIN CREATEDB PASSWORD '{self.password}'", "postgres")
            self.query(f"CREATE DATABASE {ACCOUNT} OWNER {ACCOUNT}", "postgres")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.keeper.stdin.close()
        self.keeper.wait(PATIENCE_SECONDS)
        for cluster in self.clusters:
            if cluster.process:
                cluster.process.wait(PATIENCE_SECONDS)

    def make(self):
        """Ordered as in a language, not by bytes, where it can be: who relies on bytes says so."""
        words = [os.path.join(programs(), "initdb"), "-D", self.data, "-U", "postgres", "-E", "UTF8", "--no-sync",
                 "--auth-local=trust", "--auth-host=scram-sha-256", "--locale=C"]
        if "--icu-locale" in run([words[0], "--help"], self.folder):
            words += ["--locale-provider=icu", "--icu-locale=en-US"]
        run(words, self.folder)

    def new_database(self):
        """The URL of an empty one."""
        self.databases += 1
        name = f"{ACCOUNT}_{self.databases}"
        self.query(f"CREATE DATABASE {name} OWNER {ACCOUNT}", "postgres")
        return self.url_of(name)

    def add_replica(self):
        """A started one. From here on a commit of this server is answered only when the replica has it on disk."""
        replica = Cluster(self.folder, "replica", self.password, self.settings)
        source = f"host={self.folder} port={self.port} user=postgres application_name={replica.name}"
        run([os.path.join(programs(), "pg_basebackup"), "-D", replica.data, "-d", source, "-R", "-X", "stream", "-c", "fast",
             "--no-sync"], self.folder)
        self.clusters.append(replica)
        replica.start()
        self.query(f"ALTER SYSTEM SET synchronous_standby_names = '{replica.name}'")
        self.query("SELECT pg_reload_conf()")
        wait_until(lambda: self.query("SELECT sync_state FROM pg_stat_replication") == [("sync",)],
                   lambda: "commits wait for the replica\n" + replica.log_text())
        return replica

    def url_with(self, replica):
        """For whoever follows a failover: both, and of the two the one that takes writes."""
        return self.url_of(ACCOUNT, f"{self.host},{replica.host}") + "?target_session_attrs=read-write"


def run(words, folder):
    """What it printed. It ends with this program."""
    result = subprocess.run(command(words, "--pdeathsig=KILL"), cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    if result.returncode != 0:
        raise AssertionError(f"{os.path.basename(words[0])}: {result.returncode}: {result.stderr}")
    return result.stdout
