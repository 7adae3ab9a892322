// A server behind the balancer: its addresses, what is known of its health, and what was counted.
//
// A connection counts from the moment in which this back end was chosen, not from when it is made:
// with least connections a slow one would else be chosen again and again meanwhile. The count is
// held by an object, Use, which each way out of a conversation gives back.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "health.hh"
#include "net/address.hh"
#include "net/connect.hh"
#include "net/notice.hh"

namespace waymark::balancer {

inline constexpr unsigned kHeaviest = 1000;

// How a back end is named by a person: "10.0.0.5:80", "web.example:80,weight=3", "[::1]:80",
// "unix:/run/web".
struct BackEndText {
    std::string name;  // without the weight
    unsigned weight = 1;

    // Throws UsageError, which shows the text and says what is wrong: no port, a weight that is not
    // 1 to kHeaviest, something else behind the comma.
    static BackEndText parse(std::string_view text);
};

class BackEnd {
  public:
    struct Counters {
        std::uint64_t connections = 0;  // that were made
        std::uint64_t refused = 0;
        std::uint64_t timed_out = 0;
        std::uint64_t unreachable = 0;
        std::uint64_t unusable = 0;  // this machine could not
        std::uint64_t broken = 0;    // made, and reset later by the back end
        std::uint64_t probes = 0;
        std::uint64_t failed_probes = 0;
        std::uint64_t bytes_to = 0;
        std::uint64_t bytes_from = 0;
        std::uint64_t failures() const { return refused + timed_out + unreachable + unusable; }
    };

    BackEnd(net::EventLoop& loop, std::uint64_t id, BackEndText text,
            std::vector<net::Address> addresses, const Health::Settings& settings)
        : changed(loop),
          health(settings),
          id_(id),
          text_(std::move(text)),
          addresses_(std::move(addresses)) {}

    std::uint64_t id() const { return id_; }
    const std::string& name() const { return text_.name; }
    unsigned weight() const { return text_.weight; }
    void set_weight(unsigned weight) { text_.weight = weight; }
    const std::vector<net::Address>& addresses() const { return addresses_; }
    std::size_t connections() const { return connections_; }

    // Draining: nobody new is sent there, those who are there finish. Removed: the same, for good.
    bool is_draining = false;
    bool is_removed = false;
    bool may_be_chosen() const { return health.is_up() && !is_draining && !is_removed; }
    // "up", "down", "draining", "drained", "leaving".
    std::string_view state_text() const;

    void count_failure(net::ConnectStatus status);

    // Told when it was drained, removed or marked down, and when its last connection has gone.
    net::Notice changed;
    Health health;
    Counters counters;

    // One connection, from the choice to the end.
    class Use {
      public:
        explicit Use(std::shared_ptr<BackEnd> back_end);
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use();

        BackEnd& operator*() const { return *back_end_; }
        BackEnd* operator->() const { return back_end_.get(); }

      private:
        std::shared_ptr<BackEnd> back_end_;
    };
    // Called when a Use ends that was the last one; must not throw.
    void when_unused(std::function<void()> handler) { unused_ = std::move(handler); }

  private:
    std::uint64_t id_;
    BackEndText text_;
    std::vector<net::Address> addresses_;
    std::size_t connections_ = 0;
    std::function<void()> unused_;
};

// What came of a connection that was not made, for the log, with its cause told apart: "refused:
// nobody listens there (Connection refused)". `waited` is the deadline that it had.
std::string cause_text(const net::ConnectResult& result, std::chrono::milliseconds waited);

}  // namespace waymark::balancer
