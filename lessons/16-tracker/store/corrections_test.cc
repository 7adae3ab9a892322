#include "store/corrections.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/copy_database.hh"
#include "store/tested_corrections.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

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
    CHECK(reader.count(1, 0, kFirst * 2, 100) == 7);
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

TEST_CASE("single fixes are hidden together, and others are added") {
    Corrected kept;
    const std::vector<FixKey> keys{key_of(minute_fix(1, 5)), key_of(minute_fix(1, 3))};
    CHECK(kept.corrections.take(CorrectionKind::hidden, 1, keys, "anna", kFirst).points == 2);
    const std::int64_t number = kept.corrections.list(1, 10).at(0).number;
    const std::vector<FixKey> more{key_of(minute_fix(1, 8)), key_of(minute_fix(1, 3))};
    CHECK(kept.corrections.take(CorrectionKind::hidden, 1, more, "anna", kFirst, number).points ==
          3);
    Reader reader(kept.path);
    CHECK(minutes_of_track(reader) == std::vector<int>{0, 1, 2, 4, 6, 7, 9});
    kept.corrections.begin_undo(number);
    kept.go_through(number);
    CHECK(kept.rows("fix") == 10);

    CHECK(kept.corrections.take(CorrectionKind::deletion, 1, keys, "anna", kFirst).points == 2);
    CHECK(kept.corrections.list(1, 10).empty());
    CHECK(kept.send_again(5) == Added::duplicate);
    // Nothing is left of one that met nothing.
    CHECK(kept.corrections.take(CorrectionKind::hidden, 1, keys, "anna", kFirst).points == 0);
    CHECK(kept.corrections.list(1, 10).empty());
    CHECK_THROWS_AS(kept.corrections.take(CorrectionKind::hidden, 1, {}, "anna", kFirst),
                    UsageError);
    const std::vector<FixKey> too_many(Corrections::kMostKeys + 1);
    CHECK_THROWS_AS(kept.corrections.take(CorrectionKind::hidden, 1, too_many, "anna", kFirst),
                    UsageError);
}

TEST_CASE("a device that is not there, and a correction that is not, are refused") {
    Corrected kept;
    CHECK_THROWS_AS(kept.hide(minutes(0, 1, 9)), UsageError);
    CHECK_THROWS_AS(kept.corrections.set_unit(9, SpeedUnit::kmh), UsageError);
    CHECK_THROWS_AS(kept.corrections.go_on(9), UsageError);
    CHECK_THROWS_AS(kept.corrections.begin_deleting(9), UsageError);
}

TEST_CASE("a backup has what is hidden, hidden" * doctest::skip(on_postgresql())) {
    Corrected kept;
    const std::int64_t number = kept.hide(minutes(0, 4));
    const std::string copy = kept.database.folder().file("copy.db");
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
    Devices(kept.connection).remove("van", 0);
    for (const char* table : {"fix", "hidden_fix", "deleted_fix", "correction"})
        CHECK(kept.rows(table) == 0);
    CHECK(kept.rows("hidden_fix", 2) == 2);
}
