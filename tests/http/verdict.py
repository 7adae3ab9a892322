"""Says what is wrong with an answer to a case: waits for what the case expects, lets the server end,
and compares clause by clause.

What a case may expect, of the first final response where nothing else is said:
  status: [..]            its code is one of these
  closes: true            with status: an end without any response will do, too;
                          without: the server ends the connection, and no success comes before
  statuses: [[..], ..]    all final responses, in order, exactly this many
  second: [..]            a second request followed: the code of its answer, or the server has ended
  max_responses: n        no more final responses than this
  interim: "required" or "forbidden"     a 100 before it
  headers: {name: regex or null}         null: must be absent
  headers_of: {"405": {..}}              the same, if it has that code
  body, body_empty        its body;  contains, never: texts in all that came
  then_alive: true        the connection then serves another request; false: the server ends it
  ends: true              the server ends the connection by itself
  truncated: true         the server gave up on a client that does not read: nothing else is asked
  strict: {..}            what we want where the RFC leaves a choice; it takes the place of the above
"""

import dataclasses
import re

from connection import run_steps
from served_files import HELLO, SECRET

PROBE = b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclasses.dataclass
class Seen:
    """What a connection has shown. `responses` are those before the probe."""

    responses: list
    malformed: str
    stream: bytes
    is_ended: bool  # by the server, before we ended our side
    probe: str  # what is wrong with the probe; empty if it was answered, or not wanted

    @property
    def finals(self):
        return [each for each in self.responses if each.is_final]

    def in_words(self):
        codes = " ".join(f"{each.status}{'' if each.is_complete else ' (cut)'}"
                         for each in self.responses)
        return f"{codes or 'nothing'}, {'ended' if self.is_ended else 'open'}"


def expectation(case):
    expect = dict(case["expect"])
    expect.update(expect.pop("strict", {}))
    return expect


def methods_of(case):
    """Those of its requests, so far as they matter to the responses."""
    first = next((step for step in case["send"] if isinstance(step, str)), "")
    return case.get("methods", ["HEAD" if first.startswith("HEAD ") else "GET"])


def play(connection, case):
    """(what is wrong or an empty text, what was seen) of a case on a fresh connection."""
    if not run_steps(connection, case["send"]):
        return "", "reset by us"
    expect = expectation(case)
    seen = look(connection, expect)
    return judge(expect, seen), seen.in_words()


def look(connection, expect):
    wait_for_what_is_expected(connection, expect)
    is_ended = connection.is_ended
    responses = list(connection.responses()[0])
    probe = ask_again(connection) if expect.get("then_alive") else ""
    if not is_ended:
        # All that it has to say is here when it has ended, too; a clock would have to guess.
        connection.half_close()
        connection.wait_for_end()
    now, _, malformed = connection.responses()
    if not expect.get("then_alive"):
        responses = list(now)
    elif not probe and len(connection.finals()) != count_finals(responses) + 1:
        probe = "one more response than there were requests"
    return Seen(responses, malformed, bytes(connection.stream), is_ended, probe)


def wait_for_what_is_expected(connection, expect):
    if must_end(expect):
        connection.wait_for_end()
        return
    count = len(expect.get("statuses", [0])) + ("second" in expect)
    connection.wait_until(lambda: connection.is_malformed() or len(connection.finals()) >= count)


def must_end(expect):
    only_the_end = expect.get("closes") and not {"status", "statuses"} & set(expect)
    return (only_the_end or expect.get("then_alive") is False or "ends" in expect
            or "truncated" in expect)


def count_finals(responses):
    return sum(each.is_final for each in responses)


def ask_again(connection):
    """What is wrong with the answer to one more request; empty if nothing is."""
    if connection.is_ended or connection.cannot_send:
        return "the connection was ended"
    before = len(connection.finals())
    connection.methods += ["GET"] * (before + 1 - len(connection.methods))
    connection.send(PROBE)
    connection.wait_until(lambda: connection.is_malformed() or len(connection.finals()) > before)
    answers = connection.finals()[before:]
    if not answers or answers[0].status != 200 or answers[0].body != HELLO:
        return "another request on the same connection is not answered"
    return ""


def judge(expect, seen):
    """The first clause that does not hold, in words; empty if all do."""
    if expect.get("truncated"):
        return truncated(seen)
    for clause in CLAUSES:
        why = clause(expect, seen)
        if why:
            return why
    return ""


def truncated(seen):
    if not seen.is_ended:
        return "still open although the client reads nothing"
    if seen.responses and seen.responses[-1].is_complete:
        return "the whole body came: it is too small for this connection"
    return ""


def nothing_that_must_not_come(_, seen):
    if SECRET in seen.stream:
        return "a file outside the root was served"
    if seen.malformed:
        return "malformed response: " + seen.malformed
    if any(not each.is_complete for each in seen.responses):
        return "a response is cut short"
    return ""


def texts(expect, seen):
    for text in expect.get("never", []):
        if text.encode("latin-1") in seen.stream:
            return f"{text!r} came back"
    for text in expect.get("contains", []):
        if text.encode("latin-1") not in seen.stream:
            return f"{text!r} did not come back"
    return ""


def interim(expect, seen):
    has_one = any(not each.is_final for each in seen.responses)
    if has_one and expect.get("interim") == "forbidden":
        return "an interim response that must not be sent"
    if not has_one and expect.get("interim") == "required":
        return "no 100 response"
    return ""


def statuses(expect, seen):
    if "statuses" not in expect:
        return ""
    wanted, got = expect["statuses"], [each.status for each in seen.finals]
    fits = len(got) == len(wanted) and all(code in codes for code, codes in zip(got, wanted))
    return "" if fits else f"wanted {wanted}"


def status(expect, seen):
    if "status" not in expect:
        return ""
    if seen.finals:
        fits = seen.finals[0].status in expect["status"]
    else:
        fits = expect.get("closes") and seen.is_ended
    return "" if fits else f"wanted {expect['status']}"


def end(expect, seen):
    if must_end(expect) and not seen.is_ended:
        return "the connection stays open"
    only_the_end = must_end(expect) and "status" not in expect and expect.get("closes")
    if only_the_end and any(each.status < 300 for each in seen.finals):
        return "success before the end"
    return ""


def number_of_responses(expect, seen):
    count = len(seen.finals)
    if count > expect.get("max_responses", count):
        return f"{count} responses, at most {expect['max_responses']} wanted"
    if "second" not in expect or count == 0:
        return ""
    if count == 1:
        return "" if seen.is_ended else "neither a second answer nor the end"
    fits = count == 2 and seen.finals[1].status in expect["second"]
    return "" if fits else "the second answer is wrong"


def headers(expect, seen):
    if not seen.finals:
        return ""
    first = seen.finals[0]
    wanted = {**expect.get("headers", {}),
              **expect.get("headers_of", {}).get(str(first.status), {})}
    for name, pattern in wanted.items():
        value = first.field(name)
        if pattern is None and value is not None:
            return f"the field {name} must be absent, and is {value!r}"
        if pattern is not None and (value is None or not re.search(pattern, value)):
            return f"the field {name} is {value!r}, wanted /{pattern}/"
    return ""


def body(expect, seen):
    if not seen.finals:
        return ""
    first = seen.finals[0]
    wanted = expect.get("body", "").encode("latin-1")
    if "body" in expect and first.status in (200, 206) and first.body != wanted:
        return f"the body is {first.body[:40]!r}"
    return "a body that must be empty" if expect.get("body_empty") and first.body else ""


def alive(_, seen):
    return seen.probe


CLAUSES = [nothing_that_must_not_come, texts, interim, statuses, status, end, number_of_responses,
           headers, body, alive]
