// How far a build is, told on standard error while somebody waits for it. On a terminal one line
// changes, and is gone when the build has ended; elsewhere a line comes every few seconds. Nothing
// is said when there was nothing to build.

#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace waymark::course {

class BuildProgress {
  public:
    using Clock = std::chrono::steady_clock;

    // `what` is being done: "building the check of 01-processes". To standard error.
    explicit BuildProgress(std::string what);
    // To somewhere else, with another clock: for tests.
    BuildProgress(std::string what, std::FILE* to, bool is_terminal,
                  std::function<Clock::time_point()> now);
    BuildProgress(const BuildProgress&) = delete;
    BuildProgress& operator=(const BuildProgress&) = delete;
    ~BuildProgress();

    // A line that ninja said. "[12/40] ..." is how far it is; others are left to the caller.
    void hear(std::string_view line);

  private:
    std::string what_;
    std::FILE* to_;
    bool is_terminal_;
    std::function<Clock::time_point()> now_;
    Clock::time_point told_;
    bool has_told_ = false;
};

}  // namespace waymark::course
