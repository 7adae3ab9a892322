#include "round_robin.hh"

namespace waymark::balancer {

std::size_t RoundRobin::choose(std::span<const Candidate> candidates, const net::NetworkKey&) {
    std::int64_t gained = 0;
    std::size_t richest = 0;
    std::int64_t* credit_of_richest = nullptr;
    for (std::size_t place = 0; place < candidates.size(); ++place) {
        std::int64_t& credit = credits_[candidates[place].id];
        credit += candidates[place].weight;
        gained += candidates[place].weight;
        if (credit_of_richest == nullptr || credit > *credit_of_richest) {
            richest = place;
            credit_of_richest = &credit;
        }
    }
    *credit_of_richest -= gained;
    return richest;
}

}  // namespace waymark::balancer
