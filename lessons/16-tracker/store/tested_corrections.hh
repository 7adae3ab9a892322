// For tests of corrections: two devices with a fix in each minute.

#pragma once

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

#include "store/corrections.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "store/store.hh"

namespace waymark::tracker {

inline constexpr UnixMillis kFirst = 1'768'000'000'000;
inline constexpr UnixMillis kMinute = 60'000;

inline Fix minute_fix(DeviceNumber device, int minute) {
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

inline FixKey key_of(const Fix& fix) {
    return {fix.time_ms, fix.latitude_e7, fix.longitude_e7};
}

inline FixChoice minutes(int from, int to, DeviceNumber device = 1) {
    return {device, kFirst + from * kMinute, kFirst + to * kMinute, {}};
}

// Two devices, of which the first is seen by the second, with a fix in each of `count` minutes.
struct Corrected {
    DatabaseUnderTest database;
    std::string path = database.location();
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
        Statement rows(connection,
                       fmt::format("SELECT device || ' ' || time_ms || ' ' || latitude_e7 || ' ' "
                                   "|| longitude_e7 || ' ' || altitude_cm || ' ' || speed_mm_s || "
                                   "' ' || valid || ' ' || source || ' ' || sequence || extras "
                                   "FROM {} ORDER BY device, time_ms",
                                   table));
        std::string all;
        while (rows.step()) all.append(rows.text(0)).append(";");
        return all;
    }
};

inline std::vector<int> minutes_of_track(Reader& reader) {
    std::vector<int> found;
    reader.track(1, 0, kFirst * 2, [&](const StoredFix& stored) {
        found.push_back(static_cast<int>((stored.fix.time_ms - kFirst) / kMinute));
        return true;
    });
    return found;
}

}  // namespace waymark::tracker
