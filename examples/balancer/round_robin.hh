// Each back end in turn, one with weight 3 three times as often. Three times in a row would be a
// burst that it may not bear; so the turns are spread: with weights 3 and 1 it is a a b a. (Nginx
// calls it smooth weighted round-robin.) At each choice everybody gains its weight as credit, the
// richest one is chosen, and pays what all have gained.

#pragma once

#include <unordered_map>

#include "policy.hh"

namespace waymark::balancer {

class RoundRobin final : public Policy {
  public:
    std::size_t choose(std::span<const Candidate> candidates,
                       const net::NetworkKey& client) override;
    void forget(std::uint64_t id) override { credits_.erase(id); }

  private:
    std::unordered_map<std::uint64_t, std::int64_t> credits_;
};

}  // namespace waymark::balancer
