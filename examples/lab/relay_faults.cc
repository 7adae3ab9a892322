#include "relay_faults.hh"

#include <algorithm>

namespace waymark::lab {

// The part of a hundred that has been lost so far grows in steps; where it steps, one is lost. Only
// the place within the hundred counts, so that no number is too large.
bool is_lost(std::uint64_t number, unsigned percent) {
    const std::uint64_t place = (number - 1) % 100;
    return (place + 1) * percent / 100 > place * percent / 100;
}

std::size_t bytes_that_pass(const RelayFaults& faults, std::uint64_t passed, std::size_t bytes) {
    std::uint64_t most = bytes;
    for (const auto& limit : {faults.cut_after, faults.reset_after})
        if (limit) most = std::min(most, *limit - std::min(*limit, passed));
    return static_cast<std::size_t>(most);
}

std::size_t piece_size(const RelayFaults& faults) {
    constexpr std::uint64_t kLargest = 16'384;
    if (!faults.bytes_a_second) return kLargest;
    return static_cast<std::size_t>(
        std::clamp<std::uint64_t>(*faults.bytes_a_second / 20, 1, kLargest));
}

std::chrono::nanoseconds time_for(const RelayFaults& faults, std::size_t bytes) {
    using std::chrono::nanoseconds;
    if (!faults.bytes_a_second) return nanoseconds(0);
    return nanoseconds(static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) /
                                                 static_cast<double>(*faults.bytes_a_second)));
}

}  // namespace waymark::lab
