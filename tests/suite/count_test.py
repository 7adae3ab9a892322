"""What the runner must count, as a table of outputs; most rows are programs that must not pass."""

import unittest

import count
import driver

DOCTEST = "[doctest] test cases: {} | {} passed | {} failed | 0 skipped\n"
OLD_DOCTEST = "[doctest] test cases:  7 |  7 passed | 0 failed |\n"

# what, output, exit code, Meson's result, (passed, failed, skipped), a word of the problem
ROWS = [
    ("doctest that passes", DOCTEST.format(7, 7, 0), 0, "OK", (7, 0, 0), ""),
    ("doctest without a skipped column", OLD_DOCTEST, 0, "OK", (7, 0, 0), ""),
    ("doctest in colour", "\x1b[0;36m[doctest] \x1b[0mtest cases: 2 | \x1b[0;32m2 passed\x1b[0m |"
     " 0 failed | 0 skipped\n", 0, "OK", (2, 0, 0), ""),
    ("driver that passes", "3 passed, 0 failed, 0 skipped\n", 0, "OK", (3, 0, 0), ""),
    ("driver whose last count holds", "1 passed, 0 failed, 0 skipped\n4 passed, 0 failed, 0 skipped\n",
     0, "OK", (4, 0, 0), ""),
    ("doctest that fails", DOCTEST.format(7, 5, 2), 1, "FAIL", (5, 2, 0), "2 failed"),
    ("driver that fails", "3 passed, 1 failed, 0 skipped\n", 1, "FAIL", (3, 1, 0), "1 failed"),
    ("driver that fails and hides it", "3 passed, 1 failed, 0 skipped\n", 0, "OK", (3, 1, 0), "1 failed"),
    ("leak after all tests passed", DOCTEST.format(7, 7, 0), 1, "FAIL", (7, 1, 0), "exit code 1"),
    ("crash before the count", "started\n", -11, "FAIL", (0, 1, 0), "signal 11"),
    ("crash after the count", DOCTEST.format(7, 7, 0), -6, "FAIL", (7, 1, 0), "signal 6"),
    ("crash told by a shell", "", 139, "FAIL", (0, 1, 0), "signal 11"),
    ("too slow", "1 passed, 0 failed, 0 skipped\n", -15, "TIMEOUT", (1, 1, 0), "longer"),
    ("prints nothing and succeeds", "", 0, "OK", (0, 1, 0), "no count"),
    ("prints nothing and fails", "", 3, "FAIL", (0, 1, 0), "no count"),
    ("doctest without a case", DOCTEST.format(0, 0, 0), 0, "OK", (0, 1, 0), "no test"),
    ("driver without a test", "0 passed, 0 failed, 0 skipped\n", 0, "OK", (0, 1, 0), "no test"),
    ("never started", "", None, "ERROR", (0, 1, 0), "signal"),
    ("count in the middle of a line", "x 9 passed, 0 failed, 0 skipped\n", 0, "OK", (0, 1, 0), "no count"),
    ("skipped as a whole", "SKIP: browser: no Chromium\n", 77, "SKIP", (0, 0, 1), ""),
    ("skipped as a whole, silently", "", 77, "SKIP", (0, 0, 1), ""),
    ("doctest with a case left out", "SKIP: drop: needs root\n" + DOCTEST.format(7, 7, 0), 0, "OK",
     (6, 0, 1), ""),
    ("driver with a test left out", "SKIP: a: b\n2 passed, 0 failed, 1 skipped\n", 0, "OK", (2, 0, 1), ""),
    ("driver with silent skips", "2 passed, 0 failed, 3 skipped\n", 0, "OK", (2, 0, 3), ""),
]


class CountTest(unittest.TestCase):
    def test_every_row_is_counted_as_it_says(self):
        for what, output, exit_code, result, expected, word in ROWS:
            with self.subTest(what):
                seen = count.count(output, exit_code, result)
                self.assertEqual((seen.passed, seen.failed, seen.skipped), expected)
                self.assertIn(word, seen.problem)
                self.assertEqual(seen.problem == "", seen.failed == 0)

    def test_every_skip_has_a_reason(self):
        for what, output, exit_code, result, expected, _ in ROWS:
            with self.subTest(what):
                seen = count.count(output, exit_code, result)
                self.assertEqual(len(seen.reasons), expected[2])
        self.assertEqual(count.count("SKIP: drop: needs root\n", 77, "SKIP").reasons,
                         ["drop: needs root"])


if __name__ == "__main__":
    driver.main()
