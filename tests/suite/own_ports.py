"""Ports for servers that come back to theirs. The kernel gives them to nobody by itself: of the others,
any client that connects while the server is away may have got its port, be it of this test or of one
beside it.
"""

import itertools
import os
import socket

LOWEST = 10_000
A_PROCESS = 64  # ports, before it comes to those of another


def ports_of_this_process():
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_of_the_kernel = int(file.read().split()[0])
    lowest = min(LOWEST, first_of_the_kernel // 2)
    for number in itertools.count(os.getpid() * A_PROCESS):
        yield lowest + number % (first_of_the_kernel - lowest)


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


candidates = ports_of_this_process()


def own_port():
    """One that nobody listens at now."""
    return next(port for port in candidates if is_free(port))
