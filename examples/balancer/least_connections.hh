// The back end with the fewest open connections for its weight. For connections of unlike length:
// where one lasts a second and another a day, turns taken in order leave some back end with all the
// long ones. Of several with equally few it is the next in turn, so that idle ones share the work.

#pragma once

#include "policy.hh"

namespace waymark::balancer {

class LeastConnections final : public Policy {
  public:
    std::size_t choose(std::span<const Candidate> candidates,
                       const net::NetworkKey& client) override;

  private:
    std::uint64_t last_ = 0;  // the id of the one that was chosen last
};

}  // namespace waymark::balancer
