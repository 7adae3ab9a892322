// The command line of the balancer, and its configuration file, which has the same names.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "back_end.hh"
#include "balancer.hh"
#include "daemon/log.hh"
#include "health.hh"
#include "net/address.hh"
#include "prober.hh"
#include "relay_store.hh"

namespace waymark::balancer {

struct Options {
    std::vector<net::Address> listen;
    std::vector<BackEndText> back_ends;
    std::string policy = "round-robin";
    Balancer::Settings balancer;
    Health::Settings health;
    Prober::Settings probe;
    Transfer transfer = Transfer::automatic;
    std::optional<net::Address> status;  // of the page; none: no page
    std::string control;                 // path of the socket; empty: none
    std::string user;                    // empty: stay who we are
    daemon::LogOptions log{.program = "balancer"};
    std::chrono::milliseconds stop{30'000};

    // Instead of serving: `balancer control PATH WORD...`
    std::optional<std::string> control_path;
    std::vector<std::string> control_words;
};

// Nothing if only help was asked for, and given. Throws UsageError for what is wrong, also in the
// configuration file or the file of the access list. Called again for a reload.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::balancer
