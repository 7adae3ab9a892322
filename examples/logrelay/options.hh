// The command line of logrelay.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "message_ring.hh"
#include "net/access_list.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"

namespace waymark::logrelay {

// Rules from the command line, or from a file that is read again at SIGHUP.
struct Rules {
    std::string name;  // the option's, for messages
    std::vector<std::string> words;
    std::string file;
};

// Throws UsageError that names the place of a rule that is wrong, and std::system_error.
net::AccessList read_rules(const Rules& rules);

struct Options {
    std::vector<net::Address> udp;
    std::string socket;  // the path of the local one
    net::Address listen = net::Address::parse("*:6514");
    bool is_listen_named = false;  // or only what it is otherwise
    bool plaintext = false;
    std::string certificate;  // ours, with those between it and the authority
    std::string key;
    std::string authority;  // whose clients are served
    std::string revoked;    // its lists of those that are not any more; empty: none is asked
    Rules senders{"--senders", {}, {}};
    Rules access{"--access", {}, {}};
    net::GateLimits clients{.soft = 128, .hard = 128, .per_network = 16, .early_drop = {}};
    MessageRing::Limits keep;
    std::size_t longest = 8192;  // bytes of a datagram
    std::chrono::milliseconds handshake_time{10'000};
    std::chrono::milliseconds greeting_time{1'000};
    std::chrono::milliseconds patience{30'000};  // for a client that takes nothing
    std::chrono::milliseconds stop_time{5'000};
    std::string user;
};

// Nothing if only help was asked for, and given. Throws UsageError for what is wrong.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::logrelay
