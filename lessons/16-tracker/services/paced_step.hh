// Work of the store that takes long, in steps of some thousand rows between the transactions of the
// phones. After each step comes a pause at least as long as the step took, so phones wait for one
// step at most, and get half of the time in any case.

#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string_view>

#include "daemon/log.hh"

namespace waymark::tracker {

constexpr std::chrono::milliseconds kLeastPause{20};

// What step() gave, and the pause before the next. Nothing when it threw: then the log says that
// `what` goes on later, and why.
template <typename Result>
struct PacedStep {
    Result result;
    std::chrono::milliseconds pause;
};

template <typename Step>
auto paced_step(daemon::Log& log, std::string_view what, Step&& step)
    -> std::optional<PacedStep<decltype(step())>> {
    using std::chrono::milliseconds;
    try {
        const auto begin = std::chrono::steady_clock::now();
        auto result = step();
        const auto taken = std::chrono::steady_clock::now() - begin;
        return PacedStep<decltype(step())>{
            result, std::max(kLeastPause, std::chrono::ceil<milliseconds>(taken))};
    } catch (const std::exception& error) {
        log.warning("{} goes on later: {}", what, error.what());
        return std::nullopt;
    }
}

}  // namespace waymark::tracker
