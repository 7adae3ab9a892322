#include "slides/server/socket_watch.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::slides {

namespace {

using nlohmann::json;
using Clock = SocketWatch::Clock;

// So many fit into one message of the channel, also with the longest paths of Unix sockets.
constexpr std::size_t kSocketsInOneMessage = 24;
constexpr std::size_t kMostHolders = 8;
// Of a processor, for looking; and so long a pause for each socket that was told, so that a
// recording of a busy run stays small.
constexpr int kLookShare = 20;
constexpr std::chrono::milliseconds kPauseForEach{2};

// Both ends of a connection have the same two addresses, in another order.
std::string ends_key(const SocketFacts& facts, const std::string& first,
                     const std::string& second) {
    return fmt::format("{} {} {}", facts.protocol, first, second);
}
std::string ends_key(const SocketFacts& facts) {
    return ends_key(facts, facts.local, facts.peer);
}
std::string other_end_key(const SocketFacts& facts) {
    return ends_key(facts, facts.peer, facts.local);
}

bool has_two_addresses(const SocketFacts& facts) {
    return facts.protocol != "unix" && !facts.peer.empty();
}

// An accepted socket keeps its key when its process has closed it. What has one address only is one
// by its inode: several may have the same (SO_REUSEPORT, socket(7)).
std::string socket_key(const FoundSocket& socket) {
    if (has_two_addresses(socket.facts))
        return fmt::format("{} {}", socket.space, ends_key(socket.facts));
    return fmt::format("inode {}", socket.facts.inode);
}

std::string_view port_of(std::string_view address) {
    return address.substr(std::min(address.rfind(':'), address.size()));
}

// Whether a connection to `local` came by one of these listeners.
bool came_by(const std::set<std::string>& listeners, const std::string& local) {
    if (listeners.contains(local)) return true;
    const std::string port(port_of(local));
    return listeners.contains("0.0.0.0" + port) || listeners.contains("[::]" + port);
}

}  // namespace

std::vector<const FoundSocket*> SocketWatch::ours(const std::vector<FoundSocket>& found) const {
    std::set<std::string> other_ends, listeners;
    for (const FoundSocket& socket : found) {
        if (socket.holders.empty()) continue;
        if (has_two_addresses(socket.facts)) other_ends.insert(other_end_key(socket.facts));
        if (socket.facts.listens()) listeners.insert(socket.facts.local);
    }
    std::vector<const FoundSocket*> result;
    for (const FoundSocket& socket : found) {
        const bool is_ours =
            !socket.holders.empty() ||
            (has_two_addresses(socket.facts) &&
             (other_ends.contains(ends_key(socket.facts)) || known_.contains(socket_key(socket)) ||
              came_by(listeners, socket.facts.local)));
        // Who waits at the gate of the steps (step_gate.hh) is seen by the name at the other end.
        const bool is_hidden =
            socket.facts.protocol == "unix" && !hidden_.empty() && socket.facts.peer == hidden_;
        if (is_ours && !is_hidden) result.push_back(&socket);
    }
    std::ranges::stable_partition(result,
                                  [](const FoundSocket* each) { return each->facts.listens(); });
    return result;
}

// A socket that has got an address, or a process that has accepted it, stays the same one.
SocketWatch::Known& SocketWatch::known(const FoundSocket& socket) {
    const std::string key = socket_key(socket);
    const std::uint64_t inode = socket.facts.inode;
    if (inode != 0) {
        std::string& before = key_of_inode_[inode];
        if (before != key && known_.contains(before) && !known_.contains(key)) {
            auto node = known_.extract(before);
            node.key() = key;
            known_.insert(std::move(node));
        }
        before = key;
    }
    Known& known = known_[key];
    if (known.id == 0) known.id = ++last_id_;
    known.is_there = true;
    return known;
}

json SocketWatch::facts_of(const FoundSocket& socket, int id) const {
    const SocketFacts& facts = socket.facts;
    json told = {{"id", id}, {"protocol", facts.protocol}, {"state", facts.state}};
    if (!facts.local.empty()) told["local"] = facts.local;
    if (!facts.peer.empty()) told["peer"] = facts.peer;
    if (socket.space != 0) told["space"] = socket.space;
    json holders = json::array();
    for (const SocketHolder& holder : socket.holders)
        if (holders.size() < kMostHolders)
            holders.push_back({{"pid", holder.pid}, {"fd", holder.fd}});
    if (socket.holders.size() > kMostHolders) told["held"] = socket.holders.size();
    told["holders"] = std::move(holders);
    if (facts.listens()) {
        told["waiting"] = facts.receive;
        if (facts.backlog) told["backlog"] = *facts.backlog;
        return told;
    }
    told["receive"] = facts.receive;
    told["send"] = facts.send;
    if (facts.timer == SocketFacts::kProbe) told["probing"] = true;
    if (facts.timer == SocketFacts::kResend && facts.resent > 0) told["resent"] = facts.resent;
    if (const auto key = key_of_inode_.find(facts.pair); key != key_of_inode_.end())
        if (const auto other = known_.find(key->second); other != known_.end())
            told["pair"] = other->second.id;
    return told;
}

bool SocketWatch::look(const std::vector<course::Process>& processes, bool in_full) {
    const Clock::time_point began = Clock::now();
    if (began < next_look_ && !in_full && !processes.empty()) return false;
    const std::size_t told_before = told_;
    const bool has_changed = tell_changes(sockets_.look(processes));
    const Clock::time_point now = Clock::now();
    next_look_ =
        now + std::max<Clock::duration>(kLookShare * (now - began),
                                        kPauseForEach * static_cast<int>(told_ - told_before));
    return has_changed;
}

bool SocketWatch::tell_changes(const std::vector<FoundSocket>& found) {
    for (auto& [key, known] : known_) known.is_there = false;
    const std::vector<const FoundSocket*> sockets = ours(found);
    std::map<std::string, const FoundSocket*> by_ends;
    for (const FoundSocket* socket : sockets) {
        known(*socket);
        if (has_two_addresses(socket->facts)) by_ends[ends_key(socket->facts)] = socket;
    }
    json gone = json::array();
    std::size_t places = kMostTold;
    for (auto known = known_.begin(); known != known_.end();) {
        const bool is_told = !known->second.facts.is_null();
        if (known->second.is_there) {
            places -= is_told ? 1 : 0;
            ++known;
            continue;
        }
        if (is_told) gone.push_back(known->second.id);
        known = known_.erase(known);
    }
    std::erase_if(key_of_inode_,
                  [this](const auto& each) { return !known_.contains(each.second); });

    json changed = json::array();
    const auto tell_one = [&](const FoundSocket& socket) {
        Known& known = known_.at(socket_key(socket));
        if (known.facts.is_null() && places == 0) return;
        json facts = facts_of(socket, known.id);
        if (facts == known.facts) return;
        if (known.facts.is_null()) --places;
        known.facts = facts;
        changed.push_back(std::move(facts));
    };
    for (const FoundSocket* socket : sockets) {
        tell_one(*socket);
        // Who gets a place gets one for its other end.
        if (const auto other = by_ends.find(other_end_key(socket->facts)); other != by_ends.end())
            if (!known_.at(socket_key(*socket)).facts.is_null()) tell_one(*other->second);
    }
    json more = {{"count", 0}, {"states", json::object()}};
    for (const FoundSocket* socket : sockets) {
        if (!known_.at(socket_key(*socket)).facts.is_null()) continue;
        more["count"] = more["count"].get<int>() + 1;
        json& count = more["states"][socket->facts.state];
        count = count.is_null() ? 1 : count.get<int>() + 1;
    }
    if (changed.empty() && gone.empty() && more == more_) return false;
    tell(std::move(changed), std::move(gone), more);
    return true;
}

void SocketWatch::tell(json changed, json gone, const json& more) {
    told_ += changed.size();
    std::size_t first = 0;
    do {
        json part = json::array();
        for (; first < changed.size() && part.size() < kSocketsInOneMessage; ++first)
            part.push_back(std::move(changed[first]));
        json data = {{"sockets", std::move(part)}};
        if (!gone.empty()) data["gone"] = std::exchange(gone, json::array());
        if (more != more_) data["more"] = more_ = more;
        tell_("sockets", std::move(data), Clock::now());
    } while (first < changed.size());
}

}  // namespace waymark::slides
