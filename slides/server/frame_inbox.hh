// Frames that a demo has seen on a network, for the sequence diagram on its slide: who has sent
// what to whom. A demo, or what captures for it, finds the path of a Unix datagram socket (unix(7))
// in its environment as WAYMARK_FRAMES, if its slide shows frames. A datagram is a frame, a line of
// text:
//
//   client > server SYN, seq 0        it has arrived
//   client x server SYN, seq 0        it was lost on its way
//
// Two names without blanks, between them the sign, and what it is, to the end of the line. In the run's
// stream it becomes
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

#include "daemon/fd.hh"

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
    static constexpr std::size_t kLongestName = 24, kLongestLine = 240, kMostFrames = 500;

    // Makes the socket in `folder` if frames are `wanted` and its path is not too long for a
    // socket's name. Throws std::system_error.
    FrameInbox(const std::filesystem::path& folder, bool wanted, Tell tell);

    // "" without a socket.
    const std::filesystem::path& path() const { return path_; }
    // For poll(2): readable when a frame has come. -1 without a socket.
    int descriptor() const { return socket_.get(); }

    // Tells what has come, without waiting, at most kMostFrames in one call.
    void tell_new();

  private:
    void take(std::string_view line);
    void refuse(std::string why);

    Tell tell_;
    std::filesystem::path path_;
    daemon::Fd socket_;
    std::size_t count_ = 0;
    std::set<std::string> refused_;
};

}  // namespace waymark::slides
