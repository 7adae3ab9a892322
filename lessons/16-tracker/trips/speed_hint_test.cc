#include "trips/speed_hint.hh"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "protocol.hh"
#include "protocols/reported_point.hh"
#include "trips/geography.hh"
#include "trips/real_trips.hh"
#include "trips/ride.hh"

using namespace waymark::tracker;

namespace {

constexpr UnixMillis kRideBegin = 1'700'000'000'000;
constexpr SpeedUnit kUnits[] = {SpeedUnit::knots, SpeedUnit::kmh, SpeedUnit::mps, SpeedUnit::mph};

Fix fix_of(const TripPoint& point, double speed_mps) {
    Fix fix;
    fix.time_ms = *point.time_ms;
    fix.latitude_e7 = static_cast<std::int32_t>(std::lround(point.place.latitude_deg * 1e7));
    fix.longitude_e7 = static_cast<std::int32_t>(std::lround(point.place.longitude_deg * 1e7));
    fix.speed_mps = static_cast<float>(speed_mps);
    fix.source = Source::traccar;
    return fix;
}

// Two hours of a phone that sends every `every` seconds.
std::vector<Fix> ridden(const Traveller& traveller, std::uint64_t seed, int every) {
    Ride ride(traveller, {47.782, 9.612}, seed, kRideBegin);
    std::vector<Fix> fixes;
    for (int second = 0; second < 7200; second += every) {
        const TripPoint point = ride.at(kRideBegin + second * 1000);
        fixes.push_back(fix_of(point, point.speed_mps.value_or(0)));
    }
    return fixes;
}

// What the file says of speed; where it says nothing, what a phone would: the way around each fix.
std::vector<Fix> fixes_of(const Trip& trip) {
    std::vector<Fix> fixes;
    for (std::size_t i = 0; i < trip.points.size(); ++i) {
        const TripPoint& point = trip.points[i];
        const TripPoint& before = trip.points[i == 0 ? 0 : i - 1];
        const TripPoint& after = trip.points[std::min(i + 1, trip.points.size() - 1)];
        const double seconds =
            std::max(1.0, static_cast<double>(*after.time_ms - *before.time_ms) / 1000);
        const double way =
            distance_m(before.place, point.place) + distance_m(point.place, after.place);
        fixes.push_back(fix_of(point, point.speed_mps.value_or(way / seconds)));
    }
    return fixes;
}

// A phone that says `sent`, and is read as if it said `read`.
std::vector<Fix> misread(std::vector<Fix> fixes, SpeedUnit sent, SpeedUnit read) {
    const double factor = to_metres_per_second(1, read, SpeedUnit::mps) /
                          to_metres_per_second(1, sent, SpeedUnit::mps);
    for (Fix& fix : fixes) fix.speed_mps = static_cast<float>(*fix.speed_mps * factor);
    return fixes;
}

}  // namespace

TEST_CASE("each wrong unit of made rides is found, and the right one is never accused") {
    int said = 0;
    for (const Traveller* traveller : {&kCar, &kBicycle, &kWalker})
        for (const int every : {1, 5, 10, 20})
            for (std::uint64_t seed = 1; seed <= 4; ++seed) {
                const std::vector<Fix> fixes = ridden(*traveller, seed, every);
                for (const SpeedUnit sent : kUnits)
                    for (const SpeedUnit read : kUnits) {
                        const SpeedHint hint = hint_of_speeds(misread(fixes, sent, read), read);
                        CAPTURE(traveller->name);
                        CAPTURE(every);
                        CAPTURE(seed);
                        CAPTURE(hint.ratio.value_or(0));
                        CAPTURE(hint.pairs);
                        if (sent == read) CHECK_FALSE(hint.suggested);
                        if (sent == read || !hint.ratio) continue;
                        CHECK(hint.read_as == read);
                        CHECK(hint.suggested == sent);
                        ++said;
                    }
            }
    CHECK(said > 300);
}

TEST_CASE("over the real trips no unit is accused, and each wrong one is found where it moves") {
    int said = 0;
    const std::vector<RealTrip> trips = read_real_trips();
    for (const RealTrip& real : trips) {
        const std::vector<Fix> fixes = fixes_of(real.trip);
        for (const SpeedUnit sent : kUnits)
            for (const SpeedUnit read : kUnits) {
                const SpeedHint hint = hint_of_speeds(misread(fixes, sent, read), read);
                CAPTURE(real.name);
                CAPTURE(hint.ratio.value_or(0));
                CAPTURE(hint.pairs);
                if (sent == read) CHECK_FALSE(hint.suggested);
                if (sent == read || !hint.ratio) continue;
                CHECK(hint.suggested == sent);
                ++said;
            }
    }
    if (!trips.empty()) CHECK(said >= 24);
}

TEST_CASE("the unit of a device that says none is that of its protocol") {
    const std::vector<Fix> car = ridden(kCar, 1, 5);
    const SpeedHint hint =
        hint_of_speeds(misread(car, SpeedUnit::kmh, SpeedUnit::knots), SpeedUnit::protocol_default);
    CHECK(hint.source == Source::traccar);
    CHECK(hint.read_as == SpeedUnit::knots);
    CHECK(*hint.ratio == doctest::Approx(1.852).epsilon(0.05));
    CHECK(hint.suggested == SpeedUnit::kmh);
}

TEST_CASE("the unit that a protocol means is the one by which its decoder reads") {
    constexpr const char* kSaid[] = {
        "lat=48.1&lon=11.5&timestamp=1768025000&speed=36&spd=36",
        R"({"_type":"location","lat":48.1,"lon":11.5,"tst":1768025000,"vel":36})"};
    int compared = 0;
    for (int number = 1; number <= static_cast<int>(Source::gpsd); ++number)
        for (const char* raw : kSaid) {
            const auto source = static_cast<Source>(number);
            const Quarantined kept{1, 0, "x", source, raw};
            Decoded by_protocol;
            decode_again(kept, {1, SpeedUnit::protocol_default}, 1'768'025'001'000, by_protocol);
            Decoded by_unit;
            decode_again(kept, {1, default_speed_unit(source)}, 1'768'025'001'000, by_unit);
            if (by_protocol.fixes.empty() || !by_protocol.fixes[0].speed_mps) continue;
            CAPTURE(number);
            CHECK(*by_protocol.fixes[0].speed_mps == *by_unit.fixes.at(0).speed_mps);
            ++compared;
        }
    CHECK(compared >= 5);
}

TEST_CASE("too few pairs, standing, and speeds that are made up say nothing") {
    const std::vector<Fix> car = ridden(kCar, 1, 5);
    const std::vector<Fix> wrong = misread(car, SpeedUnit::kmh, SpeedUnit::mps);
    CHECK(hint_of_speeds(wrong, SpeedUnit::mps).ratio);
    CHECK_FALSE(hint_of_speeds({}, SpeedUnit::mps).ratio);
    CHECK_FALSE(hint_of_speeds(std::span(wrong).first(kFewestPairs), SpeedUnit::mps).ratio);

    std::vector<Fix> standing = wrong;
    for (Fix& fix : standing) fix.latitude_e7 = fix.longitude_e7 = 480'000'000;
    CHECK(hint_of_speeds(standing, SpeedUnit::mps).pairs == 0);

    std::vector<Fix> made_up = car;
    std::uint32_t random = 1;
    float speed = 10;
    for (std::size_t i = 0; i < made_up.size(); ++i) {
        random = random * 1664525 + 1013904223;
        if (i % 3 == 0) speed = 1 + static_cast<float>(random >> 24);
        made_up[i].speed_mps = speed;
    }
    const SpeedHint of_made_up = hint_of_speeds(made_up, SpeedUnit::mps);
    CHECK(of_made_up.pairs >= kFewestPairs);
    CHECK_FALSE(of_made_up.ratio);
    CHECK_FALSE(of_made_up.suggested);

    std::vector<Fix> without = wrong;
    for (std::size_t i = 0; i < without.size(); ++i) {
        if (i % 3 == 0) without[i].speed_mps.reset();
        if (i % 3 == 1) without[i].valid = false;
    }
    CHECK(hint_of_speeds(without, SpeedUnit::mps).pairs == 0);
}

TEST_CASE("the protocol that moves most decides, and two of them are not mixed") {
    std::vector<Fix> fixes = misread(ridden(kCar, 2, 5), SpeedUnit::kmh, SpeedUnit::mps);
    const std::size_t pairs = hint_of_speeds(fixes, SpeedUnit::mps).pairs;
    for (std::size_t i = 0; i < fixes.size() / 4; ++i) fixes[i].source = Source::osmand;
    const SpeedHint hint = hint_of_speeds(fixes, SpeedUnit::mps);
    CHECK(hint.source == Source::traccar);
    CHECK(hint.pairs < pairs);
    for (std::size_t i = 0; i < fixes.size(); i += 2) fixes[i].source = Source::colota;
    CHECK(hint_of_speeds(std::span(fixes).subspan(fixes.size() / 4 + 1), SpeedUnit::mps).pairs ==
          0);
}
