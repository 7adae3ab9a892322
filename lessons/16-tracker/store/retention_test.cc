#include "store/retention.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/place_events.hh"
#include "store/postgresql_partitions.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

constexpr UnixMillis kNowOfRetention = 20'000 * Retention::kDayMs;

// A folder with a van (1) and a boat (2), each with a fix of every day of the last ten, and one a
// millisecond older than three days; of the van one is hidden, one deleted and one in quarantine.
struct KeptDevices {
    KeptDevices() {
        Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, 0);
        for (const int device : {1, 2}) {
            for (int day = 0; day < 10; ++day)
                add("fix", device, kNowOfRetention - day * Retention::kDayMs);
            add("fix", device, kNowOfRetention - 3 * Retention::kDayMs - 1);
        }
        add("hidden_fix", 1, kNowOfRetention - 5 * Retention::kDayMs);
        add("hidden_fix", 1, kNowOfRetention - 1);
        for (const int day : {1, 8})
            connection.execute(("INSERT INTO deleted_fix VALUES (1, " +
                                std::to_string(kNowOfRetention - day * Retention::kDayMs) + ", 7)")
                                   .c_str());
        for (const int day : {1, 8}) quarantine(kNowOfRetention - day * Retention::kDayMs);
    }

    void quarantine(UnixMillis time) {
        const std::string digest = std::to_string(time);
        Statement insert(connection,
                         "INSERT INTO quarantine (number, device, received_ms, position, reason, "
                         "source, digest, raw) VALUES (?1, 1, ?2, 0, 'x', 1, ?3, ?3)");
        insert.bind_if(1, connection.new_number());
        insert.bind(2, time);
        insert.bind_bytes(3, digest);
        insert.run();
    }

    void add(const std::string& table, int device, UnixMillis time) {
        Partitions(connection).require(time);
        const bool is_hidden = table == "hidden_fix";
        connection.execute(("INSERT INTO " + table +
                            " (device, time_ms, latitude_e7, longitude_e7, valid, source, "
                            "sequence" +
                            (is_hidden ? ", correction" : "") + ") VALUES (" +
                            std::to_string(device) + ", " + std::to_string(time) +
                            ", 1, 1, 1, 1, 1" + (is_hidden ? ", 1)" : ")"))
                               .c_str());
    }
    std::int64_t count(const std::string& table, int device) {
        return connection.number(
            ("SELECT count(*) FROM " + table + " WHERE device = " + std::to_string(device))
                .c_str());
    }
    std::int64_t remove_all() {
        std::int64_t rows = 0;
        while (const std::optional<Retention::Removed> removed = retention.step(kNowOfRetention)) {
            CHECK(removed->device == 1);
            rows += removed->rows;
        }
        return rows;
    }

    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Retention retention{connection};
};

}  // namespace

TEST_CASE("positions are kept for ever until somebody says otherwise") {
    KeptDevices kept;
    CHECK_FALSE(kept.retention.days_of(1));
    CHECK(kept.remove_all() == 0);
    CHECK(kept.count("fix", 1) == 11);
}

TEST_CASE("what is shown before is what goes, with what is hidden, and nothing within the days") {
    KeptDevices kept;
    const Retention::Preview preview = kept.retention.preview(1, 3, kNowOfRetention);
    CHECK(preview.before == kNowOfRetention - 3 * Retention::kDayMs);
    CHECK(preview.fixes == 7);  // of days 4 to 9, and the one by a millisecond
    CHECK(preview.hidden == 1);
    CHECK(preview.quarantined == 1);
    kept.retention.set_days(1, 3);
    CHECK(kept.retention.days_of(1) == 3);
    CHECK(kept.remove_all() == preview.all() + 1);  // and the mark of one that was deleted
    CHECK(kept.count("fix", 1) == 4);
    CHECK(kept.count("hidden_fix", 1) == 1);
    CHECK(kept.count("deleted_fix", 1) == 1);
    CHECK(kept.count("quarantine", 1) == 1);
    CHECK(kept.connection.number("SELECT min(time_ms) FROM fix WHERE device = 1") ==
          preview.before);
    CHECK(kept.count("fix", 2) == 11);
    CHECK(kept.retention.preview(1, 3, kNowOfRetention).all() == 0);
}

TEST_CASE("a step has a bound, whatever the times are, and the next one goes on") {
    KeptDevices kept;
    constexpr int kMany = Retention::kAtOnce * 2 + 5;
    // All of one time, as only a hostile phone sends them: a bound by time alone takes them at
    // once.
    Partitions(kept.connection).require(kNowOfRetention - 100 * Retention::kDayMs);
    kept.connection.execute(
        ("INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, valid, source, sequence) "
         "WITH RECURSIVE place(y) AS (SELECT 1 UNION ALL SELECT y + 1 FROM place WHERE y < " +
         std::to_string(kMany) + ") SELECT 1, " +
         std::to_string(kNowOfRetention - 100 * Retention::kDayMs) + ", y, 1, 1, 1, 1 FROM place")
            .c_str());
    kept.retention.set_days(1, 30);
    const std::optional<Retention::Removed> first = kept.retention.step(kNowOfRetention);
    REQUIRE(first);
    CHECK(first->rows == Retention::kAtOnce);
    CHECK(kept.remove_all() == kMany - Retention::kAtOnce);
    CHECK(kept.count("fix", 1) == 11);
}

TEST_CASE("who came and went is forgotten with the positions that show it") {
    KeptDevices kept;
    for (const int device : {1, 2})
        for (const int day : {1, 8})
            PlaceEvents(kept.connection)
                .add({.device = static_cast<DeviceNumber>(device),
                      .place = 1,
                      .place_name = "Home",
                      .time_ms = kNowOfRetention - day * Retention::kDayMs});
    kept.retention.set_days(1, 3);
    kept.remove_all();
    CHECK(kept.count("place_event", 1) == 1);
    CHECK(kept.count("place_event", 2) == 2);
}

TEST_CASE("for ever again removes nothing more") {
    KeptDevices kept;
    kept.retention.set_days(1, 3);
    kept.retention.set_days(1, std::nullopt);
    CHECK_FALSE(kept.retention.days_of(1));
    CHECK(kept.remove_all() == 0);
}

TEST_CASE("days that make no sense are refused, and so is a device that is not there") {
    KeptDevices kept;
    for (const int days : {0, -1, Retention::kMostDays + 1})
        CHECK_THROWS_AS(kept.retention.set_days(1, days), UsageError);
    CHECK_THROWS_AS(kept.retention.set_days(9, 3), UsageError);
    CHECK_THROWS_AS(kept.retention.preview(9, 3, kNowOfRetention), UsageError);
    CHECK_FALSE(kept.retention.days_of(1));
}

TEST_CASE("numbers are said as people read them") {
    Retention::Preview preview;
    preview.fixes = 1'234'567;
    CHECK(to_words(preview) == "1,234,567 positions");
    preview.hidden = 12;
    preview.quarantined = 1000;
    CHECK(to_words(preview) ==
          "1,234,579 positions (12 of them hidden) and 1,000 points in quarantine");
    preview = {};
    preview.fixes = preview.quarantined = 1;
    CHECK(to_words(preview) == "1 position and 1 point in quarantine");
    CHECK(to_words(std::nullopt) == "for ever");
    CHECK(to_words(1) == "1 day");
    CHECK(to_words(30) == "30 days");
}
