// For tests: tracks made by rule, metre by metre around a place, and what is found in them.

#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "trips/geography.hh"
#include "trips/segments_between.hh"
#include "trips/trip_finder.hh"

namespace waymark::tracker {

inline constexpr UnixMillis kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
inline constexpr UnixMillis kMorning = 1'715'320'800'000;  // 2024-05-10T06:00:00Z

class MadeTrack {
  public:
    explicit MadeTrack(std::uint64_t seed = 1, Place home = {48.14, 11.57},
                       UnixMillis begin = kMorning)
        : map_(home), random_(seed), time_(begin) {}

    // A fix where the track is, wrong by about `noise_m`.
    MadeTrack& fix(double accuracy_m = 5, double noise_m = 0) {
        std::normal_distribution<double> noise(0, 1);
        const Metres wrong{noise_m * noise(random_), noise_m * noise(random_)};
        const Place place = map_.place(here_ + wrong);
        points_.push_back(
            {time_, static_cast<std::int32_t>(std::lround(place.latitude_deg * 1e7)),
             static_cast<std::int32_t>(std::lround(std::remainder(place.longitude_deg, 360) * 1e7)),
             static_cast<float>(accuracy_m)});
        return *this;
    }
    // Remains for `time`, and says so every so often; the last fix is at its end.
    MadeTrack& remain(UnixMillis time, UnixMillis every = 10 * kSecond, double noise_m = 0,
                      double accuracy_m = 5) {
        for (UnixMillis passed = every; passed <= time; passed += every) {
            time_ += every;
            fix(accuracy_m, noise_m);
        }
        return *this;
    }
    // Goes straight on by so many metres.
    MadeTrack& go(double east, double north, double mps, UnixMillis every = 10 * kSecond,
                  double noise_m = 0) {
        const Metres begin = here_, way{east, north};
        const double seconds = length(way) / mps;
        const UnixMillis start = time_;
        const double step = static_cast<double>(every) / 1000;
        for (double passed = step; passed < seconds; passed += step) {
            here_ = begin + way * (passed / seconds);
            time_ = start + std::llround(passed * 1000);
            fix(5, noise_m);
        }
        here_ = begin + way;
        time_ = start + std::llround(seconds * 1000);
        return fix(5, noise_m);
    }
    MadeTrack& round_block(double east, double north, double mps) {
        return go(east, 0, mps).go(0, north, mps).go(-east, 0, mps).go(0, -north, mps);
    }
    // Nothing is heard for `time`, after which it is so many metres away.
    MadeTrack& vanish(UnixMillis time, double east = 0, double north = 0) {
        time_ += time;
        here_ = here_ + Metres{east, north};
        return fix();
    }
    // One fix that is wrong, and back.
    MadeTrack& slip(double east, double north, UnixMillis every = 10 * kSecond,
                    double accuracy_m = 5) {
        here_ = here_ + Metres{east, north};
        time_ += every;
        fix(accuracy_m);
        here_ = here_ - Metres{east, north};
        time_ += every;
        return fix();
    }

    UnixMillis now() const { return time_; }
    std::vector<SeenPoint>& points() { return points_; }

  private:
    FlatMap map_;
    std::mt19937_64 random_;
    UnixMillis time_;
    Metres here_;
    std::vector<SeenPoint> points_;
};

inline std::vector<Segment> segments_of(const std::vector<SeenPoint>& points) {
    std::vector<Segment> found;
    TripFinder finder([&found](const Segment& segment) { found.push_back(segment); });
    for (const SeenPoint& point : points) finder.add(point);
    finder.finish();
    return found;
}

inline char letter_of(Segment::Kind kind) {
    return kind == Segment::Kind::stay ? 'S' : kind == Segment::Kind::trip ? 'T' : '-';
}

// "STS-": a stay, a trip, a stay, and a silence.
inline std::string story(const std::vector<Segment>& segments) {
    std::string letters;
    for (const Segment& segment : segments) letters += letter_of(segment.kind);
    return letters;
}
inline std::string story(MadeTrack& track) {
    return story(segments_of(track.points()));
}

inline PointSource source_of(const std::vector<SeenPoint>& points) {
    const auto first_from = [&points](UnixMillis time) {
        return std::lower_bound(
            points.begin(), points.end(), time,
            [](const SeenPoint& point, UnixMillis wanted) { return point.time_ms < wanted; });
    };
    PointSource source;
    source.read = [&points, first_from](UnixMillis from, UnixMillis to,
                                        const PointSource::Each& each) {
        for (auto point = first_from(from); point != points.end() && point->time_ms < to; ++point)
            if (!each(*point)) return;
    };
    source.time_before = [&points, first_from](UnixMillis before,
                                               std::size_t place) -> std::optional<UnixMillis> {
        const auto after = first_from(before);
        if (static_cast<std::size_t>(after - points.begin()) < place) return std::nullopt;
        return std::prev(after, static_cast<std::ptrdiff_t>(place))->time_ms;
    };
    return source;
}

}  // namespace waymark::tracker
