// What is wrong with the way from one host to another: nothing passes (cut), a part is lost (drop),
// all comes later (delay). Each way has two directions, and a fault is of one: a reply that is lost
// looks to the sender like a request that is lost, and only here one can tell.
//
// The switch loses frames by a rule of nft(8). Where this kernel could also delay them
// (tc-netem(8)), others cannot; so frames that are to come late are all lost by the rule, and
// brought by a process of ours (delay.hh). Faults are of the first network: a second interface is a
// way round them.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "state.hh"

namespace waymark::lab {

inline constexpr unsigned kLongestDelayMs = 60'000;

struct Fault {
    bool cut = false;
    unsigned drop_percent = 0;
    unsigned delay_ms = 0;
    friend bool operator==(const Fault&, const Fault&) = default;
};

using Way = std::pair<std::string, std::string>;  // from, to: names of hosts
using Faults = std::map<Way, Fault>;

// "cut", "30 % lost, 200 ms late"
std::string to_string(const Fault& fault);

// Those in force.
Faults read_faults(const State& state);

// Replaces the fault of one way by what `change` makes of it; what is on its way there meanwhile is
// lost. In force when this returns. Throws UsageError for hosts that are not there, or the same one
// twice, and std::system_error.
void change_fault(const State& state, const Lab& lab, const Way& way,
                  const std::function<void(Fault&)>& change);

}  // namespace waymark::lab
