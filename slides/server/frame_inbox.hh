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

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "slides/server/datagram_inbox.hh"

namespace waymark::slides {

struct Frame {
    std::string from, to, what;
    bool is_lost = false;
};

// Nothing if it is no frame. Names have at most kLongestName bytes.
std::optional<Frame> parse_frame(std::string_view line);

class FrameInbox {
  public:
    using Tell = std::function<void(std::string_view name, nlohmann::json data)>;

    static constexpr const char* kVariable = "WAYMARK_FRAMES";
    static constexpr std::size_t kLongestName = 24, kMostFrames = 500;
    static constexpr std::size_t kLongestLine = DatagramInbox::kLongestLine;

    FrameInbox(const std::filesystem::path& folder, bool wanted, Tell tell)
        : tell_(std::move(tell)), inbox_(folder, "frames", wanted) {}

    const DatagramInbox& inbox() const { return inbox_; }

    // Tells what has come, without waiting, at most kMostFrames in one call.
    void tell_new();

  private:
    void take(std::string_view line);
    void refuse(std::string why);

    Tell tell_;
    DatagramInbox inbox_;
    std::size_t count_ = 0;
    std::set<std::string> refused_;
};

}  // namespace waymark::slides
