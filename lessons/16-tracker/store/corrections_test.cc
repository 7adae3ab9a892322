#include "store/corrections.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/copy_database.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "store/store.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

constexpr UnixMillis kFirst = 1'768'000'000'000;
constexpr UnixMillis kMinute = 60'000;

Fix minute_fix(DeviceNumber device, int minute) {
    Fix fix;
    fix.device = device;
    fix.time_ms = kFirst + minute * kMinute;
    fix.latitude_e7 = 481'000'000 + minute * 1000;
    fix.longitude_e7 = 115'000'000 + minute * 1000;
    fix.altitude_m = 500.5F;
    fix.speed_mps = static_cast<float>(minute);
    fix.source = Source::osmand;
    fix.extras = "{\"n\":1}";
    return fix;
}

FixKey key_of(const Fix& fix) {
    return {fix.time_ms, fix.latitude_e7, fix.longitude_e7};
}

FixChoice minutes(int from, int to, DeviceNumber device = 1) {
    return {device, kFirst + from * kMinute, kFirst + to * kMinute, {}};
}

// Two devices, of which the first is seen by the second, with a fix in each of `count` minutes.
struct Corrected {
    TemporaryFolder folder;
    std::string path = folder.file("waymark.db");
    Connection connection = open_for_writing(path);
    Store store{path};
    Corrections corrections{connection};

    explicit Corrected(int count = 10) {
        Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, 0);
        Devices(connection).share("boat", "van", true);
        store.begin();
        for (int minute = 0; minute < count; ++minute) {
            store.add(minute_fix(1, minute));
            store.add(minute_fix(2, minute));
        }
        REQUIRE(store.commit().durable);
    }

    std::int64_t go_through(std::int64_t number) {
        std::int64_t steps = 0;
        for (;;) {
            Transaction transaction(connection);
            const std::optional<Correction> now = corrections.go_on(number);
            transaction.commit();
            ++steps;
            if (!now || now->stage == CorrectionStage::done) return steps;
        }
    }
    std::int64_t hide(const FixChoice& choice) {
        const std::int64_t number =
            corrections.begin(CorrectionKind::hidden, choice, "anna", kFirst);
        go_through(number);
        return number;
    }
    void remove(const FixChoice& choice) {
        go_through(corrections.begin(CorrectionKind::deletion, choice, "anna", kFirst));
    }
    Added send_again(int minute) {
        store.begin();
        const Added added = store.add(minute_fix(1, minute));
        REQUIRE(store.commit().durable);
        return added;
    }
    std::int64_t rows(const char* table, DeviceNumber device = 1) {
        return connection.number(
            fmt::format("SELECT count(*) FROM {} WHERE device = {}", table, device).c_str());
    }
    // Everything of the fixes in one text, to compare before with after.
    std::string all_of_it(const char* table = "fix") {
        return connection.text(
            fmt::format("SELECT group_concat(concat, ';') FROM (SELECT device || ' ' || time_ms || "
                        "' ' || latitude_e7 || ' ' || longitude_e7 || ' ' || altitude_cm || ' ' || "
                        "speed_mm_s || ' ' || valid || ' ' || source || ' ' || sequence || extras "
                        "AS concat FROM {} ORDER BY device, time_ms)",
                        table)
                .c_str());
    }
};

std::vector<int> minutes_of_track(Reader& reader) {
    std::vector<int> found;
    reader.track(1, 0, kFirst * 2, [&](const StoredFix& stored) {
        found.push_back(static_cast<int>((stored.fix.time_ms - kFirst) / kMinute));
        return true;
    });
    return found;
}

}  // namespace

TEST_CASE(
    "whoever reads positions leaves hidden ones out, and has them again when they are shown") {
    Corrected kept;
    const std::string before = kept.all_of_it();
    const std::int64_t number = kept.hide(minutes(7, 10));
    Reader reader(kept.path);
    CHECK(minutes_of_track(reader) == std::vector<int>{0, 1, 2, 3, 4, 5, 6});
    CHECK(reader.last_fix(1, kFirst * 2)->fix.time_ms == kFirst + 6 * kMinute);
    int points = 0;
    reader.track_points(1, 0, kFirst * 2, [&](const TrackPoint&) { return ++points > 0; });
    CHECK(points == 7);
    std::int64_t counted = 0;
    for (const DayCount& day : reader.days(1, 0, kFirst * 2, std::chrono::minutes(0)))
        counted += day.points;
    CHECK(counted == 7);
    CHECK(kept.store.last_places(kFirst * 2).at(0).time_ms == kFirst + 6 * kMinute);
    CHECK(Devices(kept.connection).count_fixes("van") == 7);
    CHECK(kept.corrections.count(minutes(0, 10)) == 7);
    CHECK(kept.rows("fix", 2) == 10);

    const Correction hidden = kept.corrections.get(number);
    CHECK(hidden.points == 3);
    CHECK(hidden.made_by == "anna");
    CHECK(kept.corrections.hidden(number, 10).size() == 3);
    kept.corrections.begin_undo(number);
    kept.go_through(number);
    CHECK(kept.all_of_it() == before);
    CHECK(reader.last_fix(1, kFirst * 2)->fix.time_ms == kFirst + 9 * kMinute);
    CHECK(kept.rows("hidden_fix") == 0);
    CHECK(kept.corrections.list(1, 10).empty());
}

TEST_CASE("what is hidden or deleted and sent again is taken, and does not come back") {
    Corrected kept;
    kept.hide(minutes(2, 4));
    kept.remove(minutes(4, 6));
    for (const int minute : {2, 3, 4, 5}) CHECK(kept.send_again(minute) == Added::duplicate);
    CHECK(kept.rows("fix") == 6);
    // Another one of the same moment is another one.
    Fix elsewhere = minute_fix(1, 4);
    elsewhere.longitude_e7 += 5000;
    kept.store.begin();
    CHECK(kept.store.add(elsewhere) == Added::stored);
    elsewhere = minute_fix(1, 2);
    elsewhere.longitude_e7 += 5000;
    CHECK(kept.store.add(elsewhere) == Added::stored);
    CHECK(kept.store.add(minute_fix(3, 1)) == Added::no_device);
    CHECK(kept.store.commit().durable);
    // Those of another device are its own.
    CHECK(kept.rows("fix", 2) == 10);
}

TEST_CASE("what is hidden can be deleted, and of what is deleted no place is left") {
    Corrected kept;
    const std::int64_t number = kept.hide(minutes(2, 4));
    kept.corrections.begin_deleting(number);
    kept.go_through(number);
    CHECK(kept.rows("hidden_fix") == 0);
    CHECK(kept.rows("deleted_fix") == 2);
    CHECK(kept.connection.number("SELECT max(trace) FROM deleted_fix") < 65'536);
    CHECK(kept.connection.number("SELECT count(*) FROM correction") == 0);
    CHECK(kept.send_again(3) == Added::duplicate);
    CHECK_THROWS_AS(kept.corrections.begin_undo(number), UsageError);
}

TEST_CASE("a box takes what lies in it, on either side of the date line") {
    Corrected kept;
    FixChoice choice = minutes(0, 10);
    choice.box = {481'002'000, 115'000'000, 481'004'000, 115'003'000};
    CHECK(kept.corrections.count(choice) == 2);
    CHECK(kept.corrections.fixes(choice, std::nullopt, 10).size() == 2);
    kept.hide(choice);
    Reader reader(kept.path);
    CHECK(minutes_of_track(reader) == std::vector<int>{0, 1, 4, 5, 6, 7, 8, 9});

    kept.store.begin();
    Fix east = minute_fix(1, 20);
    east.longitude_e7 = 1'799'999'000;
    Fix west = minute_fix(1, 21);
    west.longitude_e7 = -1'799'999'000;
    kept.store.add(east);
    kept.store.add(west);
    CHECK(kept.store.commit().durable);
    choice = minutes(0, 30);
    choice.box.west_e7 = 1'790'000'000;
    choice.box.east_e7 = -1'790'000'000;
    CHECK(kept.corrections.count(choice) == 2);
    kept.remove(choice);
    CHECK(kept.corrections.count(choice) == 0);
    CHECK(kept.rows("fix") == 8);
}

TEST_CASE("a correction of many fixes is many steps, and one that is interrupted goes on") {
    constexpr int kMany = 2 * Corrections::kAtOnce + 100;
    Corrected kept(kMany);
    const std::string before = kept.all_of_it();
    const std::int64_t number =
        kept.corrections.begin(CorrectionKind::hidden, minutes(0, kMany), "anna", kFirst);
    {
        Transaction lost(kept.connection);
        kept.corrections.go_on(number);
    }
    CHECK(kept.corrections.get(number).points == 0);
    kept.corrections.go_on(number);
    CHECK(kept.corrections.get(number).points == Corrections::kAtOnce);
    CHECK(kept.rows("fix") == kMany - Corrections::kAtOnce);
    CHECK_THROWS_WITH_AS(kept.hide(minutes(0, 1)), doctest::Contains("has not ended"), UsageError);
    kept.hide(minutes(0, 1, 2));  // another device is free
    CHECK(kept.go_through(number) == 3);
    CHECK(kept.rows("fix") == 0);
    kept.corrections.begin_undo(number);
    CHECK(kept.go_through(number) == 4);
    kept.corrections.begin_undo(kept.corrections.list(2, 1).at(0).number);
    kept.go_through(kept.corrections.list(2, 1).at(0).number);
    CHECK(kept.all_of_it() == before);
}

TEST_CASE("one that is under way can be undone at once") {
    constexpr int kMany = Corrections::kAtOnce + 100;
    Corrected kept(kMany);
    const std::int64_t number =
        kept.corrections.begin(CorrectionKind::hidden, minutes(0, kMany), "anna", kFirst);
    kept.corrections.go_on(number);
    kept.corrections.begin_undo(number);
    kept.go_through(number);
    CHECK(kept.rows("fix") == kMany);
    CHECK(kept.rows("hidden_fix") == 0);
}

TEST_CASE("single fixes are hidden together, and others are added") {
    Corrected kept;
    const std::vector<FixKey> keys{key_of(minute_fix(1, 5)), key_of(minute_fix(1, 3))};
    CHECK(kept.corrections.take(CorrectionKind::hidden, 1, keys, "anna", kFirst) == 2);
    const std::int64_t number = kept.corrections.list(1, 10).at(0).number;
    const std::vector<FixKey> more{key_of(minute_fix(1, 8)), key_of(minute_fix(1, 3))};
    CHECK(kept.corrections.take(CorrectionKind::hidden, 1, more, "anna", kFirst, number) == 3);
    Reader reader(kept.path);
    CHECK(minutes_of_track(reader) == std::vector<int>{0, 1, 2, 4, 6, 7, 9});
    kept.corrections.begin_undo(number);
    kept.go_through(number);
    CHECK(kept.rows("fix") == 10);

    CHECK(kept.corrections.take(CorrectionKind::deletion, 1, keys, "anna", kFirst) == 2);
    CHECK(kept.corrections.list(1, 10).empty());
    CHECK(kept.send_again(5) == Added::duplicate);
    // Nothing is left of one that met nothing.
    CHECK(kept.corrections.take(CorrectionKind::hidden, 1, keys, "anna", kFirst) == 0);
    CHECK(kept.corrections.list(1, 10).empty());
    CHECK_THROWS_AS(kept.corrections.take(CorrectionKind::hidden, 1, {}, "anna", kFirst),
                    UsageError);
    const std::vector<FixKey> too_many(Corrections::kMostKeys + 1);
    CHECK_THROWS_AS(kept.corrections.take(CorrectionKind::hidden, 1, too_many, "anna", kFirst),
                    UsageError);
}

TEST_CASE("speeds that were read in a wrong unit are put right, hidden ones too, and back") {
    Corrected kept;
    const std::string before = kept.all_of_it();
    const std::int64_t hiding = kept.hide(minutes(8, 9));
    kept.corrections.set_unit(1, SpeedUnit::kmh);
    CHECK(kept.connection.number("SELECT speed_unit FROM device WHERE number = 1") == 2);
    kept.store.begin();
    kept.store.add(minute_fix(1, 20));  // read in the new unit
    CHECK(kept.store.commit().durable);
    const std::int64_t number = kept.corrections.begin_speeds(minutes(0, 100), SpeedUnit::mps,
                                                              SpeedUnit::kmh, "anna", kFirst);
    kept.go_through(number);
    Reader reader(kept.path);
    CHECK(*reader.last_fix(1, kFirst + 9 * kMinute)->fix.speed_mps == doctest::Approx(2.5));
    CHECK(*reader.last_fix(1, kFirst * 2)->fix.speed_mps == 20.0F);
    CHECK(kept.connection.number("SELECT speed_mm_s FROM hidden_fix") == 2222);
    CHECK(kept.corrections.get(number).points == 10);
    kept.corrections.begin_undo(number);
    kept.go_through(number);
    kept.corrections.begin_undo(hiding);
    kept.go_through(hiding);
    kept.connection.execute("DELETE FROM fix WHERE speed_mm_s = 20000");
    CHECK(kept.connection.number("SELECT max(abs(speed_mm_s - (time_ms - 1768000000000) / 60)) "
                                 "FROM fix WHERE device = 1") <= 2);
    CHECK(kept.rows("fix") == 10);
    CHECK(before.size() > 100);
    CHECK_THROWS_AS(kept.corrections.begin_speeds(minutes(0, 1), SpeedUnit::kmh, SpeedUnit::kmh,
                                                  "anna", kFirst),
                    UsageError);
    CHECK_THROWS_AS(kept.corrections.begin_speeds(minutes(0, 1), SpeedUnit::protocol_default,
                                                  SpeedUnit::kmh, "anna", kFirst),
                    UsageError);
}

TEST_CASE("a device that is not there, and a correction that is not, are refused") {
    Corrected kept;
    CHECK_THROWS_AS(kept.hide(minutes(0, 1, 9)), UsageError);
    CHECK_THROWS_AS(kept.corrections.set_unit(9, SpeedUnit::kmh), UsageError);
    CHECK_THROWS_AS(kept.corrections.go_on(9), UsageError);
    CHECK_THROWS_AS(kept.corrections.begin_deleting(9), UsageError);
}

TEST_CASE("a backup has what is hidden, hidden") {
    Corrected kept;
    const std::int64_t number = kept.hide(minutes(0, 4));
    const std::string copy = kept.folder.file("copy.db");
    copy_database(kept.connection, copy, IfThere::replace);
    Connection restored = open_for_writing(copy);
    Reader reader(copy);
    CHECK(minutes_of_track(reader).size() == 6);
    CHECK(Corrections(restored).hidden(number, 10).size() == 4);
    Corrections(restored).begin_undo(number);
    Corrections(restored).go_on(number);
    CHECK(minutes_of_track(reader).size() == 10);
}

TEST_CASE("a device that is removed takes with it what is hidden and deleted of it") {
    Corrected kept;
    kept.hide(minutes(0, 4));
    kept.remove(minutes(4, 6));
    kept.hide(minutes(0, 2, 2));
    Devices(kept.connection).remove("van");
    for (const char* table : {"fix", "hidden_fix", "deleted_fix", "correction"})
        CHECK(kept.rows(table) == 0);
    CHECK(kept.rows("hidden_fix", 2) == 2);
}

TEST_CASE("a step reads a range of the key, and not the table") {
    Corrected kept;
    for (const char* table : {"fix", "hidden_fix"}) {
        Statement plan(
            kept.connection,
            fmt::format("EXPLAIN QUERY PLAN SELECT 1 FROM {} WHERE device = 1 AND (time_ms, "
                        "latitude_e7, longitude_e7) > (1, 2, 3) AND time_ms < 5 ORDER BY time_ms, "
                        "latitude_e7, longitude_e7 LIMIT 10",
                        table));
        REQUIRE(plan.step());
        CHECK(std::string(plan.text(3))
                  .find("USING PRIMARY KEY (device=? AND (time_ms,latitude_e7,longitude_e7)>") !=
              std::string::npos);
        CHECK_FALSE(plan.step());
    }
}
