// Ten years of fixes are ten million rows, and to read them takes seconds. To find the first fix
// after a moment takes some ten microseconds wherever it is, because the table is in the order of
// device and time. So a span that is too long to be read is sampled:
//
//   1. It is cut into equal pieces. Of each the first fixes are read. A piece in which no more are
//      is known whole; one without any costs nothing more.
//   2. Of the others those that are wanted (on the map that is looked at) are cut again, those
//      first in which the device went somewhere, until the limits are reached. Where not all can be
//      cut, every second or third is: no part of the span is looked at more closely than another.
//
// So the result is exact where fixes are few and has at least one in each piece elsewhere. A short
// trip there and back between two samples may be missed; is_whole() says whether that can be.
//
// Whether there is a gap is known where nothing was found: between the last row that was read and
// the next one. Between two samples with rows in between there is none.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "store/reader.hh"

namespace waymark::tracker {

struct SampleLimits {
    std::size_t pieces = 256;    // at first
    std::size_t seeks = 20'000;  // in all
    std::size_t rows_a_piece = 16;
    std::size_t rows = 100'000;  // kept, in all
    std::chrono::milliseconds time{350};
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

class SampledTrack {
  public:
    // Whether what lies between two fixes that follow each other is wanted.
    using Wanted = std::function<bool(const TrackPoint& from, const TrackPoint& to)>;

    // Of the valid fixes with from <= time < to. Throws StoreError.
    SampledTrack(Reader& reader, DeviceNumber device, UnixMillis from, UnixMillis to,
                 const Wanted& is_wanted, SampleLimits limits = {});

    // Those that were found, in the order of time; `is_break`: no line leads to this one.
    void each(const std::function<void(const TrackPoint& point, bool is_break)>& sink) const;

    bool is_whole() const;
    std::size_t seeks() const { return seeks_; }

  private:
    struct Piece {
        UnixMillis from = 0, to = 0;
        std::uint32_t first_row = 0;
        std::uint32_t rows = 0;  // that are kept
        bool is_whole = false;
    };

    Piece read(UnixMillis from, UnixMillis to);
    std::vector<std::size_t> choose(const Wanted& is_wanted);
    bool is_at_limit() const;

    Reader& reader_;
    DeviceNumber device_;
    SampleLimits limits_;
    std::chrono::steady_clock::time_point deadline_;
    std::vector<Piece> pieces_;
    std::vector<TrackPoint> rows_;
    std::size_t seeks_ = 0;
};

}  // namespace waymark::tracker
