#!/usr/bin/env python3
"""The controls of the relay's tests: for each of them a relay (wrong_relay.py) with one mistake, which it must
reject; and the same relay without one, with which it must pass, so that it is the mistake that was seen.

  relay_controls_test.py WRONG_RELAY
"""

import io
import os
import unittest

import relay_bounds_test
import relay_test

import driver

# The mistake, and the test that is there for it.
CONTROLS = {
    "an end ends both": relay_test.Well("test_tcp_passes_both_ways_and_each_end_by_itself"),
    "answers another client": relay_test.Well("test_udp_passes_and_each_client_gets_its_own_answers"),
    "ends by the signal": relay_test.Well("test_it_ends_in_order_and_its_connections_with_it"),
    "does not name it": relay_test.Well("test_a_server_that_is_not_there_is_named_and_the_client_reset"),
    "closes politely": relay_test.Well("test_a_server_that_is_not_there_is_named_and_the_client_reset"),
    "dies of a refusal": relay_test.Well("test_a_server_that_is_not_there_is_named_and_the_client_reset"),
    "reset becomes an end": relay_test.Well("test_a_reset_is_passed_on"),
    "not late": relay_test.Faults("test_late_is_late_and_in_order"),
    "in disorder": relay_test.Faults("test_late_is_late_and_in_order"),
    "datagrams not late": relay_test.Faults("test_late_is_late_and_in_order"),
    "loses the first": relay_test.Faults("test_of_a_hundred_datagrams_the_same_ones_are_lost_each_time"),
    "loses of TCP": relay_test.Faults("test_tcp_is_whole_although_datagrams_are_lost"),
    "cut tells": relay_test.Faults("test_after_a_cut_nothing_comes_and_nobody_is_told"),
    "cuts one direction only": relay_test.Faults("test_a_cut_is_of_one_direction_s_bytes"),
    "cut refuses": relay_test.Faults("test_a_cut_from_the_beginning_lets_connect_succeed_and_nothing_more"),
    "keeps what was cut": relay_test.Faults("test_a_cut_connection_whose_sides_have_both_gone_is_given_up"),
    "cuts no datagrams": relay_test.Faults("test_datagrams_are_cut_too_and_another_client_s_are_not"),
    "reset ends politely": relay_test.Faults("test_a_reset_reaches_both_sides"),
    "no rate": relay_test.Faults("test_a_slow_way_takes_its_time"),
    "takes all": relay_bounds_test.Bounds("test_who_sends_more_than_the_relay_holds_is_held_up"),
    "no limit": relay_bounds_test.Bounds("test_a_hundred_connections_and_the_next_one_waits"),
    "keeps all clients": relay_bounds_test.Bounds("test_many_udp_clients_take_each_other_s_places"),
}


def told_of(test, wrong):
    """What the test says of a relay with the mistake; nothing if it is content."""
    os.environ["WRONG"] = wrong
    result = unittest.TextTestRunner(io.StringIO()).run(test)
    return "".join(text for _, text in [*result.failures, *result.errors])


class Controls(unittest.TestCase):
    def test_each_mistake_is_seen_by_the_test_that_is_there_for_it(self):
        for wrong, test in CONTROLS.items():
            with self.subTest(wrong):
                self.assertNotEqual(told_of(test, wrong), "")

    def test_without_one_the_same_tests_are_content(self):
        for test in {test.id(): test for test in CONTROLS.values()}.values():
            with self.subTest(test.id()):
                self.assertEqual(told_of(test, ""), "")

    def test_each_test_of_the_relay_has_a_mistake(self):
        loader = unittest.TestLoader()
        cases = (relay_test.Well, relay_test.Faults, relay_bounds_test.Bounds)
        names = {f"{case.__name__}.{name}" for case in cases for name in loader.getTestCaseNames(case)}
        self.assertEqual({test.id().split(".", 1)[1] for test in CONTROLS.values()}, names)


if __name__ == "__main__":
    driver.main()
