"""What a client in a test reads from its connection. A time-out, which the socket has, is an error of the test."""


def read_line(connection):
    """A line without its end, as text; what came of it, where the other side has ended."""
    line = b""
    while not line.endswith(b"\n"):
        piece = connection.recv(1)
        if not piece:
            break
        line += piece
    return line.decode().rstrip("\n")


def read_to_end(connection):
    answer = bytearray()
    while piece := connection.recv(65536):
        answer += piece
    return bytes(answer)


def read_exactly(connection, count):
    """Fewer, where the other side has ended. MSG_WAITALL does not wait on a socket that has a time-out."""
    answer = bytearray()
    while len(answer) < count:
        piece = connection.recv(count - len(answer))
        if not piece:
            break
        answer += piece
    return bytes(answer)
