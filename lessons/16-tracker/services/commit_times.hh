// How long commits took: sum, count and a histogram with fixed bounds, as Prometheus wants it. To
// note one is a few comparisons, for a commit costs a sync of a disk.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/core.h>

namespace waymark::tracker {

class CommitTimes {
  public:
    // From a disk with a cache of its own to one that is about to fail.
    static constexpr std::array<std::int64_t, 11> kBoundsUs = {
        500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 5'000'000};

    void note(std::chrono::microseconds took) {
        sum_us_ += took.count();
        std::size_t place = 0;
        while (place < kBoundsUs.size() && took.count() > kBoundsUs[place]) ++place;
        ++counts_[place];
    }

    std::int64_t sum_us() const { return sum_us_; }

    // A JSON array: how many took at most each bound, one after the other, and last all of them.
    std::string to_json() const {
        std::string json = "[";
        std::uint64_t so_far = 0;
        for (const std::uint64_t count : counts_) {
            so_far += count;
            json += fmt::format("{}{}", json.size() > 1 ? "," : "", so_far);
        }
        return json + "]";
    }

  private:
    std::array<std::uint64_t, kBoundsUs.size() + 1> counts_{};
    std::int64_t sum_us_ = 0;
};

}  // namespace waymark::tracker
