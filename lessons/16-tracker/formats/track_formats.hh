// The formats by name, and by how a file begins.

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"
#include "formats/track_writer.hh"

namespace waymark::tracker {

struct TrackFormat {
    std::string_view name;   // as people write it: "gpx"
    std::string_view words;  // "GPX"
    std::unique_ptr<TrackReader> (*make_reader)(ImportedPoints& points);
    // Of those that are written; else null.
    std::unique_ptr<TrackWriter> (*make_writer)();
    std::string_view media_type;
};

std::span<const TrackFormat> track_formats();
// Nothing for a name that is none.
const TrackFormat* find_track_format(std::string_view name);
// "gpx, geojson, ..."; with written_only those that are written.
std::string list_of_track_formats(bool written_only = false);

// What a file is that begins like this; null if nobody knows. A name says nothing.
const TrackFormat* recognise_format(std::string_view beginning);

// A reader that looks at the beginning before it takes one of the formats. Throws UsageError for
// what it does not know, and says so in particular of what is packed.
class RecognisingReader final : public TrackReader {
  public:
    static constexpr std::size_t kBeginning = std::size_t{16} * 1024;

    explicit RecognisingReader(ImportedPoints& points) : points_(points) {}

    void read(std::string_view bytes) override;
    void end() override;
    // Null until it is known.
    const TrackFormat* format() const { return format_; }

  private:
    void begin();

    ImportedPoints& points_;
    std::string beginning_;
    const TrackFormat* format_ = nullptr;
    std::unique_ptr<TrackReader> reader_;
};

}  // namespace waymark::tracker
