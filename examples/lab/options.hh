// What a person may say to lab.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay_faults.hh"

namespace waymark::lab {

struct Options {
    std::string state = "";  // the folder; empty: State chooses
    std::string word = "";   // up, list, exec, ...
    unsigned hosts = 0;      // up
    std::string host = "";   // exec, nic, capture
    std::vector<std::string> command = {};
    std::string from = "";  // cut, drop, delay, mend: hosts; relay: where it listens
    std::string to = "";
    bool both = false;      // also from `to` to `from`
    unsigned amount = 0;    // percent of drop, milliseconds of delay and relay
    std::string file = "";  // capture
    RelayFaults relay = {};
};

// Nothing if --help was asked for and printed. Throws UsageError.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::lab
