// What a server in a demo is under: for the pane that draws its load (datagram_inbox.hh,
// WAYMARK_LOAD). A datagram is what was measured at one moment:
//
//   inside 10 of 12 waiting 5 refused 3 answer 1800
//   inside 80 of - waiting 0 refused 0 answer -
//
// Connections inside, and the most that may be there (- without a limit); those in the listener's
// queue; how many were refused since the demo began; and the microseconds in which a good client
// was answered (- if it waits for its answer). In the run's stream it becomes
//
//   load          {"inside", "waiting", "refused"}   with "limit" and "answer_ms", where there is
//   one load_refused  {"why"}                            once for each reason: it is none, or too
//   many

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "slides/server/told_lines.hh"

namespace waymark::slides {

struct Load {
    std::uint32_t inside = 0;
    std::optional<std::uint32_t> limit = {};
    std::uint32_t waiting = 0, refused = 0;
    std::optional<std::uint32_t> answer_us = {};
};

// Nothing if it is none: other words, or a number that is not between 0 and 4 000 000 000.
std::optional<Load> parse_load(std::string_view line);

class LoadInbox final : public ToldLines {
  public:
    static constexpr const char* kVariable = "WAYMARK_LOAD";
    static constexpr std::size_t kMostLoads = 500;

    LoadInbox(const std::filesystem::path& folder, bool wanted, Tell tell);
};

}  // namespace waymark::slides
