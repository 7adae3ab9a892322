// How it ends, in lesson 10: the connection breaks, or the queue is destroyed. Each of them
// concerns one client; the loop and the others go on. A client that takes nothing for too long is
// in check_patience.cpp.

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

#include "client.hh"
#include "lessons/course/check/fast_clock.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

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
        expect_no_end(client, kDestroyed);
        const bool sees = client.sees_the_end();
        expect(sees, "the client", "sees the end", "sees an open connection", kEnd);
        expect_equal(client.came(), std::string(), "what came of what waited", kDestroyed);
        step("an hour later");
        FastClock clock;
        pass(loop, milliseconds(3'600'000));
        expect_no_end(client, kDestroyed);
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
