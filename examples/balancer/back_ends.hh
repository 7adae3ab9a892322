// All back ends: who is there, who gets the next client, and what changes while we run. Each change
// is one line in the log.
//
// A back end that was removed stays here as "leaving" until its last connection has ended; the same
// name may be added again meanwhile, as another one.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "back_end.hh"
#include "daemon/log.hh"
#include "net/event_loop.hh"
#include "policy.hh"

namespace waymark::balancer {

class BackEnds {
  public:
    // What a control command or a configuration may add up to; who is leaving does not count.
    static constexpr std::size_t kMost = 200;

    // All must outlive it; it must outlive each BackEnd::Use.
    BackEnds(net::EventLoop& loop, daemon::Log& log, std::unique_ptr<Policy> policy,
             const Health::Settings& settings);

    // Throws UsageError if `added` more, when `removed` have gone, are more than kMost.
    void check_room(std::size_t added, std::size_t removed = 0) const;

    // Throws UsageError if the name is there, or kMost are. `addresses` must not be empty.
    std::shared_ptr<BackEnd> add(const BackEndText& text, std::vector<net::Address> addresses);

    // They throw UsageError if there is no such back end.
    void remove(std::string_view name);
    void drain(std::string_view name);
    void undrain(std::string_view name);
    std::shared_ptr<BackEnd> find(std::string_view name) const;
    bool has(std::string_view name) const;

    // By the policy, among those that are up, not draining, and not among `tried`; null if there is
    // none.
    std::shared_ptr<BackEnd> choose(const net::NetworkKey& client,
                                    std::span<const std::uint64_t> tried);

    // What a probe or a client's connection has shown; logs a change.
    void probed(BackEnd& back_end, bool is_good, std::string_view why);
    void connected(BackEnd& back_end, bool is_good, std::string_view why);

    // In the order in which they were added; those that are leaving, too.
    const std::vector<std::shared_ptr<BackEnd>>& all() const { return all_; }

    // Hears of each that was added: somebody must probe it.
    void when_added(std::function<void(std::shared_ptr<BackEnd>)> handler) {
        added_ = std::move(handler);
    }

  private:
    void tell(BackEnd& back_end, Health::Change change, std::string_view why);
    void unused(BackEnd& back_end);

    net::EventLoop& loop_;
    daemon::Log& log_;
    std::unique_ptr<Policy> policy_;
    Health::Settings settings_;
    std::uint64_t next_id_ = 1;
    std::vector<std::shared_ptr<BackEnd>> all_;
    std::vector<Candidate> candidates_;  // kept from choice to choice: no memory for each client
    std::vector<std::size_t> places_;    // of these in all_
    std::function<void(std::shared_ptr<BackEnd>)> added_;
};

}  // namespace waymark::balancer
