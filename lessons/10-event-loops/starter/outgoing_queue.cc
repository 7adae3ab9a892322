// What is yours to write in lesson 10. net/outgoing_queue.hh is the contract, with the members that
// you have; the constructor is given: it puts the socket into the loop, for no event yet, and sets up
// patience_, which asks on_ready() once more and calls end(End::too_slow) if nothing was done.
// send_turn() and watch() are a proposal: write them, or do it otherwise.

// Write this: leave the loop (loop_.remove), if the socket is still open. The members close it.
OutgoingQueue::~OutgoingQueue() = default;

// Write this: queue the message, or drop and count it (dropped_). Nothing is sent here and nobody is
// called. Dropped is what would exceed limits_.messages or limits_.bytes, and what comes while
// dropped_ is not 0. Before the first and after the last message watch() has something to do.
bool OutgoingQueue::push(std::string) {
    return false;
}

// Write this: the loop says that the socket has room, or with EPOLLERR or EPOLLHUP that the
// connection is gone. Send a turn. Put patience_ off when something was taken. When something was
// dropped, and not more than half of either limit waits: queue calls_.notice(dropped_), begin to
// count anew, and call calls_.on_room(), which may push. (You may look before the turn, too: then the
// gap is told a turn later.) False if nothing was sent and nothing queued: whose patience is over is
// given up then.
bool OutgoingQueue::on_ready(std::uint32_t) {
    return false;
}

// Write this: send the first messages, at most kMessagesPerTurn, each from where it stopped
// (sent_of_first_). classify_io_error() of net/timed_io.hh says what an errno means. False if the
// connection is broken, which every error is that is not try_again.
bool OutgoingQueue::send_turn() {
    return true;
}

// Write this: loop_.change() to EPOLLOUT when something begins to wait, to no event when nothing
// waits any more; what is still to be told (dropped_) waits too. patience_ begins and ends with it.
void OutgoingQueue::watch() {}

// Write this: leave the loop, close, stop the patience, call calls_.on_end: in this order, and
// nothing of this object is touched behind the call.
void OutgoingQueue::end(End) {}
