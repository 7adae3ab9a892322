// What holds for every track: by chance, by real trips, and whichever span is asked.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "trips/tested_track.hh"
#include "trips/trip_file.hh"
#include "trips/trip_rules.hh"

using namespace waymark::tracker;
using namespace waymark::tracker::trip_rules;

namespace {

// Some days of somebody: rests, ways, silences and slips, by chance.
std::vector<SeenPoint> some_days(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto pick = [&random](double least, double most) {
        return std::uniform_real_distribution<double>(least, most)(random);
    };
    const double noise = pick(0, 15);
    const auto every = static_cast<UnixMillis>(pick(1, 60)) * kSecond;
    MadeTrack track(seed);
    track.fix();
    while (track.points().size() < 2000) {
        const double what = pick(0, 1);
        const double east = pick(-3000, 3000), north = pick(-3000, 3000);
        if (what < 0.35)
            track.remain(static_cast<UnixMillis>(pick(1, 90)) * kMinute, every, noise);
        else if (what < 0.7)
            track.go(east, north, pick(0.5, 25), every, noise);
        else if (what < 0.8)
            track.go(east / 20, north / 20, pick(0.3, 1.5), every, noise);
        else if (what < 0.85)
            track.vanish(static_cast<UnixMillis>(pick(5, 600)) * kMinute);
        else if (what < 0.95)
            track.slip(east, north, every, pick(5, 500));
        else
            track.vanish(static_cast<UnixMillis>(pick(5, 300)) * kMinute, east, north);
    }
    return std::move(track.points());
}

// Home, school, a shop, home; the phone sends when it likes.
std::vector<SeenPoint> ordinary_day(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto pick = [&random](double least, double most) {
        return std::uniform_real_distribution<double>(least, most)(random);
    };
    const double noise = pick(2, 12);
    const UnixMillis every = static_cast<UnixMillis>(pick(2, 30)) * kSecond;
    const auto rest = [&] { return static_cast<UnixMillis>(pick(15, 200)) * kMinute; };
    MadeTrack day(seed);
    day.fix().remain(rest(), every, noise);
    for (const Metres way : {Metres{1200, 700}, Metres{-300, 900}, Metres{-900, -1600}})
        day.go(way.east, way.north, pick(1, 12), every, noise).remain(rest(), every, noise);
    return std::move(day.points());
}

void check_chain(const std::vector<SeenPoint>& points, const std::vector<Segment>& found) {
    REQUIRE_FALSE(found.empty());
    CHECK(found.front().begin_ms == points.front().time_ms);
    CHECK(found.back().end_ms == points.back().time_ms);
    std::uint64_t counted = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        counted += found[i].points;
        CHECK(found[i].begin_ms <= found[i].end_ms);
        if (i == 0) continue;
        CHECK(found[i].begin_ms == found[i - 1].end_ms);
        CHECK_FALSE(found[i - 1].is_last);
        const bool are_alike = found[i].kind == found[i - 1].kind;
        CHECK_FALSE(are_alike);
    }
    CHECK(counted == points.size());
    CHECK(found.back().is_last);
}

bool is_same(const Segment& a, const Segment& b) {
    return a.kind == b.kind && a.begin_ms == b.begin_ms && a.end_ms == b.end_ms &&
           a.points == b.points && std::abs(a.way_m - b.way_m) < 1e-6 &&
           distance_m(a.middle, b.middle) < 0.01 && a.is_last == b.is_last;
}

std::vector<Segment> shared_with(const std::vector<Segment>& all, UnixMillis from, UnixMillis to) {
    std::vector<Segment> shared;
    for (const Segment& each : all)
        if (each.begin_ms < to &&
            (each.end_ms > from || (each.end_ms == from && each.begin_ms == from)))
            shared.push_back(each);
    return shared;
}

void check_spans(const std::vector<SeenPoint>& points, const std::vector<Segment>& whole,
                 std::mt19937_64& random) {
    const PointSource source = source_of(points);
    const UnixMillis first = points.front().time_ms, last = points.back().time_ms;
    for (int i = 0; i < 14; ++i) {
        std::uniform_int_distribution<UnixMillis> moment(first - kHour, last + kHour);
        const UnixMillis from = moment(random), to = from + kHour * (1 << (i % 7));
        const std::vector<Segment> found = segments_between(source, from, to);
        const std::vector<Segment> expected = shared_with(whole, from, to);
        REQUIRE(story(found) == story(expected));
        for (std::size_t j = 0; j < found.size(); ++j) CHECK(is_same(found[j], expected[j]));
    }
}

// The share of the time in which both tell the same.
double agreement(const std::vector<Segment>& a, const std::vector<Segment>& b) {
    double same = 0;
    for (const Segment& one : a)
        for (const Segment& other : b)
            if (one.kind == other.kind)
                same += static_cast<double>(std::max<UnixMillis>(
                    0,
                    std::min(one.end_ms, other.end_ms) - std::max(one.begin_ms, other.begin_ms)));
    return same / static_cast<double>(a.back().end_ms - a.front().begin_ms);
}

// How many fixes before `from` are read at most, each time that reading begins.
PointSource counting(PointSource source, UnixMillis from, std::size_t& most) {
    most = 0;
    source.read = [read = std::move(source.read), from, &most](UnixMillis begin, UnixMillis end,
                                                               const PointSource::Each& each) {
        std::size_t count = 0;
        read(begin, end, [&](const SeenPoint& point) {
            if (point.time_ms < from) most = std::max(most, ++count);
            return each(point);
        });
    };
    return source;
}

std::vector<SeenPoint> every_second(const std::vector<SeenPoint>& points) {
    std::vector<SeenPoint> kept;
    for (std::size_t i = 0; i < points.size(); i += 2) kept.push_back(points[i]);
    return kept;
}

std::vector<SeenPoint> points_of(const Trip& trip) {
    std::vector<SeenPoint> points;
    for (const TripPoint& point : trip.points)
        points.push_back({*point.time_ms,
                          static_cast<std::int32_t>(std::lround(point.place.latitude_deg * 1e7)),
                          static_cast<std::int32_t>(std::lround(point.place.longitude_deg * 1e7)),
                          {}});
    std::stable_sort(points.begin(), points.end(),
                     [](const SeenPoint& a, const SeenPoint& b) { return a.time_ms < b.time_ms; });
    return points;
}

}  // namespace

TEST_CASE("segments follow each other without a hole, and hold every fix once") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        const std::vector<SeenPoint> points = some_days(seed);
        check_chain(points, segments_of(points));
    }
}

TEST_CASE("a span has the same segments as the whole, wherever it begins") {
    std::mt19937_64 random(7);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        const std::vector<SeenPoint> points = some_days(seed);
        check_spans(points, segments_of(points), random);
    }
}

TEST_CASE("where the beginning is farther back than is read, the segment says so") {
    MadeTrack long_stay;
    long_stay.go(3000, 0, 10).remain(200 * kHour, kMinute).go(3000, 0, 10);
    const PointSource source = source_of(long_stay.points());
    const UnixMillis from = kMorning + 150 * kHour;
    const std::vector<Segment> whole = segments_between(source, from, from + kHour);
    REQUIRE(story(whole) == "S");
    CHECK_FALSE(whole[0].is_cut);
    CHECK(whole[0].end_ms - whole[0].begin_ms >= 199 * kHour);
    const std::vector<Segment> cut = segments_between(source, from, from + kHour, 2000);
    REQUIRE(story(cut) == "S");
    CHECK(cut[0].is_cut);
    CHECK(cut[0].begin_ms < from);
}

TEST_CASE("a segment is cut where more fixes are before the span than are read, and not earlier") {
    for (const bool is_stay : {true, false})
        for (const int hours : {50, 97, 118, 122, 200}) {  // looks end at 24, 96 and 384 hours
            CAPTURE(is_stay);
            CAPTURE(hours);
            MadeTrack track;
            track.remain(kHour, kMinute).go(3000, 0, 10, kMinute);
            if (is_stay)
                track.remain(hours * kHour, kMinute);
            else
                track.go(hours * 5000, 0, 5.0 / 3.6, kMinute);
            const UnixMillis from = track.now() - kMinute;
            track.remain(kHour, kMinute);
            constexpr std::size_t kMost = 120 * 60;
            std::size_t most_read = 0;
            const PointSource source = counting(source_of(track.points()), from, most_read);
            const std::vector<Segment> found = segments_between(source, from, from + 1, kMost);
            REQUIRE(found.size() == 1);
            CHECK(found[0].is_cut == (hours > 120));
            // One more says that there are too many.
            CHECK(most_read <= kMost + 1);
        }
}

TEST_CASE("a phone that sent ten times a second long ago makes no look at today long") {
    MadeTrack track;
    track.remain(kHour, 100).remain(30 * kHour, 10 * kMinute);
    const UnixMillis from = track.now() - kMinute;
    std::size_t most_read = 0;
    const PointSource source = counting(source_of(track.points()), from, most_read);
    const std::vector<Segment> found = segments_between(source, from, from + 1, 2000);
    REQUIRE(story(found) == "S");
    CHECK(found[0].is_cut);
    CHECK(most_read <= 2001);
}

TEST_CASE("every second fix tells nearly the same") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        const std::vector<SeenPoint> points = ordinary_day(seed);
        const std::vector<Segment> all = segments_of(points);
        const std::vector<Segment> half = segments_of(every_second(points));
        CHECK(story(all) == "STSTSTS");
        CHECK(story(half) == story(all));
        CHECK(agreement(all, half) > 0.98);
    }
}

TEST_CASE("real trips: who walked, drove or lay still") {
    // Not part of the project: beside it, where they are there.
    const auto folder = std::filesystem::path(PROTOCOLS_DIR) / "../../../../shared/data/trips";
    if (!std::filesystem::is_directory(folder)) {
        std::cout << "SKIP: real trips: " << folder << " is not there\n";
        return;
    }
    struct Real {
        std::string file, story;
    };
    for (const Real& real : std::initializer_list<Real>{
             {"gpx/gpxgo_visnjan.gpx", "T"},
             {"gpx/gpxpy_around-visnjan-with-car.gpx", "T"},
             {"gpx/togeojson_run.gpx", "T"},
             {"json/barefoot_x0001-001.json", "T"},
             {"nmea/gpsd_ublox-neo-m9n-nmea.log", "S"},
             {"nmea/gpsd_telit-he910.log", "S"},
             {"nmea/gpsd_bundg_zeus_9.log", "T"},
             {"gpx/gpxpy_korita-zbevnica.gpx", "STSTSTST"},
             {"gpx/gpxpy_cerknicko-jezero.gpx", "TSTSTST"},
             {"gpx/togeojson_blue_hills.gpx", "TSTSTSTSTSTSTSTST-TSTSTSTSTSTSTSTSTS"},
             {"nmea/gpsd_haicom-305N.log", "S"}}) {
        CAPTURE(real.file);
        const std::vector<SeenPoint> points = points_of(read_trip((folder / real.file).string()));
        const std::vector<Segment> found = segments_of(points);
        check_chain(points, found);
        CHECK(story(found) == real.story);
        CHECK(agreement(found, segments_of(every_second(points))) > 0.85);
    }
}
