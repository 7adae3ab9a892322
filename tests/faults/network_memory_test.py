"""Row 29 of the faults: a thousand clients that have sent half a request.
Usage: network_memory_test.py TRACKER
"""

import contextlib
import subprocess
import sys

from processes_seen import wait_until
from network_clients import Client, is_served, raise_own_limit, request
from network_server import WAIT_SECONDS, Levels, ServerTest, is_sanitized, private_bytes

import driver  # found by faults

MANY_CONNECTIONS = ("--max-connections", "4000", "--max-connections-per-address", "4000")
# Everything that half a request may cost; with the address sanitizer's own book-keeping.
MOST_BYTES_A_CONNECTION = 64 * 1024


class Memory(ServerTest):
    """Row 29, in its short form."""

    CONNECTIONS = 1000

    def bytes_a_connection(self, server, sent):
        pid = server.service_pid("receiver 0")
        with contextlib.ExitStack() as crowd:
            before = private_bytes(pid)
            for _ in range(self.CONNECTIONS):
                crowd.enter_context(Client(server.devices_address_once)).send(sent)
            wait_until(lambda: server.counter("receiver 0", "open_connections") >= self.CONNECTIONS,
                       WAIT_SECONDS, "all are connected")
            grown = private_bytes(pid) - before
        wait_until(lambda: server.counter("receiver 0", "open_connections") == 0, WAIT_SECONDS,
                   "all are gone")
        return grown / self.CONNECTIONS

    def test_half_a_request_costs_little(self):
        raise_own_limit(2 * self.CONNECTIONS)
        server = self.start_with_phone(*MANY_CONNECTIONS, "--header-timeout", "600",
                                       "--idle-timeout", "600")
        server.devices_address_once = server.devices_address()
        levels = Levels(server)
        idle = self.bytes_a_connection(server, b"")
        half = self.bytes_a_connection(server, request("/?id=phone")[:-10])
        again = self.bytes_a_connection(server, request("/?id=phone")[:-10])
        print(f"memory: {idle:.0f} bytes for an idle connection, {half:.0f} with half a request, "
              f"{again:.0f} more when the same come again")
        self.assertLess(half, MOST_BYTES_A_CONNECTION)
        # What they leave is used by those who come after them; the address sanitizer keeps it back
        # for a while, to find out who uses it too late.
        if not is_sanitized("address"):
            self.assertLess(again, half / 2)
        self.assertTrue(is_served(server.devices_address_once))
        levels.check_are_back()

    def test_memory_that_is_kept_would_be_seen(self):
        program = "import sys; input(); kept = bytearray(b'x') * (1 << 26); print(flush=True); sys.stdin.read()"
        with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as greedy:
            before = private_bytes(greedy.pid)
            greedy.stdin.write(b"\n")
            greedy.stdin.flush()
            greedy.stdout.readline()
            grown = private_bytes(greedy.pid) - before
            greedy.stdin.close()
        self.assertGreater(grown / self.CONNECTIONS, MOST_BYTES_A_CONNECTION)


if __name__ == "__main__":
    driver.main()
