#include "web_app/track_columns.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

using namespace waymark::tracker;

namespace {

TrackPoint point_at(UnixMillis time_ms, std::int32_t latitude_e7, std::int32_t longitude_e7) {
    TrackPoint point;
    point.time_ms = time_ms;
    point.latitude_e7 = latitude_e7;
    point.longitude_e7 = longitude_e7;
    return point;
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t offset) {
    Number number;
    REQUIRE(offset + sizeof number <= bytes.size());
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
}

std::string sent(const TrackColumns& track) {
    const auto head = track.head();
    std::string bytes(head.data(), head.size());
    for (const std::string_view column : track.columns()) bytes += column;
    CHECK(bytes.size() == track.bytes());
    return bytes;
}

// A circle with one far excursion and one moment of speed.
TrackColumns circle(std::size_t count) {
    TrackColumns track;
    for (std::size_t i = 0; i < count; ++i) {
        const double angle = 6.28 * static_cast<double>(i) / static_cast<double>(count);
        TrackPoint point = point_at(1000 * static_cast<UnixMillis>(i),
                                    static_cast<std::int32_t>(1e6 * std::sin(angle)),
                                    static_cast<std::int32_t>(1e6 * std::cos(angle)));
        if (i % 3 == 0) point.speed_mps = 10.0F;
        if (i == count / 3) point.longitude_e7 = 5'000'000;
        if (i == count / 2) point.speed_mps = 50.0F;
        track.add(point, i == 0);
    }
    return track;
}

template <class Numbers>
auto bounds(const Numbers& numbers) {
    const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
    return std::pair(*least, *most);
}

}  // namespace

TEST_CASE("a track is a head and six columns") {
    TrackColumns track;
    TrackPoint first = point_at(1'410'350'400'000, 481'000'000, -115'000'000);
    first.speed_mps = 2.5F;
    track.add(first, true);
    TrackPoint second = point_at(1'410'350'401'500, -1, 2);
    second.altitude_m = 519.5F;
    track.add(second, false);
    track.flags = TrackColumns::kSpeedsWorkedOut;
    const std::string bytes = sent(track);
    REQUIRE(bytes.size() == 16 + 2 * 25);
    CHECK(bytes.substr(0, 16) == std::string("\2\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0", 16));
    CHECK(number_at<double>(bytes, 16) == 1'410'350'400'000.0);  // little-endian
    CHECK(number_at<double>(bytes, 24) == 1'410'350'401'500.0);
    CHECK(number_at<std::int32_t>(bytes, 32) == -115'000'000);
    CHECK(number_at<std::int32_t>(bytes, 36) == 2);
    CHECK(number_at<std::int32_t>(bytes, 40) == 481'000'000);
    CHECK(number_at<std::int32_t>(bytes, 44) == -1);
    CHECK(number_at<float>(bytes, 48) == 2.5F);
    CHECK(std::isnan(number_at<float>(bytes, 52)));
    CHECK(std::isnan(number_at<float>(bytes, 56)));
    CHECK(number_at<float>(bytes, 60) == 519.5F);
    CHECK(bytes.substr(64) == std::string("\1\0", 2));
    CHECK(track.point(0).speed_mps == 2.5F);
    CHECK_FALSE(track.point(0).altitude_m);
    CHECK(track.point(1).time_ms == second.time_ms);
}

TEST_CASE("a track without fixes is a head") {
    const std::string bytes = sent(TrackColumns());
    REQUIRE(bytes.size() == 16);
    CHECK(number_at<std::uint32_t>(bytes, 0) == 0);
}

TEST_CASE("a century fits, to the millisecond") {
    TrackColumns track;
    constexpr UnixMillis kLong = UnixMillis{36'525} * 24 * 3600 * 1000 + 1;
    track.add(point_at(0, 0, 0), true);
    track.add(point_at(kLong, 0, 0), false);
    CHECK(track.time_ms(1) == kLong);
}

TEST_CASE("no line leads to the next fix when one was dropped to which none led") {
    TrackColumns track = circle(10);
    track.breaks[4] = 1;
    track.keep({0, 2, 5, 6});
    CHECK(track.breaks == std::vector<std::uint8_t>{1, 0, 1, 0});
}

TEST_CASE("a track that is thinned out keeps its ends, its bounds and its top speed") {
    const TrackColumns whole = circle(10'000);
    for (const std::size_t most : {7u, 8u, 100u, 999u, 5000u, 9999u}) {
        CAPTURE(most);
        TrackColumns track = whole;
        thin_out(track, most);
        CHECK(track.size() <= most);
        CHECK(track.size() >= 4);
        CHECK(track.stride >= 2);
        CHECK(track.time_ms(0) == whole.time_ms(0));
        CHECK(track.time_ms(track.size() - 1) == whole.time_ms(whole.size() - 1));
        CHECK(bounds(track.longitude_e7) == bounds(whole.longitude_e7));
        CHECK(bounds(track.latitude_e7) == bounds(whole.latitude_e7));
        CHECK(std::count(track.speed_mps.begin(), track.speed_mps.end(), 50.0F) == 1);
        CHECK(std::is_sorted(track.times_ms.begin(), track.times_ms.end()));
        CHECK(std::adjacent_find(track.times_ms.begin(), track.times_ms.end()) ==
              track.times_ms.end());
    }
}

TEST_CASE("every second fix would lose the excursion") {
    const TrackColumns whole = circle(10'000);
    std::vector<std::size_t> every_second;
    for (std::size_t i = 0; i < whole.size(); i += 2) every_second.push_back(i);
    TrackColumns track = whole;
    track.keep(every_second);
    CHECK(bounds(track.longitude_e7) != bounds(whole.longitude_e7));
}

TEST_CASE("two fixes that are left are the ends, and a short track stays as it is") {
    TrackColumns track = circle(50);
    thin_out(track, 50);
    CHECK(track.size() == 50);
    CHECK(track.stride == 1);
    thin_out(track, 2);
    REQUIRE(track.size() == 2);
    CHECK(track.time_ms(0) == 0);
    CHECK(track.time_ms(1) == 49'000);
    CHECK(track.stride == 25);
}
