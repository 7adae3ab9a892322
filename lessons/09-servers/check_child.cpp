// A process for each client in lesson 09: who holds which descriptor after the fork.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "advice.hh"
#include "daemon/children.hh"
#include "daemon/error.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/without_input.hh"
#include "net/client_process.hh"
#include "net/socket_options.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using namespace waymark::net;
using waymark::daemon::Children;
using waymark::daemon::ExitStatus;

namespace {

// A listener of the check's own making, so that this part can be written first.
struct Door {
    Listener listener = Listener::adopt(raw_listener(at("127.0.0.1:0")));
    Children children;

    Fd connect() const { return connect_client(listener.address()); }
    AcceptResult accept() {
        wait_for_client(listener, Causes{});
        return accept_next(listener);
    }
};

pid_t serve(Door& door, AcceptResult& client, const ServeClient& what) {
    pid_t pid = -1;
    const pid_t checking = ::getpid();
    const Outcome outcome = outcome_of([&] {
        pid = serve_in_child(door.children, door.listener, client, what);
        if (::getpid() != checking) ::_exit(200);
    });
    expect(outcome.kind == "nothing", "serve_in_child()", "starts a child", outcome.words(),
           Causes{});
    expect(pid > 0, "serve_in_child()", "gives the child's number", show(pid), kNotWritten);
    return pid;
}

std::string end_of(pid_t pid) {
    int status = 0;
    return ::waitpid(pid, &status, 0) == pid ? ExitStatus::from_wait(status).describe()
                                             : "no child of ours";
}

void say(const Fd& socket, std::string_view text) {
    (void)!::write(socket.get(), text.data(), text.size());
}

// What a child sees of its descriptors, a bit each.
constexpr int kListenerOpen = 1;
constexpr int kSpareOpen = 2;
constexpr int kClientTwice = 4;
constexpr int kClientGone = 8;
constexpr int kFlagsChanged = 16;
constexpr int kOtherPeer = 32;
constexpr int kSignalChanged = 64;

int look_at(const Fd& client, const Address& peer, const Listener& listener,
            const std::string& spare, const Options& before, const Address& who) {
    int seen = listener.fd() ? kListenerOpen : 0;
    struct sigaction action {};
    ::sigaction(SIGPIPE, nullptr, &action);
    if (action.sa_handler != SIG_DFL) seen |= kSignalChanged;
    int clients = 0;
    for (const auto& [number, file] : open_descriptors()) {
        int listens = 0;
        socklen_t size = sizeof listens;
        ::getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
        if (listens != 0) seen |= kListenerOpen;
        if (!spare.empty() && file == spare) seen |= kSpareOpen;
        sockaddr_storage storage{};
        size = sizeof storage;
        if (::getpeername(number, reinterpret_cast<sockaddr*>(&storage), &size) == 0 &&
            Address(reinterpret_cast<sockaddr*>(&storage), size) == who)
            ++clients;
    }
    if (clients > 1) seen |= kClientTwice;
    if (clients == 0 || !client) return seen | kClientGone;
    if (!difference(before, options_of(client.get())).empty()) seen |= kFlagsChanged;
    return peer == who ? seen : seen | kOtherPeer;
}

std::string spare_in(const Descriptors& descriptors) {
    for (const auto& [number, file] : descriptors)
        if (file.find("eventfd") != file.npos) return file;
    return "";
}

}  // namespace

TEST_CASE("the client is served by a child and hears the end") {
    Door door;
    step("a client comes, and serve_in_child() is called");
    const Fd client = door.connect();
    const Descriptors without = open_descriptors();
    AcceptResult accepted = door.accept();
    Gate begin;
    const pid_t checking = ::getpid();
    if_it_hangs(kWaits);
    if_it_hangs(kWaits, "does not wait");
    Descriptors before;
    const pid_t pid = serve(door, accepted, [&](Fd socket, const Address&) {
        if (!begin.wait()) return 9;
        say(socket, ::getpid() == checking ? "served by the parent" : "served");
        int signal = 0;
        ::prctl(PR_GET_PDEATHSIG, &signal);
        return signal == SIGTERM ? 7 : 8;
    });
    step("look at what the parent still has");
    expect(!accepted.socket, "client.socket in the parent", "owns nothing", "owns a descriptor",
           kParentKeeps);
    for (const auto& [number, file] : open_descriptors()) {
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        const bool is_peer =
            ::getpeername(number, reinterpret_cast<sockaddr*>(&storage), &size) == 0 &&
            Address(reinterpret_cast<sockaddr*>(&storage), size) == local_address(client);
        expect(!is_peer, "descriptors of the connection in the parent", "none",
               fmt::format("{}: {}", number, file), kParentKeeps);
    }
    expect(door.children.running().contains(pid), "the number that it gave",
           "that of a running child", show(pid), kServed);
    step("the child is let go on; the client reads to the end");
    begin.open();
    expect_equal(read_to_the_end(client), "served", "what the client reads", {kShutdown, kServed});
    step("the child is collected");
    const std::string end = end_of(pid);
    expect(end != "exit status 8", "the signal for the child when its parent ends",
           "SIGTERM, as start() has it", "another or none", kOutlives);
    expect_equal(end, "exit status 7", "how it ended", kServed);
    step("another client comes, and has number 0: there is no standard input");
    const Fd other = door.connect();
    wait_for_client(door.listener, Causes{});
    const WithoutInput free_number;
    AcceptResult first = door.listener.accept_one();
    end_of(serve(door, first, [](const Fd&, const Address&) { return 0; }));
    expect(!first.socket && ::fcntl(0, F_GETFD) == -1, "client.socket in the parent",
           "is closed, and owns nothing", "is open", kZero);
}

TEST_CASE("the child has the client and not the listener") {
    Door door;
    const Fd client = door.connect();
    AcceptResult accepted = door.accept();
    const Options options = options_of(accepted.socket.get());
    const std::string spare = spare_in(open_descriptors());
    const Address who = local_address(client);
    step("serve_in_child() is called, and the child looks at its descriptors");
    const SocketCalls calls;
    const pid_t pid = serve(door, accepted, [&](Fd socket, const Address& peer) {
        return look_at(socket, peer, door.listener, spare, options, who);
    });
    expect(calls.count(SocketCall::shutdown) == 0, "calls of shutdown(2)", "none", "one",
           kShutdown);
    int status = 0;
    ::waitpid(pid, &status, 0);
    expect(WIFEXITED(status), "the child", "ends by itself",
           ExitStatus::from_wait(status).describe(), kServed);
    const int seen = WEXITSTATUS(status);
    expect((seen & kClientGone) == 0 && seen < 128, "the client's descriptor in the child", "open",
           "gone", kServed);
    expect((seen & kListenerOpen) == 0, "the listener in the child", "closed", "open", kChildKeeps);
    expect((seen & kSpareOpen) == 0, "the listener's spare descriptor in the child", "closed",
           "open", kChildKeeps);
    expect((seen & kClientTwice) == 0, "descriptors of the client in the child", "one",
           "more than one", kSecondCopy);
    expect((seen & kFlagsChanged) == 0, "the options of the client's socket", "as it was accepted",
           "changed", kExtra);
    expect((seen & kSignalChanged) == 0, "the action of SIGPIPE in the child", "the default",
           "changed", kExtra);
    expect((seen & kOtherPeer) == 0, "the peer", "the client's address", "another", kServed);
    step("one of IPv4 comes to a listener of both families; its child looks at the peer");
    Listener both = Listener::adopt(raw_listener(at("[::]:0")));
    const Fd fourth = connect_client(at("127.0.0.1:0").with_port(both.address().port()));
    wait_for_client(both, Causes{});
    AcceptResult mapped = accept_next(both);
    const Address as_accepted = mapped.peer;
    const pid_t other = serve_in_child(door.children, both, mapped, [&](Fd, const Address& peer) {
        return peer == as_accepted ? 0 : 1;
    });
    expect(end_of(other) == "exit status 0", "the peer", as_accepted.to_string(), "another",
           kServed);
}

TEST_CASE("the parent goes on while the child serves") {
    Door door;
    step("another child has ended and is not collected yet");
    const pid_t ended = door.children.start([] { return 5; });
    wait_until_ended(ended);
    step("a client comes and is served, for as long as it stays");
    const Fd first = door.connect();
    AcceptResult accepted = door.accept();
    const Descriptors before = open_descriptors();
    const std::string spare = spare_in(before);
    const auto until_it_leaves = [&](Fd socket, const Address&) {
        waymark::daemon::set_nonblocking(socket, false);
        char byte;
        return ::read(socket.get(), &byte, 1) == 0 ? 3 : 4;
    };
    if_it_hangs(kWaits);
    if_it_hangs(kWaits, "does not wait");
    const pid_t one = serve(door, accepted, until_it_leaves);
    expect(static_cast<bool>(door.listener.fd()), "the listener in the parent", "open", "closed",
           kParentCloses);
    expect(spare_in(open_descriptors()) == spare, "its spare descriptor in the parent", "open",
           "closed", kParentCloses);
    step("a second one comes and is served beside it");
    const Fd second = door.connect();
    AcceptResult next = door.accept();
    const pid_t two = serve(door, next, until_it_leaves);
    const std::size_t children = door.children.running().size();
    expect_equal(children, 3U, "children that run or wait to be collected",
                 children < 3 ? kReaps : kWaits);
    step("both leave");
    // Not by close(2): the children have copies of the client's ends, too.
    for (const int client : {first.get(), second.get()}) ::shutdown(client, SHUT_WR);
    expect_equal(end_of(one), "exit status 3", "how the first child ended", kServed);
    expect_equal(end_of(two), "exit status 3", "how the second child ended", kServed);
}

TEST_CASE("what serve throws ends the child and not the server") {
    Door door;
    for (const bool is_usage : {false, true}) {
        step(is_usage ? "one comes, and serve throws a UsageError"
                      : "a client comes, and serve throws");
        const Fd client = door.connect();
        AcceptResult accepted = door.accept();
        const pid_t pid = serve(door, accepted, [is_usage](Fd, const Address&) -> int {
            ::close(2);  // what it says is of no interest here
            if (is_usage) throw waymark::daemon::UsageError("a wrong file");
            throw std::runtime_error("a mistake");
        });
        expect_equal(read_to_the_end(client), "", "what the client reads", kParentKeeps);
        expect_equal(end_of(pid), is_usage ? "exit status 100" : "exit status 111",
                     "how the child ended", kCaught);
    }
}

TEST_CASE("where fork fails the client stays with the caller") {
    Door door;
    const Fd client = door.connect();
    AcceptResult accepted = door.accept();
    const int number = accepted.socket.get();
    const Descriptors before = open_descriptors();
    for (const int error : {EAGAIN, ENOMEM}) {
        step(fmt::format("serve_in_child() while fork(2) gives: {}",
                         waymark::daemon::error_text(error)));
        Faults faults;
        faults.fail(Call::fork, error);
        int served = 0;
        const Outcome outcome = outcome_of([&] {
            serve_in_child(door.children, door.listener, accepted,
                           [&](Fd, const Address&) { return ++served; });
        });
        expect(outcome.kind == "std::system_error" && outcome.error == error, "what is thrown",
               "std::system_error with this code", outcome.words(), kOtherError);
        expect(faults.calls(Call::fork) == 1, "calls of fork(2)", "1",
               show(faults.calls(Call::fork)), kOnce);
        expect(served == 0, "the conversation", "not begun", "held in the parent", kForkFails);
        expect(accepted.socket.get() == number, "client.socket", "still the client's",
               accepted.socket ? "another" : "owns nothing", kForkFails);
        expect(static_cast<bool>(door.listener.fd()), "the listener", "open", "closed",
               kParentCloses);
        expect(door.children.running().empty(), "children that run", "none", "one", kForkFails);
        const Descriptors now = open_descriptors();
        expect(added(before, now).empty(), "descriptors left open", "none", added(before, now),
               kLeak);
        expect(missing(before, now).empty(), "descriptors that are gone", "none",
               missing(before, now), kForkFails);
    }
    step("the caller serves it otherwise");
    say(accepted.socket, "later");
    accepted.socket.reset();
    expect_equal(read_to_the_end(client), "later", "what the client reads",
                 {kForkFails, kShutdown});
}
