// What the store and the caller say to each other of fixes that go on to other servers
// (store/forwarding, services/forwarder).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/messages.hh"
#include "store/forwarding.hh"

namespace waymark::tracker {

// Caller to store. It is asked for what is next only after it has said what came of the last.
struct Forwarded {
    std::string destination;
    std::optional<Forwarding::Progress> progress;
    bool wants_next = false;
    // It sends what it has been handed out; else it has nothing any more, or has given it up.
    bool goes_on = false;
};

// Store to caller, when there is something: at once, or as soon as it has been stored. A new caller
// is answered in any case, without fixes if there are none.
struct ToForward {
    std::string destination;
    std::vector<FixToSend> fixes;
    std::int64_t waiting = 0;  // with these; kMostCounted: so many or more
    Forwarding::State state;   // but for its place

    static constexpr std::int64_t kMostCounted = 100'000;
};

// False for a message that is cut short or has something left over.
bool read(std::string_view message, Forwarded& forwarded);
bool read(std::string_view message, ToForward& to_forward);

std::string write(const Forwarded& forwarded);
// Of the fixes as many as fit into one message, from the first on.
std::string write(const ToForward& to_forward);

}  // namespace waymark::tracker
