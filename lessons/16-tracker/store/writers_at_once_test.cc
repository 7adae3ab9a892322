// Two trackers on one database that are in the middle of something at the same moment. SQLite has
// one writer at a time, so these cases are about PostgreSQL alone.

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <string>

#include "store/device_edits.hh"
#include "store/sequence.hh"
#include "store/trackers_under_test.hh"
#include "store/writer.hh"

using namespace waymark::tracker;

TEST_CASE("two that go on with one removal leave nothing of the device" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    constexpr int kMany = 2 * DeviceEdits::kRemovedAtOnce + 5;
    two.a.store.begin();
    for (int i = 0; i < kMany; ++i) two.a.store.add(two.a.fix(i, 900));
    REQUIRE(two.a.store.commit().durable);
    two.a.store.change([](Connection& it) { DeviceEdits(it).begin_removal(1, 0); });
    const auto step = [](Tracker& tracker) {
        bool is_more = false;
        tracker.store.change([&](Connection& it) { is_more = DeviceEdits(it).remove_step(1); });
        return is_more;
    };
    std::future<bool> other;
    two.a.store.change([&](Connection& it) {
        CHECK(DeviceEdits(it).remove_step(1));
        other = std::async(std::launch::async, [&] { return step(two.b); });
        two.await_a_wait(other);
    });
    CHECK(other.get());
    while (step(two.a)) {
    }
    two.a.store.look([](Connection& it) {
        CHECK(it.number("SELECT count(*) FROM device") == 0);
        CHECK(it.number("SELECT count(*) FROM fix") == 0);
    });
}

TEST_CASE("what another tracker was storing when a removal began goes as well" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.begin(two.a.fix(0, 900));  // and has not committed
    two.b.store.change([](Connection& it) { DeviceEdits(it).begin_removal(1, 0); });
    auto other = std::async(std::launch::async, [&] {
        bool is_more = true;
        two.b.store.change([&](Connection& it) { is_more = DeviceEdits(it).remove_step(1); });
        return is_more;
    });
    two.await_a_wait(other);
    CHECK(two.a.store.commit().durable);
    CHECK_FALSE(other.get());
    two.b.store.look([](Connection& it) {
        CHECK(it.number("SELECT count(*) FROM device") == 0);
        CHECK(it.number("SELECT count(*) FROM fix") == 0);
    });
    // Who stores after that is told.
    two.a.store.begin();
    CHECK(two.a.store.add(two.a.fix(1, 900)) == Added::no_device);
    two.a.store.rollback();
}

TEST_CASE("a point for the quarantine whose number another tracker has taken is kept all the same" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    Connection direct(two.database.location(), Connection::Access::read_write);
    // The first two that are inserted have one number.
    direct.execute(
        "CREATE SEQUENCE tries; CREATE FUNCTION one_number() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN IF nextval('tries') <= 2 THEN NEW.number := 7; END IF; RETURN NEW; END$$; CREATE "
        "TRIGGER one_number BEFORE INSERT ON quarantine FOR EACH ROW EXECUTE FUNCTION "
        "one_number()");
    const auto add = [](Tracker& tracker, const char* bytes) {
        tracker.store.begin();
        const Quarantined point{1, 0, "not_finite", Source::osmand, bytes};
        const Added added = tracker.store.add(point, Tracker::kNow);
        CHECK(tracker.store.commit().durable);
        return added;
    };
    CHECK(add(two.a, "one") == Added::stored);
    CHECK(add(two.b, "two") == Added::stored);
    CHECK(add(two.b, "one") == Added::duplicate);
    CHECK(direct.number("SELECT count(*) FROM quarantine") == 2);
}

TEST_CASE(
    "a commit has a sequence of its own where the clock was set back between a change and it" *
    doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    Connection direct(two.database.location(), Connection::Access::read_write);
    // As it is when the clock was an hour ahead till now.
    constexpr std::int64_t kHourUs = 3'600'000'000;
    Statement ahead(direct, "UPDATE writer SET sequence = ?1 WHERE name = 'a'");
    ahead.bind(1, now_as_sequence() + kHourUs);
    ahead.run();
    Tracker again(two.database.location(), "a");
    again.send(0, 900);
    const std::int64_t before = again.store.sequence();
    std::int64_t of_change = 0;
    again.store.change([&](Connection& it) { of_change = next_sequence(it); });
    again.send(1, 900);
    CHECK(before < of_change);
    CHECK(of_change < again.store.sequence());
}

TEST_CASE("who comes is written while another tracker has the hook in its hands" *
          doctest::skip(!on_postgresql())) {
    TwoTrackers two;
    two.a.send(0, 900);
    two.a.send(1, 0);
    std::future<std::string> other;
    two.a.store.change([&](Connection& connection) {
        REQUIRE(WebHooks(connection).take_due({}, 10, Tracker::kNow).size() == 1);
        other = std::async(std::launch::async, [&] { return two.b.send(2, 900); });
        two.await_a_wait(other);
        CHECK(other.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
    });
    CHECK(other.get() == "leave");
}
