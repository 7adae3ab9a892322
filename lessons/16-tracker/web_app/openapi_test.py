#!/usr/bin/env python3
"""Each answer of the server is one that its own description has:  openapi_test.py TRACKER

Every path of openapi.json is asked for with what it says, and with what nobody should send: values that are no numbers,
bodies that are no JSON, too long or too deep. The status and the type of each answer must stand in the description, an
object must have the members that it requires, and nothing may be the server's fault (500)."""

import http.client
import json
import os
import pathlib
import sys
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "suite"))

import driver
import tracker_session
from running_tracker import RunningTracker

TRACKER = os.path.abspath(sys.argv.pop(1))
DESCRIPTION = pathlib.Path(__file__).resolve().parents[1] / "web/pages/openapi.json"
PATIENCE_SECONDS = 120
NOW_MS = int(time.time() * 1000)
KNOWN = {"device": 1, "from": NOW_MS - 3_600_000, "to": NOW_MS + 3_600_000}
ODD_VALUES = ["", "-1", "1e400", "NaN", "99999999999999999999", "a\0b", "../../x", "9223372036854775808", "x" * 3000]
ODD_MEMBERS = [None, True, -1, 1.5, 10 ** 30, "", "a\0b", "\ud800", [], {}, "9" * 5000]
ODD_BODIES = [b"", b"{", b"null", b"[" * 50_000, b"\xff\xfe", b'{"device":1}{', b'{"device":1e999}', b" " * 300_000]
# What would end the session that asks.
LEFT_OUT = ("/api/log-out", "/api/sessions/end", "/api/sessions/end-rest", "/api/account/password")


class Description:
    def __init__(self, text):
        self.whole = json.loads(text)

    def resolved(self, part):
        if isinstance(part, dict) and "$ref" in part:
            found = self.whole
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            return self.resolved(found)
        return part

    def operations(self):
        """Path, method, operation, its parameters."""
        for path, item in self.whole["paths"].items():
            for method in ("get", "post"):
                if method in item and path not in LEFT_OUT:
                    operation = item[method]
                    parameters = [self.resolved(each) for each in item.get("parameters", []) + operation.get("parameters", [])]
                    yield path, method.upper(), operation, parameters

    def fault(self, operation, status, kind, body):
        """What is wrong with an answer; "" if nothing."""
        if status >= 500 and status != 503:
            return f"{status}: {body[:200]!r}"
        if str(status) not in operation["responses"]:
            return f"{status} is not described: {body[:200]!r}"
        content = self.resolved(operation["responses"][str(status)]).get("content", {})
        if content and kind not in content and "*/*" not in content:
            return f"{status} with {kind}, and described are {', '.join(content)}"
        if kind != "application/json" or kind not in content:
            return ""
        required = self.resolved(content[kind].get("schema", {})).get("required", [])
        answer = json.loads(body)
        missing = [name for name in required if not isinstance(answer, dict) or name not in answer]
        return f"{status} lacks {missing}: {body[:200]!r}" if missing else ""


class OpenApi(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.description = Description(DESCRIPTION.read_text(encoding="utf-8"))
        cls.server = RunningTracker(TRACKER)
        cls.addClassCleanup(cls.server.__exit__, None, None, None)  # also if what follows fails
        cls.server.start()
        cls.server.add_device("van")
        fix = urllib.parse.urlencode({"id": "van", "lat": 48.1, "lon": 11.5, "timestamp": NOW_MS})
        with urllib.request.urlopen(f"{cls.server.devices_url}?{fix}", timeout=PATIENCE_SECONDS) as answer:
            assert answer.status == 200
        cls.host = json.loads(cls.server.run("status", "--json", "--data", cls.server.data)[1])["web"][0]
        tracker_session.log_in(TRACKER, cls.server.data, f"http://{cls.host}/")

    def check(self, path, method, operation, target, body=None, kind="application/json"):
        fields = dict(tracker_session.fields())
        if body is not None:
            fields["Content-Type"] = kind
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, target, body, fields)
            answer = connection.getresponse()
            type_of = answer.getheader("Content-Type", "").partition(";")[0]
            text = b"" if type_of == "text/event-stream" else answer.read()
        finally:
            connection.close()
        fault = self.description.fault(operation, answer.status, type_of, text)
        self.assertEqual(fault, "", f"{method} {target[:200]} {(body or b'')[:100]!r}")

    def target(self, path, parameters, values):
        asked = []
        for each in parameters:
            value = values.get(each["name"], KNOWN.get(each["name"], each.get("example", 1)))
            quoted = urllib.parse.quote(str(value), safe="")
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", quoted)
            elif each["in"] == "query":
                asked.append(f"{each['name']}={quoted}")
        return path + ("?" + "&".join(asked) if asked else "")

    def test_1_a_description_that_lacks_something_is_found_out(self):
        whole = {"paths": {}, "components": {"responses": {"Fine": {"content": {"application/json": {"schema": {
            "required": ["name"]}}}}}}}
        description = Description(json.dumps(whole))
        operation = {"responses": {"200": {"$ref": "#/components/responses/Fine"}}}
        self.assertEqual(description.fault(operation, 200, "application/json", b'{"name":1}'), "")
        for status, kind, body in ((404, "application/json", b"{}"), (200, "text/plain", b""), (500, "text/plain", b""),
                                   (200, "application/json", b"{}"), (200, "application/json", b"[]")):
            self.assertNotEqual(description.fault(operation, status, kind, body), "", (status, kind, body))

    def test_2_what_is_asked_for_and_what_nobody_should_ask_for(self):
        for path, method, operation, parameters in self.description.operations():
            with self.subTest(path):
                if method == "POST" and "requestBody" in operation:
                    continue
                self.check(path, method, operation, self.target(path, parameters, {}))
                for each in parameters:
                    for value in ODD_VALUES if each["in"] in ("query", "path") else []:
                        self.check(path, method, operation, self.target(path, parameters, {each["name"]: value}))

    def test_3_bodies_that_nobody_should_send(self):
        for path, method, operation, parameters in self.description.operations():
            if "requestBody" not in operation:
                continue
            with self.subTest(path):
                described = operation["requestBody"]["content"].get("application/json", {})
                example = described.get("example", {})
                target = self.target(path, parameters, {})
                for body in ODD_BODIES:
                    self.check(path, method, operation, target, body)
                self.check(path, method, operation, target, b"{}", "text/plain")
                for name in self.description.resolved(described.get("schema", {})).get("properties", {}):
                    for value in ODD_MEMBERS:
                        self.check(path, method, operation, target, json.dumps({**example, name: value}).encode())


if __name__ == "__main__":
    driver.main()
