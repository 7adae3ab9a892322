"""Reads what a server sent as HTTP/1.1 responses, more strictly than a browser would: what a browser
forgives is what an attacker uses. Bytes in, values out; it knows no socket. RFC 9112.
"""

import dataclasses
import re

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) [\t \x21-\x7e\x80-\xff]*\r\n")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*\r\n", re.DOTALL)
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
LONGEST_STATUS_LINE = 4096


class Malformed(Exception):
    """No client could know what this is."""


class Incomplete(Exception):
    """More must come."""


@dataclasses.dataclass
class Response:
    status: int
    fields: list = dataclasses.field(default_factory=list)  # (name in lower case, value)
    body: bytes = b""
    is_complete: bool = False

    @property
    def is_final(self):
        return self.status >= 200

    def field(self, name):
        """All values of the field as one, or None."""
        values = [value for known, value in self.fields if known == name]
        return ", ".join(values) if values else None


def read_responses(stream, is_ended, methods):
    """(responses, number of bytes left over, what is malformed). Only the last one may be incomplete.

    The end of a response hangs on the request (RFC 9112 6.3): `methods` are those of the requests, in
    order; GET where there is none.
    """
    responses, at, finals = [], 0, 0
    try:
        while at < len(stream):
            response, body_at = read_head(stream, at, is_ended)
            method = methods[finals] if finals < len(methods) else "GET"
            at = read_body(response, stream, body_at, is_ended, method)
            responses.append(response)
            if not response.is_complete:
                break
            finals += response.is_final
    except Incomplete:
        pass
    except Malformed as problem:
        return responses, len(stream) - at, str(problem)
    return responses, len(stream) - at, ""


def read_head(stream, at, is_ended):
    """(response without its body, where the body begins)."""
    line = STATUS_LINE.match(stream, at)
    if not line:
        line_end = stream.find(b"\r\n", at)
        if line_end < 0 and not is_ended and len(stream) - at < LONGEST_STATUS_LINE:
            raise Incomplete
        raise Malformed(f"no status line: {bytes(stream[at:at + 40])!r}")
    end = stream.find(b"\r\n\r\n", line.end() - 2)
    if end < 0:
        raise Malformed("a header section that is cut short") if is_ended else Incomplete
    response = Response(int(line[1]))
    at = line.end()
    while at < end + 2:
        at = read_field(response, stream, at)
    return response, end + 4


def read_field(response, stream, at):
    field = FIELD.match(stream, at)
    if not field:
        raise Malformed(f"bad field line: {bytes(stream[at:at + 40])!r}")
    name, value = field.groups()
    if re.search(rb"[\r\n\0]", value):
        raise Malformed("CR, LF or NUL in a field value")
    response.fields.append((name.decode("latin-1").lower(), value.decode("latin-1")))
    return field.end()


def read_body(response, stream, at, is_ended, method):
    """Fills in the body as far as it has come; returns where it ends."""
    coding, length = response.field("transfer-encoding"), response.field("content-length")
    if coding is not None and length is not None:
        raise Malformed("both Transfer-Encoding and Content-Length in a response")
    if not response.is_final or response.status in (204, 304) or method == "HEAD":
        response.is_complete = True
        return at
    if coding is not None:
        return read_chunks(response, stream, at)
    if length is None:  # until the connection ends
        response.body = bytes(stream[at:])
        response.is_complete = is_ended
        return len(stream)
    if not re.fullmatch("[0-9]+", length):
        raise Malformed(f"bad Content-Length in a response: {length!r}")
    response.body = bytes(stream[at:at + int(length)])
    response.is_complete = len(response.body) == int(length)
    return at + len(response.body)


def read_chunks(response, stream, at):
    """RFC 9112 7.1. A body that has not come whole leaves the response incomplete."""
    try:
        while True:
            line, at = read_line(stream, at)
            size = CHUNK_SIZE.fullmatch(line)
            if not size:
                raise Malformed(f"bad chunk size: {line[:40]!r}")
            size = int(size[1], 16)
            if size == 0:
                return read_trailers(response, stream, at)
            response.body += stream[at:at + size]
            at += size
            if len(stream) < at + 2:
                raise Incomplete
            if stream[at:at + 2] != b"\r\n":
                raise Malformed("a chunk that is longer than its size")
            at += 2
    except Incomplete:
        return len(stream)


def read_trailers(response, stream, at):
    line = None
    while line != b"":
        line, at = read_line(stream, at)
    response.is_complete = True
    return at


def read_line(stream, at):
    """(the line without its end, where the next one begins)."""
    end = stream.find(b"\r\n", at)
    if end < 0:
        raise Incomplete
    return bytes(stream[at:end]), end + 2
