"""Rows 34 and 35 of the faults: who may talk to the server is decided by the address from which the
connection comes, however it is spelled, and by nothing that a client says of itself.
Usage: network_access_test.py TRACKER
"""

import contextlib
import pathlib

import faults
from processes_seen import PATIENCE_SECONDS, wait_until
from network_clients import Client, ask_once, is_served, request
from network_server import Server, ServerTest

import driver  # found by faults

EVERYBODY_ELSE = ("--listen-devices", "[::]:0")
FORGED = ("X-Forwarded-For: {0}", "X-Real-IP: {0}", "Forwarded: for={0}", "True-Client-IP: {0}",
          "X-Forwarded-For: {0}, 127.0.0.3", "Forwarded: for=\"{0}:80\";proto=http")


class MappedAddresses(ServerTest):
    """Row 34. A socket on [::] sees IPv4 clients as ::ffff:a.b.c.d."""

    # rules, served from 127.0.0.1, served from ::1
    RULES = [
        (["allow 127.0.0.0/8"], True, False),
        (["allow ::1"], False, True),
        (["allow 127.0.0.2"], False, False),
        (["deny 127.0.0.1", "allow all"], False, True),
        (["deny ::1/128", "allow all"], True, False),
        (["allow ::ffff:127.0.0.1"], True, False),
        (["allow ::ffff:7f00:1"], True, False),
        (["deny ::ffff:127.0.0.0/104", "allow all"], False, True),
        (["deny all", "allow 127.0.0.0/8"], False, False),
        ([], True, True),
    ]

    def test_the_verdict_is_the_same_for_an_address_and_its_mapped_form(self):
        for rules, over_ipv4, over_ipv6 in self.RULES:
            with self.subTest(rules=rules):
                given = [f"--access-devices={rule}" for rule in rules]
                with Server(*EVERYBODY_ELSE, *given) as server:
                    plain, dual = server.devices_address(0), server.devices_address(1)
                    self.assertEqual(is_served(plain), over_ipv4)
                    self.assertEqual(is_served(("127.0.0.1", dual[1])), over_ipv4)
                    self.assertEqual(is_served(("::1", dual[1])), over_ipv6)

    def test_a_mapped_address_has_one_share_with_its_plain_form(self):
        server = self.start(*EVERYBODY_ELSE, "--max-connections-per-address", "4")
        plain, dual = server.devices_address(0), server.devices_address(1)
        with contextlib.ExitStack() as crowd:
            for address in (plain, ("127.0.0.1", dual[1])) * 2:
                crowd.enter_context(Client(address)).ask(request("/?id=nobody"))
            self.assertFalse(is_served(plain))
            self.assertFalse(is_served(("127.0.0.1", dual[1])))
            self.assertTrue(is_served(("::1", dual[1])))


class OddRules(ServerTest):
    """Row 34: a rule that two readers could understand in two ways is an error."""

    ODD = ["allow 0177.0.0.1", "allow 127.1", "allow 2130706433", "allow 0x7f.0.0.1", "allow 127.0.0.01",
           "allow 127.0.0.1/33", "allow ::1/129", "allow 127.0.0.1/8", "allow 127.0.0.0/08",
           "allow 127.0.0.0/+8", "allow 127.0.0.0/-1", "allow 127.0.0.0/", "allow /8", "allow",
           "allow fe80::1%lo", "allow fe80::%1/64", "allow localhost", "allow 127.0.0.1 ::1",
           "allow [::1]", "allow ::1::", "allow 127.0.0.1:80", "allow ::ffff:127.0.0.1/8",
           "permit all", "127.0.0.1", "allow 256.0.0.1", "allow 127.0.0.0/255.0.0.0"]
    CLEAR = ["allow all", "deny all", "allow 127.0.0.1", "allow 127.0.0.0/8", "allow ::1",
             "deny fe80::/10", "allow 0.0.0.0/0", "allow ::/0"]

    def check(self, rule):
        return faults.run_tracker("check", f"--access-devices={rule}")

    def test_it_is_refused_at_load_with_one_line(self):
        for rule in self.ODD:
            with self.subTest(rule=rule):
                faults.check_one_clear_line(self, self.check(rule), [100], "access-devices:1:")

    def test_a_clear_one_is_taken(self):
        for rule in self.CLEAR:
            with self.subTest(rule=rule):
                self.assertEqual(self.check(rule)[0], 0)

    def test_a_reload_with_an_odd_rule_keeps_the_old_rules(self):
        server = Server()
        self.addCleanup(server.__exit__)
        config = pathlib.Path(server.folder.name) / "tracker.toml"
        config.write_text('access-devices = ["deny 127.0.0.2", "allow all"]\n')
        server.extra_arguments += ["--config", str(config)]
        server.start()
        address = server.devices_address()
        config.write_text('access-devices = ["allow all", "deny 127.1"]\n')
        code, _, error = server.run("reload", "--data", server.data)
        self.assertEqual(code, 100)
        self.assertIn("127.1", error)
        self.assertTrue(is_served(address, "127.0.0.3"))
        self.assertFalse(is_served(address, "127.0.0.2"))
        # The control: with rules that are clear the reload is seen.
        config.write_text('access-devices = ["allow all"]\n')
        self.assertEqual(server.run("reload", "--data", server.data)[0], 0)
        wait_until(lambda: is_served(address, "127.0.0.2"), PATIENCE_SECONDS, "the new rules hold")


class ForgedSources(ServerTest):
    """Row 35."""

    def test_what_a_client_says_of_its_address_opens_nothing_and_closes_nothing(self):
        server = self.start("--access-devices=deny 127.0.0.2", "--access-devices=allow all")
        address = server.devices_address()
        for field in FORGED:
            with self.subTest(field=field):
                with self.assertRaises(OSError):
                    ask_once(address, request("/", field.format("127.0.0.3")), "127.0.0.2")
                answer = ask_once(address, request("/", field.format("127.0.0.2")), "127.0.0.3")
                self.assertNotEqual(answer.status, 0)
        # The control: the address itself does.
        self.assertTrue(is_served(address, "127.0.0.3"))
        self.assertFalse(is_served(address, "127.0.0.2"))

    def test_what_a_client_says_of_its_address_gives_it_no_second_share(self):
        server = self.start("--max-connections-per-address", "4")
        address = server.devices_address()
        with contextlib.ExitStack() as crowd:
            for number in range(4):
                client = crowd.enter_context(Client(address, "127.0.0.2"))
                client.ask(request("/", FORGED[0].format(f"127.0.1.{number}")))
            with self.assertRaises(OSError):
                ask_once(address, request("/", FORGED[0].format("127.0.1.9")), "127.0.0.2")
            self.assertTrue(is_served(address, "127.0.0.3"))

    def test_a_line_of_the_proxy_protocol_is_no_request(self):
        server = self.start()
        for line in (b"PROXY TCP4 127.0.0.3 127.0.0.1 5000 5055\r\n",
                     b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12)):
            with Client(server.devices_address()) as client:
                self.assertEqual(client.ask(line + request("/?id=nobody")).status, 400)
                self.assertTrue(client.is_closed_by_server())


if __name__ == "__main__":
    driver.main()
