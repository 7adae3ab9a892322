// The last of the ways to a listener: it is taken over from a parent or a service manager.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "advice.hh"
#include "net/socket_options.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using waymark::net::AcceptStatus;

namespace {

// Refused with std::system_error, closed, and left as it was for those who share it.
void expect_refused(const char* what, Fd socket, bool close_first = false) {
    step(fmt::format("adopt {}", what));
    const Fd shared = close_first ? Fd() : Fd(::dup(socket.get()));
    if (close_first) socket.reset();
    const Options before = shared ? options_of(shared.get()) : Options();
    Descriptors expected = open_descriptors();
    expected.erase(socket.get());
    const SocketCalls calls;
    const Outcome outcome = outcome_of([&] { Listener::adopt(std::move(socket)); });
    expect(outcome.kind != "nothing", what, "is refused", "is taken for a listener", kNotListening);
    expect(outcome.kind == "std::system_error", "what is thrown", "std::system_error",
           outcome.words(), kOtherError);
    expect(outcome.error != 0 && outcome.error != ENOSYS, "its code", "why it is refused",
           outcome.words(), kOtherError);
    const std::string left = added(expected, open_descriptors());
    expect(left.empty(), "descriptors left open", "none", left, kLeak);
    if (shared) {
        const std::string changed = difference(before, options_of(shared.get()));
        expect(changed.empty(), "the socket, for those who share it", "as it was", changed,
               kNotListening);
    }
    expect(calls.count(SocketCall::listen) == 0, "calls of listen(2)", "none", "one",
           kNotListening);
}

Fd datagrams() {
    return raw_socket(AF_INET, SOCK_DGRAM);
}

Fd listening_for_packets() {
    Fd socket = raw_socket(AF_UNIX, SOCK_SEQPACKET);
    const Address address = at(fmt::format("unix:@waymark-check-packets-{}", ::getpid()));
    ::bind(socket.get(), address.data(), address.size());
    ::listen(socket.get(), 1);
    return socket;
}

Fd bound_only() {
    Fd socket = raw_socket(AF_INET);
    const Address address = at("127.0.0.1:0");
    ::bind(socket.get(), address.data(), address.size());
    return socket;
}

}  // namespace

TEST_CASE("a listener from outside is taken over as it is") {
    for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
        step(fmt::format("make a plain listening socket at {}, as a parent may", text));
        Fd plain = raw_listener(at(text), Families::both, true);
        ::fcntl(plain.get(), F_SETFL, O_APPEND);
        const int number = plain.get();
        Options expected = options_of(number);
        expected["O_NONBLOCK"] = "set";
        expected["close-on-exec"] = "set";
        const Address address = waymark::net::local_address(plain);
        const Descriptors before = open_descriptors();
        step("adopt it");
        const SocketCalls calls;
        std::optional<Listener> listener;
        const Outcome outcome =
            outcome_of([&] { listener.emplace(Listener::adopt(std::move(plain))); });
        expect(outcome.kind == "nothing", "adopt()", "takes it", outcome.words(),
               outcome.error == ENOSYS ? Causes(kNotWritten) : Causes(kNotListening));
        expect(listener->address() == address, "its address", address.to_string(),
               listener->address().to_string(), kAdopted);
        expect_equal(listener->fd().get(), number, "its descriptor", kAdopted);
        const std::string seen = difference(expected, options_of(number));
        const Advice& advice = seen.starts_with("O_NONBLOCK")      ? kBlocking
                               : seen.starts_with("close-on-exec") ? kCloexec
                                                                   : kAdopted;
        expect(seen.empty(), "the socket", "non-blocking, close-on-exec, else as it was", seen,
               advice);
        expect(calls.all().empty(), "calls that make a listener", "none: it is one",
               calls.all().empty() ? "" : name_of(calls.all().front().call), kAdopted);
        Descriptors later = open_descriptors();
        std::erase_if(
            later, [](const auto& one) { return one.second.find("eventfd") != std::string::npos; });
        expect(added(before, later).empty(), "descriptors beside its own", "none",
               added(before, later), kLeak);
        step("a client comes");
        const Fd client = connect_client(address);
        wait_for_client(*listener, Causes{});
        expect(accept_next(*listener).status == AcceptStatus::accepted, "the client", "is accepted",
               "is not", Causes{});
    }
}

TEST_CASE("what does not listen is refused and left as it was") {
    expect_refused("a socket that is bound and does not listen", bound_only());
    expect_refused("a socket that was only made", raw_socket(AF_INET));
    expect_refused("a socket for datagrams", datagrams());
    expect_refused("a listener for packets (SOCK_SEQPACKET)", listening_for_packets());
    expect_refused("one end of a connection",
                   std::move(waymark::daemon::make_socket_pair(SOCK_STREAM).first));
    expect_refused("a pipe", std::move(waymark::daemon::make_pipe().reading));
    expect_refused("nothing", Fd(), true);
}
