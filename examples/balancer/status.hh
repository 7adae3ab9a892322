// What the balancer knows of itself, in figures: now, and for the last two minutes. The page draws
// them, a script reads them.
//
// The figures of the past are kept here and not in the browser, so that whoever opens the page when
// something is wrong sees how it came.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "back_ends.hh"
#include "balancer.hh"

namespace waymark::balancer {

// What one back end did in a step of time.
struct Sample {
    std::uint64_t open = 0;      // connections, at the step's end
    std::uint64_t made = 0;      // connections made within it
    std::uint64_t failures = 0;  // that could not be made
    std::uint64_t bytes = 0;     // in both directions
};

// The last samples of each back end, the oldest first.
class History {
  public:
    static constexpr std::size_t kSamples = 120;

    // One step is over. Those that have gone are forgotten.
    void add(const BackEnds& back_ends);
    // At most kSamples.
    std::vector<Sample> of(const BackEnd& back_end) const;

  private:
    struct Track {
        std::array<Sample, kSamples> ring;
        std::size_t added = 0;  // since the beginning
        Sample totals;          // at the last step
        bool is_seen = false;
    };
    std::unordered_map<std::uint64_t, Track> tracks_;
};

// One object of JSON each. "back_ends" is a list, with "id" as what the lists have in common.
std::string status_json(const Balancer& balancer, const BackEnds& back_ends,
                        std::string_view policy, std::chrono::seconds uptime);
// {"step_s": 1, "back_ends": [{"id": 1, "samples": [[open, made, failures, bytes], ...]}, ...]}
std::string history_json(const History& history, const BackEnds& back_ends);

}  // namespace waymark::balancer
