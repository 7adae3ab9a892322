// The command line and the configuration file of newdaemon. Both have the same names; the file has
// them without dashes, one a line: clients = 50.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "daemon/log.hh"
#include "daemon/severity.hh"
#include "net/access_list.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"

namespace app {

using namespace waymark;

// What SIGHUP reads again. All else holds from the start on.
struct Settings {
    net::AccessList access{net::Access::allow};
    net::GateLimits clients{.soft = 100, .hard = 100, .per_network = 20, .early_drop = {}};
    std::size_t longest_line = 1000;                // bytes, without the line's end
    std::chrono::milliseconds line_time{30'000};    // from one answer to the next whole line
    std::chrono::milliseconds answer_time{10'000};  // in which some of an answer must be taken
    std::chrono::milliseconds stop_time{5'000};     // for answers under way at SIGTERM
    daemon::Severity level = daemon::Severity::info;
};

struct Options {
    net::Address listen = net::Address::parse("127.0.0.1:7000");
    daemon::LogOptions log{.program = "newdaemon"};
    std::string pid_file;  // empty: none
    bool background = false;
    Settings settings;
};

// Reads both; nothing if only help was asked for, and given. Throws UsageError for what is wrong.
std::optional<Options> parse_options(int argument_count, const char* const* arguments);

// The same words once more, for SIGHUP.
using ReadAgain = std::function<std::optional<Options>()>;

}  // namespace app
