// Two other ways to a listener: it is taken over from a parent or a service manager, or it has a
// file.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "advice.hh"
#include "daemon/error.hh"
#include "lessons/course/check/without_input.hh"
#include "net/socket_options.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using waymark::net::AcceptStatus;

namespace {

// Refused with std::system_error, closed, and left as it was for those who share it.
void expect_refused(const char* what, Fd socket, int error = EINVAL) {
    step(fmt::format("adopt {}", what));
    const Fd shared(socket ? ::dup(socket.get()) : -1);
    const Options before = shared ? options_of(shared.get()) : Options();
    Descriptors expected = open_descriptors();
    expected.erase(socket.get());
    const SocketCalls calls;
    const Outcome outcome = outcome_of([&] { Listener::adopt(std::move(socket)); });
    expect(outcome.kind != "nothing", what, "is refused", "is taken for a listener", kNotListening);
    expect(outcome.kind == "std::system_error", "what is thrown", "std::system_error",
           outcome.words(), kOtherError);
    expect(outcome.error == error, "its code", waymark::daemon::error_text(error), outcome.words(),
           kOtherError);
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
    const std::string name = fmt::format("unix:@waymark-check-{}", ::getpid());
    for (const std::string& text : {std::string("127.0.0.1:0"), std::string("[::1]:0"), name}) {
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
               outcome.error == ENOSYS ? Causes(kNotWritten) : Causes(kGoodRefused));
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
        step("another comes, and the number that is free is 0: there is no standard input");
        const Fd other = connect_client(address);
        wait_for_client(*listener, Causes{});
        const WithoutInput free_number;
        bool is_accepted = false;
        try {
            is_accepted = listener->accept_one().status == AcceptStatus::accepted;
        } catch (const std::system_error&) {
            is_accepted = false;
        }
        expect(is_accepted, "the client", "is accepted", "is not", kZero);
        step("a listener is adopted that has number 0 itself, as inetd(8) hands it on");
        Fd standard_input = raw_listener(at("127.0.0.1:0"));
        bool is_adopted = true;
        try {
            Listener::adopt(std::move(standard_input));
        } catch (const std::system_error&) {
            is_adopted = false;
        }
        expect(is_adopted, "adopt()", "takes it", "throws", kZero);
    }
}

TEST_CASE("what does not listen is refused and left as it was") {
    expect_refused("a socket that is bound and does not listen", bound_only());
    expect_refused("a socket that was only made", raw_socket(AF_INET));
    expect_refused("a socket for datagrams", datagrams());
    expect_refused("a listener for packets (SOCK_SEQPACKET)", listening_for_packets());
    expect_refused("one end of a connection",
                   std::move(waymark::daemon::make_socket_pair(SOCK_STREAM).first));
    expect_refused("a pipe", std::move(waymark::daemon::make_pipe().reading), ENOTSOCK);
    expect_refused("nothing", Fd(), EBADF);
}

TEST_CASE("the file of a Unix socket is prepared before it is bound") {
    const std::string folder =
        std::filesystem::temp_directory_path() / fmt::format("waymark-check-{}", ::getpid());
    std::filesystem::create_directory(folder);
    const Address address = at("unix:" + folder + "/socket");
    step("a server has ended, and its socket's file is still there");
    raw_listener(address).reset();
    step("make a Listener at its path");
    const mode_t mask = ::umask(0);
    std::string words;
    mode_t mode = 0;
    std::size_t arrived = 0;
    int backlog = 0;
    {
        const SocketCalls calls;
        const Outcome outcome = outcome_of([&] {
            const Listener listener(address, Families::both, 9);
            for (const NotedCall& call : calls.all())
                if (call.call == SocketCall::listen) backlog = call.first;
            struct stat status {};
            ::stat(address.unix_path().c_str(), &status);
            mode = status.st_mode & 0777;
            const Fd client = raw_socket(AF_UNIX);
            arrived = ::connect(client.get(), address.data(), address.size()) == 0;
        });
        words = outcome.kind == "nothing" ? "" : outcome.words();
    }
    ::umask(mask);
    std::filesystem::remove_all(folder);
    expect(words.empty(), "the new one", "takes the place of the old", words, kUnixFile);
    expect(mode == 0600, "the mode of its file", "0600", fmt::format("{:04o}", mode), kUnixFile);
    expect_equal(backlog, 9, "what listen(2) was given", kBacklog);
    expect(arrived == 1, "a client", "gets in", "does not", kUnixFile);
}
