// Given: what the constructor is handed. Write this: a client wakes every worker, and one of them
// gets it. What must be true of the listener, so that the others do not sleep in accept?
WorkerPool::WorkerPool(Fd listener, WorkerLimits limits, Serve serve, Events events)
    : listener_(std::move(listener)),
      limits_(checked(limits)),
      serve_(std::move(serve)),
      events_(std::move(events)),
      scoreboard_(limits.server_limit) {}

// In a worker, in each of its threads. Write this: wait with poll(2) for crew.stop and for the
// listener at once, and return the client that accept4(2) gives (SOCK_CLOEXEC, and no other flag).
// Only one thread of the crew does so at a time: crew.turn. When crew.stop is readable, or crew.ended is true, call
// take_no_more(crew) and return Fd(). accept4 may say that nobody is there any more, or that this
// client is gone: call pause_if_exhausted(errno, crew.stop) and wait again. Count the clients in
// crew.taken, and call take_no_more(crew) with the last one of limits_.max_requests_per_child
// (0: there is no last one).
Fd WorkerPool::next_client(Crew&) {
    return Fd();
}

// In a worker, in each of its threads. Write this: say scoreboard_.join(crew.slot); then serve_one()
// one client after the other, until there is none. While it serves, a Scoreboard::Busy exists.
void WorkerPool::serve_clients(Crew&) {}

// In a worker, just forked. Write this: leave_signals_to_the_parent(); then limits_.threads_per_child
// threads that serve_clients() of one Crew{.slot = slot, .stop = stop}; wait for all of them. If one
// of them cannot be made (std::system_error), take_no_more(crew) ends those that were; hold
// crew.turn while you make them, so that none has taken a client by then. Return kExitSystem. (The
// check does not try this one.)
int WorkerPool::work(std::size_t, const Fd&) {
    return kExitOk;
}

// In the parent. Write this: take a free_slot() and clear it on the scoreboard; make a pipe;
// children_.start() a child that closes every writing end of these pipes that it has inherited, its
// own and those in workers_ (and nothing else), and then does its work(slot, reading end). Keep the
// pid with its Worker in workers_, and tell events_.on_started, if there is such a function.
void WorkerPool::start_worker() {}

// In the parent. Write this: how many workers to start, or to stop, with so much of everything.
// Start as many as it takes to have start_servers workers that serve, and min_spare_threads threads
// that wait or are coming; but no more processes than server_limit, and none before `not_before`.
// When nothing is to be started, more than max_spare_threads wait (those that are coming do not
// count here), and more than start_servers workers serve: stop one.
WorkerOrders WorkerPool::decide(const WorkerLimits&, const WorkerCounts&, Deadline, Instant) {
    return {};
}

// In the parent. Write this: reap() the children and bury() each of them; if one of them failed,
// tell back_off_ once, however many they are; decide() with counts() and back_off_.not_before(); start_worker() and
// retire_one() as often as was decided. A start that throws std::system_error is a failure, too, and
// not the end of the parent. The next look is kLookEvery from `now` (next_look_).
void WorkerPool::tend(Instant now) {
    next_look_ = Deadline::after(kLookEvery, now);
}
