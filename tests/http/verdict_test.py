"""Whether the judge of the HTTP cases sees what is wrong: a server that says what it is told stands at
the other end of a socket pair, and breaks one clause at a time. Usage: verdict_test.py
"""

import json
import pathlib
import socket
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "suite"))

import driver
import verdict
from connection import PATIENCE_SECONDS, Connection
from responses import read_responses
from served_files import HELLO, SECRET

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
GREETING = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" + HELLO
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
STAYS, ENDS = False, True
IMPATIENT_SECONDS = 0.2  # for what never comes


class ToldServer(threading.Thread):
    """Has said `first` before anybody listens; then it has ended, or answers each request that comes
    with `again` until we end."""

    def __init__(self, end, first, ends, again=GREETING):
        super().__init__()
        self.end, self.ends, self.again = end, ends, again
        self.end.sendall(first)
        if ends:
            self.end.shutdown(socket.SHUT_WR)

    def run(self):
        with self.end:
            while request := self.end.recv(65536):
                if not self.ends and request.endswith(verdict.PROBE):
                    self.end.sendall(self.again)


def verdict_on(expect, first, ends=STAYS, again=GREETING, methods=("GET",),
               patience_seconds=PATIENCE_SECONDS):
    """What the judge says of a server that answers thus."""
    ours, theirs = socket.socketpair()
    server = ToldServer(theirs, first, ends, again)
    server.start()
    with Connection(ours, methods, patience_seconds) as connection:
        wrong, _ = verdict.play(connection, {"send": ["x"], "expect": expect})
    server.join()
    return wrong


# (what is expected, an answer that is right, answers that break just that)
CLAUSES = [
    ({"status": [200]}, (OK,), [(NOT_FOUND,), (b"", ENDS)]),
    ({"status": [404], "closes": True}, (b"", ENDS), [(OK, ENDS), (b"",)]),
    ({"closes": True}, (NOT_FOUND, ENDS), [(OK, ENDS)]),
    ({"statuses": [[200], [404]]}, (OK + NOT_FOUND,),
     [(NOT_FOUND + OK,), (OK + NOT_FOUND + OK,), (OK, ENDS)]),
    ({"status": [200], "second": [404]}, (OK + NOT_FOUND,), [(OK + OK,), (OK + NOT_FOUND + OK,)]),
    ({"status": [200], "second": [404]}, (OK, ENDS), [(OK + OK, ENDS)]),
    ({"status": [200], "max_responses": 1}, (OK,), [(OK + NOT_FOUND,)]),
    ({"status": [200], "interim": "required"}, (CONTINUE + OK,), [(OK,)]),
    ({"status": [200], "interim": "forbidden"}, (OK,), [(CONTINUE + OK,)]),
    ({"status": [200], "headers": {"content-length": "^2$"}}, (OK,), [(GREETING,)]),
    ({"status": [200], "headers": {"allow": "GET"}},
     (b"HTTP/1.1 200 OK\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n",), [(OK,)]),
    ({"headers": {"content-length": None}, "status": [200]}, (b"HTTP/1.1 200 OK\r\n\r\nhi", ENDS),
     [(OK,)]),
    ({"status": [200, 404], "headers_of": {"404": {"allow": "GET"}}}, (OK,), [(NOT_FOUND,)]),
    ({"status": [200], "body": "hi"}, (OK,), [(GREETING,)]),
    ({"status": [200, 404], "body_empty": True}, (NOT_FOUND,), [(OK,)]),
    ({"status": [200], "never": ["hello"]}, (OK,), [(GREETING,), (OK + GREETING,)]),
    ({"status": [200], "contains": ["hello"]}, (GREETING,), [(OK,)]),
    ({"status": [200], "then_alive": True}, (OK,),
     [(OK, ENDS), (OK, STAYS, NOT_FOUND), (OK, STAYS, OK), (OK, STAYS, GREETING + OK),
      (OK, STAYS, OK + GREETING)]),
    ({"status": [200], "strict": {"status": [404]}}, (NOT_FOUND,), [(OK,)]),
    ({"truncated": True}, (OK[:-1], ENDS), [(OK, ENDS)]),
]
# These wait for an end; that it never comes is seen when patience is over.
ENDS_WANTED = [({"status": [200], "then_alive": False}, OK), ({"status": [200], "ends": True}, OK),
               ({"closes": True}, NOT_FOUND), ({"truncated": True}, OK[:-1])]

MALFORMED = {
    "a status line without a reason's space": b"HTTP/1.1 200\r\n\r\n",
    "a bare line feed": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n",
    "a blank before the colon": b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
    "a carriage return in a value": b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "two framings":
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk longer than its size":
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhi\r\n0\r\n\r\n",
    "a chunk without a size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
    "bytes after the body": OK + b"stray\r\n",
    "a head that is cut short": b"HTTP/1.1 200 OK\r\nContent-Le",
    "a body after the answer to HEAD": OK,
}


class TheJudge(unittest.TestCase):

    def test_each_clause_passes_what_is_right_and_fails_what_breaks_it(self):
        for expect, right, wrong_ones in CLAUSES:
            with self.subTest(expect=expect):
                self.assertEqual(verdict_on(expect, *right), "")
            for wrong in wrong_ones:
                with self.subTest(expect=expect, wrong=wrong):
                    self.assertNotEqual(
                        verdict_on(expect, *wrong, patience_seconds=IMPATIENT_SECONDS), "")

    def test_a_server_that_never_ends_is_seen(self):
        for expect, answer in ENDS_WANTED:
            with self.subTest(expect=expect):
                self.assertRegex(
                    verdict_on(expect, answer, patience_seconds=IMPATIENT_SECONDS), "open")
                self.assertEqual(verdict_on(expect, answer, ENDS), "")

    def test_whatever_a_case_expects_secrets_and_malformed_answers_are_wrong(self):
        leak = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(SECRET), SECRET)
        self.assertRegex(verdict_on({"status": [200]}, leak), "outside")
        self.assertRegex(verdict_on({"status": [200]}, OK[:-1], ENDS), "cut short")
        for name, answer in MALFORMED.items():
            with self.subTest(name=name):
                methods = ("HEAD",) if "HEAD" in name else ("GET",)
                wrong = verdict_on({"status": [200]}, answer, ENDS, methods=methods)
                self.assertRegex(wrong, "^malformed")

    def test_every_clause_that_the_cases_use_has_its_control(self):
        known = {name for expect, *_ in CLAUSES + ENDS_WANTED for name in expect} | {"note"}
        self.assertEqual({name for case in cases() for name in case["expect"]} - known, set())


class TheReader(unittest.TestCase):

    def test_it_reads_the_same_however_the_bytes_come(self):
        chunked = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                   b"4;x=y\r\nwiki\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n")
        stream = CONTINUE + chunked + OK + NOT_FOUND
        whole = read_responses(stream, False, [])
        self.assertEqual([each.status for each in whole[0]], [100, 200, 200, 404])
        self.assertEqual([each.body for each in whole[0]], [b"", b"wiki!", b"hi", b""])
        self.assertEqual(whole[1:], (0, ""))
        for end in range(len(stream)):
            responses, _, malformed = read_responses(stream[:end], False, [])
            self.assertEqual(malformed, "")
            complete = [each for each in responses if each.is_complete]
            self.assertEqual(complete, whole[0][:len(complete)])
            self.assertLess(len(complete), len(whole[0]))


def cases():
    path = pathlib.Path(__file__).resolve().parent / "http_cases.json"
    return json.loads(path.read_text(encoding="utf-8"))["cases"]


if __name__ == "__main__":
    driver.main()
