"""Runs the HTTP conformance cases that lie beside the project against examples/httpd.

http_cases.py HTTPD SHARED: SHARED is the folder with http_check.py and data/http_cases.json; the
environment variable WAYMARK_SHARED takes its place. Without the folder the whole program is skipped.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

SKIPPED = 77
LIMITS = ["--header-timeout", "3", "--body-timeout", "3", "--send-timeout", "3", "--idle-timeout", "4"]


def start(httpd, root):
    server = subprocess.Popen([httpd, "--root", root, "--listen", "127.0.0.1:0", *LIMITS],
                              stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    found = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)/\n", line)
    if not found:
        server.kill()
        sys.exit(f"httpd did not say where it listens, but {line!r}")
    return server, found.group(1)


def check(shared, port, cases):
    """(passed, failed) of the checker, whose verdicts go to our standard output."""
    result = subprocess.run([sys.executable, os.path.join(shared, "http_check.py"), "127.0.0.1", port,
                             cases, "--strict"], stdout=subprocess.PIPE, text=True, timeout=240)
    for line in result.stdout.splitlines():
        if line.startswith("FAIL"):
            print(line)
    found = re.search(r"^(\d+) passed, (\d+) failed$", result.stdout, re.MULTILINE)
    if not found:
        sys.exit("the checker gave no count: " + result.stdout[-500:])
    return int(found.group(1)), int(found.group(2))


def control_fails(shared, port, folder, cases):
    """A case that expects what no server answers must be reported as failed."""
    with open(cases, encoding="utf-8") as file:
        case = json.load(file)[0]
    case["expect"] = {"status": [299]}
    path = os.path.join(folder, "control.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump([case], file)
    print("The next failure is wanted:")
    return check(shared, port, path) == (0, 1)


def main():
    httpd = sys.argv[1]
    shared = os.environ.get("WAYMARK_SHARED", sys.argv[2])
    cases = os.path.join(shared, "data", "http_cases.json")
    if not os.path.exists(cases):
        print(f"SKIP: HTTP conformance cases: {os.path.normpath(cases)} is not there")
        return SKIPPED
    folder = tempfile.mkdtemp(prefix="waymark-http-")
    try:
        subprocess.run([sys.executable, os.path.join(shared, "http_check.py"), "--make-site", folder],
                       check=True)
        server, port = start(httpd, os.path.join(folder, "docroot"))
        try:
            passed, failed = check(shared, port, cases)
            control = control_fails(shared, port, folder, cases)
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(timeout=20)
    finally:
        shutil.rmtree(folder)
    for name, holds in [("the checker rejects a wrong answer", control),
                        ("httpd ends with 0 after SIGTERM", code == 0)]:
        passed, failed = passed + holds, failed + (not holds)
        if not holds:
            print("FAIL", name)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
