#include "net/connection_gate.hh"

#include <fmt/core.h>

#include <cassert>
#include <limits>
#include <random>

#include "daemon/error.hh"

namespace waymark::net {

namespace {

ConnectionGate::RollPercent make_roll() {
    return [generator = std::minstd_rand(std::random_device()()),
            percent = std::uniform_int_distribution<unsigned>(0, 99)]() mutable {
        return percent(generator);
    };
}

[[maybe_unused]] constexpr std::size_t kManyPlaces = std::numeric_limits<std::size_t>::max() / 100;

// `most` times part / whole, rounded down, where the product would not fit: added up, and what
// makes a whole is taken off before it can overflow. For early_drop_percent(); whoever writes that
// anew, in lesson 12, may do without, and begins without a call of it.
[[maybe_unused]] unsigned share_of_many(unsigned most, std::size_t part, std::size_t whole) {
    unsigned share = 0;
    std::size_t left_over = 0;
    for (unsigned times = 0; times < most; ++times) {
        const bool makes_a_whole = left_over >= whole - part;
        left_over = makes_a_whole ? left_over - (whole - part) : left_over + part;
        share += makes_a_whole ? 1 : 0;
    }
    return share;
}

}  // namespace

ConnectionGate::ConnectionGate(const GateLimits& limits, RollPercent roll)
    : limits_(limits), roll_(roll ? std::move(roll) : make_roll()) {
    check_limits(limits_);
}

ConnectionGate::~ConnectionGate() {
    assert(count_ == 0);  // a slot that is left would give back to a gate that is gone
}

//#region exercise-12
void check_limits(const GateLimits& limits) {
    if (limits.soft == 0 || limits.soft > limits.hard)
        throw daemon::UsageError(
            fmt::format("the soft limit of connections is {}: it must be from 1 to the "
                        "hard limit, {}",
                        limits.soft, limits.hard));
    if (limits.per_network == 0)
        throw daemon::UsageError("the limit of connections for each network must be at least 1");
    if (!limits.early_drop) return;
    const EarlyDrop& drop = *limits.early_drop;
    if (drop.full <= drop.start || drop.rate_percent > 100)
        throw daemon::UsageError(
            fmt::format("early drop {}:{}:{}: write START:RATE:FULL with START below "
                        "FULL and RATE from 0 to 100",
                        drop.start, drop.rate_percent, drop.full));
}

unsigned early_drop_percent(const EarlyDrop& drop, std::size_t count) {
    if (count < drop.start) return 0;
    if (count >= drop.full) return 100;
    if (drop.full > kManyPlaces)
        return drop.rate_percent +
               share_of_many(100 - drop.rate_percent, count - drop.start, drop.full - drop.start);
    const std::size_t rise = (100 - drop.rate_percent) * (count - drop.start);
    return drop.rate_percent + static_cast<unsigned>(rise / (drop.full - drop.start));
}

// In this order: what costs a roll comes last, so that a refusal for cause is named as such.
ReachedLimit ConnectionGate::reason_to_refuse(const NetworkKey& network) const {
    if (count_ >= limits_.hard) return ReachedLimit::hard_limit;
    const auto place = by_network_.find(network);
    if (place != by_network_.end() && place->second >= limits_.per_network)
        return ReachedLimit::network_limit;
    if (!limits_.early_drop) return ReachedLimit::none;
    const unsigned percent = early_drop_percent(*limits_.early_drop, count_);
    return percent > 0 && roll_() < percent ? ReachedLimit::early_drop : ReachedLimit::none;
}

//#region gate-enter
ConnectionGate::Entry ConnectionGate::enter(const Address& peer) {
    const NetworkKey network = peer.network_key();
    const ReachedLimit reason = reason_to_refuse(network);                          //@ 1..
    if (reason != ReachedLimit::none) return {Admission::refused, Slot(), reason};  //@ ..1
    // All Unix peers would be one network; whoever may open the socket's file is trusted more.
    if (peer.is_ip()) ++by_network_[network];                                           //@ 2..
    ++count_;                                                                           //@ ..2
    return {has_room() ? Admission::admitted : Admission::wait, Slot(*this, network)};  //@ 3
}
//#endregion gate-enter

std::size_t ConnectionGate::count_of(const Address& peer) const {
    const auto place = by_network_.find(peer.network_key());
    return place == by_network_.end() ? 0 : place->second;
}

void ConnectionGate::leave(const NetworkKey& network) {
    assert(count_ > 0);
    const auto place = by_network_.find(network);
    // An entry for each network ever seen would be a memory that an attacker fills.
    if (place != by_network_.end() && --place->second == 0) by_network_.erase(place);
    --count_;
    const bool became_free = count_ + 1 == limits_.soft;
    if (became_free && room_handler_) room_handler_();
}

void ConnectionGate::set_limits(const GateLimits& limits) {
    check_limits(limits);
    const bool had_room = has_room();
    limits_ = limits;
    if (!had_room && has_room() && room_handler_) room_handler_();
}

ConnectionGate::Slot& ConnectionGate::Slot::operator=(Slot&& other) noexcept {
    if (this != &other) {
        give_back();
        gate_ = std::exchange(other.gate_, nullptr);
        network_ = other.network_;
    }
    return *this;
}

void ConnectionGate::Slot::give_back() {
    // First forgotten, then left: the handler may look at this slot again.
    if (ConnectionGate* gate = std::exchange(gate_, nullptr)) gate->leave(network_);
}
//#endregion exercise-12

}  // namespace waymark::net
