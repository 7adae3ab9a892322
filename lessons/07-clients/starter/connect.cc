// What is yours to write in lesson 07, part 3 of 3: the wait.

// Write this: advance the attempts until they are over. In between the thread sleeps in poll(2)
// until one of attempts.waiting() is writable or attempts.look_again() has come, whichever comes
// first. A signal (EINTR) ends a poll and not the wait; what is left of the time is computed anew.
ConnectResult connect_to_any(std::span<const Address> addresses, Deadline deadline,
                             SocketMode mode) {
    assert(!addresses.empty());
    ConnectAttempts attempts(addresses, deadline);
    attempts.advance();
    return attempts.take_result(mode);
}
