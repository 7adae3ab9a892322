#include "trips/segment_corrections.hh"

#include <doctest/doctest.h>

#include "trips/tested_track.hh"

using namespace waymark::tracker;
using Kind = SegmentCorrection::Kind;

namespace {

// An hour at home, 3 km by bus, ten minutes at its stop, 3 km on, an hour at school.
MadeTrack two_buses() {
    MadeTrack track;
    track.fix().remain(kHour).go(3000, 0, 10).remain(10 * kMinute).go(0, 3000, 10).remain(kHour);
    return track;
}

constexpr UnixMillis kAtTheStop = kMorning + 70 * kMinute;

std::vector<CorrectedSegment> corrected(MadeTrack& track,
                                        std::vector<SegmentCorrection> corrections) {
    return corrected_between(source_of(track.points()), corrections, kMorning,
                             kMorning + 24 * kHour);
}

std::string story(const std::vector<CorrectedSegment>& segments) {
    std::string letters;
    for (const Segment& segment : segments) letters += letter_of(segment.kind);
    return letters;
}

}  // namespace

TEST_CASE("a stay that was none becomes one trip with those around it, and can be undone") {
    MadeTrack track = two_buses();
    CHECK(story(corrected(track, {})) == "STSTS");
    const auto merged = corrected(track, {{7, Kind::on_the_way, kAtTheStop}});
    REQUIRE(story(merged) == "STS");
    CHECK(merged[1].corrections == std::vector<std::int64_t>{7});
    CHECK(merged[1].way_m == doctest::Approx(6000).epsilon(0.03));
    CHECK(merged[1].begin_ms == merged[0].end_ms);
    CHECK(merged[1].end_ms == merged[2].begin_ms);
    CHECK(merged[0].corrections.empty());
}

TEST_CASE("a trip that was none is a stay with the stays around it, where the longer one is") {
    MadeTrack track;
    track.fix().remain(3 * kHour).go(150, 0, 1).remain(kHour);
    const auto found = corrected(track, {});
    REQUIRE(story(found) == "STS");
    const auto merged = corrected(track, {{1, Kind::stayed, found[1].begin_ms + kMinute}});
    REQUIRE(story(merged) == "S");
    CHECK(merged[0].is_last);
    CHECK(distance_m(merged[0].middle, found[0].middle) < 1);
    CHECK(merged[0].points == track.points().size());
}

TEST_CASE("a silence becomes what the person says") {
    MadeTrack track;
    track.fix().remain(kHour).vanish(2 * kHour, 200, 0).remain(kHour);
    const UnixMillis at = kMorning + 2 * kHour;
    CHECK(story(corrected(track, {})) == "S-S");
    CHECK(story(corrected(track, {{1, Kind::stayed, at}})) == "S");
    CHECK(story(corrected(track, {{1, Kind::on_the_way, at}})) == "STS");
}

TEST_CASE("a trip is split where the person says, and its parts are measured") {
    MadeTrack track;
    track.fix().remain(kHour).go(6000, 0, 10).remain(kHour);
    const auto whole = corrected(track, {});
    REQUIRE(story(whole) == "STS");
    const auto parts = corrected(track, {{4, Kind::split, kMorning + 63 * kMinute}});
    REQUIRE(story(parts) == "STTS");
    CHECK(parts[1].end_ms == kMorning + 63 * kMinute);
    CHECK(parts[2].begin_ms == parts[1].end_ms);
    CHECK(parts[1].way_m + parts[2].way_m == doctest::Approx(whole[1].way_m).epsilon(0.001));
    CHECK(parts[1].way_m == doctest::Approx(1800).epsilon(0.03));
    CHECK(parts[1].corrections == parts[2].corrections);
    // Where there is nothing to split.
    CHECK(story(corrected(track, {{4, Kind::split, whole[1].begin_ms}})) == "STS");
    CHECK(story(corrected(track, {{4, Kind::split, kMorning - kHour}})) == "STS");
}

TEST_CASE("a correction survives late fixes, and is idle while nothing fits it") {
    MadeTrack track = two_buses();
    const std::vector<SegmentCorrection> waited{{7, Kind::on_the_way, kAtTheStop}};
    // The phone had kept back the fixes of the stop: without them it was a short wait.
    MadeTrack without = two_buses();
    std::erase_if(without.points(), [](const SeenPoint& point) {
        return point.time_ms > kMorning + 66 * kMinute && point.time_ms < kMorning + 76 * kMinute;
    });
    CHECK(story(corrected(without, waited)) == "STS");
    CHECK(story(corrected(track, waited)) == "STS");
    // Late fixes say that it was somewhere else at that moment.
    MadeTrack drove;
    drove.fix().remain(kHour).go(3000, 0, 10).go(3000, 0, 10).go(3000, 0, 10);
    CHECK(story(corrected(drove, waited)) == "ST");
    CHECK(corrected(drove, waited)[1].corrections.empty());
}

TEST_CASE("corrections are applied in their order, each to what the one before left") {
    MadeTrack track = two_buses();
    const std::vector<SegmentCorrection> both{{1, Kind::on_the_way, kAtTheStop},
                                              {2, Kind::split, kAtTheStop}};
    const auto parts = corrected(track, both);
    REQUIRE(story(parts) == "STTS");
    CHECK(parts[1].corrections == std::vector<std::int64_t>{1, 2});
    // The first one undone: the second has a stay to split.
    CHECK(story(corrected(track, {both[1]})) == "STSSTS");
}

TEST_CASE("a corrected day looks the same whichever span it is asked in") {
    MadeTrack track = two_buses();
    const std::vector<SegmentCorrection> waited{{7, Kind::on_the_way, kAtTheStop}};
    const PointSource source = source_of(track.points());
    const auto day = corrected_between(source, waited, kMorning, kMorning + 24 * kHour);
    // Only the second bus lies in it.
    const UnixMillis from = kMorning + 76 * kMinute;
    const auto part = corrected_between(source, waited, from, from + kMinute);
    REQUIRE(story(part) == "T");
    CHECK(part[0].begin_ms == day[1].begin_ms);
    CHECK(part[0].way_m == day[1].way_m);
}
