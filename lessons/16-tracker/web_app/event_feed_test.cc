#include "web_app/event_feed.hh"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace waymark::tracker;
using Read = EventFeed::Read;

namespace {

constexpr UnixMillis kNow = 10'000'000;
const Viewer kAdmin{1, "ada", Role::admin, {}};
constexpr std::size_t kAll = std::size_t{1} << 20;

Fix fix_at(DeviceNumber device, UnixMillis time_ms, bool valid = true) {
    Fix fix;
    fix.device = device;
    fix.time_ms = time_ms;
    fix.latitude_e7 = 481'371'234;
    fix.longitude_e7 = -5;
    fix.speed_mps = 1.5F;
    fix.valid = valid;
    fix.extras = R"({"secret":1})";
    return fix;
}

Stored commit(std::uint64_t sequence, std::vector<Fix> fixes) {
    return {sequence, std::move(fixes)};
}
Stored commit(std::uint64_t sequence) {
    return commit(sequence, {fix_at(1, static_cast<UnixMillis>(sequence))});
}
Stored mark(std::uint64_t sequence) {
    return {sequence, {}};
}

// What a viewer at `cursor` reads: the ids, or a word.
std::string read(const EventFeed& feed, EventFeed::Cursor& cursor, std::size_t enough = kAll) {
    std::string out;
    switch (feed.read(cursor, kAdmin, out, enough)) {
        case Read::nothing:
            CHECK(out.empty());
            return "nothing";
        case Read::missed:
            CHECK(out.empty());
            return "missed";
        case Read::events:
            break;
    }
    std::string ids;
    for (std::size_t at = out.find("id: "); at != out.npos; at = out.find("id: ", at + 1))
        ids += (ids.empty() ? "" : " ") + out.substr(at + 4, out.find('\n', at) - at - 4);
    return ids;
}

std::string read_from(const EventFeed& feed, std::string_view id) {
    const std::optional<FeedPlace> place = feed.parse_id(id);
    if (!place) return "no id";
    EventFeed::Cursor cursor = feed.cursor_at(*place);
    return read(feed, cursor);
}

}  // namespace

TEST_CASE("an announcement is an event with an id and one row for each valid fix") {
    EventFeed feed("e");
    feed.add(mark(6), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    feed.add(commit(7, {fix_at(1, 1000), fix_at(2, 2000, false), fix_at(3, 3000)}), kNow);
    std::string out;
    CHECK(feed.read(cursor, kAdmin, out, kAll) == Read::events);
    CHECK(out ==
          "id: e-7-1\nevent: fixes\ndata: [[1,1000,48.1371234,-0.0000005,1.5,null,null,null,null],"
          "[3,3000,48.1371234,-0.0000005,1.5,null,null,null,null]]\n\n");
    CHECK(read(feed, cursor) == "nothing");
}

TEST_CASE("a commit without a valid fix is no event and no gap") {
    EventFeed feed("e");
    feed.add(mark(1), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    feed.add(commit(2, {fix_at(1, 1, false)}), kNow);
    CHECK(read(feed, cursor) == "nothing");
    feed.add(commit(3), kNow);
    CHECK(read(feed, cursor) == "e-3-1");
}

TEST_CASE("a viewer goes on after the id that it saw last") {
    EventFeed feed("e");
    feed.add(mark(10), kNow);
    feed.add(commit(11), kNow);
    feed.add(commit(12), kNow);
    feed.add(commit(12), kNow);  // the second part of a large commit
    feed.add(commit(13), kNow);
    const struct {
        std::string_view id;
        std::string result;
    } cases[] = {
        {"e-10", "e-11-1 e-12-1 e-12-2 e-13-1"},
        {"e-11", "e-12-1 e-12-2 e-13-1"},
        {"e-11-1", "e-12-1 e-12-2 e-13-1"},
        {"e-12-1", "e-12-2 e-13-1"},
        {"e-12-2", "e-13-1"},
        {"e-12", "e-13-1"},
        {"e-13-1", "nothing"},
        // The database was read before its announcement came.
        {"e-14", "nothing"},
        {"e-9", "missed"},
        {"e-9-1", "missed"},
        // Of what is no id of ours nothing is known.
        {"f-11", "no id"},
        {"e11", "no id"},
        {"e-", "no id"},
        {"e-11-", "no id"},
        {"e-11-1-", "no id"},
        {"e-11x", "no id"},
        {"e--1", "no id"},
        {"e-99999999999999999999", "no id"},
        {"", "no id"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.id);
        CHECK(read_from(feed, one.id) == one.result);
    }
}

TEST_CASE("what the database showed before its announcement is not sent twice") {
    EventFeed feed("e");
    feed.add(mark(1), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(*feed.parse_id("e-3"));
    feed.add(commit(2), kNow);
    feed.add(commit(3), kNow);
    CHECK(read(feed, cursor) == "nothing");
    feed.add(commit(4), kNow);
    CHECK(read(feed, cursor) == "e-4-1");
}

TEST_CASE("before the first announcement nothing is known, and nobody is told anything") {
    EventFeed feed("e");
    CHECK_FALSE(feed.is_following());
    EventFeed::Cursor knows_five = feed.cursor_at({5});
    EventFeed::Cursor knows_six = feed.cursor_at({6});
    CHECK(read(feed, knows_five) == "nothing");
    SUBCASE("a mark shows who is behind") {
        feed.add(mark(6), kNow);
        CHECK(read(feed, knows_five) == "missed");
        CHECK(read(feed, knows_six) == "nothing");
    }
    SUBCASE("so does a commit") {
        feed.add(commit(7), kNow);
        CHECK(read(feed, knows_five) == "missed");
        CHECK(read(feed, knows_six) == "e-7-1");
    }
    CHECK(feed.is_following());
}

TEST_CASE("a number that is passed over is an announcement that was lost") {
    EventFeed feed("e");
    feed.add(mark(1), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    feed.add(commit(2), kNow);
    feed.add(commit(4), kNow);
    CHECK(read(feed, cursor) == "missed");
    CHECK(cursor.place == feed.newest());
    feed.add(commit(5), kNow);
    CHECK(read(feed, cursor) == "e-5-1");
}

TEST_CASE("after a pause only those who missed something hear of it") {
    EventFeed feed("e");
    feed.add(mark(1), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    feed.pause();
    CHECK(read(feed, cursor) == "nothing");
    SUBCASE("nothing happened meanwhile") {
        feed.add(mark(1), kNow);
        CHECK(read(feed, cursor) == "nothing");
    }
    SUBCASE("something did") {
        feed.add(mark(2), kNow);
        CHECK(read(feed, cursor) == "missed");
    }
}

TEST_CASE("after a break all who were there hear of it once, as soon as it is known what follows") {
    EventFeed feed("e");
    feed.add(mark(1), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    feed.break_off();
    CHECK(read(feed, cursor) == "nothing");
    feed.add(mark(1), kNow);
    CHECK(read(feed, cursor) == "missed");
    CHECK(read(feed, cursor) == "nothing");
    EventFeed::Cursor later = feed.cursor_at(feed.newest());
    CHECK(read(feed, later) == "nothing");
}

// Of a device that was removed, or of fixes that were hidden or deleted.
TEST_CASE("what was announced before a break is told to nobody after it") {
    const Viewer admin{1, "anna", Role::admin, {}};
    EventFeed feed("e");
    feed.add(mark(1), kNow);
    feed.add(commit(2), kNow);
    std::string before;
    feed.write_newest(admin, before);
    CHECK(before.find("event: fixes") != before.npos);
    feed.break_off();
    feed.add(mark(2), kNow);
    std::string after;
    feed.write_newest(admin, after);
    CHECK(after.empty());
}

TEST_CASE("a store whose numbers go back is another database") {
    EventFeed feed("e");
    feed.add(mark(100), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    feed.add(commit(3), kNow);
    CHECK(read(feed, cursor) == "missed");
    CHECK(cursor.place == FeedPlace{3, 1});
}

TEST_CASE("the ring has a bound; who falls out of it has missed something") {
    EventFeed feed("e", 200);  // two events and a bit
    feed.add(mark(0), kNow);
    EventFeed::Cursor slow = feed.cursor_at(feed.newest());
    EventFeed::Cursor fast = slow;
    feed.add(commit(1), kNow);
    feed.add(commit(2), kNow);
    CHECK(read(feed, fast) == "e-1-1 e-2-1");
    feed.add(commit(3), kNow);
    feed.add(commit(4), kNow);
    CHECK(read(feed, fast) == "e-3-1 e-4-1");
    CHECK(read(feed, slow) == "missed");
    CHECK(read(feed, slow) == "nothing");
}

TEST_CASE("one that reads little at a time gets everything in order") {
    EventFeed feed("e");
    feed.add(mark(0), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) feed.add(commit(sequence), kNow);
    CHECK(read(feed, cursor, 1) == "e-1-1");
    CHECK(read(feed, cursor, 1) == "e-2-1");
    CHECK(read(feed, cursor, 1) == "e-3-1");
    CHECK(read(feed, cursor, 1) == "nothing");
}

TEST_CASE("the newest fix of a device is the one with the latest time, not the last to arrive") {
    EventFeed feed("e");
    std::string out;
    feed.write_newest(kAdmin, out);
    CHECK(out.empty());
    feed.add(mark(0), kNow);
    feed.add(commit(1, {fix_at(1, 2000), fix_at(1, 1000)}), kNow);
    feed.add(commit(2, {fix_at(1, 3000, false)}), kNow);
    feed.write_newest(kAdmin, out);
    CHECK(out ==
          "event: fixes\ndata: [[1,2000,48.1371234,-0.0000005,1.5,null,null,null,null]]\n\n");
}

TEST_CASE("a fix that is ahead by more than a clock's error is no live place") {
    EventFeed feed("e");
    feed.add(mark(0), kNow);
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    const UnixMillis day_ahead = kNow + 23 * 3'600'000;
    feed.add(commit(1, {fix_at(1, kNow + kClockError), fix_at(1, kNow + kClockError + 1)}), kNow);
    feed.add(commit(2, {fix_at(1, day_ahead)}), kNow);
    std::string out;
    CHECK(feed.read(cursor, kAdmin, out, kAll) == Read::events);
    CHECK(out.find("[1,10300000,") != out.npos);
    CHECK(out.find("[1,10300001,") == out.npos);
    CHECK(feed.read(cursor, kAdmin, out, kAll) == Read::nothing);
    // A real one afterwards is a place at once, and nothing is said to have been missed.
    feed.add(commit(3, {fix_at(1, kNow + kClockError + 5)}), kNow + 10);
    CHECK(read(feed, cursor) == "e-3-1");
    out.clear();
    feed.write_newest(kAdmin, out);
    CHECK(out.find("[[1,10300005,") != out.npos);
}
