"""Row 13 of the faults: the cable is pulled, and nobody says good-bye. The test has a network of its
own, in which the loopback interface is the cable. Usage: network_half_open_test.py TRACKER

Making a network needs root or the right to make user namespaces; without either it skips.
"""

import os
import subprocess
import sys
import unittest

import faults
from processes_seen import PATIENCE_SECONDS, wait_until
from network_clients import Client, is_served, request
from network_server import Levels, ServerTest

import driver  # found by faults

INSIDE = "--inside"
IDLE_SECONDS = 15  # time to connect, on a busy machine; less than what a live stream needs
HEARTBEAT_SECONDS = 20  # of a live stream, which is silent otherwise


def set_cable(state):
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def command_for_own_network():
    """What to put before a command so that it runs in a new network; None if that is not allowed."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        try:
            probe = subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True,
                                   timeout=30, check=False)
        except FileNotFoundError:
            return None
        if probe.returncode == 0:
            return command
    return None


class PulledCable(ServerTest):

    @classmethod
    def setUpClass(cls):
        if INSIDE not in sys.argv:
            raise unittest.SkipTest("this user may not make a network, or ip or unshare is missing")
        set_cable("up")

    def start_that_is_patient(self, idle_seconds):
        server = self.start_with_phone(
            "--idle-timeout", str(idle_seconds), "--header-timeout", str(idle_seconds),
            "--body-timeout", str(idle_seconds), "--send-timeout", "2")
        wait_until(lambda: self.open_connections(server) == 0, PATIENCE_SECONDS, "nobody is connected")
        return server

    def open_connections(self, server):
        return server.counter("receiver 0", "open_connections")

    def connect_some(self, server):
        address = server.devices_address()
        for number in range(6):
            client = Client(address)
            self.addCleanup(client.close)
            if number < 4:
                client.ask(request("/?id=nobody"))
            if 2 <= number < 4:
                client.send(request("/?id=nobody")[:-10])
            if number >= 4:
                client.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nid=")
        wait_until(lambda: self.open_connections(server) == 6, PATIENCE_SECONDS, "all are connected")

    def pull_cable(self):
        set_cable("down")
        self.addCleanup(set_cable, "up")

    def test_connections_that_nobody_ends_are_given_up(self):
        # The control: without a limit they would stay, but for the two bodies, which must come with
        # 500 bytes a second after 5 s, whatever the limit.
        patient = self.start_that_is_patient(600)
        self.connect_some(patient)
        server = self.start_that_is_patient(IDLE_SECONDS)
        address, web = server.devices_address(), server.web_address()
        levels = Levels(server)
        self.connect_some(server)
        viewer = Client(web)
        self.addCleanup(viewer.close)
        viewer.send(request("/api/live"))
        viewer.read_more()
        self.pull_cable()
        took = wait_until(lambda: self.open_connections(server) == 0,
                          IDLE_SECONDS + PATIENCE_SECONDS, "half-open connections are given up")
        viewers = took + wait_until(lambda: server.counter("web app", "viewers") == 0,
                                    HEARTBEAT_SECONDS + PATIENCE_SECONDS, "and so is the viewer")
        print(f"pulled cable: connections given up after {took:.1f} s, a viewer after {viewers:.1f} s")
        self.assertGreaterEqual(self.open_connections(patient), 4)
        set_cable("up")
        wait_until(lambda: is_served(address), PATIENCE_SECONDS, "new clients are served")
        levels.check_are_back()


if __name__ == "__main__":
    own_network = None if INSIDE in sys.argv else command_for_own_network()
    if own_network:
        os.execvp(own_network[0], [*own_network, sys.executable, __file__, faults.TRACKER, INSIDE])
    driver.main()
