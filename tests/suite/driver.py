"""What a Python test program calls instead of unittest.main(): runs the tests and prints the lines
that the runner counts (count.py): `SKIP: what: why` for each skipped test, then the count."""

import sys
import unittest

from count import Count


def main():
    result = unittest.main(module="__main__", exit=False, argv=sys.argv[:1]).result
    for test, reason in result.skipped:
        print(f"SKIP: {test}: {reason}")
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    passed = max(0, result.testsRun - failed - skipped)
    print(Count(passed, failed, skipped).line(), flush=True)
    sys.exit(1 if failed else 0)
