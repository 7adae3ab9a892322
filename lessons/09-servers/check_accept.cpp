// Accepting in lesson 09: who came, and what a client's socket is like. What accept4(2) says where
// nobody is accepted is in check_accept_errors.cpp.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <string>
#include <system_error>

#include "accepted.hh"
#include "advice.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "net/socket_options.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using namespace waymark::net;

namespace {

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
