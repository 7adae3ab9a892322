// Asks the store whether the quarantine has certain points already. When it is full, a phone whose
// 200 was lost on the way repeats a point that is kept: told 503, it would send nothing else for as
// long as the quarantine is full.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fix.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/task.hh"
#include "services/receiver_messages.hh"

namespace waymark::tracker {

class KeptPoints {
  public:
    // Not longer, and "not kept" is a safe answer: the phone comes again.
    static constexpr std::chrono::seconds kPatience{8};

    // `send` sends a message to the store, and says whether there is one.
    KeptPoints(net::EventLoop& loop, std::function<bool(std::string_view message)> send)
        : loop_(loop), send_(std::move(send)) {}

    // Whether all of them are on disk. `points` are of one device, and stay in place meanwhile.
    net::Task<bool> has_all(const std::vector<Quarantined>& points);
    void hear(const Kept& answer);

  private:
    class Question;

    net::EventLoop& loop_;
    std::function<bool(std::string_view)> send_;
    std::uint64_t next_id_ = 1;
    std::unordered_map<std::uint64_t, Question*> open_;
};

}  // namespace waymark::tracker
