#include "lessons/course/build_progress.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <utility>

namespace waymark::course {

namespace {

constexpr std::chrono::seconds kEvery{5};

// "12 of 40" from "[12/40] Compiling ..."; empty if the line is none of these.
std::string how_far(std::string_view line) {
    const std::size_t slash = line.find('/');
    const std::size_t end = line.find(']');
    if (!line.starts_with('[') || slash == line.npos || end == line.npos || slash > end) return {};
    return fmt::format("{} of {}", line.substr(1, slash - 1),
                       line.substr(slash + 1, end - slash - 1));
}

}  // namespace

BuildProgress::BuildProgress(std::string what)
    : BuildProgress(std::move(what), stderr, ::isatty(STDERR_FILENO) == 1, Clock::now) {}

BuildProgress::BuildProgress(std::string what, std::FILE* to, bool is_terminal,
                             std::function<Clock::time_point()> now)
    : what_(std::move(what)),
      to_(to),
      is_terminal_(is_terminal),
      now_(std::move(now)),
      told_(now_()) {}

BuildProgress::~BuildProgress() {
    // The line goes, and with it what the verdict has no use for.
    if (is_terminal_ && has_told_) std::fputs("\r\033[K", to_);
}

void BuildProgress::hear(std::string_view line) {
    const std::string far = how_far(line);
    if (far.empty()) return;
    const bool is_first = !std::exchange(has_told_, true);
    if (!is_terminal_ && !is_first && now_() - told_ < kEvery) return;
    told_ = now_();
    const std::string text = fmt::format("waymark: {}: {}", what_, far);
    std::fputs(is_terminal_ ? fmt::format("\r{}\033[K", text).c_str() : (text + "\n").c_str(), to_);
    std::fflush(to_);
}

}  // namespace waymark::course
