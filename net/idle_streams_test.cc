#include "net/idle_streams.hh"

#include <array>

#include "net/stream_under_test.hh"

using namespace waymark::net;

namespace {

Task<> wait_for_a_line(Conversation& c, IdleStreams& idle, std::span<char> buffer) {
    const IdleStreams::Place place(idle, *c.stream);
    co_await read(c, buffer);
}

}  // namespace

TEST_CASE("who waits is hung up on, and who does something else is not") {
    Conversation waits;
    Conversation works;
    IdleStreams idle;
    TaskGroup tasks;
    std::array<char, 10> buffer;
    tasks.start(wait_for_a_line(waits, idle, buffer));
    tasks.start(read(works, buffer));
    CHECK(idle.size() == 1);
    idle.cancel();
    waits.finish();
    CHECK(waits.result.outcome == Outcome::cancelled);
    CHECK(idle.size() == 0);
    works.round();
    CHECK_FALSE(works.finished);
    CHECK_FALSE(works.stream->is_cancelled());
}

TEST_CASE("who has heard something is no longer among them") {
    Conversation c;
    IdleStreams idle;
    TaskGroup tasks;
    std::array<char, 10> buffer;
    tasks.start(wait_for_a_line(c, idle, buffer));
    c.send("a line");
    c.finish();
    CHECK(idle.size() == 0);
    idle.cancel();
    CHECK_FALSE(c.stream->is_cancelled());
}
