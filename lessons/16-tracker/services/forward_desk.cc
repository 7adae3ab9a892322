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
    const bool gives_back = !forwarded.goes_on && std::exchange(known->may_hold, false);
    if (forwarded.progress || gives_back)
        store_.also_or_fail([&](Connection& connection) {
            Forwarding forwarding(connection);
            if (forwarded.progress) forwarding.note(known->name, *forwarded.progress, now);
            if (gives_back) forwarding.give_back(known->name);
        });
    known->has_rest |= !forwarded.goes_on && !forwarded.wants_next;
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
    if (is_durable) return;
    for (Destination& destination : destinations_) destination.may_hold = true;
}

void ForwardDesk::answer(UnixMillis now) {
    if (!is_ready_ || has_failed_) return;
    for (Destination& destination : destinations_) {
        if (!destination.is_asked || (destination.is_known && !destination.has_news)) continue;
        try {
            answer(destination, now);
        } catch (const std::exception& error) {
            fail(error);
            return;
        }
    }
}

void ForwardDesk::answer(Destination& destination, UnixMillis now) {
    ToForward answer;
    answer.destination = destination.name;
    answer.fixes = next(destination, now);
    destination.has_news = !answer.fixes.empty();
    const bool is_no_answer = destination.is_known && answer.fixes.empty();
    if (is_no_answer && !destination.has_rest) return;
    store_.look([&](Connection& connection) {
        Forwarding forwarding(connection);
        answer.waiting = forwarding.waiting(destination.name, ToForward::kMostCounted);
        answer.state = forwarding.state(destination.name).value_or(Forwarding::State{});
    });
    const bool has_rest = answer.waiting > static_cast<std::int64_t>(answer.fixes.size());
    // Another tracker sends it. When it has, the caller hears that nothing waits.
    if (is_no_answer && has_rest) return;
    destination.has_rest = has_rest;
    destination.is_known = true;
    destination.is_asked = false;
    send_(write(answer));
}

// In turn, so that neither waits for the end of the other.
std::vector<FixToSend> ForwardDesk::next(Destination& destination, UnixMillis now) {
    std::vector<FixToSend> fixes;
    for (int queues = 2; queues > 0 && fixes.empty(); --queues) {
        destination.is_turn_of_commands = !destination.is_turn_of_commands;
        if (destination.is_turn_of_commands)
            fixes = claim(destination, now);
        else
            store_.look([&](Connection& it) { fixes = Forwarding(it).next(destination.name); });
    }
    return fixes;
}

// Throws StoreError where the claim is not durable.
std::vector<FixToSend> ForwardDesk::claim(Destination& destination, UnixMillis now) {
    bool is_worthwhile = false;
    store_.look(
        [&](Connection& it) { is_worthwhile = Forwarding(it).may_claim(destination.name, now); });
    if (!is_worthwhile) return {};
    destination.may_hold = true;
    std::vector<FixToSend> fixes;
    store_.begin();
    store_.also_or_fail(
        [&](Connection& it) { fixes = Forwarding(it).claim(destination.name, now); });
    const CommitResult result = store_.commit();
    if (!result.durable) throw StoreError(StoreError::Kind::other, result.reason);
    return fixes;
}

void ForwardDesk::fail(const std::exception& error) {
    has_failed_ = true;
    if (std::exchange(told_, error.what()) == error.what()) return;
    log_.warning("fixes cannot be forwarded for now: {}", error.what());
}

}  // namespace waymark::tracker
