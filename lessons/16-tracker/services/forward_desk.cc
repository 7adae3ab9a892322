#include "services/forward_desk.hh"

#include <algorithm>
#include <exception>
#include <utility>

namespace waymark::tracker {

ForwardDesk::ForwardDesk(Store& store, daemon::Log& log,
                         const std::vector<std::string>& destinations)
    : store_(store), log_(log) {
    for (const std::string& name : destinations) destinations_.push_back({name});
}

void ForwardDesk::prepare() {
    std::vector<std::string> names;
    for (const Destination& destination : destinations_) names.push_back(destination.name);
    try {
        store_.change([&](Connection& connection) { Forwarding(connection).keep(names); });
        is_ready_ = true;
        told_.clear();
    } catch (const std::exception& error) {
        fail(error);
    }
}

void ForwardDesk::meet(Send send) {
    send_ = std::move(send);
    for (Destination& destination : destinations_) {
        destination.is_asked = false;
        destination.is_known = false;
    }
}

void ForwardDesk::take(std::string_view message, UnixMillis now) {
    Forwarded forwarded;
    if (!read(message, forwarded)) return;
    const auto known = std::ranges::find(destinations_, forwarded.destination, &Destination::name);
    if (known == destinations_.end()) return;
    if (forwarded.progress)
        store_.also_or_fail([&](Connection& connection) {
            Forwarding(connection).note(known->name, *forwarded.progress, now);
        });
    known->is_asked |= forwarded.wants_next;
}

void ForwardDesk::look() {
    has_failed_ = false;
    if (!is_ready_) prepare();
    for (Destination& destination : destinations_) destination.has_news = true;
}

// A disk that takes nothing would have the same fixes sent again and again: the next look() is soon
// enough.
void ForwardDesk::ended(bool is_durable) {
    has_failed_ |= !is_durable;
}

void ForwardDesk::answer() {
    if (!is_ready_ || has_failed_) return;
    for (Destination& destination : destinations_) {
        if (!destination.is_asked || (destination.is_known && !destination.has_news)) continue;
        try {
            answer(destination);
        } catch (const std::exception& error) {
            fail(error);
            return;
        }
    }
}

void ForwardDesk::answer(Destination& destination) {
    ToForward answer;
    answer.destination = destination.name;
    store_.look([&](Connection& connection) {
        Forwarding forwarding(connection);
        answer.fixes = forwarding.next(destination.name);
        answer.waiting = forwarding.waiting(destination.name, ToForward::kMostCounted);
        answer.state = forwarding.state(destination.name).value_or(Forwarding::State{});
    });
    destination.has_news = !answer.fixes.empty();
    if (answer.fixes.empty() && destination.is_known) return;
    destination.is_known = true;
    destination.is_asked = false;
    send_(write(answer));
}

void ForwardDesk::fail(const std::exception& error) {
    has_failed_ = true;
    if (std::exchange(told_, error.what()) == error.what()) return;
    log_.warning("fixes cannot be forwarded for now: {}", error.what());
}

}  // namespace waymark::tracker
