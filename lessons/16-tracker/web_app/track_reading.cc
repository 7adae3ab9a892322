#include "web_app/track_reading.hh"

#include <algorithm>
#include <cmath>
#include <functional>

#include "trips/gap.hh"
#include "trips/place_speeds.hh"
#include "web_app/visible_line.hh"

namespace waymark::tracker {

namespace {

using PointSink = std::function<void(const TrackPoint& point, bool is_break)>;

// A line that is still too long is drawn more coarsely, until it fits; lone fixes, which no
// tolerance takes away, are thinned out.
class ViewCollector {
  public:
    ViewCollector(const TrackView& view, std::size_t most)
        : most_(most),
          tolerance_(view.tolerance),
          line_(view.box, view.tolerance,
                [this](const TrackPoint& point, bool is_break) { take(point, is_break); }) {}
    ViewCollector(const ViewCollector&) = delete;
    ViewCollector& operator=(const ViewCollector&) = delete;

    void add(const TrackPoint& point, bool is_break) { line_.add(point, is_break); }
    TrackColumns end() {
        line_.end();
        if (track_.size() > most_) coarsen();
        thin_out(track_, most_);
        return std::move(track_);
    }

  private:
    void take(const TrackPoint& point, bool is_break) {
        track_.add(point, is_break);
        if (track_.size() >= 2 * most_) coarsen();
    }

    void coarsen() {
        constexpr MapBox kWorld{-1, 2, -1, 2};
        for (int i = 0; i < 8 && track_.size() > most_; ++i) {
            tolerance_ *= 2;
            const TrackColumns finer = std::move(track_);
            track_.clear();
            VisibleLine coarser(kWorld, tolerance_, [this](const TrackPoint& point, bool is_break) {
                track_.add(point, is_break);
            });
            for (std::size_t i2 = 0; i2 < finer.size(); ++i2)
                coarser.add(finer.point(i2), finer.breaks[i2] != 0);
            coarser.end();
            track_.stride = finer.stride;
        }
        thin_out(track_, most_);
    }

    std::size_t most_;
    double tolerance_;
    TrackColumns track_;
    VisibleLine line_;
};

bool sends_speeds(Reader& reader, const TrackRequest& request) {
    constexpr int kLookedAt = 64;
    int looked_at = 0;
    bool sends = false;
    reader.track_points(request.device, request.from, request.to, [&](const TrackPoint& point) {
        sends = sends || point.speed_mps;
        return !sends && ++looked_at < kLookedAt;
    });
    return sends || looked_at == 0;
}

// How many there were; nothing if there are more than `most`: then the sink has got only the first
// of them.
std::optional<std::size_t> read_as_they_are(Reader& reader, const TrackRequest& request,
                                            bool works_out_speeds, std::size_t most,
                                            const PointSink& sink) {
    std::size_t rows = 0;
    TrackPoint last;
    PlaceSpeeds speeds;
    const auto take = [&](TrackPoint point) {
        if (++rows > most) return false;
        const bool is_break = rows == 1 || is_gap(last, point);
        last = point;
        if (works_out_speeds) {
            const std::optional<float> speed = speeds.add(point, is_break);
            if (!point.speed_mps) point.speed_mps = speed;
        }
        sink(point, is_break);
        return true;
    };
    reader.track_points(request.device, request.from, request.to, take);
    if (rows > most) return std::nullopt;
    return rows;
}

std::size_t count_up_to(Reader& reader, const TrackRequest& request, std::size_t most) {
    return static_cast<std::size_t>(
        reader.count(request.device, request.from, request.to, static_cast<std::int64_t>(most)));
}

// Only the stretch in which there are fixes is cut into pieces.
TrackRequest narrowed(Reader& reader, const TrackRequest& request) {
    TrackRequest narrow = request;
    reader.track_points(request.device, request.from, request.to, [&](const TrackPoint& first) {
        narrow.from = first.time_ms;
        return false;
    });
    const std::optional<StoredFix> last = reader.last_fix(request.device, request.to - 1);
    if (last) narrow.to = last->fix.time_ms + 1;
    return narrow;
}

SampledTrack read_samples(Reader& reader, const TrackRequest& request, const TrackLimits& limits) {
    const TrackRequest narrow = narrowed(reader, request);
    // A rim, because between two samples the line may go on into the box.
    const std::optional<MapBox> near =
        request.view ? std::optional(with_rim(request.view->box, 0.25)) : std::nullopt;
    const auto is_wanted = [&near](const TrackPoint& from, const TrackPoint& to) {
        if (!near) return true;
        const MapPoint begin = map_point(from);
        MapPoint end = map_point(to);
        end.x = nearest_copy(end.x, begin.x);
        return touches(*near, begin, end);
    };
    return SampledTrack(reader, request.device, narrow.from, narrow.to, is_wanted, limits.samples);
}

TrackColumns read_view(Reader& reader, const TrackRequest& request, const TrackLimits& limits) {
    const bool works_out = !sends_speeds(reader, request);
    {
        ViewCollector whole(*request.view, request.most);
        const auto collect = [&whole](const TrackPoint& point, bool is_break) {
            whole.add(point, is_break);
        };
        if (read_as_they_are(reader, request, works_out, limits.rows, collect)) {
            TrackColumns track = whole.end();
            if (works_out) track.flags |= TrackColumns::kSpeedsWorkedOut;
            return track;
        }
    }
    const SampledTrack samples = read_samples(reader, request, limits);
    ViewCollector seen(*request.view, request.most);
    samples.each([&seen](const TrackPoint& point, bool is_break) { seen.add(point, is_break); });
    TrackColumns track = seen.end();
    if (!samples.is_whole()) track.flags |= TrackColumns::kSampled;
    return track;
}

TrackColumns read_span(Reader& reader, const TrackRequest& request, const TrackLimits& limits) {
    const bool works_out = !sends_speeds(reader, request);
    TrackColumns track;
    const auto collect = [&track](const TrackPoint& point, bool is_break) {
        track.add(point, is_break);
    };
    const bool is_thinned = request.most < limits.thinned_rows;
    const std::size_t most = is_thinned ? std::min(limits.rows, limits.thinned_rows) : limits.rows;
    // To count them takes a fraction of the time, and no memory, of reading too many in vain.
    const std::size_t known = is_thinned ? count_up_to(reader, request, most + 1) : 0;
    track.reserve(known > most ? 0 : known);
    if (known <= most && read_as_they_are(reader, request, works_out, most, collect)) {
        thin_out(track, request.most);
        if (works_out) track.flags |= TrackColumns::kSpeedsWorkedOut;
        return track;
    }
    track.clear();
    const SampledTrack samples = read_samples(reader, request, limits);
    samples.each(collect);
    thin_out(track, request.most);
    if (!samples.is_whole()) track.flags |= TrackColumns::kSampled;
    return track;
}

}  // namespace

double tolerance_of_zoom(double zoom) {
    return 0.5 / (256 * std::exp2(zoom));
}

TrackColumns read_track(Reader& reader, const TrackRequest& request, const TrackLimits& limits) {
    return request.view ? read_view(reader, request, limits) : read_span(reader, request, limits);
}

}  // namespace waymark::tracker
