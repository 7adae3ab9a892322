#include "policy.hh"

#include "by_source.hh"
#include "least_connections.hh"
#include "round_robin.hh"

namespace waymark::balancer {

std::unique_ptr<Policy> make_policy(std::string_view name) {
    if (name == "round-robin") return std::make_unique<RoundRobin>();
    if (name == "least-connections") return std::make_unique<LeastConnections>();
    if (name == "by-source") return std::make_unique<BySource>();
    return nullptr;
}

}  // namespace waymark::balancer
