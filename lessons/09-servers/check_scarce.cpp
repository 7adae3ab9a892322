// Lesson 09 when descriptors have run out: the spare one, who is told, and who waits.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "advice.hh"
#include "daemon/error.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/without_input.hh"
#include "net/socket_options.hh"
#include "scarce.hh"
#include "seen.hh"
#include "socket_calls.hh"

using namespace waymark::course::check;
using namespace waymark::net;

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
    step("the same where the spare one has number 0: there was no standard input");
    Fd socket = raw_listener(at("127.0.0.1:0"));
    const WithoutInput free_number;
    Listener without_input = Listener::adopt(std::move(socket));
    const std::vector<Fd> others = clients_of(without_input, 1);
    const Scarce dropped = accept_without_descriptors(without_input);
    expect_exhausted(dropped);
    expect_the_end(others[0], "its client, who was number 0", kZero);
    expect(dropped.results[0].dropped, "dropped", "true", "false", kZero);
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
        const bool is_memory = error == ENOBUFS || error == ENOMEM;
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
                   faults.calls(Call::accept) > 2 ? kLoop
                   : is_memory                    ? kExhausted
                                                  : kNoAnswer);
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
    {
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
    step("another one comes, and what it sends is there before it is hung up on");
    const std::vector<Fd> talkers = clients_of(listener, 1);
    (void)!::send(talkers[0].get(), "hello", 5, MSG_NOSIGNAL);
    const bool has_arrived = eventually([&] { return unacknowledged(talkers[0]) == 0; });
    expect(has_arrived, "what it sends", "at the listener", "on its way", Causes{});
    expect_exhausted(accept_without_descriptors(listener));
    // By the word of the kernel: it resets a connection that is closed with something unread.
    pollfd broken{talkers[0].get(), POLLIN, 0};
    ::poll(&broken, 1, kPatience);
    expect(was_reset(talkers[0]), "what it has sent", "left unread: the kernel says so by a reset",
           "read", kReads);
}
