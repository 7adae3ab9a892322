// Days against an oracle: the system's own table of zones, through localtime_r(3).

#include "web_app/day_list.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

constexpr UnixMillis kListedMinute = 60'000, kListedHour = 60 * kListedMinute,
                     kListedDay = 24 * kListedHour;
constexpr UnixMillis kListedYear = 19'723 * kListedDay;  // 2024-01-01
constexpr const char* kZones[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                  "Asia/Kathmandu"};

// The process's zone, while it lives.
class ZoneOfProcess {
  public:
    explicit ZoneOfProcess(const char* zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
    }
    ZoneOfProcess(const ZoneOfProcess&) = delete;
    ZoneOfProcess& operator=(const ZoneOfProcess&) = delete;
    ~ZoneOfProcess() {
        ::unsetenv("TZ");
        ::tzset();
    }
};

std::tm local(UnixMillis time) {
    const std::time_t seconds = time / 1000;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return parts;
}

std::string name_of(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string local_name(UnixMillis time) {
    const std::tm parts = local(time);
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

// What the page tells the server of the zone, for 2024.
LocalClock clock_of_process() {
    std::string text = fmt::to_string(local(kListedYear).tm_gmtoff / 60);
    for (UnixMillis time = kListedYear; time < kListedYear + 366 * kListedDay;
         time += 30 * kListedMinute) {
        const long offset = local(time + 30 * kListedMinute).tm_gmtoff / 60;
        if (local(time).tm_gmtoff / 60 != offset)
            text += fmt::format(",{}:{}", (time + 30 * kListedMinute) / kListedMinute, offset);
    }
    const std::optional<LocalClock> clock = LocalClock::parse(text);
    REQUIRE(clock);
    return *clock;
}

struct Filled {
    daemon::TemporaryFolder folder;
    std::string path = folder.file("waymark.db");

    explicit Filled(const std::vector<UnixMillis>& times) {
        Connection connection = open_for_writing(path);
        Devices(connection).add({{"a", {}, {}, {}}, {"none", {}, {}, {}}}, 0);
        Store store(path);
        store.begin();
        for (const UnixMillis time : times) {
            Fix fix;
            fix.device = 1;
            fix.time_ms = time;
            store.add(fix);
        }
        REQUIRE(store.commit().durable);
    }
};

std::vector<UnixMillis> every(UnixMillis step, UnixMillis from, UnixMillis to) {
    std::vector<UnixMillis> times;
    for (UnixMillis time = from; time < to; time += step) times.push_back(time);
    return times;
}

}  // namespace

TEST_CASE("the day at each half hour of a year is the one that the system's clock shows") {
    for (const char* zone : kZones) {
        CAPTURE(zone);
        const ZoneOfProcess here(zone);
        const LocalClock clock = clock_of_process();
        int wrong = 0;
        for (UnixMillis time = kListedYear; time < kListedYear + 365 * kListedDay;
             time += 30 * kListedMinute)
            wrong += name_of(clock.day_of(time)) != local_name(time);
        CHECK(wrong == 0);
    }
    // The same clock, an hour wrong in summer, is found out.
    const ZoneOfProcess here("Europe/Berlin");
    const std::optional<LocalClock> without_summer = LocalClock::parse("60");
    int wrong = 0;
    for (UnixMillis time = kListedYear; time < kListedYear + 365 * kListedDay;
         time += 30 * kListedMinute)
        wrong += name_of(without_summer->day_of(time)) != local_name(time);
    CHECK(wrong > 100);
}

TEST_CASE("a year of fixes every half hour has its days, of 23, 25 and 23.5 hours too") {
    const Filled filled(
        every(30 * kListedMinute, kListedYear + kListedDay, kListedYear + 360 * kListedDay));
    Reader reader(filled.path);
    const struct {
        const char* zone;
        std::vector<double> odd_hours;  // in the order of the year
    } rows[] = {{"Europe/Berlin", {23, 25}},
                {"America/New_York", {23, 25}},
                {"Australia/Lord_Howe", {24.5, 23.5}},
                {"Asia/Kathmandu", {}}};
    for (const auto& row : rows) {
        CAPTURE(row.zone);
        const ZoneOfProcess here(row.zone);
        const std::vector<ListedDay> days = list_days(reader, 1, clock_of_process());
        REQUIRE(days.size() >= 359);
        std::vector<double> odd_hours;
        for (std::size_t i = 0; i < days.size(); ++i) {
            CHECK(name_of(days[i].day) == local_name(days[i].from));
            CHECK(name_of(days[i].day) == local_name(days[i].to - 1));
            if (i + 1 < days.size()) CHECK(days[i].to == days[i + 1].from);
            const double hours = static_cast<double>(days[i].to - days[i].from) / kListedHour;
            if (hours != 24) odd_hours.push_back(hours);
            const bool is_whole = i > 0 && i + 1 < days.size();
            if (is_whole) CHECK(days[i].points == static_cast<std::int64_t>(2 * hours));
        }
        CHECK(odd_hours == row.odd_hours);
    }
}

TEST_CASE("only the newest days are counted when there are many fixes, and only so many listed") {
    const Filled filled(every(kListedHour, kListedYear, kListedYear + 10 * kListedDay));
    Reader reader(filled.path);
    const LocalClock utc = *LocalClock::parse("0");
    const std::vector<ListedDay> days = list_days(reader, 1, utc, {.days = 100, .counted = 60});
    REQUIRE(days.size() == 10);
    CHECK(days[9].points == 24);
    CHECK(days[8].points == 24);
    CHECK_FALSE(days[7].points);
    CHECK_FALSE(days[0].points);
    CHECK(days_as_json(days).find(R"("day":"2024-01-01","points":null,)") != std::string::npos);
    CHECK(list_days(reader, 1, utc, {.days = 3, .counted = 60}).size() == 3);
    CHECK(days_as_json(list_days(reader, 2, utc)) == R"({"days":[]})");
}
