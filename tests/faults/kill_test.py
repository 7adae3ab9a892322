"""Processes that are killed while fixes are acknowledged: a service (FAULTS 1), the supervisor (2),
a service that dies again and again (26), many deaths at once (27), signals in a storm (25).
Usage: kill_test.py TRACKER [--long] [--seed=N]
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from faults import (LONG, TRACKER, Phones, Tracker, ask, chance, check_log_is_short, check_store,
                    send_fix)
from processes_seen import (PATIENCE_SECONDS, Level, check_no_zombie, children_of, cpu_seconds,
                            is_running, wait_until)

import driver

KILLS = 200 if LONG else 9
CRASHES = 6 if LONG else 3
LONGEST_PAUSE_SECONDS = 4
SUPERVISOR_KILLS = 50 if LONG else 3
SIGNALS = 10_000 if LONG else 2_000


def running_services(tracker):
    return {name: service["pid"] for name, service in tracker.services().items()
            if service["state"] == "up"}


class AServiceIsKilled(unittest.TestCase):

    def test_1_any_service_at_any_moment(self):
        random = chance("kill a service")
        with Tracker() as tracker:
            tracker.add_device("killed")
            level = Level(tracker.pid)
            with Phones(tracker.devices_url, "killed") as phones:
                phones.wait_for_more(50)
                for _ in range(KILLS):
                    time.sleep(random.uniform(0.05, 0.5))
                    self.kill_one(tracker, random)
                tracker.wait_until_up()
                phones.wait_for_more()
            level.check_is_back()
            check_store(tracker, phones)
            self.assertEqual(phones.refusals, {})  # nobody had to wait so long as to hear 503
            self.assertEqual(tracker.status()["pid"], tracker.pid)
            # "ended" for each kill, and nothing else that is worth a line.
            check_log_is_short(tracker.whole_log(), KILLS)

    def kill_one(self, tracker, random):
        wait_until(lambda: running_services(tracker), PATIENCE_SECONDS,
                   "a service that can be killed")
        before = running_services(tracker)
        name = random.choice(sorted(before))
        os.kill(before[name], signal.SIGKILL)
        wait_until(lambda: not is_running(before[name]), PATIENCE_SECONDS, f"{name} has ended")
        after = {name: service["pid"] for name, service in tracker.services().items()}
        others = {other: pid for other, pid in before.items() if other != name}
        self.assertEqual({other: after[other] for other in others}, others)

    def test_2_each_is_back_in_time_and_the_web_app_takes_no_phone_with_it(self):
        with Tracker() as tracker:
            tracker.add_device("each")
            with Phones(tracker.devices_url, "each") as phones:
                for name in ("web app", "store", "receiver 0"):
                    broken = phones.broken
                    os.kill(tracker.service_pid(name), signal.SIGKILL)
                    tracker.wait_until_up()
                    phones.wait_for_more()
                    if name != "receiver 0":
                        self.assertEqual(phones.broken, broken, name)
            self.assertGreater(phones.broken, 0)  # the receiver's death was felt, so the others'
            check_store(tracker, phones)
            self.assertEqual(ask(tracker.web_url)[0], 200)

    def test_3_all_at_once(self):
        """SIGCHLD merges: three children end while the supervisor cannot look (FAULTS 27)."""
        with Tracker() as tracker:
            tracker.add_device("all")
            level = Level(tracker.pid)
            with Phones(tracker.devices_url, "all") as phones:
                phones.wait_for_more()
                os.kill(tracker.pid, signal.SIGSTOP)
                for pid in children_of(tracker.pid):
                    os.kill(pid, signal.SIGKILL)
                os.kill(tracker.pid, signal.SIGCONT)
                wait_until(lambda: len(running_services(tracker)) == 3,
                           PATIENCE_SECONDS, "three services")
                phones.wait_for_more()
            level.check_is_back()
            check_store(tracker, phones)

    def test_4_a_service_that_dies_at_every_start(self):
        """The pages are gone, so the web app ends at once; pauses grow, nobody else feels it, and it
        is back when they are (FAULTS 26)."""
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            os.chmod(folder, 0o755)
            site = os.path.join(folder, "site")
            shutil.copytree(find_site(), site)
            with Tracker("--site", site) as tracker:
                tracker.add_device("crash")
                with Phones(tracker.devices_url, "crash") as phones:
                    self.let_it_crash(tracker, phones, site)
                check_store(tracker, phones)
                self.assertEqual((phones.broken, phones.refusals), (0, {}))

    def let_it_crash(self, tracker, phones, site):
        others = {name: pid for name, pid in running_services(tracker).items() if name != "web app"}
        os.rename(site, site + ".away")
        cpu, begin = cpu_seconds(tracker.pid), time.monotonic()
        os.kill(tracker.service_pid("web app"), signal.SIGKILL)
        wait_until(lambda: len(self.pauses_between_ends(tracker.whole_log())) >= CRASHES,
                   10 * CRASHES + PATIENCE_SECONDS, "it has ended again and again")
        self.assertLess(cpu_seconds(tracker.pid) - cpu, 0.2 * (time.monotonic() - begin))
        pauses = self.pauses_between_ends(tracker.whole_log())
        # Between two ends is the pause, and a start that takes as long as the machine lets it.
        for number, seconds in enumerate(pauses):
            self.assertGreaterEqual(seconds, 0.95 * min(2**number, LONGEST_PAUSE_SECONDS), pauses)
        check_log_is_short(tracker.whole_log(), 2 * (len(pauses) + 1))
        phones.wait_for_more()
        os.rename(site + ".away", site)
        tracker.wait_until_up()
        still = running_services(tracker)
        self.assertEqual({name: still[name] for name in others}, others)

    def pauses_between_ends(self, log):
        """In seconds, of the web app's."""
        ends = re.findall(r"T(\d\d):(\d\d):([\d.]+)Z \S+ error: web app ended", log)
        times = [int(hour) * 3600 + int(minute) * 60 + float(second)
                 for hour, minute, second in ends]
        return [b - a for a, b in zip(times, times[1:])]


def find_site():
    """The pages that were built beside the program."""
    return os.path.join(os.path.dirname(TRACKER), "web", "site")


class TheSupervisorIsKilled(unittest.TestCase):

    def kill_and_start_again(self, *arguments):
        random = chance("kill the supervisor " + " ".join(arguments))
        with Tracker(*arguments) as tracker:
            tracker.add_device("orphans")
            with Phones(tracker.devices_url, "orphans") as phones:
                for _ in range(SUPERVISOR_KILLS):
                    phones.wait_for_more(20)
                    time.sleep(random.uniform(0, 0.2))
                    children = children_of(tracker.pid)
                    tracker.end_by_sigkill()
                    wait_until(lambda pids=children: not any(map(is_running, pids)),
                               PATIENCE_SECONDS, "the orphans have ended")
                    tracker.start()
                phones.wait_for_more()
            check_store(tracker, phones)
            check_no_zombie(tracker.pid)

    def test_1_the_services_end_and_the_next_start_needs_no_cleaning(self):
        self.kill_and_start_again()

    def test_2_in_one_process(self):
        self.kill_and_start_again("--one-process")

    def test_3_a_start_at_once_waits_for_the_orphans(self):
        with Tracker() as tracker:
            tracker.add_device("at-once")
            with Phones(tracker.devices_url, "at-once") as phones:
                phones.wait_for_more()
                tracker.end_by_sigkill()
                tracker.start()
                phones.wait_for_more()
            check_store(tracker, phones)


class AStormOfSignals(unittest.TestCase):

    def test_1_harmless_signals_harm_nobody(self):
        random = chance("signals")
        with Tracker() as tracker:
            tracker.add_device("storm")
            level = Level(tracker.pid)
            with Phones(tracker.devices_url, "storm") as phones:
                before = running_services(tracker)
                for number in range(SIGNALS):
                    os.kill(tracker.pid, random.choice([signal.SIGHUP, signal.SIGCHLD]))
                    # To the services, too: a terminal and a service manager signal the whole group.
                    os.kill(random.choice(sorted(before.values())),
                            random.choice([signal.SIGHUP, signal.SIGTERM, signal.SIGINT,
                                           signal.SIGPIPE]))
                    if number % 100 == 0:
                        time.sleep(0.01)
                phones.wait_for_more()
            self.assertEqual(running_services(tracker), before)
            self.assertEqual((phones.broken, phones.refusals), (0, {}))
            level.check_is_back()
            check_store(tracker, phones)

    def test_2_sigterm_ends_it_with_zero_in_the_middle_of_the_storm(self):
        with Tracker() as tracker:
            tracker.add_device("term")
            with Phones(tracker.devices_url, "term") as phones:
                phones.wait_for_more()
                children = children_of(tracker.pid)
                for _ in range(100):
                    os.kill(tracker.pid, signal.SIGHUP)
                os.kill(tracker.pid, signal.SIGTERM)
                self.assertEqual(tracker.process.wait(PATIENCE_SECONDS), 0, tracker.log_text())
            self.assertFalse(any(map(is_running, children)))
            check_store(tracker, phones)

    def test_3_sigterm_while_it_starts(self):
        random = chance("sigterm while it starts")
        with Tracker() as tracker:
            tracker.add_device("start")
            for _ in range(50 if LONG else 5):
                tracker.stop()
                self.stop_a_start(tracker, random.uniform(0, 0.1))
                tracker.start()
            self.assertEqual(send_fix(tracker.devices_url, "start", 1_700_000_000)[0], 200)

    def stop_a_start(self, tracker, after):
        process = subprocess.Popen(
            [tracker.program, "serve", "--foreground", "--data", tracker.data, "--listen-devices",
             "127.0.0.1:0", "--listen-web", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after)
        process.terminate()
        # Before it listens to signals it dies of this one; after that it ends in good order.
        self.assertIn(process.wait(PATIENCE_SECONDS), (0, -signal.SIGTERM))


if __name__ == "__main__":
    driver.main()
