// The notice of what was dropped, in lesson 10, where it is large, or cannot be made. When it is
// due, and what it says, is in check_limits.cpp.

#include <doctest/doctest.h>

#include <cerrno>
#include <stdexcept>

#include "client.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

TEST_CASE("a notice is queued whatever its size") {
    EventLoop loop;
    Client client(loop, {.messages = 4, .bytes = 40});
    client.longer_notice = 100;
    step("push a message of 41 bytes where 40 may wait; one round, in which nothing is sent");
    expect(!client.push(message(1, 41)), "push()", "false", "true", kUnbounded);
    {
        Faults faults;
        faults.fail(Call::write, EAGAIN, 1'000'000);
        round(loop);
        expect_equal(client.notices.size(), 1U, "notices asked for", kUntold);
        expect_equal(client.queue().messages(), 1U, "messages() that wait: the notice",
                     kNoticeBeyond);
        client.expect_counts();
        step("the notice of 112 bytes waits where 40 may; push 10 bytes");
        expect(!client.push(message(2)), "push()", "false", "true", kNoticeBeyond);
        client.expect_counts();
        step("one more round, in which nothing is sent: more than half waits");
        round(loop);
        expect_equal(client.notices.size(), 1U, "notices asked for", kNoticeBeyond);
    }
    step("from now on it is sent; some rounds");
    settle(loop);
    client.read();
    expect_equal(client.notices.size(), 2U, "notices asked for", kUntold);
    expect_equal(client.bytes_left(), 0U, "bytes that have not come", kStays);
}

TEST_CASE("a gap is told at the next turn when its notice could not be made") {
    EventLoop loop;
    Client client(loop, {.messages = 2});
    step("push two where two may wait, and two more; notice() throws");
    for (int i = 1; i <= 2; ++i) client.push(message(i));
    for (int i = 3; i <= 4; ++i)
        expect(!client.push(message(i)), "push()", "false", "true", kUnbounded);
    client.notice_throws = true;
    bool thrown = false;
    for (int i = 0; i < 20 && !thrown; ++i) {
        try {
            loop.run_once(Deadline::after(milliseconds(0)));
        } catch (const std::runtime_error&) {
            thrown = true;
        }
    }
    expect(thrown, "what notice() throws", "comes out of the loop", "does not", kCaught);
    expect_equal(client.rooms, 0, "calls of on_room()", kRoom);
    step("now it does not; some rounds");
    client.notice_throws = false;
    settle(loop);
    client.read();
    expect_equal(client.came(), message(1) + message(2) + "[2 dropped]\n", "what came",
                 kGapForgotten);
    expect_equal(client.rooms, 1, "calls of on_room()", kRoom);
}
