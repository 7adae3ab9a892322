"""A power cut, without a machine to unplug. strace(1) writes down, in order, what the store wrote and
synced and when the receiver acknowledged a fix to a phone. The trace is then played on a disk that
exists in memory only, and cut at every acknowledgement: what was synced is there; of what was not,
any sectors may be, and one may be torn.

A sync that failed leaves what it should have written in doubt for ever: Linux may drop the pages and
let the next sync succeed (the PostgreSQL developers found out in 2018). A sync whose result strace made
up, without asking the kernel, is one that never happened: a disk that lies.
"""

import collections
import os
import re
import shutil
import sqlite3

SECTOR = 512
DATABASE = "waymark.db"
FILES = (DATABASE, DATABASE + "-wal")
TRACED = "trace=pwrite64,pwritev,write,writev,sendto,sendmsg,ftruncate,fsync,fdatasync"
OPTIONS = ("-qq", "-yy", "-xx", "-s", "9999999", "-e", TRACED, "-e", "signal=none")

Write = collections.namedtuple("Write", "file offset data")
Truncate = collections.namedtuple("Truncate", "file size")
Sync = collections.namedtuple("Sync", "file")
FailedSync = collections.namedtuple("FailedSync", "file")
Acknowledged = collections.namedtuple("Acknowledged", "port")

BEGUN = re.compile(r"(\w+)\((\d+)<(.*?)>, ?(.*)", re.DOTALL)
ONLY_A_FILE = re.compile(r"(\w+)\((\d+)<(.*?)>(.*)", re.DOTALL)
PHONE = re.compile(r"TCP(?:v6)?:\[.*->.*:(\d+)\]$")
ANSWER = "".join(f"\\x{byte:02x}" for byte in b"HTTP/1.1 200")


def text_of(escaped):
    return bytes.fromhex(escaped.replace("\\x", ""))


def file_of(escaped):
    """The name of the file that a descriptor leads to, if it is one that counts."""
    if not escaped.startswith("\\x"):
        return None
    name = os.path.basename(text_of(escaped).decode(errors="replace"))
    return name if name in FILES else None


def read_trace(path):
    """The operations in the order in which a power cut could have come between them: a write and an
    acknowledgement from the moment on in which they begin, a sync when it has ended."""
    operations = []
    begun = {}  # by thread: the call of which only the beginning has been seen
    with open(path, encoding="ascii") as trace:
        for line in trace:
            thread, call = line.rstrip("\n").split(None, 1)
            resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", call)
            if resumed:
                operation, call = begun.pop(thread), resumed.group(1)
            else:
                operation = operation_of(call)
                if operation and not isinstance(operation, Sync):
                    operations.append(operation)
            if call.endswith("<unfinished ...>"):
                begun[thread] = operation
            elif isinstance(operation, Sync):
                operations += what_a_sync_did(operation, call)
    return operations


def operation_of(call):
    found = BEGUN.match(call) or ONLY_A_FILE.match(call)
    if not found:
        return None
    name, _, place, rest = found.groups()
    phone = PHONE.search(place)
    if phone:
        return Acknowledged(int(phone.group(1))) if ANSWER in rest[:200] else None
    file = file_of(place)
    if file is None:
        return None
    if name == "pwrite64":
        data, offset = re.match(r'"((?:\\x..)*)", \d+, (\d+)', rest).groups()
        return Write(file, int(offset), text_of(data))
    if name == "ftruncate":
        return Truncate(file, int(re.match(r"(\d+)", rest).group(1)))
    if name in ("fsync", "fdatasync"):
        return Sync(file)
    raise AssertionError(f"{name} writes to {file}, and this reader does not know it")


def what_a_sync_did(sync, call):
    result = call.rpartition(" = ")[2]
    if result.startswith("0"):
        return [] if "INJECTED" in result else [sync]
    return [FailedSync(sync.file)]


def put(image, offset, data):
    if len(image) < offset + len(data):
        image.extend(bytes(offset + len(data) - len(image)))
    image[offset:offset + len(data)] = data


def torn(data, random):
    half = len(data) // 2
    return data[:half] + random.randbytes(len(data) - half)


def put_whole(image, operation):
    if isinstance(operation, Truncate):
        del image[operation.size:]
    else:
        put(image, operation.offset, operation.data)


def put_some(image, operation, random):
    """A share of the sectors, which is none or all of them now and then."""
    if isinstance(operation, Truncate):
        if random.random() < 0.5:
            del image[operation.size:]
        return
    share, position = random.choice((0.0, random.random(), 1.0)), 0
    while position < len(operation.data):
        length = SECTOR - (operation.offset + position) % SECTOR
        part = operation.data[position:position + length]
        if random.random() < share:
            put(image, operation.offset + position,
                torn(part, random) if random.random() < 0.02 else part)
        position += length


class Disk:
    """What is durable, and what is on its way, in order."""

    def __init__(self, folder):
        """Begins with the files as they are: nothing of them is on its way any more."""
        self.durable = {}
        self.waiting = collections.defaultdict(list)
        for name in FILES:
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    self.durable[name] = bytearray(file.read())

    def do(self, operation, random):
        if isinstance(operation, (Write, Truncate)):
            self.waiting[operation.file].append(operation)
        elif isinstance(operation, Sync):
            for waiting in self.waiting.pop(operation.file, []):
                put_whole(self.image(operation.file), waiting)
        elif isinstance(operation, FailedSync):
            for waiting in self.waiting.pop(operation.file, []):
                put_some(self.image(operation.file), waiting, random)

    def image(self, name):
        return self.durable.setdefault(name, bytearray())

    def cut(self, folder, random, keep_some):
        """Writes the files as they are found after the power has come back."""
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        for name in set(self.durable) | set(self.waiting):
            image = bytearray(self.durable.get(name, b""))
            for operation in self.waiting.get(name, []) if keep_some else []:
                put_some(image, operation, random)
            with open(os.path.join(folder, name), "wb") as file:
                file.write(image)


class Outcome:
    """Of all cuts of one trace."""

    def __init__(self):
        self.cuts = self.corrupt = self.lost_in = self.most_lost = self.syncs = 0
        self.acknowledged = 0

    def __str__(self):
        return (f"{self.acknowledged} acknowledged, {self.syncs} syncs, {self.cuts} cuts: "
                f"{self.corrupt} corrupt, acknowledged fixes lost in {self.lost_in}, "
                f"at worst {self.most_lost}")


def stored_after_the_cut(folder):
    """The times of the fixes, in seconds; None if the file is damaged."""
    connection = sqlite3.connect(os.path.join(folder, DATABASE))
    try:
        connection.execute("PRAGMA synchronous = OFF")  # nobody needs this copy tomorrow
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            return None
        return {row[0] for row in connection.execute("SELECT time_ms / 1000 FROM fix")}
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()


def replay(operations, base, answers, folder, random, tries=3, share=1.0):
    """Cuts the power at a `share` of the acknowledgements and at some other moments, `tries` times
    each. `answers` are the times that were acknowledged, by the phone's port and in order."""
    disk, outcome = Disk(base), Outcome()
    acknowledged, next_of = set(), collections.Counter()
    for operation in operations:
        disk.do(operation, random)
        outcome.syncs += isinstance(operation, Sync)
        if isinstance(operation, Acknowledged):
            acknowledged.add(answers[operation.port][next_of[operation.port]])
            next_of[operation.port] += 1
        wanted = share if isinstance(operation, Acknowledged) else 0.03 * share
        if random.random() >= wanted:
            continue
        for number in range(tries):
            disk.cut(folder, random, keep_some=number > 0)
            judge(outcome, stored_after_the_cut(folder), acknowledged)
    outcome.acknowledged = len(acknowledged)
    return outcome


def judge(outcome, stored, acknowledged):
    outcome.cuts += 1
    if stored is None:
        outcome.corrupt += 1
        return
    lost = len(acknowledged - stored)
    outcome.lost_in += lost > 0
    outcome.most_lost = max(outcome.most_lost, lost)
