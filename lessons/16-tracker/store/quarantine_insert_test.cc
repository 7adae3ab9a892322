// How points come into quarantine, in either engine.

#include "store/quarantine_insert.hh"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "store/quarantine_under_test.hh"
#include "store/reader.hh"

using namespace waymark::tracker;

TEST_CASE("two points of one message are two, the same point again is one") {
    WithQuarantine kept;
    kept.keep(kBad, 1, 0);
    kept.keep(kBad, 1, 1);
    kept.keep(kBad, 1, 1);
    CHECK(kept.count("quarantine") == 2);
}

TEST_CASE("quarantine keeps a point once, and each that was handed over, however many") {
    WithQuarantine kept;
    Store store(kept.path, 100 * 200);
    store.begin();
    CHECK(store.add(bad_point("lat=95"), kReceived) == Added::stored);
    CHECK(store.add(bad_point("lat=95"), kReceived + 1) == Added::duplicate);
    CHECK(store.commit().durable);
    store.begin();
    for (int i = 0; i < 700; ++i) store.add(bad_point("lat=" + std::to_string(100 + i)), kReceived);
    CHECK(store.commit().durable);
    CHECK_FALSE(store.quarantine_has_room());
    CHECK(kept.count("quarantine") == 701);
    Reader reader(kept.path);
    const std::vector<QuarantineRow> rows = reader.quarantine({1, 0}, 10'000);
    CHECK(rows.size() == 701);
    CHECK(rows.front().point.raw == "lat=799");
    CHECK(rows.back().point.raw == "lat=95");
    CHECK(rows.front().point.reason == "lat_out_of_range");
}

TEST_CASE("of the points of a message each is told what became of it") {
    WithQuarantine kept;
    Store store(kept.path);
    const Quarantined first = bad_point("lat=95"), second = bad_point("lat=96\\\"'\xFF");
    Quarantined stranger = bad_point("lat=97");
    stranger.device = 77;
    Quarantined of_boat = first;
    of_boat.device = 2;
    Quarantined again = first;
    again.index = 1;  // of the same message, and the same bytes
    const std::vector<Quarantined> points{first, second, first, stranger, of_boat, again};
    std::vector<Added> added;
    store.begin();
    store.add(points, kReceived, added);
    CHECK(added == std::vector<Added>{Added::stored, Added::stored, Added::duplicate,
                                      Added::no_device, Added::stored, Added::stored});
    CHECK(store.commit().durable);
    CHECK(store.quarantine_bytes() == Quarantine(kept.connection).bytes());
    CHECK(kept.connection.number("SELECT count(*) FROM quarantine WHERE device = 2") == 1);
    const std::vector<QuarantineRow> rows = Quarantine(kept.connection).list({1, 0}, 10);
    REQUIRE(rows.size() == 3);
    bool is_whole = false;
    for (const QuarantineRow& row : rows)
        is_whole |= row.point.raw == second.raw && row.point.reason == second.reason &&
                    row.received_ms == kReceived && row.point.source == second.source;
    CHECK(is_whole);
    store.begin();
    store.add(points, kReceived + 1, added);
    CHECK(std::count(added.begin(), added.end(), Added::duplicate) == 5);
    CHECK(added[3] == Added::no_device);
    store.add(std::span<const Quarantined>(), kReceived, added);
    CHECK(added.empty());
    CHECK(store.commit().durable);
    CHECK(kept.count("quarantine") == 4);
}

TEST_CASE("the points of a message are one question, in PostgreSQL" *
          doctest::skip(!on_postgresql())) {
    WithQuarantine kept;
    Store store(kept.path);
    kept.connection.execute(
        "CREATE SEQUENCE statements; CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql "
        "AS $$BEGIN PERFORM nextval('statements'); RETURN NULL; END$$; CREATE TRIGGER count_it "
        "AFTER INSERT ON quarantine FOR EACH STATEMENT EXECUTE FUNCTION count_it()");
    std::vector<Quarantined> points;
    for (int i = 0; i < 500; ++i) points.push_back(bad_point("lat=" + std::to_string(100 + i)));
    std::vector<Added> added;
    for (const Added expected : {Added::stored, Added::duplicate}) {
        store.begin();
        store.add(points, kReceived, added);
        CHECK(added == std::vector<Added>(points.size(), expected));
        CHECK(store.commit().durable);
    }
    CHECK(kept.connection.number("SELECT last_value FROM statements") == 2);
}

TEST_CASE("the room of the quarantine is counted, by what is in the file and not by what failed") {
    WithQuarantine kept;
    constexpr std::int64_t kRoomForTwo = 2 * (6 + kQuarantineRowCost);
    Store store(kept.path, kRoomForTwo);
    store.begin();
    store.add(bad_point("lat=95"), kReceived);
    store.add(bad_point("lat=95"), kReceived);
    CHECK(store.commit().durable);
    CHECK(store.quarantine_has_room());
    store.begin();
    store.add(bad_point("lat=96"), kReceived);
    store.rollback();
    CHECK(store.quarantine_has_room());
    store.begin();
    store.add(bad_point("lat=96"), kReceived);
    CHECK(store.commit().durable);
    CHECK_FALSE(store.quarantine_has_room());
    CHECK_FALSE(Store(kept.path, kRoomForTwo).quarantine_has_room());
    // Another process makes room.
    Quarantine(kept.connection)
        .remove({0, kept.connection.number("SELECT min(number) FROM quarantine")});
    store.changed_elsewhere();
    CHECK(store.quarantine_has_room());
}
