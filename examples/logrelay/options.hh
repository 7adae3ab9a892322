// The command line of logrelay.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "examples/access_rules.hh"
#include "message_ring.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"

namespace waymark::logrelay {

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
    examples::AccessRules senders{"--senders", {}, {}};  // read again at SIGHUP, as the next ones
    examples::AccessRules access{"--access", {}, {}};
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
