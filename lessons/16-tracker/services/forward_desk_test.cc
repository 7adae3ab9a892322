#include "services/forward_desk.hh"

#include <doctest/doctest.h>

#include <optional>
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

    void say(const std::optional<Forwarding::Progress>& progress, bool wants_next) {
        at.take(write(Forwarded{kThere, progress, wants_next}));
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
    desk.at.desk->answer();
    CHECK_FALSE(desk.hear());
    desk.at.desk->look();
    desk.at.desk->answer();
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
