// Makes a long history for benchmarks, by the store itself: a person who goes to work, rides out at
// the week-end and flies over the date line for a holiday, one fix in so many seconds for so many
// years. The same numbers make the same history. Not a test.
//
// make_history FOLDER FIXES YEARS: makes FOLDER/waymark.db with the device "long", whose last fix
// is of 2024-12-31.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "daemon/error.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"
#include "trips/geography.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

constexpr UnixMillis kEnd = 1'735'689'600'000;  // 2025-01-01
constexpr double kDayMs = 86'400'000;
constexpr double kHourMs = 3'600'000;
constexpr int kFixesOfACommit = 10'000;
constexpr int kHolidayBegins = 180, kHolidayEnds = 194;  // of the year's days
constexpr Place kHome{48.137, 11.575};
constexpr Place kIsland{-17.8, 182.5};  // Fiji, behind the date line

// 0 before `begin`, 1 after `end`, and a soft start and stop in between.
double progress(double now, double begin, double end) {
    const double part = std::min(1.0, std::max(0.0, (now - begin) / (end - begin)));
    return part * part * (3 - 2 * part);
}

Place between(Place from, Place to, double part) {
    return {from.latitude_deg + (to.latitude_deg - from.latitude_deg) * part,
            from.longitude_deg + (to.longitude_deg - from.longitude_deg) * part};
}

// Metres from where the person sleeps, `hour` hours after midnight.
Metres errand(int day, double hour) {
    if (day % 7 < 5) {
        const double part = progress(hour, 8, 8.5) - progress(hour, 17, 17.6);
        return {9000 * part + 300 * std::sin(20 * part), 6000 * part + 500 * std::sin(11 * part)};
    }
    const double radius = 8000 + 9000 * (day / 7 % 5);
    const double angle = 2 * M_PI * progress(hour, 10, 16);
    const double wave = 1 + 0.05 * std::sin(40 * angle);
    return {radius * std::sin(angle) * wave, radius * (1 - std::cos(angle)) * wave};
}

// Some metres of noise that do not depend on a generator's state.
double noise(std::int64_t number) {
    auto bits = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15U;
    bits ^= bits >> 29;
    bits *= 0xBF58476D1CE4E5B9U;
    return static_cast<double>(bits >> 40) / static_cast<double>(1 << 24) * 8 - 4;
}

Place place_at(UnixMillis time) {
    const double now = static_cast<double>(time);
    const int day = static_cast<int>(now / kDayMs);
    const double hour = (now - day * kDayMs) / kHourMs;
    const int day_of_year = day % 365;
    if (day_of_year == kHolidayBegins) return between(kHome, kIsland, progress(hour, 1, 23));
    if (day_of_year == kHolidayEnds) return between(kIsland, kHome, progress(hour, 1, 23));
    const bool is_away = day_of_year > kHolidayBegins && day_of_year < kHolidayEnds;
    const Metres metres = errand(day, hour);
    return FlatMap(is_away ? kIsland : kHome)
        .place(metres + Metres{noise(2 * time), noise(2 * time + 1)});
}

Fix fix_at(DeviceNumber device, UnixMillis time) {
    const Place place = place_at(time), later = place_at(time + 1000);
    Fix fix;
    fix.device = device;
    fix.time_ms = time;
    const double longitude = std::remainder(place.longitude_deg, 360);
    fix.latitude_e7 = static_cast<std::int32_t>(std::lround(place.latitude_deg * 1e7));
    fix.longitude_e7 = static_cast<std::int32_t>(std::lround(longitude * 1e7));
    const double metres = distance_m(place, later);
    fix.speed_mps = static_cast<float>(metres < 8 ? 0 : metres);
    fix.altitude_m = static_cast<float>(520 + 80 * std::sin(place.longitude_deg * 40));
    fix.accuracy_m = 5.0F;
    fix.battery_percent = static_cast<float>(20 + time / 600'000 % 80);
    fix.source = Source::osmand;
    return fix;
}

int run(int count, char** arguments) {
    if (count != 4) throw daemon::UsageError("say a folder, how many fixes, and how many years");
    const std::string path = std::string(arguments[1]) + "/waymark.db";
    const std::int64_t fixes = std::atoll(arguments[2]);
    const double years = std::atof(arguments[3]);
    if (fixes < 1 || years <= 0) throw daemon::UsageError("say at least one fix and some years");
    DeviceNumber device = 0;
    {
        Connection connection = open_for_writing(path);
        Devices devices(connection);
        devices.add({{"long", {}, {}, {}}}, 0);
        device = devices.number_of("long");
    }
    Store store(path);
    const double step = years * 365.25 * kDayMs / static_cast<double>(fixes);
    for (std::int64_t done = 0; done < fixes;) {
        store.begin();
        for (int i = 0; i < kFixesOfACommit && done < fixes; ++i, ++done)
            store.add(
                fix_at(device, kEnd - std::llround(step * static_cast<double>(fixes - done))));
        const CommitResult result = store.commit();
        if (!result.durable) throw std::runtime_error(result.reason);
        store.checkpoint_if_due();
    }
    const std::string problem = store.end();
    if (!problem.empty()) throw std::runtime_error(problem);
    fmt::print("{}: {} fixes of {} years\n", path, fixes, years);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    return daemon::run_main("make_history", [&] { return run(count, arguments); });
}
