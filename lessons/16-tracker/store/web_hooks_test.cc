#include "store/web_hooks.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"
#include "store/accounts.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/places.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

constexpr UnixMillis kNowOfHooks = 1'768'025'565'000;
constexpr UnixMillis kHourOfHooks = 3'600'000;

// Two devices, two places; the accounts ada (an admin) and ben, who may change device 2 and see 1.
struct Hooked {
    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    WebHooks hooks{connection};
    std::int64_t home = 0, school = 0;

    Hooked() {
        Devices(connection).add({{"van", {"7"}, {}, {}}, {"bike", {"8"}, {}, {}}}, 0);
        connection.execute(
            "INSERT INTO account (number, name, role, created_ms) VALUES (1, 'ada', 2, 1), (2, "
            "'ben', 1, 1);"
            "INSERT INTO device_grant (account, device, may_change) VALUES (2, 1, 0), (2, 2, 1)");
        home = Places(connection).add({0, "Home", {48, 11}, 100}, 5);
        school = Places(connection).add({0, "School", {48.1, 11}, 100}, 5);
    }

    HookNumber add(UserNumber by, std::optional<std::int64_t> place = {}) {
        return hooks.add({.by = by,
                          .place = place,
                          .url = "https://x.example/",
                          .secret = "key",
                          .made_ms = kNowOfHooks});
    }
    // The number of the event.
    std::int64_t come(DeviceNumber device, std::int64_t place, UnixMillis now = kNowOfHooks) {
        PlaceEvent event{.device = device,
                         .place = place,
                         .place_name = "Home \"1\"",
                         .time_ms = now - 1000,
                         .noticed_ms = now};
        event.number = PlaceEvents(connection).add(event);
        hooks.queue({event}, now);
        return event.number;
    }
    // As if what was taken before had been given back.
    std::vector<HookPost> take(const std::vector<HookNumber>& busy, std::size_t most,
                               UnixMillis now) {
        hooks.give_back();
        return hooks.take_due(busy, most, now);
    }
    std::int64_t waiting() { return connection.number("SELECT count(*) FROM web_hook_post"); }
};

}  // namespace

TEST_CASE("a hook hears of its place, and of the devices that its account may change") {
    Hooked hooked;
    const HookNumber all = hooked.add(1);
    const HookNumber school = hooked.add(1, hooked.school);
    const HookNumber bens = hooked.add(2);
    hooked.come(1, hooked.home);
    CHECK(hooked.waiting() == 1);
    hooked.come(2, hooked.school);
    CHECK(hooked.waiting() == 4);
    const auto posts = hooked.take({}, 16, kNowOfHooks);
    REQUIRE(posts.size() == 3);  // one of each
    CHECK(posts[0].hook == all);
    CHECK(posts[1].hook == school);
    CHECK(posts[2].hook == bens);
    CHECK(posts[0].secret == "key");
    CHECK(posts[1].id == posts[2].id);
    CHECK(posts[0].id != posts[1].id);
    CHECK(posts[0].body ==
          R"({"type":"place.enter","timestamp":"2026-01-10T06:12:44Z","data":{"place":{"number":)" +
              std::to_string(hooked.home) +
              R"(,"name":"Home \"1\""},"device":{"number":1,"name":"van"},)"
              R"("noticed":"2026-01-10T06:12:45Z"}})");
    CHECK(hooked.take({all, bens}, 16, kNowOfHooks).size() == 1);
    CHECK(hooked.take({}, 2, kNowOfHooks).size() == 2);
}

TEST_CASE("what may not be shown any more when its turn comes is not posted") {
    Hooked hooked;
    hooked.add(2);
    hooked.come(2, hooked.home);
    hooked.come(2, hooked.home);
    hooked.connection.execute("UPDATE device_grant SET may_change = 0");
    CHECK(hooked.take({}, 16, kNowOfHooks).empty());
    CHECK(hooked.waiting() == 0);
    CHECK(hooked.hooks.list(2)[0].dropped == 2);
}

TEST_CASE("what is taken is struck out, and what is not comes again after pauses that grow") {
    Hooked hooked;
    const HookNumber hook = hooked.add(1);
    hooked.come(1, hooked.home);
    hooked.come(1, hooked.home);
    UnixMillis now = kNowOfHooks;
    UnixMillis last = 0;
    for (int tries = 1; tries < 15; ++tries) {
        CAPTURE(tries);
        const auto posts = hooked.take({}, 16, now);
        REQUIRE(posts.size() == 1);
        hooked.hooks.note({posts[0].number, false, "status 500"}, 0, now);
        CHECK(hooked.take({}, 16, now).empty());
        const UnixMillis pause = hooked.hooks.next_due({}).value() - now;
        CHECK(pause >= last);
        CHECK(pause <= kHourOfHooks);
        last = pause;
        now += pause;
        CHECK(hooked.hooks.list(1)[0].failures == tries);
    }
    CHECK(last == kHourOfHooks);
    CHECK(hooked.hooks.list(1)[0].said == "status 500");
    CHECK(hooked.hooks.list(1)[0].waiting == 2);
    const auto posts = hooked.take({}, 16, now);
    hooked.hooks.note({posts[0].number, true, "status 204"}, 0, now);
    const WebHook after = hooked.hooks.list(1)[0];
    CHECK(after.failures == 0);
    CHECK(after.delivered == 1);
    CHECK(after.waiting == 1);
    CHECK(after.tried_ms == now);
    // The other one need not wait for the end of its own pause.
    const auto other = hooked.take({}, 16, now);
    REQUIRE(other.size() == 1);
    CHECK(other[0].number != posts[0].number);
    hooked.hooks.note({other[0].number, true, "status 204"}, 0, now);
    CHECK_FALSE(hooked.hooks.next_due({}).has_value());
    // An answer to what is not there any more.
    hooked.hooks.note({other[0].number, true, "status 204"}, 0, now);
    CHECK(hooked.hooks.list(1)[0].delivered == 2);
    CHECK(hooked.hooks.list(1)[0].number == hook);
}

TEST_CASE("what was planned by a clock that was set back is due, and what has its pause is not") {
    Hooked hooked;
    hooked.add(1);
    constexpr UnixMillis kAhead = kNowOfHooks + 400 * 24 * kHourOfHooks;
    hooked.come(1, hooked.home, kAhead);
    hooked.come(1, hooked.home, kAhead);
    auto posts = hooked.take({}, 16, kAhead);
    REQUIRE(posts.size() == 1);
    hooked.hooks.note({posts[0].number, false, "status 500"}, 0, kAhead);
    CHECK(hooked.take({}, 16, kAhead).empty());
    // Two posts; the hook has a pause as well.
    UnixMillis now = kNowOfHooks;
    for (int left = 2; left > 0; --left) {
        posts = hooked.take({}, 16, now);
        REQUIRE(posts.size() == 1);
        hooked.hooks.note({posts[0].number, left == 2, "status"}, 0, now);
    }
    CHECK(hooked.waiting() == 1);
    const UnixMillis due = hooked.hooks.next_due({}).value();
    CHECK(due > now);
    CHECK(hooked.take({}, 16, due - 1).empty());
    CHECK(hooked.take({}, 16, due).size() == 1);
}

TEST_CASE("what waits has a bound in number and in age") {
    Hooked hooked;
    hooked.add(1);
    std::vector<std::int64_t> events;
    Transaction transaction(hooked.connection);
    for (int i = 0; i < WebHooks::kMostWaiting + 5; ++i)
        events.push_back(hooked.come(1, hooked.home, kNowOfHooks + i));
    CHECK(hooked.waiting() == WebHooks::kMostWaiting);
    CHECK(hooked.hooks.list(1)[0].dropped == 5);
    const UnixMillis later =
        kNowOfHooks + WebHooks::kLongestWait + 10;  // the first ten are too old
    CHECK(hooked.take({}, 16, later).empty());
    CHECK(hooked.hooks.list(1)[0].dropped == 10);
    const auto posts = hooked.take({}, 16, later);
    REQUIRE(posts.size() == 1);
    CHECK(posts[0].id.starts_with("event-" + std::to_string(events[10]) + "-"));
}

TEST_CASE("a test is tried at once, whatever pause there is, and says what it is") {
    Hooked hooked;
    const HookNumber hook = hooked.add(1);
    hooked.come(1, hooked.home);
    const auto first = hooked.take({}, 16, kNowOfHooks);
    hooked.hooks.note({first[0].number, false, "refused"}, 0, kNowOfHooks);
    hooked.hooks.test(hook, 1, kNowOfHooks + 1);
    hooked.hooks.test(hook, 1, kNowOfHooks + 2);
    CHECK(hooked.waiting() == 2);
    const auto posts = hooked.take({}, 16, kNowOfHooks + 2);
    REQUIRE(posts.size() == 1);
    CHECK(posts[0].body == R"({"type":"test","timestamp":"2026-01-10T06:12:45.002Z","data":{}})");
    CHECK(posts[0].id.starts_with("test-"));
}

TEST_CASE("a hook is its account's, and goes with it or with its place") {
    Hooked hooked;
    const HookNumber hook = hooked.add(1, hooked.home);
    CHECK_THROWS_AS(hooked.hooks.remove(hook, 2), UsageError);
    CHECK_THROWS_AS(hooked.hooks.test(hook, 2, kNowOfHooks), UsageError);
    CHECK(hooked.hooks.list(2).empty());
    CHECK_THROWS_AS(hooked.add(0), UsageError);
    CHECK_THROWS_AS(hooked.add(1, 99), UsageError);
    hooked.come(1, hooked.home);
    Places(hooked.connection).remove(hooked.home);
    CHECK(hooked.hooks.list(1).empty());
    CHECK(hooked.waiting() == 0);
    hooked.add(2);
    hooked.come(2, hooked.school);
    hooked.connection.execute("DELETE FROM account WHERE name = 'ben'");
    CHECK(hooked.waiting() == 0);
    const HookNumber last = hooked.add(1);
    hooked.hooks.remove(last, 1);
    for (int i = 0; i < WebHooks::kMostOfOne; ++i) hooked.add(1);
    CHECK_THROWS_AS(hooked.add(1), UsageError);
}

TEST_CASE("a pause is shorter by what chance says, and no more than half") {
    CHECK(WebHooks::pause_after(1, 0) == 5'000);
    CHECK(WebHooks::pause_after(2, 0) == 10'000);
    CHECK(WebHooks::pause_after(2, 1) == 5'000);
    CHECK(WebHooks::pause_after(1'000'000, 0) == kHourOfHooks);
    CHECK(WebHooks::pause_after(0, 7) == 2'500);
}
