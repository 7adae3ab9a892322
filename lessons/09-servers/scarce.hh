// What cases do and see when descriptors have run out: the limit that makes them so, and what
// became of the clients that waited.

#pragma once

#include <fmt/core.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "advice.hh"
#include "lessons/course/check/descriptor_limit.hh"
#include "net/listener.hh"
#include "seen.hh"

namespace waymark::course::check {

using net::AcceptResult;
using net::AcceptStatus;

// The number that the next descriptor will have.
inline int lowest_free() {
    return Fd(::dup(0)).get();
}

inline bool hears_the_end(const Fd& client) {
    char byte;
    return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0;
}

// Broken by a reset, which is not the end.
inline bool was_reset(const Fd& client) {
    char byte;
    return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == -1 && errno == ECONNRESET;
}

inline void expect_the_end(const Fd& client, const std::string& who, const Advice& otherwise) {
    expect(!was_reset(client), who, "hears the end", "hears a reset", kReset);
    expect(hears_the_end(client), who, "hears the end", "hears nothing", otherwise);
}

// How many of its bytes have not come to the other end.
inline int unacknowledged(const Fd& client) {
    int bytes = -1;
    return ::ioctl(client.get(), SIOCOUTQ, &bytes) == -1 ? -1 : bytes;
}

inline bool waits(const Fd& client) {
    char byte;
    return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN;
}

// What accept_one() gives with no descriptor left; told when there are some again.
struct Scarce {
    std::vector<AcceptResult> results;
    Outcome outcome;
    bool limit_kept = true;
};

// `least` is asked at the last moment: until then others open some for a moment.
inline Scarce accept_without_descriptors(Listener& listener, int times = 1,
                                         const std::function<int()>& least = lowest_free) {
    Scarce scarce;
    scarce.results.reserve(static_cast<std::size_t>(times));
    scarce.outcome = outcome_of([&] {
        const DescriptorLimit used_up(static_cast<rlim_t>(least()));
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        for (int i = 0; i < times; ++i) scarce.results.push_back(listener.accept_one());
        rlimit after{};
        ::getrlimit(RLIMIT_NOFILE, &after);
        scarce.limit_kept = before.rlim_cur == after.rlim_cur;
    });
    return scarce;
}

inline void expect_exhausted(const Scarce& scarce) {
    expect(scarce.outcome.kind == "nothing", "accept_one() without a free descriptor",
           "gives a result", scarce.outcome.words(),
           scarce.outcome.error == ENOSYS ? Causes(kNotWritten) : Causes(kExhausted));
    expect(scarce.limit_kept, "the limit of descriptors", "as it was", "changed", kExtra);
    for (const AcceptResult& result : scarce.results) {
        // Who has given the spare one up for good has a number free from the second call on.
        const bool has_number =
            &result != scarce.results.data() &&
            (result.status == AcceptStatus::accepted || result.status == AcceptStatus::would_block);
        expect(result.status == AcceptStatus::exhausted, "the status", "exhausted",
               has_number ? "another: there is a descriptor that was the spare one" : "another",
               has_number ? kSpare : kExhausted);
        expect_equal(result.error_number, EMFILE, "its error_number",
                     advice_about_errno(result.error_number));
        expect(!result.socket, "its socket", "owns nothing", "owns a descriptor", kExhausted);
        expect(result.peer == Address(), "its peer", "no address", result.peer.to_string(), kPeer);
    }
}

inline void expect_same_descriptors(const Descriptors& before) {
    const Descriptors now = open_descriptors();
    const std::string left = added(before, now);
    expect(left.empty(), "descriptors left open", "none", left, kLeak);
    const std::string gone = missing(before, now);
    expect(gone.empty(), "descriptors that are gone", "none", gone, kSpare);
}

// Everybody waits in the queue of the listener.
inline std::vector<Fd> clients_of(const Listener& listener, int count) {
    std::vector<Fd> clients;
    for (int i = 0; i < count; ++i) clients.push_back(connect_client(listener.address()));
    wait_for_client(listener, Causes{});
    return clients;
}

}  // namespace waymark::course::check
