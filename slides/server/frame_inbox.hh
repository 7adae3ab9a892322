// Frames that a demo has seen on a network, for the sequence diagram on its slide: who has sent
// what to whom (datagram_inbox.hh, WAYMARK_FRAMES). A datagram is a frame, a line of text:
//
//   client > server SYN, seq 0        it has arrived
//   client x server SYN, seq 0        it was lost on its way
//
// Two names without blanks, between them the sign, and what it is, to the end of the line. In the
// run's stream it becomes
//
//   frame          {"from", "to", "what"}     and "lost": true; "at" is when it came here
//   frame_refused  {"why"}                    once for each reason: it is no frame, or there are
//   too many

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "slides/server/told_lines.hh"

namespace waymark::slides {

struct Frame {
    std::string from, to, what;
    bool is_lost = false;
};

// Nothing if it is no frame. Names have at most kLongestName bytes.
std::optional<Frame> parse_frame(std::string_view line);

class FrameInbox final : public ToldLines {
  public:
    static constexpr const char* kVariable = "WAYMARK_FRAMES";
    static constexpr std::size_t kLongestName = 24, kMostFrames = 500;

    FrameInbox(const std::filesystem::path& folder, bool wanted, Tell tell);
};

}  // namespace waymark::slides
