#!/usr/bin/env python3
"""Runs a program beside a PostgreSQL of its own, whose URL is in WAYMARK_TEST_POSTGRESQL, and gives back its exit code:

    with_postgresql.py PROGRAM ARGUMENT...

Where there is no PostgreSQL, the program is not run and counts as skipped.
"""

import os
import signal
import subprocess
import sys

from count import EXIT_SKIPPED
from postgresql_server import NO_POSTGRESQL, PostgreSQL, programs


def run(command, url):
    with subprocess.Popen(command, env={**os.environ, "WAYMARK_TEST_POSTGRESQL": url}) as program:
        try:
            code = program.wait()
        except SystemExit:
            program.kill()
            raise
    return 128 - code if code < 0 else code


def main():
    if not programs():
        print(f"SKIP: {os.path.basename(sys.argv[1])}: {NO_POSTGRESQL}")
        return EXIT_SKIPPED
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # Each case makes all tables anew. What a power cut leaves is asked by tests/faults, of servers that sync.
    with PostgreSQL(fsync="off", full_page_writes="off") as server:
        return run(sys.argv[1:], server.url)


if __name__ == "__main__":
    sys.exit(main())
