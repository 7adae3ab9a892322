#include "store/quarantine.hh"

#include <doctest/doctest.h>

#include <string>

#include "store/quarantine_under_test.hh"
#include "store/sequence.hh"
#include "unix_time.hh"

using namespace waymark::tracker;

namespace {

// What an older decoder refused and today's takes.
const std::string kGood = "lat=48.1&lon=11.5&timestamp=1768025000&speed=36";

}  // namespace

TEST_CASE("a row has all that is needed to decode it again") {
    WithQuarantine kept;
    kept.keep(kBad, 1, 7);
    const auto rows = Quarantine(kept.connection).list({}, 10);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].received_ms == kReceived);
    CHECK(rows[0].device_name == "van");
    CHECK(rows[0].speed_unit == SpeedUnit::kmh);
    CHECK(rows[0].point.source == Source::traccar);
    CHECK(rows[0].point.index == 7);
    CHECK(rows[0].point.raw == kBad);
}

TEST_CASE("a list is chosen by device and number, and goes on below a number") {
    WithQuarantine kept;
    for (int i = 0; i < 5; ++i) kept.keep("lat=9" + std::to_string(i), i < 3 ? 1 : 2);
    Quarantine quarantine(kept.connection);
    CHECK(quarantine.list({}, 10).size() == 5);
    CHECK(quarantine.list({1, 0}, 10).size() == 3);
    const std::int64_t oldest = quarantine.list({}, 10).back().number;
    CHECK(quarantine.list({2, oldest}, 10).empty());
    CHECK(quarantine.list({1, oldest}, 10).size() == 1);
    const auto first = quarantine.list({}, 2);
    CHECK(first.front().point.raw == "lat=94");
    CHECK(quarantine.list({}, 10, first.back().number).size() == 3);
}

TEST_CASE("what is a fix now is moved, what is none stays") {
    WithQuarantine kept;
    kept.keep(kGood);
    kept.keep(kBad);
    const std::int64_t before = newest_sequence(kept.connection);
    const Quarantine::Replayed replayed = Quarantine(kept.connection).replay({}, 0);
    CHECK(replayed.moved == 1);
    CHECK(replayed.kept == 1);
    CHECK(replayed.next == 0);
    REQUIRE(replayed.fixes.size() == 1);
    CHECK(*replayed.fixes[0].speed_mps == doctest::Approx(10));  // in the unit of the device
    CHECK(kept.count("fix") == 1);
    CHECK(kept.connection.text("SELECT raw FROM quarantine") == kBad);
    const std::int64_t sequence = kept.connection.number("SELECT sequence FROM fix");
    CHECK(sequence <= newest_sequence(kept.connection));
    CHECK(sequence > before);
    CHECK(Quarantine(kept.connection).replay({}, 0).moved == 0);
}

TEST_CASE("a point without a time gets the time at which it came") {
    WithQuarantine kept;
    kept.keep("lat=48.1&lon=11.5");
    CHECK(Quarantine(kept.connection).replay({}, 0).moved == 1);
    CHECK(kept.connection.number("SELECT time_ms FROM fix") == kReceived);
}

TEST_CASE(
    "what was in the future by a clock that was not set is a fix, and by one that was it is none") {
    WithQuarantine kept;
    const auto keep = [&](const std::string& raw, const char* reason, UnixMillis received) {
        kept.keep({1, 0, reason, Source::traccar, raw}, received);
    };
    constexpr UnixMillis kNotSet = 3'600'000;  // in 1970
    const std::string place = "lat=48.1&lon=11.5";
    const auto at = [&](UnixMillis time_ms) {
        return place + "&timestamp=" + std::to_string(time_ms / 1000);
    };
    keep(kGood, "time_in_future", kNotSet);
    keep(at(kReceived + 3 * 86'400'000), "time_in_future", kReceived);  // in the past by now
    keep(at(unix_now() + 3 * 86'400'000), "time_in_future", kNotSet);   // still in the future
    keep(place, "lat_out_of_range", kNotSet);                           // no time is not today's
    const Quarantine::Replayed replayed = Quarantine(kept.connection).replay({}, 0);
    CHECK(replayed.moved == 1);
    CHECK(replayed.kept == 3);
    CHECK(kept.connection.number("SELECT time_ms FROM fix") == 1'768'025'000'000);
}

TEST_CASE("a replay that cannot store a fix deletes no row" * doctest::skip(on_postgresql())) {
    WithQuarantine kept;
    kept.keep(kGood);
    kept.connection.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON fix BEGIN SELECT raise(ABORT, 'no'); END");
    CHECK_THROWS_AS(Quarantine(kept.connection).replay({}, 0), StoreError);
    CHECK(kept.count("quarantine") == 1);
    kept.connection.execute("DROP TRIGGER refuse");
    CHECK(Quarantine(kept.connection).replay({}, 0).moved == 1);
}

TEST_CASE("a long quarantine is replayed in steps, and each row once") {
    WithQuarantine kept;
    {
        Store store(kept.path);
        store.begin();
        for (int i = 0; i < 2 * Quarantine::kReplayedAtOnce + 10; ++i)
            store.add(
                Quarantined{1, 0, "x", Source::traccar,
                            i % 2 == 0 ? kBad + std::to_string(i) : kGood + std::to_string(i)},
                kReceived);
        CHECK(store.commit().durable);
    }
    Quarantine quarantine(kept.connection);
    std::int64_t next = 0;
    std::int64_t seen = 0;
    int steps = 0;
    do {
        const Quarantine::Replayed step = quarantine.replay({}, next);
        next = step.next;
        seen += step.moved + step.kept;
        ++steps;
    } while (next != 0);
    CHECK(steps == 3);
    CHECK(seen == 2 * Quarantine::kReplayedAtOnce + 10);
}

TEST_CASE("a store that runs counts on where a replay of another process ended") {
    WithQuarantine kept;
    kept.keep(kGood);
    Store store(kept.path);
    CHECK(store.quarantine_bytes() == static_cast<std::int64_t>(kGood.size()) + kQuarantineRowCost);
    CHECK(Quarantine(kept.connection).replay({}, 0).moved == 1);
    const std::int64_t replayed = kept.connection.number("SELECT sequence FROM fix");
    if (on_postgresql()) CHECK(store.changed_elsewhere());
    store.begin();
    Fix fix;
    fix.device = 1;
    fix.time_ms = 5;
    CHECK(store.add(fix) == Added::stored);
    const std::int64_t sequence = store.commit().sequence;
    CHECK((on_postgresql() ? sequence > replayed : sequence == 2));
    CHECK(store.quarantine_bytes() == 0);
}

TEST_CASE("rows are deleted by device or number, and room is counted back") {
    WithQuarantine kept;
    for (int i = 0; i < 6; ++i) kept.keep("lat=9" + std::to_string(i), i < 3 ? 1 : 2);
    Store store(kept.path);
    const auto remove = [&store](const QuarantineChoice& choice) {
        std::int64_t removed = 0;
        store.change(
            [&](Connection& connection) { removed = Quarantine(connection).remove(choice); });
        return removed;
    };
    CHECK(remove({1, Quarantine(kept.connection).list({}, 10).back().number}) == 1);
    CHECK(remove({2, 0}) == 3);
    CHECK(store.quarantine_bytes() == 2 * (6 + kQuarantineRowCost));
    CHECK(remove({}) == 2);
    CHECK(store.quarantine_bytes() == 0);
}

TEST_CASE("many rows are deleted in steps") {
    WithQuarantine kept;
    Store store(kept.path);
    store.begin();
    for (int i = 0; i < Quarantine::kDeletedAtOnce + 5; ++i)
        store.add(bad_point("lat=" + std::to_string(100 + i)), kReceived);
    CHECK(store.commit().durable);
    CHECK(Quarantine(kept.connection).remove_some({}) == Quarantine::kDeletedAtOnce);
    CHECK(kept.count("quarantine") == 5);
    CHECK(Quarantine(kept.connection).remove({}) == 5);
    CHECK(Quarantine(kept.connection).remove({}) == 0);
}
