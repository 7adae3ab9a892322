"""Sends each case of http_cases.json to examples/httpd over a connection of its own, and looks at what
comes back. After each, a stranger must be served. Usage: http_cases.py HTTPD [DESIGN [REGEX]]

With REGEX only the cases whose name it finds are played, and what came back is printed.

Two servers run. One waits for its clients for hours: where it ends a connection, the case made it do
so. The other cuts off whoever is slow after seconds; cases that are marked `slow` go there.
"""

import concurrent.futures
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "suite"))

import verdict
from connection import Connection, connect
from count import Count
from served_files import make_site

CASES = HERE / "http_cases.json"
AT_ONCE = 4
# Where a client keeps a thread there are enough of them, and connections that are kept as long.
CREW = ["--requests", "1000"]
DESIGNS = {"event": [], "dynamic-threads": [], "static-threads": ["--threads", "32", *CREW],
           "prefork": ["--workers", "2", "--threads", "16", *CREW]}
LIMITS = ("--header-timeout", "--body-timeout", "--send-timeout", "--idle-timeout")
PATIENT_SECONDS, HASTY_SECONDS = "3600", "3"


class Server:
    """A running httpd. Use in a `with`; `exit_code` is there after it."""

    def __init__(self, httpd, root, limit_seconds, design):
        limits = [word for limit in LIMITS for word in (limit, limit_seconds)]
        self.process = subprocess.Popen([httpd, "--root", root, "--listen", "127.0.0.1:0", "--design", design,
                                         *DESIGNS[design], *limits], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)/\n", line)
        if not found:
            self.process.kill()
            sys.exit(f"httpd did not say where it listens, but {line!r}")
        self.address = ("127.0.0.1", int(found.group(1)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.exit_code = self.process.wait(timeout=60)
        self.process.stdout.close()

    def play(self, case):
        """(what is wrong or an empty text, what was seen)."""
        try:
            connected = connect(self.address, case.get("rcvbuf"))
            with Connection(connected, verdict.methods_of(case)) as connection:
                wrong, seen = verdict.play(connection, case)
            ill = not self.serves_a_stranger()
        except OSError as problem:
            return f"socket: {problem}", "nothing"
        return (wrong or ill and "a stranger is not served after it"), seen

    def serves_a_stranger(self):
        """On a busy machine one may be slower than the hasty server allows; three are not."""
        for _ in range(3):
            with Connection(connect(self.address), []) as stranger:
                if not verdict.ask_again(stranger):
                    return True
        return False


def play_all(cases, patient, hasty, is_shown):
    """Several at once, the slow ones first. Returns the count."""
    count = Count()
    cases = sorted(cases, key=lambda case: not case.get("slow"))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(lambda case: (hasty if case.get("slow") else patient).play(case), cases)
        for case, (wrong, seen) in zip(cases, results):
            count.add(Count(failed=1) if wrong else Count(passed=1))
            if wrong or is_shown:
                print(f"{'FAIL' if wrong else 'ok'} {case['name']}: {wrong or 'as expected'}; "
                      f"seen: {seen}")
    return count


def note(count, holds, name):
    count.add(Count(passed=1) if holds else Count(failed=1))
    if not holds:
        print("FAIL", name)


def main():
    httpd, design, pattern = (sys.argv[1:] + ["event", ""][len(sys.argv) - 2:])[:3]
    with open(CASES, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    chosen = [case for case in cases if re.search(pattern, case["name"])]
    with tempfile.TemporaryDirectory(prefix="waymark-http-") as folder:
        root = str(make_site(folder))
        with Server(httpd, root, PATIENT_SECONDS, design) as patient, \
                Server(httpd, root, HASTY_SECONDS, design) as hasty:
            count = play_all(chosen, patient, hasty, bool(pattern))
            wrong, _ = patient.play({**cases[0], "expect": {"status": [299]}})
    note(count, wrong, "a case that wants what no server answers is found wrong")
    note(count, patient.exit_code == hasty.exit_code == 0, "httpd ends with 0 after SIGTERM")
    print(count.line())
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
