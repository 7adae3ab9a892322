"""clangd, asked as an editor asks it: JSON messages by its standard input and output, each behind a
header with its length. A file is opened, and what clangd then publishes about that version of it is
waited for; nothing here waits for a length of time, only the deadline bounds it."""

import json
import os
import pathlib
import select
import shutil
import subprocess
import time

ERROR, WARNING = 1, 2
PATIENCE_SECONDS = 240  # a file takes 2 to 8 s alone, and the machine may be busy


class LanguageServerError(Exception):
    """clangd ended, or said nothing until the deadline."""


def is_there():
    return shutil.which("clangd") is not None


class LanguageServer:
    """`folder` is what the editor was opened on."""

    def __init__(self, folder, home):
        self.received = b""
        self.sent = 0
        # A home of its own: no settings of the person, and no index that another run has left.
        environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home),
                       "XDG_CACHE_HOME": str(home)}
        self.process = subprocess.Popen(
            ["clangd", "--background-index=false", "--log=error", "-j=1"], cwd=folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.ask("initialize", {"processId": os.getpid(), "rootUri": pathlib.Path(folder).as_uri(),
                                "capabilities": {}})
        self.tell("initialized", {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def problems(self, file, text=None):
        """Opens the file, with `text` in place of what is on the disk if that is given, and returns
        what is said of it: (severity, line counted from 1, message)."""
        uri = pathlib.Path(file).as_uri()
        version = 1
        self.tell("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "cpp", "version": version,
            "text": pathlib.Path(file).read_text(encoding="utf-8") if text is None else text}})
        said = self.wait_for(lambda message: message.get("method") == "textDocument/publishDiagnostics"
                             and message["params"]["uri"] == uri
                             and message["params"].get("version") == version)
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
        return [(one["severity"], one["range"]["start"]["line"] + 1, one["message"])
                for one in said["params"]["diagnostics"]]

    def ask(self, method, parameters):
        self.sent += 1
        number = self.sent
        self.send({"id": number, "method": method, "params": parameters})
        return self.wait_for(lambda message: message.get("id") == number)

    def tell(self, method, parameters):
        self.send({"method": method, "params": parameters})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise LanguageServerError(f"clangd ended with {self.process.wait()}") from error

    def wait_for(self, is_it):
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            message = self.next_message(until)
            if is_it(message):
                return message

    def next_message(self, until):
        head, mark, rest = self.received.partition(b"\r\n\r\n")
        while not mark:
            self.receive(until)
            head, mark, rest = self.received.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length:"))
        start = len(head) + len(mark)
        while len(self.received) < start + length:
            self.receive(until)
        body = self.received[start:start + length]
        self.received = self.received[start + length:]
        return json.loads(body)

    def receive(self, until):
        ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
        if not ready:
            raise LanguageServerError(f"clangd said nothing more in {PATIENCE_SECONDS} s")
        some = os.read(self.process.stdout.fileno(), 65536)
        if not some:
            raise LanguageServerError(f"clangd ended with {self.process.wait()}")
        self.received += some
