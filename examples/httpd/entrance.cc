#include "entrance.hh"

#include <fmt/format.h>

#include <utility>

namespace waymark::httpd {

using daemon::Severity;
using net::ConnectionGate;

Entrance::Entrance(const Options& options, Logs& logs)
    : access_(options.access), logs_(logs), gate_(options.limits.gate) {}

Entrance::Place::~Place() {
    if (!slot_) return;
    const std::lock_guard lock(entrance_->mutex_);
    slot_.give_back();
}

std::optional<Entrance::Place> Entrance::enter(const net::Address& peer) {
    if (!access_.allows(peer)) {
        logs_.say(Severity::info, fmt::format("{}: not on the access list", peer.to_string()));
        return std::nullopt;
    }
    const std::lock_guard lock(mutex_);
    ConnectionGate::Entry entry = gate_.enter(peer);
    if (entry.admission != net::Admission::refused) return Place(*this, std::move(entry.slot));
    logs_.say(Severity::info, fmt::format("{}: too many connections", peer.to_string()));
    return std::nullopt;
}

}  // namespace waymark::httpd
