// What a case sees of a function of the exercise: what it printed and threw, which descriptors are
// open afterwards, and every option of a socket.

#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>

#include "daemon/fd.hh"
#include "lessons/course/check/story.hh"
#include "net/address.hh"
#include "net/listener.hh"

namespace waymark::course::check {

using daemon::Fd;
using net::Address;
using net::Families;
using net::Listener;

inline constexpr int kPatience = 10'000;  // milliseconds

inline Address at(std::string_view text) {
    return Address::parse(text);
}

// Number and what it leads to, of all that is open.
using Descriptors = std::map<int, std::string>;
Descriptors open_descriptors();
// Those that `later` has more, in words; empty if there are none. And those that it has not.
std::string added(const Descriptors& before, const Descriptors& later);
std::string missing(const Descriptors& before, const Descriptors& later);

// The options of a socket, its flags, and whether it listens, by name. What the kernel changes by
// itself is not among them.
using Options = std::map<std::string, std::string>;
Options options_of(int socket);
// The first difference, in words; empty if there is none.
std::string difference(const Options& expected, const Options& seen);

// What became of a call.
struct Outcome {
    std::string kind;  // "nothing", "ListenError", "std::system_error", or another exception
    int error = 0;
    std::string what;
    std::string words() const;
};

// Runs it: a failed case if it prints something.
Outcome outcome_of(const std::function<void()>& body);

// A listener that must come to be; nothing is left open but its two descriptors.
Listener listen_at(const Address& address, Families families = Families::both,
                   int backlog = Listener::kBacklog);

// A socket and nothing else: the check's own steps.
Fd raw_socket(int family, int type = SOCK_STREAM);
// Bound and listening, as the contract has it; blocking and not close-on-exec if `plain`.
Fd raw_listener(const Address& address, Families families = Families::both, bool plain = false);
// Connected; the listener's queue holds the other end.
Fd connect_client(const Address& address);
bool is_refused(const Address& address);

// Waits until somebody can be accepted, for at most ten seconds.
void wait_for_client(const Listener& listener, const Causes& causes);
// With exactly one call of accept_one().
net::AcceptResult accept_next(Listener& listener, const Causes& causes = Causes{});

// What most likely became of an errno, where error_number is not it.
const Advice& advice_about_errno(int seen);

// What the peer sent before it hung up. "no end" if that takes longer than ten seconds.
std::string read_to_the_end(const Fd& socket);

}  // namespace waymark::course::check
