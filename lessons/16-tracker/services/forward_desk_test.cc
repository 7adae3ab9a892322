#include "services/forward_desk.hh"

#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <string>

#include "services/forwarding_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::Channel;

namespace {

const std::string kThere = "http://there.example";

// The desk, and a caller that says what we say.
struct Desk {
    ForwardingStore at{{kThere}};
    Channel caller = at.meet();

    void say(const std::optional<Forwarding::Progress>& progress, bool wants_next,
             bool goes_on = false) {
        at.take(write(Forwarded{kThere, progress, wants_next, goes_on}));
    }
    // What has come, if anything.
    std::optional<ToForward> hear() {
        const Channel::Received got = caller.receive();
        if (got.result != Channel::Result::done) return std::nullopt;
        ToForward heard;
        REQUIRE(read(got.message, heard));
        return heard;
    }
    void expect_greeting() {
        say(std::nullopt, true);
        REQUIRE(hear());
    }
};

}  // namespace

TEST_CASE("a new caller hears at once how much was sent, and then waits for what comes") {
    Desk desk;
    desk.say(std::nullopt, true);
    std::optional<ToForward> heard = desk.hear();
    REQUIRE(heard);
    CHECK(heard->fixes.empty());
    desk.say(std::nullopt, true);
    CHECK_FALSE(desk.hear());
    desk.at.add(2);
    heard = desk.hear();
    REQUIRE(heard);
    CHECK(heard->fixes.size() == 2);
    CHECK(heard->waiting == 2);
    // It has not asked again.
    desk.at.add(1);
    CHECK_FALSE(desk.hear());
    desk.say(Forwarding::Progress{heard->fixes[1].place, 2, 0, ""}, true);
    heard = desk.hear();
    REQUIRE(heard);
    CHECK(heard->fixes.size() == 1);
    CHECK(heard->state.sent == 2);
}

TEST_CASE("progress that is not on disk is no progress, and no next is handed out until a look") {
    Desk desk;
    desk.expect_greeting();
    desk.say(std::nullopt, true);
    desk.at.add(2);
    const std::optional<ToForward> first = desk.hear();
    REQUIRE(first);
    desk.at.is_durable = false;
    desk.say(Forwarding::Progress{first->fixes[1].place, 2, 0, ""}, true);
    CHECK_FALSE(desk.hear());
    desk.at.is_durable = true;
    desk.at.desk->answer(77);
    CHECK_FALSE(desk.hear());
    desk.at.desk->look();
    desk.at.desk->answer(77);
    const std::optional<ToForward> again = desk.hear();
    REQUIRE(again);
    CHECK(again->fixes.size() == 2);
    CHECK(again->state.sent == 0);
}

TEST_CASE("what a caller has asked is not answered to the next one") {
    Desk desk;
    desk.expect_greeting();
    desk.say(std::nullopt, true);
    desk.caller = desk.at.meet();
    desk.at.add(1);
    CHECK_FALSE(desk.hear());
    desk.say(std::nullopt, true);
    const std::optional<ToForward> heard = desk.hear();
    REQUIRE(heard);
    CHECK(heard->fixes.size() == 1);
}

TEST_CASE("a destination that is not ours, and nonsense, change nothing and get no answer") {
    Desk desk;
    desk.at.add(1);
    desk.at.take(write(Forwarded{"http://elsewhere", std::nullopt, true}));
    desk.at.take(std::string(1, static_cast<char>(MessageKind::forwarded)) + "nonsense");
    CHECK_FALSE(desk.hear());
}

TEST_CASE("the place is where it was when the store starts again") {
    Desk desk;
    desk.expect_greeting();
    desk.say(std::nullopt, true);
    desk.at.add(3);
    const std::optional<ToForward> first = desk.hear();
    REQUIRE(first);
    desk.say(Forwarding::Progress{first->fixes[0].place, 1, 0, ""}, false);
    desk.at.open();
    desk.caller = desk.at.meet();
    desk.say(std::nullopt, true);
    const std::optional<ToForward> again = desk.hear();
    REQUIRE(again);
    REQUIRE(again->fixes.size() == 2);
    CHECK(again->fixes[0].place == first->fixes[1].place);
    CHECK(again->state.sent == 1);
}

TEST_CASE("what a command has stored is handed out in turn with what came in here, each fix once") {
    Desk desk;
    desk.expect_greeting();
    desk.at.add_by_command(250);
    desk.at.add(250);
    std::set<UnixMillis> times;
    std::vector<std::int64_t> writers;
    std::size_t fixes = 0;
    desk.say(std::nullopt, true);
    while (const std::optional<ToForward> heard = desk.hear()) {
        REQUIRE_FALSE(heard->fixes.empty());
        CHECK(heard->waiting == 500 - static_cast<std::int64_t>(fixes));
        writers.push_back(heard->fixes.front().place.writer);
        for (const FixToSend& each : heard->fixes) times.insert(each.fix.time_ms);
        fixes += heard->fixes.size();
        const auto sent = static_cast<std::int64_t>(heard->fixes.size());
        desk.say(Forwarding::Progress{heard->fixes.back().place, sent, 0, ""}, true);
    }
    CHECK(fixes == 500);
    CHECK(times.size() == 500);
    CHECK(desk.at.state(kThere).sent == 500);
    if (!on_postgresql()) return;
    REQUIRE(writers.size() == 4);
    CHECK(writers[0] != writers[1]);
    CHECK(writers[0] == writers[2]);
    CHECK(writers[1] == writers[3]);
    // It waits for more, and hears of it.
    desk.at.add_by_command(1);
    REQUIRE(desk.hear());
}

TEST_CASE("what a command has stored is handed to one tracker, until that one has a pause" *
          doctest::skip(!on_postgresql())) {
    Desk desk;
    desk.expect_greeting();
    Store store(desk.at.database.location(), Store::kQuarantineRoom, "elsewhere");
    ForwardDesk other(store, desk.at.log, {kThere});
    other.prepare();
    std::optional<ToForward> other_heard;
    other.meet([&](std::string_view message) { REQUIRE(read(message, other_heard.emplace())); });
    const auto other_asks = [&] {
        store.begin();
        other.take(write(Forwarded{kThere, std::nullopt, true}), 77);
        other.ended(store.commit().durable);
        other_heard.reset();
        other.look();
        other.answer(77);
    };
    other_asks();
    REQUIRE(other_heard);  // how much was sent before
    CHECK(other_heard->fixes.empty());
    desk.at.add_by_command(3);
    desk.say(std::nullopt, true);
    const std::optional<ToForward> heard = desk.hear();
    REQUIRE(heard);
    REQUIRE(heard->fixes.size() == 3);
    other_asks();
    CHECK_FALSE(other_heard);
    desk.say(Forwarding::Progress{heard->fixes[0].place, 1, 0, ""}, false, true);
    other_asks();
    CHECK_FALSE(other_heard);
    desk.say(std::nullopt, false);
    other_asks();
    REQUIRE(other_heard);
    REQUIRE(other_heard->fixes.size() == 2);
    desk.say(std::nullopt, true);
    CHECK_FALSE(desk.hear());
    store.begin();
    other.take(
        write(Forwarded{kThere, Forwarding::Progress{other_heard->fixes[1].place, 2, 0, ""}}), 77);
    other.ended(store.commit().durable);
    desk.at.look();
    const std::optional<ToForward> at_last = desk.hear();
    REQUIRE(at_last);  // for its figures, once
    CHECK(at_last->fixes.empty());
    CHECK(at_last->waiting == 0);
    CHECK(at_last->state.sent == 1);
    desk.say(std::nullopt, true);
    CHECK_FALSE(desk.hear());
}

TEST_CASE("a claim that is not on disk hands out nothing" * doctest::skip(!on_postgresql())) {
    Desk desk;
    desk.expect_greeting();
    desk.say(std::nullopt, true);
    Connection direct(desk.at.database.location(), Connection::Access::read_write);
    direct.execute("ALTER TABLE forwarding ADD CHECK (claimed_by IS NULL)");
    desk.at.add_by_command(1);
    CHECK_FALSE(desk.hear());
    CHECK(waymark::daemon::lines_of(desk.at.log_folder.file()).size() == 1);
    direct.execute("ALTER TABLE forwarding DROP CONSTRAINT forwarding_claimed_by_check");
    desk.at.look();
    const std::optional<ToForward> heard = desk.hear();
    REQUIRE(heard);
    CHECK(heard->fixes.size() == 1);
}
