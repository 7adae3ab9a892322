#include "least_connections.hh"

namespace waymark::balancer {

namespace {

// Whether with one connection more `a` would have less to do for its weight than `b`.
bool has_less(const Candidate& a, const Candidate& b) {
    return (a.connections + 1) * b.weight < (b.connections + 1) * a.weight;
}

}  // namespace

std::size_t LeastConnections::choose(std::span<const Candidate> candidates,
                                     const net::NetworkKey&) {
    std::size_t best = 0;
    for (std::size_t place = 1; place < candidates.size(); ++place) {
        const Candidate& one = candidates[place];
        const Candidate& other = candidates[best];
        const bool is_equal = !has_less(one, other) && !has_less(other, one);
        // Of equal ones the first behind the last choice.
        const bool is_next = is_equal && one.id > last_ && other.id <= last_;
        if (has_less(one, other) || is_next) best = place;
    }
    last_ = candidates[best].id;
    return best;
}

}  // namespace waymark::balancer
