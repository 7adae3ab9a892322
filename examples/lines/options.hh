// The command line of lines.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "net/access_list.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"

namespace waymark::lines {

struct Options {
    net::Address listen = net::Address::parse("127.0.0.1:7000");
    net::AccessList access{net::Access::allow};
    net::GateLimits clients{.soft = 100, .hard = 100, .per_network = 20, .early_drop = {}};
    std::size_t longest_line = 1000;                // bytes, without the line's end
    std::chrono::milliseconds line_time{30'000};    // from one answer to the next whole line
    std::chrono::milliseconds answer_time{10'000};  // in which some of an answer must be taken
    std::chrono::milliseconds stop_time{5'000};     // for answers under way at SIGTERM
};

// Nothing if only help was asked for, and given. Throws UsageError for what is wrong.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::lines
