"""What clients do with an echo server, and what must come back. Each conversation is handed a server with a
`port` and a `process`, and raises AssertionError if the server does something else."""

import contextlib
import selectors
import socket
import struct

from processes import descendants
from processes_seen import PATIENCE_SECONDS, thread_runs
from reading import read_exactly, read_to_end

BIG = bytes(range(251)) * 16_000  # four megabytes, and no two places of it look alike
CROWD = 50


def connect(server, receive_buffer=None):
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(PATIENCE_SECONDS)
    client.connect(("127.0.0.1", server.port))
    return client


def expect(got, wanted):
    if got != wanted:
        raise AssertionError(f"{len(wanted)} bytes were sent, and {len(got)} came back"
                             if len(got) != len(wanted) else "the bytes that came back are others")


def a_word(server):
    with connect(server) as client:
        client.sendall(b"hello")
        expect(read_exactly(client, 5), b"hello")


def one_word_after_the_other(server):
    with connect(server) as client:
        for word in (b"one", b"\0", b"three and more"):
            client.sendall(word)
            expect(read_exactly(client, len(word)), word)


def nothing_at_all(server):
    with connect(server) as client:
        client.shutdown(socket.SHUT_WR)
        expect(read_to_end(client), b"")


def what_was_sent_before_a_half_close(server):
    with connect(server) as client:
        client.sendall(b"the last words")
        client.shutdown(socket.SHUT_WR)
        expect(read_to_end(client), b"the last words")


def several_writes_in_one(server):
    with connect(server) as client:
        for letter in b"several writes":
            client.sendall(bytes([letter]))
        client.shutdown(socket.SHUT_WR)
        expect(read_to_end(client), b"several writes")


def is_waiting(server):
    pid = server.process.pid
    return not any(thread_runs(each) for each in [pid, *descendants(pid)])


def send_until_stuck(server, client, bytes_to_send):
    """Sends without reading, until both buffers on the way are full. Gives how much went out. A server that gets no
    processor takes nothing either: it is stuck when it waits, too, seen twice."""
    client.setblocking(False)
    sent = seen_stuck = 0
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_WRITE)
        while sent < len(bytes_to_send) and seen_stuck < 2:
            try:
                sent += client.send(bytes_to_send[sent:sent + 65536])
                seen_stuck = 0
            except BlockingIOError:
                if not selector.select(0.1) and is_waiting(server):
                    seen_stuck += 1
    client.settimeout(PATIENCE_SECONDS)
    return sent


def a_big_message_to_a_slow_reader(server):
    """The server can neither keep four megabytes in the socket nor wait for room with everybody else."""
    with connect(server, receive_buffer=4096) as client, selectors.DefaultSelector() as selector:
        sent = send_until_stuck(server, client, BIG)
        answer = bytearray()
        selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)
        client.setblocking(False)
        while len(answer) < len(BIG):
            for _, events in selector.select(PATIENCE_SECONDS) or [(None, None)]:
                if events is None:
                    expect(bytes(answer), BIG)  # the rest does not come
                if events & selectors.EVENT_READ:
                    piece = client.recv(65536)
                    if not piece:
                        return expect(bytes(answer), BIG)
                    answer += piece
                if events & selectors.EVENT_WRITE and sent < len(BIG):
                    with contextlib.suppress(BlockingIOError):
                        sent += client.send(BIG[sent:sent + 65536])
                if events & selectors.EVENT_WRITE and sent == len(BIG):
                    client.shutdown(socket.SHUT_WR)
                    selector.modify(client, selectors.EVENT_READ)
        expect(bytes(answer), BIG)


def fifty_clients_at_once(server):
    """Everybody has sent before anybody reads."""
    words = {connect(server): b"client %d" % i for i in range(CROWD)}
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for client, word in words.items():
            stack.enter_context(client)
            client.sendall(word)
            selector.register(client, selectors.EVENT_READ)
        waiting = len(words)
        while waiting:
            ready = selector.select(PATIENCE_SECONDS)
            if not ready:
                raise AssertionError(f"{waiting} of {CROWD} clients have no answer")
            for key, _ in ready:
                expect(read_exactly(key.fileobj, len(words[key.fileobj])), words[key.fileobj])
                selector.unregister(key.fileobj)
                key.fileobj.close()
                waiting -= 1


def a_client_that_leaves_early(server):
    """With bytes of its own on the way, and by a reset."""
    for _ in range(3):
        with connect(server, receive_buffer=4096) as client:
            client.sendall(BIG[:100_000])
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    a_word(server)


CONVERSATIONS = [a_word, one_word_after_the_other, nothing_at_all, what_was_sent_before_a_half_close,
                 several_writes_in_one, a_big_message_to_a_slow_reader, fifty_clients_at_once,
                 a_client_that_leaves_early]
