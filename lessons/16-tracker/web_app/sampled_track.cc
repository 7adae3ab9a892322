#include "web_app/sampled_track.hh"

#include <algorithm>
#include <optional>

#include "trips/gap.hh"

namespace waymark::tracker {

namespace {

constexpr UnixMillis kShortestPiece = 1000;
constexpr std::size_t kParts = 4;
constexpr double kStoodStillM = 200;

// At most `most` of them, evenly spread.
void keep_evenly(std::vector<std::size_t>& indexes, std::size_t most) {
    if (indexes.size() <= most) return;
    for (std::size_t i = 0; i < most; ++i) indexes[i] = indexes[i * indexes.size() / most];
    indexes.resize(most);
}

}  // namespace

SampledTrack::SampledTrack(Reader& reader, DeviceNumber device, UnixMillis from, UnixMillis to,
                           const Wanted& is_wanted, SampleLimits limits)
    : reader_(reader),
      device_(device),
      limits_(std::move(limits)),
      deadline_(limits_.now() + limits_.time) {
    const auto pieces = static_cast<UnixMillis>(limits_.pieces);
    const UnixMillis length = std::max(kShortestPiece, (to - from + pieces - 1) / pieces);
    for (UnixMillis begin = from; begin < to; begin += length)
        pieces_.push_back(read(begin, std::min(to, begin + length)));
    while (!is_at_limit()) {
        const std::vector<std::size_t> chosen = choose(is_wanted);
        if (chosen.empty()) return;
        std::vector<Piece> finer;
        finer.reserve(pieces_.size() + kParts * chosen.size());
        std::size_t next = 0;
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            const Piece piece = pieces_[i];
            if (next == chosen.size() || chosen[next] != i || is_at_limit()) {
                finer.push_back(piece);
                continue;
            }
            ++next;
            const UnixMillis part = (piece.to - piece.from + 3) / static_cast<UnixMillis>(kParts);
            for (UnixMillis begin = piece.from; begin < piece.to; begin += part)
                finer.push_back(read(begin, std::min(piece.to, begin + part)));
        }
        pieces_ = std::move(finer);
    }
}

bool SampledTrack::is_at_limit() const {
    return seeks_ + kParts > limits_.seeks || rows_.size() >= limits_.rows ||
           limits_.now() >= deadline_;
}

SampledTrack::Piece SampledTrack::read(UnixMillis from, UnixMillis to) {
    ++seeks_;
    Piece piece{from, to, static_cast<std::uint32_t>(rows_.size()), 0, true};
    std::size_t seen = 0;
    reader_.track_points(device_, from, to, [&](const TrackPoint& point) {
        rows_.push_back(point);
        piece.is_whole = ++seen < limits_.rows_a_piece;
        return piece.is_whole;
    });
    // Of a piece that has more only the first is kept, so that all of them look alike.
    if (!piece.is_whole) rows_.resize(piece.first_row + 1);
    piece.rows = static_cast<std::uint32_t>(rows_.size()) - piece.first_row;
    return piece;
}

// The pieces to cut next, in their order.
std::vector<std::size_t> SampledTrack::choose(const Wanted& is_wanted) {
    std::vector<std::size_t> moved, stood;
    const TrackPoint* after = nullptr;
    for (std::size_t i = pieces_.size(); i-- > 0;) {
        const Piece& piece = pieces_[i];
        if (piece.rows == 0) continue;
        const TrackPoint& first = rows_[piece.first_row];
        const TrackPoint& next = after != nullptr ? *after : first;
        after = &first;
        if (piece.is_whole || piece.to - piece.from <= kShortestPiece) continue;
        if (!is_wanted(first, next)) continue;
        const bool has_moved = distance_m(place_of(first), place_of(next)) > kStoodStillM;
        (has_moved ? moved : stood).push_back(i);
    }
    const std::size_t most = (limits_.seeks - seeks_) / kParts;
    keep_evenly(moved, most);
    keep_evenly(stood, most - moved.size());
    moved.insert(moved.end(), stood.begin(), stood.end());
    std::sort(moved.begin(), moved.end());
    return moved;
}

void SampledTrack::each(
    const std::function<void(const TrackPoint& point, bool is_break)>& sink) const {
    const TrackPoint* before = nullptr;
    UnixMillis empty_since = 0;
    for (const Piece& piece : pieces_) {
        for (std::uint32_t i = 0; i < piece.rows; ++i) {
            const TrackPoint& point = rows_[piece.first_row + i];
            const UnixMillis empty = point.time_ms - empty_since;
            sink(point, before == nullptr || is_gap(*before, point, empty));
            before = &point;
            empty_since = point.time_ms;
        }
        if (!piece.is_whole) empty_since = piece.to;
    }
}

bool SampledTrack::is_whole() const {
    return std::all_of(pieces_.begin(), pieces_.end(),
                       [](const Piece& piece) { return piece.is_whole; });
}

}  // namespace waymark::tracker
