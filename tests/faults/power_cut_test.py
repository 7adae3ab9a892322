"""The power goes while fixes are acknowledged (FAULTS 4). The tracker itself runs as always; strace
stands beside it. Usage: power_cut_test.py TRACKER [--long] [--seed=N]
"""

import os
import shutil
import tempfile
import unittest

import power_cut
from faults import LONG, Phones, Tracker, chance, check_store
from tracing import Strace, reason_not_to_trace

import driver

FIXES = 4000 if LONG else 150
# A cut is a database to be opened and read; with a long trace not every one can be looked at.
SHARE = 0.1 if LONG else 1.0


@unittest.skipIf(reason_not_to_trace(), reason_not_to_trace())
class ThePowerGoes(unittest.TestCase):

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="waymark-")
        self.addCleanup(self.scratch.cleanup)

    def path(self, name):
        return os.path.join(self.scratch.name, name)

    def run_traced(self, *injections, fixes=FIXES):
        """Traces a tracker that acknowledges fixes; returns the operations and the phones."""
        options = [word for injection in injections for word in ("-e", "inject=" + injection)]
        with Tracker() as tracker:
            tracker.add_device("powered")
            services = tracker.services()
            # The store rests: nobody sends yet, and what it has was synced.
            shutil.copytree(tracker.data, self.path("base"), ignore=lambda _, names: [
                name for name in names if name not in power_cut.FILES])
            pids = services["store"]["pid"], services["receiver 0"]["pid"]
            with Strace(pids, self.path("trace"), *power_cut.OPTIONS, *options):
                with Phones(tracker.devices_url, "powered", pause_seconds=0) as phones:
                    phones.wait_for_more(fixes, 600)
            check_store(tracker, phones)  # without a cut nothing may be missing anyway
        return power_cut.read_trace(self.path("trace")), phones

    def replay(self, operations, phones, random):
        outcome = power_cut.replay(operations, self.path("base"), phones.answers, self.path("cut"),
                                   random, share=SHARE)
        print(outcome, flush=True)
        # Each answer that a phone has heard must have been found in the trace, or cuts are missing.
        self.assertEqual(outcome.acknowledged, len(phones.acknowledged))
        return outcome

    def test_1_nothing_acknowledged_is_lost(self):
        random = chance("power cut")
        outcome = self.replay(*self.run_traced(), random)
        self.assertGreater(outcome.syncs, 10)
        self.assertEqual((outcome.corrupt, outcome.lost_in), (0, 0))

    def test_2_also_when_syncs_failed_before_it(self):
        """The store opens its file anew after a failed sync and copies the log; that is traced, too."""
        random = chance("power cut after failed syncs")
        operations, phones = self.run_traced("fdatasync:error=EIO:when=7..100+20")
        failed = sum(isinstance(operation, power_cut.FailedSync) for operation in operations)
        self.assertGreater(failed, 0)
        self.assertTrue(any(isinstance(operation, power_cut.Write) and
                            operation.file == power_cut.DATABASE for operation in operations))
        self.assertGreater(sum(phones.refusals.values()), 0)
        outcome = self.replay(operations, phones, random)
        self.assertEqual((outcome.corrupt, outcome.lost_in), (0, 0))

    def test_3_with_a_disk_that_lies_about_syncs_the_loss_is_seen(self):
        """The negative control: the same program, whose syncs do nothing and report success. Users
        have no switch for it."""
        random = chance("power cut of a disk that lies")
        outcome = self.replay(*self.run_traced("fdatasync,fsync:retval=0"), random)
        self.assertEqual(outcome.syncs, 0)
        self.assertGreater(outcome.lost_in + outcome.corrupt, outcome.cuts // 4)


class TheReplay(unittest.TestCase):
    """The disk in memory does what disks do; shown on traces of a few lines."""

    def escaped(self, text):
        return "".join(f"\\x{byte:02x}" for byte in text.encode())

    def read(self, *lines):
        with tempfile.NamedTemporaryFile("w+", prefix="waymark-") as trace:
            trace.write("\n".join(lines) + "\n")
            trace.flush()
            return power_cut.read_trace(trace.name)

    def test_calls_of_two_processes_are_put_in_order(self):
        log = "7<" + self.escaped("/d/waymark.db-wal") + ">"
        phone = "8<TCP:[127.0.0.1:5055->127.0.0.1:4711]>"
        ok, refused = self.escaped("HTTP/1.1 200 OK"), self.escaped("HTTP/1.1 503 Service")
        operations = self.read(
            f'10 pwrite64({log}, "{self.escaped("ab")}", 2, 24 <unfinished ...>',
            f'11 sendto({phone}, "{refused}", 20, 0, NULL, 0) = 20',
            "10 <... pwrite64 resumed>) = 2",
            f"10 fdatasync({log} <unfinished ...>",
            f'11 sendto({phone}, "{ok}", 15, 0, NULL, 0) = 15',
            "10 <... fdatasync resumed>) = 0",
            f"10 fdatasync({log}) = 0 (INJECTED)",
            f"10 fdatasync({log}) = -1 EIO (Input/output error) (INJECTED)",
            f"10 ftruncate({log}, 0) = 0")
        name = "waymark.db-wal"
        self.assertEqual(operations, [
            power_cut.Write(name, 24, b"ab"), power_cut.Acknowledged(4711), power_cut.Sync(name),
            power_cut.FailedSync(name), power_cut.Truncate(name, 0)])

    def test_what_is_not_synced_may_be_gone_and_what_is_synced_is_not(self):
        random = chance("a disk in memory")
        name = power_cut.DATABASE
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            found = set()
            for _ in range(50):
                disk = power_cut.Disk(folder)
                disk.do(power_cut.Write(name, 0, b"a" * 512), random)
                disk.do(power_cut.Sync(name), random)
                disk.do(power_cut.Write(name, 512, b"b" * 512), random)
                disk.cut(os.path.join(folder, "cut"), random, keep_some=True)
                with open(os.path.join(folder, "cut", name), "rb") as file:
                    found.add(file.read())
            self.assertTrue(all(image[:512] == b"a" * 512 for image in found))
            self.assertTrue({b"a" * 512, b"a" * 512 + b"b" * 512} <= found)


if __name__ == "__main__":
    driver.main()
