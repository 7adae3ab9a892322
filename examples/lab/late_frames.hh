// Frames on their way from one interface to another, each of which takes its time.

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::lab {

class LateFrames {
  public:
    // What waits here is bounded, as in a router: what comes beyond it is lost.
    static constexpr std::size_t kMostBytes = std::size_t{32} << 20;

    // From interface `in` to interface `out`, both in this process's network: frames that come in
    // for `mac` ("02:00:...") or for many. Throws std::system_error.
    LateFrames(const std::string& in, const std::string& out, const std::string& mac,
               std::chrono::milliseconds delay, unsigned drop_percent);

    // Brings frames until the process ends. Throws std::system_error.
    [[noreturn]] void run();

  private:
    struct Late {
        daemon::Deadline due;
        std::vector<char> bytes;
    };

    void take();
    void send_due();

    daemon::Fd in_;
    daemon::Fd out_;
    std::string mac_;
    std::chrono::milliseconds delay_;
    unsigned drop_percent_;
    std::mt19937 random_{std::random_device{}()};
    std::vector<char> buffer_;
    std::deque<Late> waiting_;  // in the order in which they are due
    std::size_t waiting_bytes_ = 0;
};

}  // namespace waymark::lab
