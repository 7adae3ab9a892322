// A client that takes nothing for too long, in lesson 10: from when on the patience is counted,
// what puts it off, and how it ends.

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

#include "client.hh"
#include "lessons/course/check/fast_clock.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

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
    expect(client.notices.empty(), "notices while all three wait", "none", "one", kManyGaps);
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
    step("another is full; push a message that is too big; 1000 ms later its notice is queued");
    Client other(loop, {.bytes = 100, .patience = milliseconds(1'000)});
    other.fill();
    other.push(message(4, 101));
    pass(loop, milliseconds(1'000));
    rounds(loop, 1);
    expect_no_end(other, kAnswer);
    const std::size_t waiting = other.queue().messages();
    if (waiting == 0) {  // who queues it when the loop tells of room was not asked before
        other.read();
        settle(loop);
    }
    expect_equal(waiting, 1U, "messages() that wait: the notice",
                 other.notices.empty() ? kUntold : kPatience);
    step("it takes nothing; 1000 ms later");
    pass(loop, milliseconds(1'000));
    rounds(loop, 1);
    expect_end(other, End::too_slow, kPatience);
}

TEST_CASE("an error that is found when the patience is over is one end") {
    step("full; push a message; 1000 ms later to send fails with EPIPE");
    EventLoop loop;
    FastClock clock;
    Client client(loop, {.patience = milliseconds(1'000)});
    client.fill();
    client.push(message(1));
    Faults faults;
    faults.fail(Call::write, EPIPE, 1'000'000);
    pass(loop, milliseconds(1'000), kAnswer);
    rounds(loop, 1);
    expect_ended(client, End::broken, client.ends.size() > 1 ? kAnswer : kBroken);
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
