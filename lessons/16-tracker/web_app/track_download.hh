// The positions of a device as a file, for whoever may see it. The file is read and sent slice by
// slice: between two of them nobody holds anything of it but the place where it goes on.

#pragma once

#include <cstddef>
#include <string_view>

#include "fix.hh"
#include "formats/track_formats.hh"
#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/database_reads.hh"
#include "web_app/query.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

class TrackDownload {
  public:
    // Each holds a slice.
    static constexpr std::size_t kMostAtOnce = 8;

    explicit TrackDownload(DatabaseReads& reads) : reads_(reads) {}
    TrackDownload(const TrackDownload&) = delete;
    TrackDownload& operator=(const TrackDownload&) = delete;

    // Of the device in the path, with format, from and to of the query. Where the database cannot
    // be read in the middle the connection is reset, so that nobody takes the part for the whole.
    net::Task<> answer(net::http::Exchange& exchange, Viewer viewer);

  private:
    std::size_t count_ = 0;
    DatabaseReads& reads_;
};

// The part of a path that is a device's number; 0 for what is none.
DeviceNumber device_in_path(std::string_view text);

enum class Written { no, yes };
// The parameter "format": one that is written, or any. Null, and a problem, for what is none.
const TrackFormat* format_in(Query& query, Written written);

}  // namespace waymark::tracker
