#include "store/correction_steps.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>

#include "daemon/error.hh"
#include "store/tested_corrections.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

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

TEST_CASE("speeds are changed once and undone once, however often a person asks") {
    constexpr int kMany = Corrections::kAtOnce + 100;
    Corrected kept(kMany);
    const std::string before = kept.all_of_it();
    const std::int64_t number = kept.corrections.begin_speeds(minutes(0, kMany), SpeedUnit::knots,
                                                              SpeedUnit::mps, "anna", kFirst);
    kept.corrections.go_on(number);
    CHECK_THROWS_WITH_AS(kept.corrections.begin_undo(number), doctest::Contains("to its end"),
                         UsageError);
    kept.go_through(number);
    CHECK(kept.connection.number("SELECT speed_mm_s FROM fix WHERE device = 1 AND speed_mm_s > 0 "
                                 "ORDER BY time_ms LIMIT 1") == 1944);
    kept.corrections.begin_undo(number);
    kept.corrections.go_on(number);
    kept.corrections.begin_undo(number);
    kept.go_through(number);
    CHECK(kept.all_of_it() == before);
}

TEST_CASE("boxes and fixes are read as the pages write them, and nothing else is") {
    CHECK(parse_box("-10,20,30,-40") == Box{-10, 20, 30, -40});
    CHECK(parse_box("-900000000,-1800000000,900000000,1800000000")->is_world());
    for (const char* text : {"", "1,2,3", "1,2,3,4,5", "1,2,3,4 ", " 1,2,3,4", "1;2;3;4", "1,2,,4",
                             "30,20,10,40", "-900000001,0,0,0", "0,0,0,1800000001", "0x1,2,3,4",
                             "+1,2,3,4", "1.5,2,3,4", "99999999999999999999,2,3,4"})
        CHECK_FALSE(parse_box(text));
    CHECK(parse_fix_key("1768000000000,481000000,-115000000")->longitude_e7 == -115'000'000);
    for (const char* text : {"", "1,2", "1,2,3,4", "1,900000001,3", "1,2,-1800000001", "a,2,3"})
        CHECK_FALSE(parse_fix_key(text));
}

TEST_CASE("a step reads a range of the key, and not the table" * doctest::skip(on_postgresql())) {
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
