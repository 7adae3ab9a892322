"""A long time under a mixed load, and one fault after the other, whichever chance names (FAULTS 45).
Usage: soak_test.py TRACKER [--minutes=N] [--seed=N]

Without --minutes: each fault once, in an order that chance gives, without a pause. With it: a fault a minute, for
N minutes, and what the server holds at the end is compared with what it held at first."""

import contextlib
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from faults import ARGUMENTS, TRACKER, Phones, Tracker, ask, chance, check_integrity, check_store, stored_times
from network_clients import Client, request
from processes_seen import (PATIENCE_SECONDS, Level, check_no_zombie, children_of, descriptors, is_running,
                            resident_bytes, wait_until)

import driver

MINUTES = next((float(word[10:]) for word in ARGUMENTS if word.startswith("--minutes=")), 0)
DEVICE = "soak"
MOST_GROWTH_BYTES = 4 * 1024 * 1024
MOST_GROWTH_DESCRIPTORS = 4


def up(tracker):
    return {name: service["pid"] for name, service in tracker.services().items() if service["state"] == "up"}


def address_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def kill_a_service(tracker, random):
    pid = random.choice(sorted(up(tracker).values()))
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), PATIENCE_SECONDS, "the service has ended")


def kill_all_services(tracker, _random):
    for pid in up(tracker).values():
        os.kill(pid, signal.SIGKILL)


def suspend_a_service(tracker, random):
    pid = random.choice(sorted(up(tracker).values()))
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(random.uniform(0.1, 2))
    finally:
        os.kill(pid, signal.SIGCONT)


def kill_the_supervisor(tracker, _random):
    children = children_of(tracker.pid)
    tracker.end_by_sigkill()
    wait_until(lambda: not any(map(is_running, children)), PATIENCE_SECONDS, "the orphans have ended")
    tracker.start()


def stop_and_start(tracker, _random):
    tracker.stop()
    tracker.start()


def signal_everybody(tracker, random):
    for _ in range(300):
        os.kill(tracker.pid, random.choice([signal.SIGHUP, signal.SIGCHLD]))
        os.kill(random.choice(sorted(children_of(tracker.pid))), random.choice([signal.SIGHUP, signal.SIGINT, signal.SIGPIPE]))


def hold_the_database(tracker, random):
    other = sqlite3.connect(tracker.database, timeout=PATIENCE_SECONDS, isolation_level=None)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")
        time.sleep(random.uniform(0.1, 3))
        other.execute("ROLLBACK")


def flood(tracker, _random):
    """From another source than the phones: its limit is its own."""
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            with contextlib.suppress(OSError):
                stack.enter_context(Client(address_of(tracker.devices_url), source="127.0.0.9"))


def leave_in_the_middle(tracker, random):
    whole = request("/?id=nobody&lat=1&lon=2")
    for address in (address_of(tracker.devices_url), address_of(tracker.web_url)):
        for _ in range(20):
            with contextlib.suppress(OSError):
                client = Client(address)
                client.socket.sendall(whole[:random.randrange(len(whole))])
                client.reset()


def send_rubbish(tracker, random):
    for address in (address_of(tracker.devices_url), address_of(tracker.web_url)):
        for _ in range(20):
            with contextlib.suppress(OSError), Client(address) as client:
                client.socket.sendall(random.randbytes(random.randrange(1, 4000)))
                client.socket.shutdown(socket.SHUT_WR)
                while client.socket.recv(4096):
                    pass


def look_and_do_not_read(tracker, _random):
    """Pages that are open on a machine that went to sleep."""
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            viewer = stack.enter_context(Client(address_of(tracker.web_url), receive_buffer=4096))
            viewer.socket.sendall(request("/api/live"))
        time.sleep(1)


def read_and_back_up(tracker, _random):
    assert ask(tracker.web_url, "/api/devices")[0] == 200
    with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
        copy = os.path.join(folder, "copy.db")
        done = subprocess.run([TRACKER, "backup", "--data", tracker.data, copy], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        check_integrity(copy)
        assert stored_times(copy, DEVICE), "the copy has no fix"


FAULTS = [kill_a_service, kill_all_services, suspend_a_service, kill_the_supervisor, stop_and_start, signal_everybody,
          hold_the_database, flood, leave_in_the_middle, send_rubbish, look_and_do_not_read, read_and_back_up]


def held(tracker):
    """{service: (bytes of memory, descriptors)}, when nothing is wrong."""
    return {name: (resident_bytes(pid), len(descriptors(pid))) for name, pid in up(tracker).items()}


def growth(seen):
    """By how much the median of the last third is above that of the second: what a server fills at first, it keeps."""
    third = len(seen) // 3
    return statistics.median(seen[-third:]) - statistics.median(seen[third:2 * third])


def check_does_not_grow(samples):
    """`samples` as held() gives them, one after each fault (I5)."""
    for name in samples[-1]:
        memory, files = zip(*(sample[name] for sample in samples if name in sample), strict=True)
        print(f"{name}: {memory[0] >> 10} KiB at first, {memory[-1] >> 10} at the end; {files[0]} and {files[-1]} descriptors")
        if len(memory) >= 9:
            assert growth(memory) <= MOST_GROWTH_BYTES, f"{name} keeps {growth(memory):.0f} bytes more: {memory}"
            assert growth(files) <= MOST_GROWTH_DESCRIPTORS, f"{name} keeps {growth(files):.0f} descriptors more: {files}"


class Soak(unittest.TestCase):

    def test_1_faults_at_random(self):
        random = chance("soak")
        plan = random.sample(FAULTS, len(FAULTS)) if MINUTES == 0 else [random.choice(FAULTS) for _ in range(max(1, round(MINUTES)))]
        samples = []
        with Tracker() as tracker:
            tracker.add_device(DEVICE)
            with Phones(tracker.devices_url, DEVICE, pause_seconds=0.05 if MINUTES else 0.01) as phones:
                phones.wait_for_more()
                for number, fault in enumerate(plan):
                    if MINUTES:
                        time.sleep(random.uniform(30, 60))
                    print(f"{number + 1} of {len(plan)}: {fault.__name__}, {phones.count()} fixes acknowledged", flush=True)
                    with self.subTest(f"{number + 1}: {fault.__name__}"):
                        self.live_through(fault, tracker, phones, random)
                    samples.append(held(tracker))
            check_store(tracker, phones)
            self.assertEqual(phones.retry_after_missing, 0)
            if MINUTES:  # by then it has filled what it keeps
                check_does_not_grow(samples)

    def live_through(self, fault, tracker, phones, random):
        level, supervisor = Level(tracker.pid), tracker.pid
        fault(tracker, random)
        tracker.wait_until_up()
        phones.wait_for_more()
        self.assertEqual(ask(tracker.web_url)[0], 200)
        if tracker.pid == supervisor:
            level.check_is_back()
        check_no_zombie(tracker.pid)

    def test_2_what_grows_is_seen(self):
        steady = [{"store": (20 << 20, 12)}] * 12
        check_does_not_grow(steady)
        for leak in ((1 << 20, 0), (0, 1)):
            with self.assertRaisesRegex(AssertionError, "store keeps .* more"):
                check_does_not_grow([{"store": ((20 << 20) + i * leak[0], 12 + i * leak[1])} for i in range(18)])


if __name__ == "__main__":
    driver.main()
