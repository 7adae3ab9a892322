#include "relay.hh"

#include <algorithm>

namespace waymark::balancer {

using daemon::Deadline;

Relay::Relay(net::EventLoop& loop, Wake& wake, ReadySocket& client, ReadySocket& back_end,
             RelayStore& store, Counts counts, const Times& times)
    : loop_(loop),
      wake_(wake),
      client_(client),
      back_end_(back_end),
      times_(times),
      up_(client, back_end, store, counts.to_back_end),
      down_(back_end, client, store, counts.from_back_end),
      total_(Deadline::after(times.total, loop.now())),
      idle_(Deadline::after(times.idle, loop.now())) {}

Relay::~Relay() {
    if (is_finished_) return;
    client_.reset_on_close();
    back_end_.reset_on_close();
}

// One side has said its last word and the other one's words go nowhere: that is not waited for
// long.
Deadline Relay::deadline_now() {
    const bool parts =
        (down_.is_over() && up_.sink_failed()) || (up_.is_over() && down_.sink_failed());
    if (parts && parting_.is_never()) parting_ = Deadline::after(times_.parting, loop_.now());
    return std::min({total_, idle_, parting_});
}

Relay::End Relay::end_at_deadline() {
    if (total_.expired(loop_.now())) return End::too_long;
    if (idle_.expired(loop_.now())) return End::idle;
    is_finished_ = true;
    return End::finished;
}

net::Task<Relay::End> Relay::run() {
    for (;;) {
        if (down_.is_over()) up_.leave_end_to_close();
        const Flow::Turn up = up_.take_turn();
        if (up == Flow::Turn::over) down_.leave_end_to_close();
        const Flow::Turn down = down_.take_turn();
        if (up_.has_moved() || down_.has_moved()) idle_ = Deadline::after(times_.idle, loop_.now());
        if (up == Flow::Turn::broken) co_return End::client_broke;
        if (down == Flow::Turn::broken) co_return End::back_end_broke;
        if (up == Flow::Turn::over && down == Flow::Turn::over) break;
        const Deadline deadline = deadline_now();
        if (deadline.expired(loop_.now())) co_return end_at_deadline();
        if (up == Flow::Turn::goes_on || down == Flow::Turn::goes_on)
            co_await loop_.yield();
        else
            co_await wake_.until(deadline);
    }
    is_finished_ = true;
    co_return End::finished;
}

const char* to_text(Relay::End end) {
    switch (end) {
        case Relay::End::finished:
            return "finished";
        case Relay::End::idle:
            return "idle for too long";
        case Relay::End::too_long:
            return "open for too long";
        case Relay::End::client_broke:
            return "broken by the client";
        case Relay::End::back_end_broke:
            return "broken by the back end";
    }
    return "?";
}

}  // namespace waymark::balancer
