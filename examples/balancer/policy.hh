// Who of several back ends gets the next client. A policy sees names, weights and counts; it knows
// no socket and no state of health: whoever asks shows it those only that may be chosen now.
//
// Each policy is a file of its own: round_robin, least_connections, by_source.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/address.hh"

namespace waymark::balancer {

struct Candidate {
    std::uint64_t id = 0;         // rises with each back end that is added, and is never used again
    std::string_view name;        // "10.0.0.5:80", the same in each run
    unsigned weight = 1;          // at least 1
    std::size_t connections = 0;  // open now
};

class Policy {
  public:
    virtual ~Policy() = default;

    // The place of the one that was chosen. `candidates` is not empty, and in the order of the ids.
    virtual std::size_t choose(std::span<const Candidate> candidates,
                               const net::NetworkKey& client) = 0;

    // This back end is gone for good: keep nothing about it.
    virtual void forget(std::uint64_t) {}
};

// "round-robin", "least-connections" or "by-source"; nothing for another name.
std::unique_ptr<Policy> make_policy(std::string_view name);

}  // namespace waymark::balancer
