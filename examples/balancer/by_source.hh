// The same client to the same back end, for servers that keep something about a client between its
// connections. A client is its IPv4 address or its IPv6 /64 (net/address): the host that is given a
// /64 changes its address within it as it likes.
//
// "hash modulo number of back ends" sends nearly everybody elsewhere when one goes down. Here each
// back end draws a lot for this client, from a hash of both names, and the highest lot wins
// (rendezvous hashing, Thaler and Ravishankar 1998): when one goes, only its own clients move, and
// when it returns, they return. The weight bends the lots so that each has its share. No table is
// kept, and balancers that do not know of each other choose alike.

#pragma once

#include "policy.hh"

namespace waymark::balancer {

class BySource final : public Policy {
  public:
    std::size_t choose(std::span<const Candidate> candidates,
                       const net::NetworkKey& client) override;
};

}  // namespace waymark::balancer
