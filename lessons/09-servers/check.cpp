// Lesson 09: what happens between socket() and accept()? Here: a listener comes to be, with each
// of its steps, the options that it has, and what is said when a step is refused. Unix sockets and
// taking one over are in check_adopt.cpp, accepting in check_accept*.cpp and check_scarce.cpp, the
// pause in check_pause.cpp, and a process for each client in check_child.cpp.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fstream>

#include "advice.hh"
#include "daemon/error.hh"
#include "lessons/course/check/without_input.hh"
#include "net/port_under_test.hh"
#include "net/socket_options.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using waymark::net::AcceptResult;
using waymark::net::AcceptStatus;
using waymark::net::HeldPort;

namespace {

// Of a listening socket TCP_INFO has the backlog in the place of something else.
int queue_of(const Listener& listener) {
    tcp_info info{};
    socklen_t size = sizeof info;
    ::getsockopt(listener.fd().get(), IPPROTO_TCP, TCP_INFO, &info, &size);
    return static_cast<int>(info.tcpi_sacked);
}

int longest_queue() {
    int longest = 0;
    std::ifstream("/proc/sys/net/core/somaxconn") >> longest;
    return longest;
}

const Advice& advice_about(std::string_view difference) {
    if (difference.starts_with("SO_REUSEADDR is 00000000")) return kNoReuse;
    if (difference.starts_with("SO_REUSEPORT")) return kReusePort;
    if (difference.starts_with("IPV6_V6ONLY")) return kFamilies;
    if (difference.starts_with("O_NONBLOCK")) return kBlocking;
    if (difference.starts_with("close-on-exec")) return kCloexec;
    return kExtra;
}

// The listener must look as one that the check has made by the contract.
void expect_as_in_the_contract(const Listener& listener, const Address& address,
                               Families families) {
    const Fd model = raw_listener(address, families);
    const std::string seen = difference(options_of(model.get()), options_of(listener.fd().get()));
    expect(seen.empty(), "the options of the listener at " + address.to_string(),
           "those of the contract", seen, advice_about(seen));
}

// A listener that cannot come to be: a step is refused, and nothing is left.
void expect_refused(SocketCall call, int error, std::string_view kind,
                    const char* text = "[::1]:0") {
    const Address address = at(text);
    const bool has_two_options = address.family() == AF_INET6;
    const int options = call == SocketCall::setsockopt && has_two_options ? 2 : 1;
    for (int after = 0; after < options; ++after) {
        step(fmt::format("make a Listener at {} while {}(2) refuses with {}{}", text, name_of(call),
                         waymark::daemon::error_text(error), after > 0 ? ", the second time" : ""));
        const Descriptors before = open_descriptors();
        SocketCalls calls;
        calls.fail(call, error, after);
        const Outcome outcome = outcome_of([&] { const Listener listener(address); });
        const bool is_tried_again = call != SocketCall::setsockopt && calls.count(call) > 1;
        expect(outcome.kind != "nothing", "the constructor", "throws", "goes on",
               is_tried_again ? kOnce : kRefusal);
        expect(outcome.kind == kind, "what is thrown", kind, outcome.words(), kOtherError);
        expect(outcome.error == error, "its code", waymark::daemon::error_text(error),
               fmt::format("{} ({})", outcome.error, outcome.what), kOtherError);
        const std::string begin = fmt::format("{} {}: ", name_of(call), text);
        if (kind == "ListenError")
            expect(outcome.what.starts_with(begin), "its text", begin + "...", outcome.what,
                   kOtherError);
        expect(calls.count(call) == after + 1, fmt::format("calls of {}(2)", name_of(call)),
               show(after + 1), show(calls.count(call)), kOnce);
        const std::string left = added(before, open_descriptors());
        expect(left.empty(), "descriptors left open", "none", left, kLeak);
    }
}

}  // namespace

TEST_CASE("clients get in at an address of either family") {
    for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
        step(fmt::format("make a Listener at {}", text));
        const Listener listener = listen_at(at(text));
        expect(listener.address().port() != 0, "the port of address()", "the kernel's choice", "0",
               kNotWritten);
        expect(listener.address().with_port(0) == at(text), "address()", text,
               listener.address().to_string(), kOtherError);
        step("a client connects");
        const Fd client = connect_client(listener.address());
        wait_for_client(listener, kRefusal);
    }
}

TEST_CASE("each step is made once and in its order") {
    step("make a Listener at [::1]:0, and note the calls");
    const SocketCalls calls;
    listen_at(at("[::1]:0"));
    for (const SocketCall call : {SocketCall::socket, SocketCall::bind, SocketCall::listen})
        expect_equal(calls.count(call), 1, fmt::format("calls of {}(2)", name_of(call)), kOnce);
    const int type = calls.all().front().first;
    expect((type & SOCK_CLOEXEC) != 0, "the type that socket(2) is asked for",
           "with SOCK_CLOEXEC: from birth", "without it", kCloexec);
    step("look at the options that were set");
    const bool said = std::ranges::any_of(calls.all(), [](const NotedCall& call) {
        return call.call == SocketCall::setsockopt && call.second == IPV6_V6ONLY;
    });
    expect(said, "IPV6_V6ONLY", "set to 0 or to 1, before bind(2)", "left as the system has it",
           kFamilies);
    for (const NotedCall& call : calls.all()) {
        if (call.call != SocketCall::setsockopt) continue;
        const bool known = (call.first == SOL_SOCKET && call.second == SO_REUSEADDR) ||
                           (call.first == IPPROTO_IPV6 && call.second == IPV6_V6ONLY);
        expect(known, "options that were set", "SO_REUSEADDR and IPV6_V6ONLY",
               fmt::format("number {} of level {}", call.second, call.first),
               call.first == SOL_SOCKET && call.second == SO_REUSEPORT ? kReusePort : kExtra);
    }
}

TEST_CASE("a listener has the options of the contract and no others") {
    for (const char* text : {"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"}) {
        for (const Families families : {Families::both, Families::ipv6_only}) {
            const bool both = families == Families::both;
            step(fmt::format("make a Listener at {} for {}", text, both ? "both" : "IPv6 only"));
            const Listener listener = listen_at(at(text), families);
            expect_as_in_the_contract(listener, at(text), families);
        }
    }
    step("make one at unix:@NAME, which needs no option");
    const std::string name = fmt::format("unix:@waymark-check-{}", ::getpid());
    const SocketCalls calls;
    {
        const Listener listener = listen_at(at(name));
        expect(listener.address() == at(name), "address()", name, listener.address().to_string(),
               kOtherAddress);
        const std::string other = name + "-model";
        const Fd model(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        const Address address = at(other);
        ::bind(model.get(), address.data(), address.size());
        ::listen(model.get(), 5);
        const std::string seen =
            difference(options_of(model.get()), options_of(listener.fd().get()));
        expect(seen.empty(), "its options", "as the system has them", seen, advice_about(seen));
    }
    expect_equal(calls.count(SocketCall::setsockopt), 0, "options set on a Unix socket", kExtra);
}

TEST_CASE("which families is said and not left to the system") {
    for (const Families families : {Families::both, Families::ipv6_only}) {
        const bool both = families == Families::both;
        const HeldPort port;  // it is wanted for IPv4 as well
        const Address v6 = port.at("[::]:0");
        step(fmt::format("make a Listener at {} for {}", v6.to_string(),
                         both ? "both families" : "IPv6 only"));
        const SocketCalls calls;
        const Listener listener = listen_at(v6, families);
        const auto said = std::ranges::find_if(calls.all(), [](const NotedCall& call) {
            return call.call == SocketCall::setsockopt && call.second == IPV6_V6ONLY;
        });
        expect(said != calls.all().end(), "IPV6_V6ONLY", "set to 0 or to 1, before bind(2)",
               "left as the system has it", kFamilies);
        step("a client of IPv4 comes");
        const Address v4 = port.at("127.0.0.1:0");
        if (both) {
            const Fd client = connect_client(v4);
            wait_for_client(listener, kFamilies);
        } else {
            expect(is_refused(v4), "a client of IPv4", "is refused", "gets in", kFamilies);
            step("another Listener takes the same port for IPv4");
            listen_at(port.at("0.0.0.0:0"));
        }
        const Fd sixth = connect_client(port.at("[::1]:0"));
    }
}

TEST_CASE("a server starts again on a port with connections in TIME_WAIT") {
    step("serve a client, and hang up first");
    const HeldPort port;  // nobody else comes to it in between
    const Address address = port.at("127.0.0.1:0");
    {
        const Fd socket = raw_listener(address);
        const Fd client = connect_client(address);
        Fd(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
        read_to_the_end(client);
    }
    step("a Listener at the same address");
    const Outcome outcome = outcome_of([&] { const Listener again(address); });
    expect(outcome.kind == "nothing", "the second server", "starts", outcome.words(),
           outcome.error == EADDRINUSE ? Causes(kNoReuse) : Causes{});
}

TEST_CASE("an address in use is refused at once with its advice") {
    step("make a Listener, and a second one at its address");
    const Listener first = listen_at(at("127.0.0.1:0"));
    const Descriptors before = open_descriptors();
    const SocketCalls calls;
    const Outcome outcome = outcome_of([&] { const Listener second(first.address()); });
    expect(outcome.kind != "nothing", "the second one", "is refused", "listens, too",
           std::ranges::any_of(calls.all(),
                               [](const NotedCall& call) { return call.second == SO_REUSEPORT; })
               ? kReusePort
               : kRefusal);
    const std::string expected = "bind " + first.address().to_string() +
                                 ": Address already in use; stop the program that has it (see: ss "
                                 "-ltnp) or choose another port";
    expect(outcome.kind == "ListenError" && outcome.what == expected, "what is thrown",
           "ListenError: " + expected, outcome.words(), kOtherError);
    expect_equal(outcome.error, EADDRINUSE, "its code", kOtherError);
    expect_equal(calls.count(SocketCall::bind), 1, "calls of bind(2)", kOnce);
    const std::string left = added(before, open_descriptors());
    expect(left.empty(), "descriptors left open", "none", left, kLeak);
    step("two sockets are bound to one port, and one of them listens already");
    Fd bound = raw_socket(AF_INET);
    waymark::net::allow_address_reuse(bound);
    const Address any = at("127.0.0.1:0");
    ::bind(bound.get(), any.data(), any.size());
    const Address shared = waymark::net::local_address(bound);
    {
        const Listener beside = listen_at(shared);  // bound is not listening
        expect(::listen(bound.get(), 1) == -1, "the one that is bound", "may not listen, too",
               "listens", kReusePort);
    }
}

TEST_CASE("the queue is as long as the caller says") {
    const int longest = longest_queue();
    for (const int backlog : {1, 0, 7, 128, longest, longest + 1, INT_MAX, -1}) {
        step(fmt::format("make a Listener with a backlog of {}", backlog));
        const SocketCalls calls;
        const Listener listener = listen_at(at("127.0.0.1:0"), Families::both, backlog);
        const int expected = backlog < 0 ? longest : std::min(backlog, longest);
        expect_equal(queue_of(listener), expected, "its backlog by the word of the kernel",
                     kBacklog);
        for (const NotedCall& call : calls.all())
            if (call.call == SocketCall::listen)
                expect_equal(call.first, backlog, "what listen(2) was given", kBacklog);
    }
    step("make one without a word about the backlog");
    expect_equal(queue_of(listen_at(at("127.0.0.1:0"))), std::min(Listener::kBacklog, longest),
                 "its backlog", kBacklog);
}

TEST_CASE("a socket that is refused is a ListenError and leaves nothing") {
    for (const int error : {EMFILE, EAFNOSUPPORT})
        expect_refused(SocketCall::socket, error, "ListenError");
    step("make one in a program without standard input: its socket has number 0");
    const WithoutInput free_number;
    bool is_made = true;
    try {
        const Listener listener(at("127.0.0.1:0"));
    } catch (const std::system_error&) {
        is_made = false;
    }
    expect(is_made, "the constructor", "makes a listener", "throws", kZero);
}

TEST_CASE("an address that is refused is a ListenError and leaves nothing") {
    for (const int error : {EACCES, EADDRNOTAVAIL, EADDRINUSE, EINVAL})
        expect_refused(SocketCall::bind, error, "ListenError");
}

TEST_CASE("a refusal to listen is a ListenError and leaves nothing") {
    for (const int error : {EADDRINUSE, EOPNOTSUPP})
        expect_refused(SocketCall::listen, error, "ListenError");
}

TEST_CASE("an option that is refused is an error and leaves nothing") {
    for (const char* text : {"[::1]:0", "127.0.0.1:0"})
        for (const int error : {ENOPROTOOPT, ENOMEM})
            expect_refused(SocketCall::setsockopt, error, "std::system_error", text);
}
