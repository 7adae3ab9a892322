// The positions of a device and a span as a file, slice by slice: whoever writes it holds one slice
// at a time, and between two of them the database is read by nobody. Those that the phone itself
// called not valid are left out, as on the map.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "formats/track_formats.hh"
#include "store/reader.hh"

namespace waymark::tracker {

class TrackExport {
  public:
    // Positions of a slice; a few more where several have one time.
    static constexpr std::int64_t kSlice = 2000;

    struct Choice {
        DeviceNumber device = 0;
        std::string name;     // of the device
        UnixMillis from = 0;  // from <= time < to
        UnixMillis to = 0;
    };

    // `format` must be one that is written.
    TrackExport(const TrackFormat& format, Choice choice)
        : writer_(format.make_writer()), choice_(std::move(choice)) {}

    // Appends what is next. False when that was the end.
    bool add_slice(Reader& reader, std::string& out);
    std::int64_t written() const { return written_; }

  private:
    std::unique_ptr<TrackWriter> writer_;
    Choice choice_;  // from here on
    bool has_begun_ = false;
    std::int64_t written_ = 0;
};

// Of a device and a time: "van-2026-01-10.gpx", and "van.gpx" from the first on; of the name only
// letters, digits, '-', '_' and '.' are taken.
std::string name_of_export(const TrackFormat& format, const std::string& device, UnixMillis from);

}  // namespace waymark::tracker
