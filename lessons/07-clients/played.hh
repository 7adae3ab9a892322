// One call of connect_to_any in a made-up network, and what was seen of it.

#pragma once

#include <functional>
#include <string>
#include <vector>

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

}  // namespace waymark::course::check
