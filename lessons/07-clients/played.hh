// One call of connect_to_any in a made-up network, and what was seen of it.

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "advice.hh"
#include "lessons/course/check/faults.hh"
#include "made_up_network.hh"
#include "net/connect.hh"

namespace waymark::course::check {

// Of no machine (RFC 5737); the network is made up.
inline constexpr const char* kFirst = "192.0.2.1:80";
inline constexpr const char* kSecond = "192.0.2.2:80";
inline constexpr const char* kThird = "192.0.2.3:80";

struct Played {
    std::string thrown;  // what came out of it, if something did
    int error_number = 0;
    std::string status = "thrown";
    std::string address = "none";  // the one that answered
    std::string failures;          // error_text()
    std::string kinds;             // status and errno of each: "refused 111, not_tried 0"
    std::string calls;             // MadeUpNetwork::calls()
    long took = 0;                 // milliseconds of the fast clock
    int left_open = 0;             // descriptors, but for the result's socket
    bool nonblocking = false;      // the result's socket
    bool close_on_exec = false;
    bool has_peer = false;
    bool each_was_nonblocking = true;
    bool each_was_close_on_exec = true;
};

std::string name_of(net::ConnectStatus status);

// The deadline is so long after the beginning.
Played play(MadeUpNetwork& network, const std::vector<net::Address>& addresses,
            std::chrono::milliseconds deadline, net::SocketMode mode = net::SocketMode::blocking);
inline constexpr std::chrono::hours kNoDeadline{24};

// The clock moves in waits only, so who looks again and again at one instant would hang. From the
// fiftieth look at one on, poll(2) fails. Ends before `faults`.
class SpinStop {
  public:
    SpinStop(Faults& faults, const MadeUpNetwork& network);
    SpinStop(const SpinStop&) = delete;
    SpinStop& operator=(const SpinStop&) = delete;

    // The words are those of the case: what makes it spin there.
    void expect_none(const Causes& causes) const;
    // When it began to spin; nothing if it did not.
    std::optional<std::chrono::milliseconds> since() const;

  private:
    void look();

    Faults& faults_;
    const MadeUpNetwork& network_;
    std::chrono::milliseconds at_{-1};
    int looks_ = 0;
};

}  // namespace waymark::course::check
