// The sockets of a run, told in its stream when something about them has changed:
//
//   sockets  {"sockets": [...], "gone": [id], "more": {"count", "states": {"ESTABLISHED": 940}}}
//
// "sockets" are those that are new or have changed, "gone" those that are no more; "more", when it
// has changed, how many others there are that are not told one by one. A socket is
//
//   {"id", "protocol", "state", "local", "peer", "holders": [{"pid", "fd"}], ...}
//
// "id" is a number of ours, the same from socket() to the end of TIME_WAIT. Without "local" it has
// no address, without "peer" no other end; of a Unix socket "pair" is the id of the other end.
// "held" is by how many it is held, if more than "holders" says; nobody of the run has one without
// holders: it waits in an accept queue, or was closed and the kernel still keeps it. A listener has
// "waiting" and, where the source knows it, "backlog"; others "receive" and "send", in bytes.
// "probing" is true while the other side takes nothing (a zero window), "resent" counts what was
// sent again without an answer. "space" counts the network namespaces beside the keeper's own.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "slides/server/open_sockets.hh"

namespace waymark::slides {

class SocketWatch {
  public:
    using Clock = std::chrono::steady_clock;
    using Tell =
        std::function<void(std::string_view name, nlohmann::json data, Clock::time_point at)>;

    // So many are told one by one.
    static constexpr std::size_t kMostTold = 48;

    // Unix sockets that are connected to the one at `hidden`, a path, are not the demo's business.
    SocketWatch(Tell tell, std::string hidden)
        : tell_(std::move(tell)), hidden_(std::move(hidden)) {}

    // Whether something has changed. A look that costs much is passed over if the last one is not
    // long ago, unless it is wanted `in_full`.
    bool look(const std::vector<course::Process>& processes, bool in_full);

    // What has changed, of what a look has found.
    bool tell_changes(const std::vector<FoundSocket>& found);

  private:
    struct Known {
        int id = 0;
        nlohmann::json facts;  // as told; null if it is not told
        bool is_there = false;
    };

    std::vector<const FoundSocket*> ours(const std::vector<FoundSocket>& found) const;
    Known& known(const FoundSocket& socket);
    nlohmann::json facts_of(const FoundSocket& socket, int id) const;
    void tell(nlohmann::json changed, nlohmann::json gone, const nlohmann::json& more);

    Tell tell_;
    std::string hidden_;
    OpenSockets sockets_;
    std::map<std::string, Known> known_;
    std::map<std::uint64_t, std::string> key_of_inode_;
    int last_id_ = 0;
    std::size_t told_ = 0;
    nlohmann::json more_ = {{"count", 0}, {"states", nlohmann::json::object()}};
    Clock::time_point next_look_;
};

}  // namespace waymark::slides
