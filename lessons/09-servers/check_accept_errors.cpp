// Accepting in lesson 09, where nobody is accepted: what each errno of accept4(2) means, what the
// caller is told, and what is thrown.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <vector>

#include "accepted.hh"
#include "advice.hh"
#include "daemon/error.hh"
#include "lessons/course/check/faults.hh"
#include "net/socket_options.hh"
#include "seen.hh"

using namespace waymark::course::check;
using namespace waymark::net;
using waymark::daemon::error_text;

namespace {

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

}  // namespace

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
    const std::string begin = "accept4 " + listener.address().to_string() + ": ";
    expect(outcome.what.starts_with(begin), "its text", begin + "...", outcome.what, kOtherError);
}
