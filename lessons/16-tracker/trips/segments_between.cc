#include "trips/segments_between.hh"

#include <algorithm>
#include <chrono>

#include "trips/trip_finder.hh"
#include "trips/trip_rules.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

using namespace std::chrono_literals;

constexpr UnixMillis kFirstLook = std::chrono::milliseconds(24h).count();
constexpr UnixMillis kFarther = 4;  // times, if that was not early enough

// One attempt: reads from `start` on, and keeps what the span shares.
class Attempt {
  public:
    Attempt(UnixMillis from, UnixMillis to, bool from_first_fix)
        : from_(from),
          to_(to),
          is_settled_(from_first_fix),
          finder_([this](const Segment& segment) { find(segment); }) {}

    void run(const PointSource& source, UnixMillis start, std::size_t most_around,
             bool give_up_unsettled) {
        bool is_stopped = false;
        source.read(start, kEndOfTime, [&](const SeenPoint& point) {
            if (point.time_ms < from_) ++points_before_;
            if (point.time_ms >= to_ && ++points_after_ > most_around) return false;
            finder_.add(point);
            is_stopped = is_past_ || (give_up_unsettled && is_unsettled_);
            return !is_stopped;
        });
        if (!is_stopped) finder_.finish();
    }

    std::vector<Segment>& found() { return found_; }
    bool is_unsettled() const { return is_unsettled_; }
    std::size_t points_before() const { return points_before_; }

  private:
    void find(const Segment& segment) {
        const bool ends_before =
            segment.end_ms < from_ || (segment.end_ms == from_ && segment.begin_ms < from_);
        if (segment.begin_ms >= to_) {
            is_past_ = true;
        } else if (!ends_before) {
            found_.push_back(segment);
            if (!is_settled_) {
                is_unsettled_ = true;
                found_.back().is_cut = true;
            }
        }
        // The next one depends on nothing that was before (trip_finder.hh).
        if (segment.kind != Segment::Kind::trip) is_settled_ = true;
    }

    UnixMillis from_, to_;
    bool is_settled_;            // what is found from here on would always be found
    bool is_unsettled_ = false;  // and something that was kept was not
    bool is_past_ = false;
    std::size_t points_before_ = 0, points_after_ = 0;
    std::vector<Segment> found_;
    TripFinder finder_;
};

}  // namespace

std::vector<Segment> segments_between(const PointSource& source, UnixMillis from, UnixMillis to,
                                      std::size_t most_around) {
    for (UnixMillis look = kFirstLook;; look *= kFarther) {
        const std::optional<UnixMillis> early =
            source.newest_before(std::max<UnixMillis>(0, from - look));
        // The whole of a step of the grid, or another fix would decide.
        const UnixMillis start = early ? *early - *early % trip_rules::kStep : 0;
        Attempt attempt(from, to, !early);
        const bool is_first = look == kFirstLook;
        attempt.run(source, start, most_around, early.has_value());
        if (!attempt.is_unsettled()) return std::move(attempt.found());
        if (attempt.points_before() < most_around / kFarther || is_first) continue;
        Attempt last(from, to, false);
        last.run(source, start, most_around, false);
        return std::move(last.found());
    }
}

}  // namespace waymark::tracker
