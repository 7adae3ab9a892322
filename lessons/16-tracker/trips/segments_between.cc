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
    Attempt(UnixMillis from, UnixMillis to, std::size_t most_around, bool from_first_fix)
        : from_(from),
          to_(to),
          most_around_(most_around),
          is_settled_(from_first_fix),
          finder_([this](const Segment& segment) { find(segment); }) {}

    // An attempt that is not the last ends as soon as another is needed.
    void run(const PointSource& source, UnixMillis start, bool is_last) {
        bool is_stopped = false;
        source.read(start, kEndOfTime, [&](const SeenPoint& point) {
            if (point.time_ms < from_ && ++points_before_ > most_around_) has_too_many_ = true;
            if (point.time_ms >= to_ && ++points_after_ > most_around_) return false;
            if (!has_too_many_) finder_.add(point);
            is_stopped = is_past_ || has_too_many_ || (!is_last && is_unsettled_);
            return !is_stopped;
        });
        if (!is_stopped) finder_.finish();
    }

    std::vector<Segment>& found() { return found_; }
    bool has_too_many() const { return has_too_many_; }
    bool is_good() const { return !is_unsettled_ && !has_too_many_; }

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
    std::size_t most_around_;
    bool is_settled_;            // what is found from here on would always be found
    bool is_unsettled_ = false;  // and something that was kept was not
    bool is_past_ = false;
    bool has_too_many_ = false;  // before the span
    std::size_t points_before_ = 0, points_after_ = 0;
    std::vector<Segment> found_;
    TripFinder finder_;
};

// The beginning of a step of the grid: within one, another fix would decide.
UnixMillis step_of(UnixMillis time) {
    return time - time % trip_rules::kStep;
}

}  // namespace

std::vector<Segment> segments_between(const PointSource& source, UnixMillis from, UnixMillis to,
                                      std::size_t most_around) {
    std::optional<UnixMillis> farthest;  // of what may be read, where that is less than there is
    for (UnixMillis look = kFirstLook;; look *= kFarther) {
        const std::optional<UnixMillis> early =
            source.time_before(std::max<UnixMillis>(0, from - look), 1);
        UnixMillis start = early ? step_of(*early) : 0;
        const bool is_last = farthest && start <= *farthest;
        if (is_last) start = *farthest;
        Attempt attempt(from, to, most_around, !early && !is_last);
        attempt.run(source, start, is_last);
        if (is_last || attempt.is_good()) return std::move(attempt.found());
        if (!attempt.has_too_many()) continue;
        farthest = source.time_before(from, most_around);
        if (farthest) farthest = step_of(*farthest - 1) + trip_rules::kStep;
    }
}

}  // namespace waymark::tracker
