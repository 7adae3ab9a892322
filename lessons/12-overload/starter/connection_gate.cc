// What is yours to write in lesson 12. net/connection_gate.hh is the contract, with the members you
// have; the constructor is given and calls check_limits(). reason_to_refuse() and leave() are a
// proposal: write them, or do it otherwise.

// Write this: throw daemon::UsageError (daemon/error.hh) for limits that contradict each other.
void check_limits(const GateLimits&) {}

// Write this: 0 below drop.start, drop.rate_percent there, 100 from drop.full on; evenly between.
unsigned early_drop_percent(const EarlyDrop&, std::size_t) {
    return 0;
}

// Write this: which limit is reached for a client of this network, the first in the order of
// ReachedLimit. roll_() gives the number that decides an early drop.
ReachedLimit ConnectionGate::reason_to_refuse(const NetworkKey&) const {
    return ReachedLimit::none;
}

// Write this: refuse, or count (count_ and by_network_) and give a Slot. Clients of the same
// Address::network_key() are of one network; a peer that is not peer.is_ip() is of none.
ConnectionGate::Entry ConnectionGate::enter(const Address&) {
    return {Admission::refused, Slot(), ReachedLimit::hard_limit};
}

// Write this: how many are inside from the peer's network.
std::size_t ConnectionGate::count_of(const Address&) const {
    return 0;
}

// Write this: a place of this network is free again. Count, forget a network of which nobody is
// left, and call room_handler_, if there is one, when has_room() has become true.
void ConnectionGate::leave(const NetworkKey&) {}

// Write this: the new limits hold from now on. The handler as in leave().
void ConnectionGate::set_limits(const GateLimits&) {}

// Write this: this slot gives back the place that it has, and takes that of the other.
ConnectionGate::Slot& ConnectionGate::Slot::operator=(Slot&&) noexcept {
    return *this;
}

// Write this: gate_->leave(network_), once; then this slot has no place.
void ConnectionGate::Slot::give_back() {}
