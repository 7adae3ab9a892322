// The command line of httpd.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "net/address.hh"
#include "net/http/server.hh"

namespace waymark::httpd {

struct Options {
    std::string root = ".";
    net::Address listen = net::Address::parse("127.0.0.1:8080");
    unsigned workers = 0;  // processes; 0: this one alone, with event loops
    unsigned threads = 1;  // of each of them
    net::http::ServerLimits limits{
        .gate = {.soft = 1000, .hard = 1024, .per_network = 256, .early_drop = {}}};
    std::chrono::milliseconds stop_timeout{10'000};
};

// Nothing if only help was asked for, and given. Throws UsageError for what is wrong.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::httpd
