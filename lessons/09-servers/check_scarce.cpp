// Lesson 09 when descriptors have run out: the spare one, who is told, and who waits.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

#include "advice.hh"
#include "daemon/error.hh"
#include "lessons/course/check/descriptor_limit.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "net/socket_options.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using namespace waymark::net;

namespace {

// The number that the next descriptor will have.
int lowest_free() {
    return Fd(::dup(0)).get();
}

bool hears_the_end(const Fd& client) {
    char byte;
    return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0;
}

// Broken by a reset, which is not the end.
bool was_reset(const Fd& client) {
    char byte;
    return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == -1 && errno == ECONNRESET;
}

void expect_the_end(const Fd& client, const std::string& who, const Advice& otherwise) {
    expect(!was_reset(client), who, "hears the end", "hears a reset", kReset);
    expect(hears_the_end(client), who, "hears the end", "hears nothing", otherwise);
}

bool waits(const Fd& client) {
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
Scarce accept_without_descriptors(Listener& listener, int times = 1,
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

void expect_exhausted(const Scarce& scarce) {
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

void expect_same_descriptors(const Descriptors& before) {
    const Descriptors now = open_descriptors();
    const std::string left = added(before, now);
    expect(left.empty(), "descriptors left open", "none", left, kLeak);
    const std::string gone = missing(before, now);
    expect(gone.empty(), "descriptors that are gone", "none", gone, kSpare);
}

// Everybody waits in the queue of the listener.
std::vector<Fd> clients_of(const Listener& listener, int count) {
    std::vector<Fd> clients;
    for (int i = 0; i < count; ++i) clients.push_back(connect_client(listener.address()));
    wait_for_client(listener, Causes{});
    return clients;
}

}  // namespace

TEST_CASE("without descriptors one client is hung up on and the rest wait") {
    step("two clients come, and no descriptor is free");
    Listener listener = listen_at(at("127.0.0.1:0"));
    const std::vector<Fd> clients = clients_of(listener, 2);
    const Descriptors before = open_descriptors();
    const Scarce scarce = accept_without_descriptors(listener);
    expect_exhausted(scarce);
    expect_the_end(clients[0], "the first client", kNoAnswer);
    expect(scarce.results[0].dropped, "dropped", "true", "false", kNoAnswer);
    expect(waits(clients[1]), "the second client", "waits", "was hung up on, too", kDropsMore);
    expect_same_descriptors(before);
    step("there are descriptors again");
    const AcceptResult next = accept_next(listener);
    expect(next.status == AcceptStatus::accepted && next.peer == local_address(clients[1]),
           "the second client", "is accepted", "is not", kDropsMore);
}

TEST_CASE("the spare descriptor serves again and again") {
    step("four clients come, and no descriptor is free; call accept_one() three times");
    Listener listener = listen_at(at("127.0.0.1:0"));
    const std::vector<Fd> clients = clients_of(listener, 4);
    const Descriptors before = open_descriptors();
    const Scarce scarce = accept_without_descriptors(listener, 3);
    expect_exhausted(scarce);
    for (std::size_t i = 0; i < 3; ++i) {
        expect_the_end(clients[i], fmt::format("client {}", i + 1), kSpare);
        expect(scarce.results[i].dropped, fmt::format("dropped, of client {}", i + 1), "true",
               "false", kSpare);
    }
    expect(waits(clients[3]), "the last client", "waits", "was hung up on, too", kDropsMore);
    expect_same_descriptors(before);
}

TEST_CASE("without descriptors and without clients nobody is dropped") {
    step("nobody comes, and no descriptor is free; call accept_one() twice");
    Listener listener = listen_at(at("127.0.0.1:0"));
    const Descriptors before = open_descriptors();
    if_it_hangs(kBlocking);
    const Scarce scarce = accept_without_descriptors(listener, 2);
    expect_exhausted(scarce);
    for (const AcceptResult& result : scarce.results)
        expect(!result.dropped, "dropped", "false: nobody was there", "true", kDropped);
    expect_same_descriptors(before);
    step("a client comes; accept4(2) with the spare descriptor gives ECONNABORTED, twice");
    const std::vector<Fd> clients = clients_of(listener, 1);
    {
        Faults faults;
        faults.fail(Call::accept, ECONNABORTED, 2, 1);
        const Scarce left = accept_without_descriptors(listener);
        expect_equal(faults.calls(Call::accept), 2,
                     "calls of accept4(2): one, and one with the spare descriptor", kLoop);
        expect_exhausted(left);
        expect(!left.results[0].dropped, "dropped", "false: that one had left", "true", kDropped);
    }
    step("there are descriptors");
    expect(accept_next(listener).status == AcceptStatus::accepted, "it", "is accepted", "is not",
           kSpare);
}

TEST_CASE("a spare descriptor that could not be made again is made later") {
    Listener listener = listen_at(at("127.0.0.1:0"));
    const std::vector<Fd> clients = clients_of(listener, 4);
    const Descriptors before = open_descriptors();
    step("the limit is below all that is open: the spare one cannot be opened again");
    Scarce scarce;
    {
        const Faults faults;
        scarce = accept_without_descriptors(listener, 3, [] { return 3; });
        expect_exhausted(scarce);
        expect_equal(faults.calls(Call::accept), 4,
                     "calls of accept4(2): 2 with the spare descriptor, then 1 each", kSpare);
    }
    for (const AcceptResult& result : scarce.results)
        expect(!result.dropped, "dropped", "false", "true", kDropped);
    expect(waits(clients[0]), "the first client", "waits", "was hung up on", kDropsMore);
    step("there are descriptors, and none is spare; accept4(2) gives ENOBUFS, then EAGAIN");
    const std::size_t without_spare = open_descriptors().size();
    for (const int error : {ENOBUFS, EAGAIN}) {
        Faults faults;
        faults.fail(Call::accept, error);
        expect(!accept_next(listener).dropped, "dropped", "false", "true", kSpare);
        expect_equal(open_descriptors().size(), without_spare,
                     "open descriptors, while nobody was accepted", kSpare);
    }
    step("one descriptor is free, and there is no spare one");
    scarce = accept_without_descriptors(listener, 1, [] { return lowest_free() + 1; });
    expect(scarce.outcome.kind == "nothing", "accept_one()", "gives a result",
           scarce.outcome.words(), kSpare);
    expect(scarce.results[0].peer == local_address(clients[0]), "the first client", "is accepted",
           scarce.results[0].dropped ? "was hung up on" : "is not", kSpare);
    scarce = Scarce();
    step("there are descriptors again, and a client is accepted");
    const AcceptResult next = accept_next(listener);
    expect(next.status == AcceptStatus::accepted, "it", "is accepted", "is not", kExhausted);
    expect(next.peer == local_address(clients[1]), "its peer", "the second client", "another",
           kDropsMore);
    // The spare one may have got another number.
    const std::size_t right = before.size() + 1;
    const Descriptors now = open_descriptors();
    expect(now.size() <= right, "descriptors left open", "none", added(before, now), kLeak);
    expect(now.size() == right, "the spare descriptor", "made again", "missing", kSpare);
    step("they run out again");
    scarce = accept_without_descriptors(listener);
    expect_exhausted(scarce);
    expect(scarce.results[0].dropped && hears_the_end(clients[2]), "the next client",
           "is hung up on", "hears nothing", kSpare);
    expect_equal(open_descriptors().size(), right, "open descriptors", kSpare);
}

TEST_CASE("whatever runs out the answer is the same") {
    Listener listener = listen_at(at("127.0.0.1:0"));
    int sleeps = 0;
    for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
        const std::vector<Fd> clients = clients_of(listener, 2);
        const Descriptors before = open_descriptors();
        for (const int times : {2, 1}) {
            step(fmt::format("call accept_one() while accept4(2) gives {}{}",
                             waymark::daemon::error_text(error),
                             times == 2 ? ", also with the spare descriptor" : ", once"));
            Faults faults;
            faults.fail(Call::accept, error, times);
            const std::string slept = status_line(::getpid(), "voluntary_ctxt_switches");
            const AcceptResult result = accept_next(listener, kExhausted);
            sleeps += slept != status_line(::getpid(), "voluntary_ctxt_switches") ? 1 : 0;
            expect(result.status == AcceptStatus::exhausted, "the status", "exhausted", "another",
                   kExhausted);
            expect_equal(result.error_number, error, "its error_number",
                         advice_about_errno(result.error_number));
            expect(faults.calls(Call::accept) == 2, "calls of accept4(2)",
                   "2: for the client, and with the spare descriptor",
                   show(faults.calls(Call::accept)),
                   faults.calls(Call::accept) < 2 ? kNoAnswer : kLoop);
            const bool dropped = times == 1;
            expect(result.dropped == dropped, "dropped", show(dropped), show(result.dropped),
                   dropped ? kNoAnswer : kDropped);
            expect(dropped ? hears_the_end(clients[0]) : waits(clients[0]), "the first client",
                   dropped ? "hears the end" : "waits", dropped ? "hears nothing" : "does not",
                   dropped ? kNoAnswer : kDropsMore);
            expect_same_descriptors(before);
        }
        accept_next(listener);  // the second one is for nobody
    }
    // Once or twice the machine may have had its reasons.
    expect(sleeps < 8, "accept_one() without a free descriptor", "never sleeps",
           "slept each of eight times", kLoop);
}

TEST_CASE("who is hung up on hears an orderly end") {
    step("a client comes, and no descriptor is free");
    Listener listener = listen_at(at("127.0.0.1:0"));
    const std::vector<Fd> clients = clients_of(listener, 1);
    const SocketCalls calls;
    expect_exhausted(accept_without_descriptors(listener));
    char byte;
    const ssize_t length = ::recv(clients[0].get(), &byte, 1, MSG_DONTWAIT);
    expect(length == 0, "what the client reads", "the end",
           length == 1 ? "a byte" : waymark::daemon::error_text(errno), kReset);
    for (const NotedCall& call : calls.all())
        fail("calls beside accept4(2)", "none", name_of(call.call),
             call.call == SocketCall::shutdown ? kShutdown : kExtra);
}
