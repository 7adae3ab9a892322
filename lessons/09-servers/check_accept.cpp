// Accepting in lesson 09: who came, and what each errno of accept4(2) means.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <vector>

#include "advice.hh"
#include "daemon/error.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "net/socket_options.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using namespace waymark::net;
using waymark::daemon::error_text;

namespace {

const char* name_of(AcceptStatus status) {
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

const char* name_of(AcceptErrorKind kind) {
    switch (kind) {
        case AcceptErrorKind::would_block:
            return "would_block";
        case AcceptErrorKind::again:
            return "again";
        case AcceptErrorKind::exhausted:
            return "exhausted";
        case AcceptErrorKind::failure:
            return "failure";
    }
    return "no kind";
}

const Advice& advice_of(AcceptErrorKind right) {
    switch (right) {
        case AcceptErrorKind::would_block:
            return kNobody;
        case AcceptErrorKind::again:
            return kAborted;
        case AcceptErrorKind::exhausted:
            return kExhausted;
        case AcceptErrorKind::failure:
            break;
    }
    return kBroken;
}

constexpr int kAgain[] = {EINTR,    ECONNABORTED, EPERM,     EPROTO,       ENOPROTOOPT, EOPNOTSUPP,
                          ENETDOWN, ENETUNREACH,  EHOSTDOWN, EHOSTUNREACH, ENONET,      ETIMEDOUT};
constexpr int kScarce[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};

AcceptErrorKind kind_of(int error) {
    if (error == EAGAIN) return AcceptErrorKind::would_block;
    if (std::ranges::find(kAgain, error) != std::end(kAgain)) return AcceptErrorKind::again;
    if (std::ranges::find(kScarce, error) != std::end(kScarce)) return AcceptErrorKind::exhausted;
    return AcceptErrorKind::failure;
}

void expect_status(const AcceptResult& result, AcceptStatus expected, const Causes& causes) {
    expect(result.status == expected, "the status", name_of(expected), name_of(result.status),
           causes);
    if (expected == AcceptStatus::accepted) return;
    expect(!result.socket, "its socket", "owns nothing", "owns a descriptor", causes);
    expect(result.peer == Address(), "its peer", "no address", result.peer.to_string(), kPeer);
}

void expect_accepted(Listener& listener, const Address& peer) {
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

Address mapped(const Address& v4) {
    return at(fmt::format("[::ffff:{}]:{}", v4.host_text(), v4.port()));
}

// In a child: a kernel in which accept(2) is unknown, and so is accept4(2) without SOCK_CLOEXEC.
// Gives what accept_one() ends with there: 0 if a client comes in.
int accept_where_cloexec_is_asked_for(Listener& listener) {
    const sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
#ifdef SYS_accept
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_accept, 3, 0),
#else
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffffff, 3, 0),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_accept4, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[3])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SOCK_CLOEXEC, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXFULL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{std::size(filter), const_cast<sock_filter*>(filter)};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
        return 2;
    try {
        return listener.accept_one().status == AcceptStatus::accepted ? 0 : 1;
    } catch (const std::system_error& error) {
        return error.code().value() == EXFULL ? 1 : 3;
    }
}

}  // namespace

TEST_CASE("a client is accepted with its address") {
    for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
        step(fmt::format("a client comes to {}", text));
        Listener listener = listen_at(at(text));
        const Fd client = connect_client(listener.address());
        expect_accepted(listener, local_address(client));
    }
    step("a client of IPv4 comes to a listener of both families");
    Listener both = listen_at(at("[::]:0"));
    const Fd client = connect_client(at("127.0.0.1:0").with_port(both.address().port()));
    expect_accepted(both, mapped(local_address(client)));
    step("a client without a name comes to a Unix socket");
    Listener local = listen_at(at(fmt::format("unix:@waymark-check-{}", ::getpid())));
    const Fd nameless = connect_client(local.address());
    expect_accepted(local, local_address(nameless));
    for (const std::size_t length : {8, 25, 26, 27, 60, 106}) {
        step(fmt::format("one comes that has bound itself to a name of {} bytes", length));
        const std::string number = std::to_string(::getpid());
        const std::string name = std::string(length, 'n').replace(0, number.size(), number);
        const Address mine = at("unix:@" + name.substr(0, length));
        const Fd named(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ::bind(named.get(), mine.data(), mine.size());
        ::connect(named.get(), local.address().data(), local.address().size());
        expect_accepted(local, mine);
    }
}

TEST_CASE("one call takes one client and the others wait") {
    step("three clients come");
    Listener listener = listen_at(at("127.0.0.1:0"));
    const Descriptors before = open_descriptors();
    Fd clients[3];
    for (Fd& client : clients) client = connect_client(listener.address());
    for (const Fd& client : clients) {
        step("call accept_one() once");
        Faults faults;
        expect_accepted(listener, local_address(client));
        expect_equal(faults.calls(Call::accept), 1, "calls of accept4(2)", kLoop);
    }
    for (Fd& client : clients) client.reset();
    step("all of them have hung up, and so have we");
    const std::string left = added(before, open_descriptors());
    expect(left.empty(), "descriptors left open", "none", left, kLeak);
}

TEST_CASE("when nobody waits it says so and does not wait") {
    step("call accept_one() with nobody there");
    Listener listener = listen_at(at("127.0.0.1:0"));
    if_it_hangs(kBlocking);
    const AcceptResult result = accept_next(listener, kNobody);
    expect_status(result, AcceptStatus::would_block, kNobody);
    expect_equal(result.error_number, EAGAIN, "its error_number",
                 advice_about_errno(result.error_number));
    expect(!result.dropped, "dropped", "false", "true", kDropsMore);
    step("a client comes, and another process that shares the listener takes it");
    const Fd client = connect_client(listener.address());
    wait_for_client(listener, Causes{});
    const Fd taken(::accept4(listener.fd().get(), nullptr, nullptr, SOCK_CLOEXEC));
    if_it_hangs(kBlocking);
    expect_status(accept_next(listener, kNobody), AcceptStatus::would_block, kNobody);
}

TEST_CASE("an accepted socket is non-blocking and close-on-exec and has no other option") {
    for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
        step(fmt::format("a client comes to {}", text));
        Listener listener = listen_at(at(text));
        const Fd model = raw_listener(at(text));
        const Fd first = connect_client(listener.address());
        const Fd second = connect_client(local_address(model));
        wait_for_client(listener, Causes{});
        const SocketCalls calls;
        const AcceptResult result = accept_next(listener);
        expect_status(result, AcceptStatus::accepted, kAborted);
        const Fd other(::accept4(model.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        const std::string seen =
            difference(options_of(other.get()), options_of(result.socket.get()));
        const Advice& advice = seen.starts_with("O_NONBLOCK")      ? kBlocking
                               : seen.starts_with("close-on-exec") ? kCloexec
                                                                   : kExtra;
        expect(seen.empty(), "the accepted socket", "non-blocking, close-on-exec, and no more",
               seen, advice);
        expect(calls.all().empty(), "options set, and other calls", "none",
               calls.all().empty() ? "" : name_of(calls.all().front().call), kExtra);
    }
    step("a client comes where accept4(2) works with SOCK_CLOEXEC only");
    Listener listener = listen_at(at("127.0.0.1:0"));
    const Fd client = connect_client(listener.address());
    wait_for_client(listener, Causes{});
    const int status = in_a_process([&] { return accept_where_cloexec_is_asked_for(listener); });
    expect(status == 0, "the flags of accept4(2)", "with SOCK_CLOEXEC: from birth", "without it",
           kCloexec);
}

TEST_CASE("a client that has gone is handed out with the address that it had") {
    step("a client comes, resets its connection, and is accepted then");
    Listener listener = listen_at(at("127.0.0.1:0"));
    Fd client = connect_client(listener.address());
    wait_for_client(listener, Causes{});
    const Address who = local_address(client);
    reset_on_close(client);
    client.reset();
    const AcceptResult result = accept_next(listener, {kPeer, kAborted});
    expect_status(result, AcceptStatus::accepted, kAborted);
    expect(result.peer == who, "its peer", who.to_string(), result.peer.to_string(), kPeer);
}

TEST_CASE("each errno of accept has its kind") {
    step("ask classify_accept_error about EMFILE, ECONNABORTED, EAGAIN, EBADF, then about all");
    std::vector<int> numbers{EMFILE, ECONNABORTED, EAGAIN, EBADF};
    for (int error = 1; error < 134; ++error) numbers.push_back(error);
    for (const int number : {0, -1, 4096}) numbers.push_back(number);
    for (const int error : numbers) {
        const AcceptErrorKind right = kind_of(error);
        const AcceptErrorKind seen = classify_accept_error(error);
        expect(seen == right, fmt::format("the kind of {} ({})", error, error_text(error)),
               name_of(right), name_of(seen), advice_of(right));
    }
}

TEST_CASE("one client's trouble is a result and the next one is accepted") {
    Listener listener = listen_at(at("127.0.0.1:0"));
    const Fd client = connect_client(listener.address());
    wait_for_client(listener, Causes{});
    const Descriptors before = open_descriptors();
    for (const int error : kAgain) {
        step(fmt::format("call accept_one() while accept4(2) gives: {}", error_text(error)));
        Faults faults;
        faults.fail(Call::accept, error);
        const AcceptResult result = accept_next(listener, kAborted);
        expect(faults.calls(Call::accept) == 1, "calls of accept4(2)", "1",
               show(faults.calls(Call::accept)), result.dropped ? kAborted : kLoop);
        expect_status(result, AcceptStatus::again, kAborted);
        expect(result.error_number == error, "its error_number", show(error),
               show(result.error_number), advice_about_errno(result.error_number));
        expect(!result.dropped, "dropped", "false", "true", kDropsMore);
        const std::string left = added(before, open_descriptors());
        expect(left.empty(), "descriptors left open", "none", left, kLeak);
    }
    step("call it again: the client still waits");
    expect_accepted(listener, local_address(client));
}

TEST_CASE("a broken listener is thrown") {
    Listener listener = listen_at(at("127.0.0.1:0"));
    for (const int error : {EBADF, EINVAL, ENOTSOCK, EFAULT, EIO, ENOSYS, EACCES}) {
        step(fmt::format("call accept_one() while accept4(2) gives: {}", error_text(error)));
        Faults faults;
        faults.fail(Call::accept, error);
        const Outcome outcome = outcome_of([&] { listener.accept_one(); });
        expect(outcome.kind != "nothing", "accept_one()", "throws", "gives a result", kBroken);
        expect(outcome.kind == "std::system_error" && outcome.error == error, "what is thrown",
               "std::system_error with this code", outcome.words(), kOtherError);
        const std::string begin = "accept4 " + listener.address().to_string() + ": ";
        expect(outcome.what.starts_with(begin), "its text", begin + "...", outcome.what,
               kOtherError);
        expect(faults.calls(Call::accept) == 1, "calls of accept4(2)", "1",
               show(faults.calls(Call::accept)), kLoop);
    }
    step("close() the listener and call accept_one()");
    listener.close();
    const Outcome outcome = outcome_of([&] { listener.accept_one(); });
    expect(outcome.error == EBADF, "what is thrown", "std::system_error with EBADF",
           outcome.words(), kBroken);
}
