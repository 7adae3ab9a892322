// What is yours to write in lesson 07, part 2 of 3: the sockets, without a wait. The members are in
// net/connect_attempts.hh; under_way_ has the attempts that have no outcome yet, and race_ (part 1)
// says which address begins. Errors of connect are told apart by classify_connect_error and
// failed_status (net/connect.hh).

// Write this: the addresses in the order of alternate_families (net/connect.hh), in which the
// families take turns.
ConnectAttempts::ConnectAttempts(std::span<const Address> addresses, Deadline deadline)
    : addresses_(addresses.begin(), addresses.end()), race_(addresses.size(), deadline) {}

// Write this: begin with each address that is due, then ask each attempt that is under way how it
// went. Look at the clock first, once: an answer that has come counts also when the deadline has.
// is_too_late_ becomes whether the deadline had come. Once there is a winner_ nobody else is asked.
// What has failed leaves under_way_.
void ConnectAttempts::advance() {}

// Write this: make the socket, non-blocking and close-on-exec from birth, and call connect(2).
// Whatever this machine cannot use costs this address only, also where socket(2) does not know the
// family; what would fail for each address (no descriptors) is thrown, by failed_status.
void ConnectAttempts::begin(std::size_t) {}

// Write this: connect(2) with the socket of the attempt, and what its outcome means: settle().
void ConnectAttempts::call_connect(Attempt&) {}

// Write this: a look at an attempt that is under way, without a wait. When its socket is writable
// the attempt is over, and SO_ERROR says how (net/socket_options.hh: pending_error). If it says 0
// and the socket has no peer (getpeername(2)), a signal came before the attempt had begun: connect
// once more. A full queue (below) is asked by connect(2) again.
void ConnectAttempts::ask(Attempt&) {}

// Write this: what an errno of connect or SO_ERROR means for the attempt: it is under way
// (EINPROGRESS, EINTR), the listener's queue is full (is_queue_full; a Unix listener says EAGAIN,
// and poll(2) would tell nothing), it has won (winner_), or it has failed.
void ConnectAttempts::settle(Attempt&, int) {}

// Write this: note the address with what it said in failures_, close the socket, and tell the race.
void ConnectAttempts::fail(Attempt&, int) {}

// Write this: when advance() has something to do at the latest: when the race says so, and in five
// milliseconds if a queue is full.
Deadline ConnectAttempts::look_again() const {
    return race_.wake_up();
}

// Write this: the winner's socket in the mode that is asked for, with its address; all others are
// closed. Without a winner the status is timed_out if the deadline came first, else that of the
// last failure; those that are under way have failed with timed_out and ETIMEDOUT, and those whose
// turn had not come with not_tried and 0.
ConnectResult ConnectAttempts::take_result(SocketMode) {
    return {ConnectStatus::timed_out, Fd(), Address(), {}};
}
