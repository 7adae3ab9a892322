"""A way in for tests that read the pages or the API: an account on a running tracker, and its session.

`fields()` are what such a test sends with each request; phones' ports pay no heed to them. There is one
session at a time: that of the tracker that somebody logged in to last.
"""

import http.client
import json
import subprocess
import urllib.parse

NAME = "tester"
PASSWORD = "an account for tests"
PATIENCE_SECONDS = 120

cookie = None


def fields():
    """{"Cookie": ...}, or nothing before log_in()."""
    return {"Cookie": cookie} if cookie else {}


def log_in(program, data, web_url):
    """Makes an admin's account on the server that runs there, logs in, and gives back the cookie."""
    global cookie
    made = subprocess.run([program, "user", "add", NAME, "--admin", "--data", data], text=True,
                          input=PASSWORD + "\n", capture_output=True, timeout=PATIENCE_SECONDS)
    if made.returncode != 0:
        raise AssertionError(f"tracker user add: {made.returncode}: {made.stderr}")
    parts = urllib.parse.urlsplit(web_url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", "/api/log-in", json.dumps({"name": NAME, "password": PASSWORD}),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise AssertionError(f"log-in: {answer.status}: {text!r}")
        cookie = answer.getheader("Set-Cookie").partition(";")[0]
    finally:
        connection.close()
    return cookie
