// What a result of accept_one() must be like.

#pragma once

#include <fmt/core.h>

#include "advice.hh"
#include "net/listener.hh"
#include "seen.hh"

namespace waymark::course::check {

using net::AcceptResult;
using net::AcceptStatus;

inline const char* name_of(AcceptStatus status) {
    switch (status) {
        case AcceptStatus::accepted:
            return "accepted";
        case AcceptStatus::would_block:
            return "would_block";
        case AcceptStatus::again:
            return "again";
        case AcceptStatus::exhausted:
            return "exhausted";
    }
    return "no status";
}

inline void expect_status(const AcceptResult& result, AcceptStatus expected, const Causes& causes) {
    expect(result.status == expected, "the status", name_of(expected), name_of(result.status),
           causes);
    if (expected == AcceptStatus::accepted) return;
    expect(!result.socket, "its socket", "owns nothing", "owns a descriptor", causes);
    expect(result.peer == Address(), "its peer", "no address", result.peer.to_string(), kPeer);
}

// Somebody comes, or has come: this one, with one call of accept_one().
inline void expect_accepted(Listener& listener, const Address& peer) {
    wait_for_client(listener, Causes{});
    if_it_hangs(kBlocking);
    if_it_crashes(kPeer, "outside a local array");
    const AcceptResult result = accept_next(listener, kAborted);
    expect_status(result, AcceptStatus::accepted, Causes{});
    expect(static_cast<bool>(result.socket), "its socket", "the client's", "owns nothing", kPeer);
    expect(result.peer == peer, "its peer", peer.to_string(), result.peer.to_string(), kPeer);
    expect(result.error_number == 0 && !result.dropped, "error_number and dropped", "0 and false",
           fmt::format("{} and {}", result.error_number, result.dropped), kErrno);
}

}  // namespace waymark::course::check
