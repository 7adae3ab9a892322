// The check of lesson 10. Here: messages go out when the loop says so, whole and in order, and no
// client keeps the others waiting. What is dropped is in check_limits.cpp, how it ends in
// check_ends.cpp and check_patience.cpp. No clock decides; where time must pass, it is made to pass
// (fast_clock.hh).

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include <cerrno>

#include "client.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

TEST_CASE("a message goes out when the loop runs") {
    EventLoop loop;
    Client client(loop);
    {
        step("push one message");
        const Faults faults;
        expect(client.push(message(1)), "push()", "true", "false", kNotWritten);
        expect_equal(faults.calls(Call::write), 0, "calls that send, in push()", kSentInPush);
        client.expect_counts();
    }
    step("one round of the loop");
    round(loop);
    client.read();
    expect_equal(client.came(), message(1), "what came", kNeverAsked);
    client.expect_counts();
    step("push a message with a byte 0 in it; one round");
    client.push(std::string("a\0b\n", 4));
    round(loop);
    client.read();
    expect_equal(client.came(), message(1) + std::string("a\0b\n", 4), "what came", kNeverAsked);
    client.expect_counts();
}

TEST_CASE("the loop is asked for EPOLLOUT while something waits") {
    EventLoop loop;
    Client client(loop);
    step("nothing waits");
    client.expect_asked(false);
    step("push a message");
    client.push(message(1));
    client.expect_asked(true);
    step("one round: it is sent, and nothing waits any more");
    round(loop);
    client.expect_asked(false);
    step("the socket is full; push two messages; one round");
    client.fill();
    client.push(message(2));
    client.push(message(3));
    round(loop);
    client.expect_asked(true);
    client.expect_counts();
    step("the client reads all of it; some rounds");
    client.read();
    settle(loop);
    client.expect_asked(false);
    client.read();
    client.expect_counts();
}

TEST_CASE("a message without bytes is nothing to send") {
    EventLoop loop;
    Client client(loop);
    step("push a message without bytes");
    expect(client.queue().push(""), "push(\"\")", "true", "false", kEmpty);
    expect_equal(client.queue().messages(), 0U, "messages() that wait", kEmpty);
    expect(client.asked_for() == 0, "the loop", "is asked for nothing", "for something", kEmpty);
    step("push one behind it; one round");
    client.push(message(1));
    client.queue().push("");
    settle(loop);
    client.read();
    expect_equal(client.came(), message(1), "what came", kEmpty);
    client.expect_counts();
    step("the client hangs up; one round; push one without bytes");
    client.hang_up();
    round(loop);
    expect(!client.queue().push(""), "push(\"\") after the end", "false", "true",
           client.queue().is_open() ? kBroken : kEnd);  // then there was no end
}

TEST_CASE("messages come in the order in which they were pushed") {
    EventLoop loop;
    Client client(loop);
    step("push some, send them, push more, a hundred times");
    int number = 0;
    for (int i = 0; i < 100; ++i) {
        for (int many = 0; many <= i % 5; ++many) client.push(message(++number, 10 + i % 7));
        if (i % 3 != 0) round(loop);
        client.read();
    }
    for (int i = 0; i < 20; ++i) {
        settle(loop);
        client.read();
    }
    client.expect_counts();
    expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
}

TEST_CASE("a part that was sent stays sent") {
    EventLoop loop;
    Client client(loop);
    step("the kernel takes a few bytes at a time; push three messages; two hundred rounds");
    {
        Faults faults;
        faults.shorten(12);
        for (int number : {1, 2, 3}) client.push(message(number, 40));
        rounds(loop, 200);
    }
    client.read();
    expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
}

TEST_CASE("what waits is counted") {
    EventLoop loop;
    Client client(loop);
    step("the kernel takes one byte at a time; push three messages");
    Faults faults;
    faults.shorten(1);
    for (int number : {1, 2, 3}) {
        client.push(message(number, 12));
        client.expect_counts();
    }
    for (int i = 0; i < 40; ++i) {
        step("round " + show(i + 1));
        round(loop);
        client.expect_counts();
    }
}

TEST_CASE("an interruption is no answer") {
    for (const int error : {EAGAIN, EINTR}) {
        // Who asks again at once after EINTR may: a signal that comes does not come without end.
        const int times = error == EINTR ? 20 : 1'000'000;
        step("push two messages; to send fails with errno " + show(error));
        EventLoop loop;
        Client client(loop);
        {
            Faults faults;
            faults.fail(Call::write, error, times);
            client.push(message(1));
            client.push(message(2));
            round(loop);
            expect_no_end(client, kLater);
            client.expect_counts();
            client.expect_asked(client.messages_left() > 0);
        }
        step("from now on it goes well");
        settle(loop);
        expect_no_end(client, kLater);
        client.read();
        client.expect_counts();
        step("of two more the kernel takes a byte, then to send fails with " + show(error));
        client.push(message(3));
        client.push(message(4));
        for (int i = 0; i < 40; ++i) {
            Faults faults;
            faults.shorten(1);
            faults.fail(Call::write, error, times, i % 2);
            round(loop);
            client.read();
        }
        settle(loop);
        client.read();
        expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
    }
}

TEST_CASE("a burst to a slow client comes whole") {
    step("push 500 messages of some thousand bytes; the client's socket is small");
    EventLoop loop;
    Client client(loop, {.messages = 500, .bytes = 10'000'000}, true);
    for (int number = 0; number < 500; ++number)
        expect(client.push(message(number, 2'000 + static_cast<std::size_t>(number) * 4)), "push()",
               "true", "false", kBound);
    step("it reads a thousand bytes, or five thousand, at a time");
    if_it_hangs(kBlocks);
    for (int i = 0; i < 3'000 && client.bytes_left() > 0; ++i) {
        round(loop);
        client.expect_counts();
        client.read(i % 2 == 0 ? 1'000 : 5'000);
    }
    settle(loop);
    client.read();
    expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
    expect(client.notices.empty(), "notices", "none", "one", kNotice);
    expect_equal(client.rooms, 0, "calls of on_room()", kRoom);
}

TEST_CASE("a client that reads fast leaves the others their turn") {
    constexpr int kMany = 1'000;
    step("push 1000 messages to one client, one to another; one round");
    EventLoop loop;
    Client fast(loop, {.messages = kMany, .bytes = 10'000'000});
    Client other(loop);
    for (int number = 0; number < kMany; ++number) fast.push(message(number));
    other.push(message(1));
    round(loop);
    expect(fast.taken() <= 10U * OutgoingQueue::kMessagesPerTurn, "bytes sent in one turn",
           "at most 160: 16 messages", show(fast.taken()), kTurn);
    other.read();
    expect_equal(other.came(), message(1), "what came to the other", kTurn);
    step("the next rounds, in which nothing else happens");
    for (int i = 0; i < kMany; ++i) {
        const std::size_t before = fast.taken();
        round(loop);
        fast.read();
        if (fast.bytes_left() == 0) break;
        expect(fast.taken() > before, "bytes sent in round " + show(i + 2),
               "some: the socket is ready", "none", kStays);
        fast.expect_counts();
    }
    expect_equal(fast.bytes_left(), 0U, "bytes that have not come", kStays);
    step("another, of whom 32 may wait; push 33; on_room() pushes one more");
    Client filled(loop, {.messages = 32});
    filled.at_room = [&] { filled.push(message(34)); };
    for (int number = 1; number <= 33; ++number) filled.push(message(number));
    for (int i = 0; i < 40 && filled.rooms == 0; ++i) {
        const std::size_t before = filled.taken();
        round(loop);
        expect(filled.taken() - before <= 10U * OutgoingQueue::kMessagesPerTurn,
               "bytes sent in one turn", "at most 160: 16 messages", show(filled.taken() - before),
               kTurn);
    }
}

TEST_CASE("a client that does not read stops nobody") {
    EventLoop loop;
    Client slow(loop, {.messages = 10, .bytes = 10'000'000}, true);
    Client other(loop);
    step("push a message of 100,000 bytes to a client that does not read, one to another");
    if_it_hangs(kBlocks);
    slow.push(message(1, 100'000));
    slow.push(message(2, 100'000));
    other.push(message(3));
    settle(loop);
    other.read();
    expect_equal(other.came(), message(3), "what came to the other", kBlocks);
    slow.expect_counts();
    slow.expect_asked(true);
    step("the slow one reads, piece by piece");
    for (int i = 0; i < 2'000 && slow.bytes_left() > 0; ++i) {
        slow.read(2'000);
        round(loop);
        slow.expect_counts();
    }
    slow.read();
    expect_equal(slow.bytes_left(), 0U, "bytes that have not come", kStays);
}

TEST_CASE("the socket is left as it is") {
    for (const bool nonblocking : {false, true}) {
        step(std::string("a socket that is ") + (nonblocking ? "non-blocking" : "blocking"));
        EventLoop loop;
        Client client(loop);
        waymark::daemon::set_nonblocking(client.kept, nonblocking);
        client.push(message(1));
        round(loop);
        const bool now = (::fcntl(client.kept.get(), F_GETFL) & O_NONBLOCK) != 0;
        expect_equal(now, nonblocking, "O_NONBLOCK", kChanged);
    }
}
