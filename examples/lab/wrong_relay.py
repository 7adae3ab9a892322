#!/usr/bin/env python3
"""A relay for the tests of the relay's tests (relay_controls_test.py): as lab's, in one thread of Python, and
with the one mistake that $WRONG names.  wrong_relay.py relay LISTEN TARGET [--delay MS] ..."""

import argparse
import collections
import os
import selectors
import signal
import socket
import struct
import sys
import time

WRONG = os.environ.get("WRONG", "")
MOST_CONNECTIONS, MOST_UDP_CLIENTS = 100, 64
MOST_HELD = 256 * 1024
PIECE = 16384
EXIT_SYSTEM = 111


def place(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def reset_on_close(end):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Way:
    """From one end to the other: what was read and is not yet due, in order."""

    def __init__(self, reads, writes):
        self.reads, self.writes = reads, writes
        self.late = collections.deque()  # (when, bytes); no bytes: the end
        self.held = self.passed = 0
        self.free = 0.0
        self.has_ended = self.is_over = False


class Pair:
    def __init__(self, relay, client, server):
        self.relay, self.ends = relay, (client, server)
        self.ways = (Way(client, server), Way(server, client))
        self.is_cut = False
        for end in self.ends:
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.look()

    def close(self, reset=False):
        for end in self.ends:
            if reset:
                reset_on_close(end)
            end.close()
        self.relay.pairs.discard(self)

    def look(self):
        """After bytes have passed: is it time for a fault?"""
        options = self.relay.options
        most = max(way.passed for way in self.ways)
        if options.reset_after is not None and most >= options.reset_after:
            self.close(reset=WRONG != "reset ends politely")
        elif options.cut_after is not None and most >= options.cut_after:
            self.is_cut = True
            if WRONG == "cut tells":
                self.close()

    def may_read(self, way):
        return not way.has_ended and (way.held < MOST_HELD or WRONG == "takes all")

    def read(self, way):
        try:
            data = way.reads.recv(PIECE if self.relay.options.rate is None else max(1, self.relay.options.rate // 20))
        except BlockingIOError:
            return
        except ConnectionResetError:
            way.has_ended = True
            if not self.is_cut:
                self.close(reset=WRONG != "reset becomes an end")
            return
        if data and WRONG == "loses of TCP" and self.relay.options.drop:
            return self.close(reset=True)
        way.has_ended = not data
        if WRONG == "an end ends both" and not data:
            return self.close()
        delay = 0 if WRONG == "not late" else self.relay.options.delay / 1000
        piece = (time.monotonic() + delay, data)
        if WRONG == "in disorder" and way.late:
            way.late.appendleft(piece)
        else:
            way.late.append(piece)
        way.held += len(data)

    def stops(self, way):
        if WRONG == "cuts one direction only" and self.is_cut:
            return way.passed >= self.relay.options.cut_after
        return self.is_cut

    def write(self, way):
        options = self.relay.options
        now = time.monotonic()
        while way.late and not self.stops(way) and way.late[0][0] <= now and way.free <= now and self in self.relay.pairs:
            due, data = way.late.popleft()
            if not data:
                way.writes.shutdown(socket.SHUT_WR)
                way.is_over = True
                break
            limits = [each - way.passed for each in (options.cut_after, options.reset_after) if each is not None]
            try:
                sent = way.writes.send(data[:min([len(data), *[max(0, limit) for limit in limits]])])
            except BlockingIOError:
                way.late.appendleft((due, data))
                return
            except OSError:
                return self.close(reset=True)
            way.held -= sent
            way.passed += sent
            if options.rate is not None and WRONG != "no rate":
                way.free = now + sent / options.rate
            if data[sent:]:
                way.late.appendleft((due, data[sent:]))
            self.look()
        has_gone = all(way.has_ended for way in self.ways) if self.is_cut else all(way.is_over for way in self.ways)
        if has_gone and self in self.relay.pairs and not (WRONG == "keeps what was cut" and self.is_cut):
            self.close()

    def next_moment(self):
        return [max(way.late[0][0], way.free) for way in self.ways if way.late and not self.stops(way)]


class Datagrams:
    def __init__(self, relay, door):
        self.relay, self.door = relay, door
        self.clients = collections.OrderedDict()  # address: [socket, seen there, passed there, seen back, passed back]
        self.late = collections.deque()

    def client(self, address):
        if address not in self.clients:
            if len(self.clients) == MOST_UDP_CLIENTS and WRONG != "keeps all clients":
                self.clients.popitem(last=False)[1][0].close()
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            own.connect(self.relay.target)
            own.setblocking(False)
            self.clients[address] = [own, 0, 0, 0, 0]
        self.clients.move_to_end(address)
        return self.clients[address]

    def take(self, data, address, back):
        options, client = self.relay.options, self.client(address)
        client[3 if back else 1] += 1
        number = (client[3 if back else 1] - 1) % 100 + 1
        lost = number <= options.drop if WRONG == "loses the first" else number * options.drop // 100 > (number - 1) * options.drop // 100
        if lost:
            return
        if options.cut_after is not None and max(client[2], client[4]) + len(data) > options.cut_after and WRONG != "cuts no datagrams":
            return
        client[4 if back else 2] += len(data)
        delay = 0 if WRONG == "datagrams not late" else options.delay / 1000
        self.late.append((time.monotonic() + delay, data, address, back))

    def read(self, own):
        try:
            data, address = own.recvfrom(65536)
        except OSError:
            return
        if own is self.door:
            return self.take(data, address, False)
        owner = next(address for address, client in self.clients.items() if client[0] is own)
        if WRONG == "answers another client":
            everybody = list(self.clients)
            owner = everybody[everybody.index(owner) - 1]
        self.take(data, owner, True)

    def send(self):
        while self.late and self.late[0][0] <= time.monotonic():
            _, data, address, back = self.late.popleft()
            if address in self.clients:
                self.door.sendto(data, address) if back else self.clients[address][0].send(data)


class Relay:
    def __init__(self, options):
        self.options, self.target = options, place(options.target)
        self.pairs = set()
        self.door = socket.create_server(place(options.listen), backlog=200)
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.bind(self.door.getsockname())
        for each in (self.door, door):
            each.setblocking(False)
        self.datagrams = Datagrams(self, door)

    def accept(self):
        client, _ = self.door.accept()
        try:
            server = socket.create_connection(self.target)
        except OSError as error:
            if WRONG == "dies of a refusal":
                sys.exit(EXIT_SYSTEM)
            where = "somewhere" if WRONG == "does not name it" else "%s:%d" % self.target
            print(f"lab: relay: {where}: {error.strerror}", file=sys.stderr, flush=True)
            if WRONG != "closes politely":
                reset_on_close(client)
            return client.close()
        pair = Pair(self, client, server)
        if WRONG == "cut refuses" and pair.is_cut:
            pair.close()
        if client.fileno() >= 0:
            self.pairs.add(pair)

    def turn(self):
        """Whoever is ready has its turn, and before that whatever is due has its."""
        for pair in list(self.pairs):
            for way in pair.ways:
                if pair in self.pairs:
                    pair.write(way)
        self.datagrams.send()
        with selectors.PollSelector() as ready:  # it takes no descriptor of its own
            if len(self.pairs) < MOST_CONNECTIONS or WRONG in ("no limit", "keeps what was cut"):
                ready.register(self.door, selectors.EVENT_READ, self.accept)
            for own in [self.datagrams.door, *[client[0] for client in self.datagrams.clients.values()]]:
                ready.register(own, selectors.EVENT_READ, lambda own=own: self.datagrams.read(own))
            moments = [late[0] for late in list(self.datagrams.late)[:1]]
            for pair in self.pairs:
                moments += pair.next_moment()
                for way in pair.ways:
                    if pair.may_read(way):
                        ready.register(way.reads, selectors.EVENT_READ, lambda pair=pair, way=way: pair in self.pairs and pair.read(way))
            wait = max(0.001, min(moments) - time.monotonic()) if moments else None
            for key, _ in ready.select(wait):
                key.data()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("word", choices=["relay"])
    parser.add_argument("listen")
    parser.add_argument("target")
    for name in ("--delay", "--drop", "--cut-after", "--reset-after", "--rate"):
        parser.add_argument(name, type=int, default=0 if name in ("--delay", "--drop") else None)
    try:
        relay = Relay(parser.parse_args())
    except OSError as error:
        sys.exit(str(error))
    if WRONG != "ends by the signal":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
    else:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    print("listening on %s:%d" % relay.door.getsockname(), flush=True)
    while True:
        relay.turn()


if __name__ == "__main__":
    main()
