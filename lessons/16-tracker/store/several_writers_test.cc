// Several trackers on one database: what each does once, and what they do to each other. SQLite has
// one writer at a time, so these cases are about PostgreSQL alone.

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/forwarding.hh"
#include "store/retention.hh"
#include "store/trackers_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

TEST_CASE(
    "who comes is told by the tracker that hears it first, who goes by the one that hears "
    "that" *
    doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    CHECK(two.a.send(0, 900) == "");
    CHECK(two.b.send(1, 900) == "");
    CHECK(two.a.send(2, 0) == "enter");
    CHECK(two.b.send(3, 10) == "");
    CHECK(two.b.send(4, 900) == "leave");
    CHECK(two.a.send(5, 900) == "");
    // What comes late says nothing, wherever the newer one was heard.
    CHECK(two.b.send(7, 0) == "enter");
    CHECK(two.a.send(6, 900) == "");
    CHECK(two.a.send(8, 0) == "");
    // What one remembers of a device has been overtaken by what the other heard.
    CHECK(two.b.send(11, 900) == "leave");
    CHECK(two.a.send(12, 0) == "enter");
    CHECK(two.b.send(13, 900) == "leave");
    CHECK(two.a.send(14, 0) == "enter");
    CHECK(two.b.send(16, 0) == "");
    CHECK(two.a.send(15, 900) == "");
}

TEST_CASE("of two that hear at the same moment who comes, one tells it" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.send(0, 900);
    two.a.begin(two.a.fix(1, 0));
    CHECK(two.a.write().size() == 1);  // and has not committed
    std::future<std::string> other =
        std::async(std::launch::async, [&] { return two.b.send(2, 5); });
    two.await_a_wait(other);
    CHECK(two.a.store.commit().durable);
    CHECK(other.get() == "");
}

TEST_CASE("a place that one tracker's people made is watched by the other" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    CHECK(two.b.send(0, 2000) == "");
    two.a.store.change([](Connection& connection) {
        Places(connection).add({0, "Far", FlatMap(kGate).place({2500, 0}), 100}, 0);
    });
    CHECK(two.b.send(1, 2000) == "");
    CHECK(two.b.send(2, 2500) == "enter");
}

TEST_CASE("a hook is posted to by one tracker at a time, and each event once" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.send(0, 900);
    two.a.send(1, 0);
    two.b.send(2, 900);
    const UnixMillis now = Tracker::kNow;
    const std::vector<HookPost> first = two.b.take(now);
    REQUIRE(first.size() == 1);
    CHECK(two.a.take(now).empty());
    two.b.note(first[0], now + 1);
    const std::vector<HookPost> second = two.a.take(now + 2);
    REQUIRE(second.size() == 1);
    CHECK(second[0].number != first[0].number);
    CHECK(two.b.take(now + 2).empty());
    // One that has died holds it for kLongestClaim.
    CHECK(two.b.take(now + WebHooks::kLongestClaim).empty());
    CHECK(two.b.take(now + 2 + WebHooks::kLongestClaim).size() == 1);
}

TEST_CASE("a tracker that begins anew gives back what it held, and not what others hold" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.send(0, 900);
    two.a.send(1, 0);
    REQUIRE(two.a.take(Tracker::kNow).size() == 1);
    const auto give_back = [](Connection& connection) { WebHooks(connection).give_back(); };
    two.b.store.change(give_back);
    CHECK(two.b.take(Tracker::kNow).empty());
    two.a.store.change(give_back);
    CHECK(two.b.take(Tracker::kNow).size() == 1);
}

TEST_CASE("what another tracker posted while we waited for the hook is not posted again" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.send(0, 900);
    two.a.send(1, 0);
    const UnixMillis now = Tracker::kNow;
    std::vector<HookPost> late{HookPost{}};
    std::future<void> other;
    two.a.store.change([&](Connection& connection) {
        WebHooks hooks(connection);
        const std::vector<HookPost> posts = hooks.take_due({}, 10, now);
        REQUIRE(posts.size() == 1);
        other = std::async(std::launch::async, [&] { late = two.b.take(now); });
        two.await_a_wait(other);
        hooks.note({.post = posts[0].number, .is_taken = true, .said = "204"}, 0, now);
    });
    other.get();
    CHECK(late.empty());
}

TEST_CASE("two admins cannot take the last admin's place from each other" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    std::future<std::string> other;
    two.a.store.change([&](Connection& connection) {
        Accounts(connection).set_role(two.anna, Role::member);
        other = std::async(std::launch::async, [&]() -> std::string {
            try {
                two.b.store.change(
                    [&](Connection& it) { Accounts(it).set_role(two.ben, Role::member); });
            } catch (const UsageError& error) {
                return error.what();
            }
            return "";
        });
        two.await_a_wait(other);
    });
    CHECK(other.get().find("Ben is the last admin") == 0);
}

TEST_CASE("a name is one account's, however its letters are written, in both trackers" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    Connection direct(two.database.location(), Connection::Access::read_write);
    CHECK_THROWS_AS(direct.execute("INSERT INTO account (number, name, role, created_ms) VALUES "
                                   "(77, 'ANNA', 1, 0)"),
                    StoreError);
    direct.execute("INSERT INTO account (number, name, role, created_ms) VALUES (77, 'ä', 1, 0)");
    direct.execute("INSERT INTO account (number, name, role, created_ms) VALUES (78, 'Ä', 1, 0)");
    CHECK(Accounts(direct).number_of("Ä") == 78);
    CHECK(Accounts(direct).number_of("aNNa") == two.anna);
}

TEST_CASE("each tracker sends on what it has stored itself" * doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    const std::string there = "http://there.example";
    for (Tracker* const each : {&two.a, &two.b})
        each->store.change([&](Connection& it) { Forwarding(it).keep({there}); });
    two.a.send(0, 900);
    two.b.send(1, 901);
    two.a.send(2, 902);
    const auto next = [&](Tracker& tracker) {
        std::vector<UnixMillis> seconds;
        tracker.store.change([&](Connection& it) {
            Forwarding forwarding(it);
            const std::vector<FixToSend> fixes = forwarding.next(there);
            for (const FixToSend& each : fixes)
                seconds.push_back((each.fix.time_ms - kNoon) / 1000);
            if (!fixes.empty()) forwarding.note(there, {.place = fixes.back().place, .sent = 1}, 0);
        });
        return seconds;
    };
    CHECK(next(two.a) == std::vector<UnixMillis>{0, 2});
    CHECK(next(two.b) == std::vector<UnixMillis>{1});
    CHECK(next(two.a).empty());
    CHECK(next(two.b).empty());
}

TEST_CASE("two that remove old positions at once do each other no harm" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    constexpr int kMany = 3 * Retention::kAtOnce;
    const UnixMillis long_after = kNoon + 10 * Retention::kDayMs;
    two.a.store.begin();
    for (int i = 0; i < kMany; ++i) two.a.store.add(two.a.fix(i, 900));
    REQUIRE(two.a.store.commit().durable);
    two.a.store.change([](Connection& it) { Retention(it).set_days(1, 5); });
    const auto remove_all = [&](Tracker& tracker) {
        std::int64_t rows = 0;
        for (bool is_more = true; is_more;) {
            std::optional<Retention::Removed> removed;
            tracker.store.change([&](Connection& it) { removed = Retention(it).step(long_after); });
            is_more = removed.has_value();
            rows += is_more ? removed->rows : 0;
        }
        return rows;
    };
    auto other = std::async(std::launch::async, [&] { return remove_all(two.b); });
    const std::int64_t ours = remove_all(two.a);
    CHECK(ours + other.get() == kMany);
}
