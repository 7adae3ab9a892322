#include "web_app/track_reading.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"
#include "web_app/visible_line.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

constexpr UnixMillis kTrackBegin = 1'700'000'000'000;
constexpr UnixMillis kStep = 10'000;
constexpr int kCount = 50'000;

// Round and round a circle of some 10 km, in 8000 s each; from 20,000 to 20,200 an excursion to the
// south; a silence of a day after fix 30,000, in which the device came 50 km to the east.
Fix circling(int i) {
    const double angle = 2 * M_PI * i / 800;
    Fix fix;
    fix.device = 1;
    fix.time_ms = kTrackBegin + i * kStep + (i > 30'000 ? 86'400'000 : 0);
    const double excursion = i > 20'000 && i < 20'200 ? -0.5 : 0;
    const double east = i > 30'000 ? 0.7 : 0;
    fix.latitude_e7 = static_cast<std::int32_t>(1e7 * (48 + excursion + 0.1 * std::sin(angle)));
    fix.longitude_e7 = static_cast<std::int32_t>(1e7 * (11 + east + 0.1 * std::cos(angle)));
    if (i % 2 == 0) fix.speed_mps = 9.0F;
    return fix;
}

struct FilledTrack {
    daemon::TemporaryFolder folder;
    std::string path = folder.file("waymark.db");

    FilledTrack() {
        {
            Connection connection = open_for_writing(path);
            Devices(connection).add({{"a", {}, {}, {}}, {"b", {}, {}, {}}}, 0);
        }
        Store store(path);
        store.begin();
        for (int i = 0; i < kCount; ++i) store.add(circling(i));
        for (int i = 0; i < 100; ++i) {
            Fix fix = circling(i);
            fix.device = 2;
            fix.speed_mps.reset();
            store.add(fix);
        }
        REQUIRE(store.commit().durable);
    }
};

FilledTrack& filled_track() {
    static FilledTrack once;
    return once;
}

TrackRequest everything(DeviceNumber device = 1) {
    return {.device = device, .from = 0, .to = 4'000'000'000'000, .most = 300'000, .view = {}};
}

TrackView view_of(double west, double south, double east, double north, double zoom) {
    return {{mercator_x(west), mercator_x(east), mercator_y(north), mercator_y(south)},
            tolerance_of_zoom(zoom)};
}

// However busy the machine is: only the case about the clock looks at one.
constexpr std::chrono::hours kLong{1};

const TrackLimits kFewRows{.rows = 1000, .samples = {.pieces = 64, .seeks = 2000, .time = kLong}};

double southernmost(const TrackColumns& track) {
    return *std::min_element(track.latitude_e7.begin(), track.latitude_e7.end()) / 1e7;
}

}  // namespace

TEST_CASE("a span with few fixes is read as it is; one with many is sampled and says so") {
    Reader reader(filled_track().path);
    const TrackColumns all = read_track(reader, everything());
    CHECK(all.size() == kCount);
    CHECK(all.flags == 0);
    CHECK(all.stride == 1);
    CHECK(std::count(all.breaks.begin(), all.breaks.end(), 1) == 2);
    CHECK(all.breaks[30'001] == 1);

    const TrackColumns sampled = read_track(reader, everything(), kFewRows);
    CHECK(sampled.flags == TrackColumns::kSampled);
    CHECK(sampled.size() > 500);
    CHECK(sampled.size() < kCount / 2);
    CHECK(sampled.time_ms(0) == all.time_ms(0));
    CHECK(sampled.time_ms(sampled.size() - 1) > all.time_ms(kCount - 1) - 3'600'000);
    CHECK(std::is_sorted(sampled.times_ms.begin(), sampled.times_ms.end()));
    CHECK(std::adjacent_find(sampled.times_ms.begin(), sampled.times_ms.end()) ==
          sampled.times_ms.end());
}

TEST_CASE("samples know of the gap, and take no other silence for one") {
    Reader reader(filled_track().path);
    const TrackColumns sampled = read_track(reader, everything(), kFewRows);
    std::vector<UnixMillis> breaks;
    for (std::size_t i = 1; i < sampled.size(); ++i)
        if (sampled.breaks[i] != 0) breaks.push_back(sampled.time_ms(i));
    CHECK(breaks == std::vector<UnixMillis>{circling(30'001).time_ms});
}

TEST_CASE("a span of a century is narrowed to the stretch with fixes") {
    Reader reader(filled_track().path);
    TrackRequest century = everything();
    century.to = 253'402'300'800'000;
    const TrackColumns sampled = read_track(reader, century, kFewRows);
    CHECK(sampled.size() > 500);
}

TEST_CASE("samples are taken where one looks") {
    Reader reader(filled_track().path);
    TrackRequest south = everything();
    south.view = view_of(10.8, 47.3, 11.2, 47.6, 12);
    const TrackColumns seen = read_track(reader, south, kFewRows);
    // A quarter of a circle, and the long ways there and back.
    CHECK(seen.size() > 20);
    CHECK(southernmost(seen) < 47.55);
    CHECK((seen.flags & TrackColumns::kSampled) != 0);
    const TrackColumns whole = read_track(reader, south);
    CHECK(whole.flags == 0);
    CHECK(whole.size() >= seen.size());
    CHECK(southernmost(whole) == southernmost(read_track(reader, everything())));
}

TEST_CASE("the limits of a sampling hold, and the clock is one of them") {
    Reader reader(filled_track().path);
    const auto no_box = [](const TrackPoint&, const TrackPoint&) { return true; };
    const TrackRequest all = everything();
    const SampledTrack few(reader, 1, kTrackBegin, circling(kCount - 1).time_ms, no_box,
                           {.pieces = 64, .seeks = 500, .time = kLong});
    CHECK(few.seeks() <= 500);
    CHECK(few.seeks() > 400);
    CHECK_FALSE(few.is_whole());
    // A clock on which every look takes a second.
    std::chrono::steady_clock::time_point now{};
    SampleLimits slow{.pieces = 64, .seeks = 500};
    slow.now = [&now] { return now += std::chrono::seconds(1); };
    const SampledTrack late(reader, 1, kTrackBegin, circling(kCount - 1).time_ms, no_box, slow);
    CHECK(late.seeks() == 64);
    const SampledTrack whole(reader, 2, all.from + kTrackBegin, kTrackBegin + 100 * kStep, no_box,
                             {.pieces = 64, .seeks = 500, .time = kLong});
    CHECK(whole.is_whole());
}

TEST_CASE("what is too long for the answer is thinned out, in a view by a coarser line") {
    Reader reader(filled_track().path);
    TrackRequest request = everything();
    request.most = 1000;
    const TrackColumns span = read_track(reader, request);
    CHECK(span.size() <= 1000);
    CHECK(span.size() > 300);
    CHECK(span.stride > 10);
    CHECK(southernmost(span) == southernmost(read_track(reader, everything())));
    request.view = view_of(10, 47, 13, 49, 22);
    const TrackColumns view = read_track(reader, request);
    CHECK(view.size() <= 1000);
    CHECK(view.size() > 30);
    CHECK(view.breaks.front() == 1);
    CHECK(std::count(view.breaks.begin(), view.breaks.end(), 1) == 2);
}

TEST_CASE("a device that sends no speed gets those of its places, and that is said") {
    Reader reader(filled_track().path);
    const TrackColumns track = read_track(reader, everything(2));
    CHECK(track.flags == TrackColumns::kSpeedsWorkedOut);
    CHECK(std::isnan(track.speed_mps[0]));
    CHECK(track.speed_mps[50] > 1.0F);
    CHECK(std::isnan(read_track(reader, everything(1)).speed_mps[51]));
    CHECK(read_track(reader, everything(9)).size() == 0);
    CHECK(read_track(reader, everything(9)).flags == 0);
}
