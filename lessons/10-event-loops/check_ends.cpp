// How it ends, in lesson 10: the connection breaks, the client takes nothing for too long, or the
// queue is destroyed. Each of them concerns one client; the loop and the others go on.

#include <doctest/doctest.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>

#include "client.hh"
#include "lessons/course/check/fast_clock.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

namespace {

void expect_left(Client& client) {
    expect(client.asked_for() == -1, "the socket, of which there is a second descriptor",
           "has left the loop", "is still watched", kWatched);
}

void expect_ended(Client& client, End why, const Causes& causes) {
    expect_end(client, why, causes);
    expect(!client.queue().is_open(), "is_open()", "false", "true", kEnd);
    expect_left(client);
    expect(!client.push(message(7)), "push() after the end", "false", "true", kEnd);
    expect(client.sees_the_end(), "the client", "sees the end", "sees an open connection", kEnd);
}

// Waits in the loop, as long as time is made to pass. What a timer throws comes out of it.
void pass(EventLoop& loop, milliseconds time, const Causes& thrown = kFatal) {
    const Deadline until = Deadline::after(time);
    try {
        for (int i = 0; i < 100'000 && !until.expired(); ++i) loop.run_once(until);
    } catch (const std::logic_error& error) {  // net/spin_check
        fail("the loop", "waits", std::string("turns without end: ") + error.what(), kAlwaysAsked);
    } catch (const std::exception& error) {
        fail("the loop, when time has passed", "throws nothing",
             std::string("threw: ") + error.what(), thrown);
    }
    expect(until.expired(), "the loop", "waits", "turns without end", kAlwaysAsked);
}

}  // namespace

TEST_CASE("an error of send is the end of this client") {
    for (const int error : {EPIPE, ECONNRESET, EHOSTUNREACH, ENOBUFS, EIO, EBADF}) {
        step("push three messages; to send fails with errno " + show(error));
        if_it_crashes(kWatched);
        EventLoop loop;
        Client client(loop);
        Client other(loop);
        for (int i = 0; i < 3; ++i) client.push(message(i));
        {
            Faults faults;
            faults.fail(Call::write, error, 1'000'000);
            round(loop);
        }
        expect_ended(client, End::broken, kBroken);
        expect_equal(client.queue().messages(), client.messages_left(),
                     "messages() that were not sent", kMiscounted);
        step("an hour later; the other client is served");
        other.push(message(9));
        FastClock clock;
        pass(loop, milliseconds(3'600'000), kEnd);
        expect_end(client, End::broken, kEnd);
        other.read();
        expect_equal(other.came(), message(9), "what came to the other", kFatal);
    }
}

TEST_CASE("a client that has gone is the end") {
    for (const bool waiting : {false, true}) {
        step(waiting ? "a message waits; the client hangs up; one round"
                     : "nothing waits; the client hangs up; one round");
        EventLoop loop;
        Client client(loop);
        if (waiting) client.push(message(1));
        client.hang_up();
        if_it_crashes(kSigpipe);
        round(loop);
        expect_ended(client, End::broken, kBroken);
    }
    step("nothing waits; the client hangs up and has not read all: EPOLLHUP and EPOLLERR at once");
    EventLoop loop;
    Client client(loop);
    client.push(message(1));
    round(loop);
    client.hang_up();
    round(loop);
    expect_ended(client, End::broken, kBroken);
}

TEST_CASE("a client that has finished sending is served") {
    step("the client shuts its sending side down; push a message");
    EventLoop loop;
    Client client(loop);
    client.finish_sending();
    round(loop);
    expect_no_end(client, kHalfClosed);
    client.push(message(1));
    settle(loop);
    expect_no_end(client, kHalfClosed);
    client.read();
    expect_equal(client.came(), message(1), "what came", kHalfClosed);
}

TEST_CASE("the queue leaves the loop before it closes the socket") {
    for (const bool waiting : {false, true}) {
        step(waiting ? "destroy it while a message waits" : "destroy it while nothing waits");
        if_it_crashes(kWatched);
        EventLoop loop;
        Client client(loop);
        if (waiting) client.push(message(1));
        client.destroy();
        expect_left(client);
        expect_no_end(client, kEnd);
        const bool sees = client.sees_the_end();
        expect(sees, "the client", "sees the end", "sees an open connection", kEnd);
        expect_equal(client.came(), std::string(), "what came of what waited", kEnd);
        step("an hour later");
        FastClock clock;
        pass(loop, milliseconds(3'600'000));
        expect_no_end(client, kEnd);
    }
}

TEST_CASE("who is told of the end may destroy the queue") {
    for (const bool hung_up : {false, true}) {
        step(std::string("on_end() destroys its own queue: ") +
             (hung_up ? "the client has hung up" : "to send fails"));
        if_it_crashes(kAfterEnd);
        EventLoop loop;
        Client client(loop);
        client.at_end = [&](End) { client.destroy(); };
        client.push(message(1));
        Faults faults;
        faults.fail(Call::write, EPIPE, 1'000'000);
        if (hung_up) client.hang_up();
        round(loop);
        expect_end(client, End::broken, kBroken);
    }
    step("on_end() destroys its own queue: too slow");
    if_it_crashes(kAfterEnd);
    {
        EventLoop loop;
        Client client(loop, {.patience = milliseconds(1'000)});
        client.at_end = [&](End) { client.destroy(); };
        client.fill();
        client.push(message(1));
        FastClock clock;
        pass(loop, milliseconds(3'000));
        expect_end(client, End::too_slow, kPatience);
    }
    step("two clients hang up, and on_end() of the one destroys the other's queue");
    if_it_crashes(kWatched);
    EventLoop loop;
    Client one(loop);
    Client two(loop);
    one.at_end = [&](End) { two.destroy(); };
    two.at_end = [&](End) { one.destroy(); };
    one.hang_up();
    two.hang_up();
    round(loop);
    expect_equal(one.ends.size() + two.ends.size(), 1U, "calls of on_end()", kBroken);
}

TEST_CASE("on_end comes when the socket is closed") {
    step("on_end() looks at the queue");
    EventLoop loop;
    Client client(loop);
    bool open = true, taken = true;
    long asked = 0;
    client.at_end = [&](End) {
        open = client.queue().is_open();
        taken = client.queue().push(message(2));
        asked = client.asked_for();
    };
    client.push(message(1));
    client.hang_up();
    round(loop);
    expect_end(client, End::broken, kBroken);
    expect(!open, "is_open() in on_end()", "false", "true", kEnd);
    expect(!taken, "push() in on_end()", "false", "true", kEnd);
    expect(asked == -1, "the socket", "has left the loop", "is still watched", kWatched);
    expect_equal(client.queue().messages(), 1U, "messages() that were not sent", kMiscounted);
    step("an hour later");
    FastClock clock;
    pass(loop, milliseconds(3'600'000), kEnd);
    expect_end(client, End::broken, kEnd);
}

TEST_CASE("a client that takes nothing is given up when its patience is over") {
    EventLoop loop;
    FastClock clock;
    Client client(loop, {.messages = 3, .patience = milliseconds(1'000)});
    step("an hour in which nothing waits");
    pass(loop, milliseconds(3'600'000));
    expect_no_end(client, kPatience);
    step("the socket is full; push a message; after 900 ms push others, one of them too many");
    client.fill();
    client.push(message(1));
    pass(loop, milliseconds(900));
    for (int i = 0; i < 3; ++i) client.push(message(i));
    pass(loop, milliseconds(99));
    expect_no_end(client, kPatience);
    step("1000 ms after the first");
    const Faults faults;
    pass(loop, milliseconds(1));
    rounds(loop, 1);
    // The patience was over, and asked on_ready(), which tried in vain.
    expect_ended(client, End::too_slow, faults.calls(Call::write) > 0 ? kAnswer : kPatience);
    step("an hour later");
    pass(loop, milliseconds(3'600'000), kEnd);
    expect_end(client, End::too_slow, kEnd);
}

TEST_CASE("a client that takes a byte now and then is kept") {
    EventLoop loop;
    FastClock clock;
    Client client(loop, {.patience = milliseconds(1'000)});
    step("a message of 30 bytes; every 900 ms the kernel takes one");
    client.push(message(1, 30));
    for (int i = 0; i < 20; ++i) {
        {
            Faults faults;
            faults.shorten(1);
            faults.fail(Call::write, EAGAIN, 1'000'000, 1);
            round(loop);
        }
        client.expect_counts();
        // The socket is ready all the time, so the loop is not asked: only the clock goes on.
        pass_time(milliseconds(900));
        expect_no_end(client, kPatience);
    }
    step("all of it is sent; an hour in which nothing waits");
    settle(loop);
    client.read();
    expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
    pass(loop, milliseconds(3'600'000));
    expect_no_end(client, kPatience);
    step("one more; the patience begins when it is pushed");
    client.fill();
    client.push(message(2));
    pass(loop, milliseconds(999));
    expect_no_end(client, kPatience);
    pass(loop, milliseconds(1));
    rounds(loop, 1);
    expect_end(client, End::too_slow, kPatience);
}

TEST_CASE("a client that reads is kept although the loop does not tell of room") {
    EventLoop loop;
    FastClock clock;
    Client client(loop, {.patience = milliseconds(1'000)});
    step("full; push 3 messages of 100,000 bytes; the client reads 5000 bytes; 1000 ms later");
    client.fill();
    for (int number = 0; number < 3; ++number) client.push(message(number, 100'000));
    client.read(5'000);
    pass(loop, milliseconds(1'000));
    rounds(loop, 1);
    expect_no_end(client, kAnswer);
    expect(client.taken() > 0, "bytes that the kernel has taken", "some", "none", kPatience);
    client.expect_counts();
    step("it reads no more; 1000 ms later");
    pass(loop, milliseconds(1'000));
    rounds(loop, 1);
    expect_ended(client, End::too_slow, kPatience);
}

TEST_CASE("a socket that is ready and takes nothing is no progress") {
    EventLoop loop;
    FastClock clock;
    Client client(loop, {.messages = 1, .patience = milliseconds(1'000)});
    step("push a message, and one too many; the loop says ready, and to send fails with EAGAIN");
    client.push(message(1));
    client.push(message(2));
    Faults faults;
    faults.fail(Call::write, EAGAIN, 1'000'000);
    for (int i = 0; i < 9; ++i) {
        round(loop);
        pass_time(milliseconds(100));
    }
    round(loop);
    expect_no_end(client, kPatience);
    step("1000 ms after the push");
    pass_time(milliseconds(100));
    round(loop);
    expect_end(client, End::too_slow, kPatience);
}
