// The bounds, in lesson 10: what finds no room is dropped, counted, and told at the place where it
// is missing, in one gap and not in many.

#include <doctest/doctest.h>

#include <cerrno>
#include <vector>

#include "client.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

namespace {

void expect_pushed(Client& client, const std::string& text, bool taken, const Causes& causes) {
    const std::size_t before = client.queue().messages();
    const bool seen = client.push(text);
    if (seen && !taken && client.queue().messages() <= before)
        fail("push() where there is no room", "false, and what waits stays",
             "true, and something else went for it", kDropsTaken);
    expect_equal(seen, taken, "push()", causes);
}

void take_a_byte(EventLoop& loop) {
    Faults faults;
    faults.shorten(1);
    faults.fail(Call::write, EAGAIN, 1'000'000, 1);
    round(loop);
}

bool has_room(const Client& client, const Limits& limits) {
    return client.messages_left() <= limits.messages / 2 && client.bytes_left() <= limits.bytes / 2;
}

// The notice came too soon: is one place enough, or half of one limit? Here both limits are half
// free at once.
const Advice& why_too_soon() {
    EventLoop loop;
    Client client(loop, {.messages = 16, .bytes = 160});
    for (int i = 0; i < 17; ++i) client.push(message(i));
    for (int i = 0; i < 200 && client.notices.empty(); ++i) take_a_byte(loop);
    return client.messages_left() <= 8 + 1 ? kHalfOfOne : kManyGaps;
}

// The client reads a little and the loop runs, until there is room. A message that is pushed before
// is dropped too. Returns how many were dropped so.
std::size_t drop_until_room(EventLoop& loop, Client& client, const Limits& limits) {
    for (std::size_t dropped = 0; dropped < 1'000; ++dropped) {
        client.read(500);
        const std::size_t taken = client.taken();
        const bool had_room = has_room(client, limits);
        round(loop);
        if (!client.notices.empty()) {
            // With the notice itself.
            const bool few = client.messages_left() <= limits.messages / 2 + 1;
            if (!few || client.bytes_left() > limits.bytes / 2 + 20)
                fail((few ? "bytes" : "messages") + std::string(" waiting when the notice came"),
                     "at most " + show((few ? limits.bytes : limits.messages) / 2) +
                         " and the notice",
                     show(few ? client.bytes_left() : client.messages_left()), why_too_soon());
            return dropped;
        }
        // Who looks for room before it sends finds it one turn later.
        expect(!had_room || client.taken() == taken,
               "at most half waits (" + show(client.messages_left()) + " messages, " +
                   show(client.bytes_left()) + " bytes), and a turn is over: the notice",
               "is in the queue", "is not", kUntold);
        expect_equal(client.rooms, 0, "calls of on_room()", kRoom);
        expect_pushed(client, "xxxxxxxxxx", false, kManyGaps);
        client.expect_counts();
    }
    fail("the notice", "comes", "does not", kUntold);
}

}  // namespace

TEST_CASE("the bound of messages is the caller's") {
    for (const std::size_t most : {1, 2, 5}) {
        step("push " + show(most) + " messages where so many may wait");
        EventLoop loop;
        Client client(loop, {.messages = most});
        client.fill();
        for (std::size_t i = 0; i < most; ++i)
            expect_pushed(client, message(static_cast<int>(i)), true, kBound);
        client.expect_counts();
        step("push one more");
        expect_pushed(client, message(99), false, {kUnbounded, kBound});
        client.expect_counts();
    }
}

TEST_CASE("the bound of bytes is the caller's") {
    EventLoop loop;
    Client client(loop, {.messages = 1'000, .bytes = 100});
    step("push 60 bytes and 40, where 100 may wait");
    expect_pushed(client, message(1, 60), true, kBound);
    expect_pushed(client, message(2, 40), true, kBound);
    client.expect_counts();
    step("the kernel takes a byte at a time, 30 times");
    for (int i = 0; i < 200 && client.taken() < 30; ++i) take_a_byte(loop);
    const std::size_t left = client.bytes_left();
    step("push " + show(100 - left) + ": as much as there is room for");
    expect_pushed(client, message(3, 100 - left), true, kBoundBytes);
    client.expect_counts();
    step("push one byte");
    expect_pushed(client, "x", false, {kUnbounded, kBound});
    client.expect_counts();
}

TEST_CASE("the bound of bytes is kept to the byte") {
    EventLoop loop;
    Client client(loop, {.messages = 1'000, .bytes = 100});
    client.fill();
    step("push 90 bytes, then 11, where 100 may wait");
    expect_pushed(client, message(1, 90), true, kBound);
    expect_pushed(client, message(2, 11), false, {kUnbounded, kBound});
    client.expect_counts();
    step("another client; push 101 bytes, and the largest number of bytes that may wait is 100");
    Client other(loop, {.messages = 1'000, .bytes = 100});
    expect_pushed(other, message(3, 101), false, {kUnbounded, kBound});
    for (const std::size_t bound : {static_cast<std::size_t>(-1), std::size_t{1} << 32U}) {
        step("a client with a bound of " + show(bound) + " messages and bytes; push three");
        Client third(loop, {.messages = bound, .bytes = bound});
        for (int i = 0; i < 3; ++i) expect_pushed(third, message(i), true, kBound);
    }
}

TEST_CASE("a message of which a part is sent still counts") {
    EventLoop loop;
    Client client(loop, {.messages = 2});
    step("push two messages where two may wait; of the first a byte is sent");
    client.push(message(1));
    client.push(message(2));
    take_a_byte(loop);
    client.expect_counts();
    if (client.messages_left() < 2) return;  // who sends all in one call has sent all
    step("push one more");
    expect_pushed(client, message(3), false, kBound);
}

TEST_CASE("the client is told how many were dropped in their place") {
    EventLoop loop;
    Client client(loop, {.messages = 4});
    client.fill();
    step("push four messages where four may wait, then three more");
    for (int i = 1; i <= 4; ++i) client.push(message(i));
    for (int i = 5; i <= 7; ++i) expect_pushed(client, message(i), false, kUnbounded);
    expect(client.notices.empty(), "notices while there is no room", "none", "one", kNotice);
    expect_equal(client.rooms, 0, "calls of on_room() in push()", kRoom);
    step("the client reads; some rounds: all four go out");
    client.read();
    settle(loop);
    expect_equal(client.notices.size(), 1U, "notices asked for",
                 client.notices.empty() ? kUntold : kNotice);
    expect_equal(client.notices[0], 3U, "dropped messages, in the notice", kNoticeCount);
    expect_equal(client.rooms, 1, "calls of on_room()", kRoom);
    client.expect_counts();
    step("push one more; some rounds");
    expect_pushed(client, message(8), true, kManyGaps);
    settle(loop);
    client.read();
    expect_equal(client.came(),
                 message(1) + message(2) + message(3) + message(4) + "[3 dropped]\n" + message(8),
                 "what came", kNoticePlace);
    client.expect_counts();
    client.expect_asked(false);
    step("nothing is dropped any more; a hundred rounds");
    for (int i = 0; i < 100; ++i) {
        client.push(message(i));
        round(loop);
        client.read();
    }
    expect_equal(client.notices.size(), 1U, "notices asked for", kNotice);
    expect_equal(client.rooms, 1, "calls of on_room()", kRoom);
}

TEST_CASE("the notice comes although nothing is pushed any more") {
    for (const std::size_t most : {100, 1}) {
        EventLoop loop;
        Client client(loop, {.messages = 1, .bytes = most});
        step("push a message of 101 bytes where " + show(most) + " may wait; nothing else waits");
        expect_pushed(client, message(1, 101), false, kUnbounded);
        client.expect_asked(true);
        step("push one of 10 bytes before the loop has run");
        expect_pushed(client, message(2), false, kManyGaps);
        step("some rounds");
        settle(loop);
        client.read();
        expect_equal(client.came(), std::string("[2 dropped]\n"), "what came",
                     client.notices.empty() ? kOnlyBehindASend : kNoticeBeyond);
        expect_equal(client.rooms, 1, "calls of on_room()", kRoom);
        client.expect_counts();
        client.expect_asked(false);
    }
}

TEST_CASE("after a gap there is room when half is gone") {
    const std::vector<Limits> all{{.messages = 16, .bytes = 10'000'000},
                                  {.messages = 1'000, .bytes = 40'000},
                                  {.messages = 17, .bytes = 40'000}};
    for (const Limits& limits : all) {
        EventLoop loop;
        Client client(loop, limits, true);
        step("at most " + show(limits.messages) + " messages and " + show(limits.bytes) +
             " bytes may wait; push until one is dropped");
        int number = 0;
        while (number < 100 && client.push(message(number, 2'500))) ++number;
        step("the client reads a little at a time; push in each round");
        if_it_hangs(kBlocks);
        const std::size_t dropped = drop_until_room(loop, client, limits);
        expect_equal(client.notices[0], dropped + 1, "dropped messages, in the notice",
                     kNoticeCount);
        expect_equal(client.rooms, 1, "calls of on_room()", kRoom);
        client.expect_counts();
        step("push one more; the client reads all");
        expect_pushed(client, message(500), true, kManyGaps);
        for (int i = 0; i < 1'000 && client.bytes_left() > 0; ++i) {
            client.read();
            round(loop);
        }
        client.read();
        expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
        expect_equal(client.notices.size(), 1U, "notices asked for", kNotice);
        expect_equal(client.rooms, 1, "calls of on_room()", kRoom);
    }
}

TEST_CASE("there is room when exactly half waits and not before") {
    // Of 3 and of 31 that is 1 and 15. Of 4 messages 2, and they have no more than the 17 of 35
    // bytes.
    for (const Limits& limits :
         {Limits{.messages = 3, .bytes = std::size_t{1} << 32U}, Limits{.messages = 9, .bytes = 31},
          Limits{.messages = 4, .bytes = 35}}) {
        step("at most " + show(limits.messages) + " messages and " + show(limits.bytes) +
             " bytes may wait; push four of 10 bytes, and one without bytes");
        EventLoop loop;
        Client client(loop, limits);
        for (int i = 0; i < 3; ++i) expect_pushed(client, message(i), true, kBound);
        expect_pushed(client, message(3), false, kUnbounded);
        expect(client.queue().push(""), "push(\"\") in the gap", "true", "false", kEmpty);
        step("in each round the kernel takes one byte");
        std::size_t at_notice = 0;
        client.at_room = [&] { at_notice = client.bytes_left(); };
        for (int i = 0; i < 40 && client.notices.empty(); ++i) take_a_byte(loop);
        expect_equal(client.notices.size(), 1U, "notices", kUntold);
        expect_equal(client.notices[0], 1U, "dropped messages, in the notice", kNoticeCount);
        // "[1 dropped]" has 12 bytes. Who looks before it sends has sent one more.
        const std::size_t most = limits.messages == 3 ? 10 : limits.bytes / 2;
        expect(at_notice <= 12 + most && at_notice + 1 >= 12 + most, "bytes waiting at on_room()",
               show(most) + " and the notice's 12", show(at_notice),
               at_notice > 12 + most ? kManyGaps : kLessThanHalf);
    }
}

TEST_CASE("what is pushed when there is room stands behind the notice") {
    EventLoop loop;
    Client client(loop, {.messages = 8});
    step("on_room() pushes; fill the queue, drop two, and let the client read, three times");
    int number = 0;
    client.at_room = [&] {
        expect_equal(client.notices.size(), static_cast<std::size_t>(client.rooms),
                     "notices before on_room()", kRoom);
        expect_pushed(client, message(900 + number), true, kRoom);
        expect_pushed(client, message(950 + number), true, kRoom);
    };
    for (int i = 0; i < 3; ++i) {
        for (int many = 0; many < 8; ++many) client.push(message(++number));
        for (int many = 0; many <= i; ++many)
            expect_pushed(client, message(++number), false, kUnbounded);
        settle(loop);
        client.read();
        expect_equal(client.rooms, i + 1, "calls of on_room()", kRoom);
        expect_equal(client.notices.size(), static_cast<std::size_t>(i + 1), "notices", kNotice);
        expect_equal(client.notices.back(), static_cast<std::size_t>(i + 1),
                     "dropped, in the notice", kNoticeCount);
        client.expect_counts();
    }
    expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
}
