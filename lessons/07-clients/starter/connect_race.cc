// What is yours to write in lesson 07, part 1 of 3: the decisions, without a socket. Part 2 is
// connect_attempts.cc, part 3 connect.cc. The check begins here.

// Write this: which address begins now; nothing if none is due. The instant `now` is given, so ask
// no clock. The rules are in the header: the first at once, also when the deadline has come;
// another kStagger after the one before, or at once when one has failed; none but the first from
// the deadline on. Who comes late begins with one, and kStagger counts from then.
std::optional<std::size_t> ConnectRace::next(Clock::time_point) {
    return std::nullopt;
}

// Write this: one has failed, so the next one is due. Two failures let one begin, not two.
void ConnectRace::failed() {}

// Write this: whether every address has failed.
bool ConnectRace::is_lost() const {
    return false;
}

// Write this: when there is something to do for whoever waits: the next beginning, as long as there
// is one to come, or the deadline, whichever comes first. An instant of the past if one is due.
Deadline ConnectRace::wake_up() const {
    return deadline_;
}
