// The file with the streets, as it is at this moment. It may have a hundred gigabytes, and is never
// read whole; and it may be replaced at any time (mv), so each answer is of one state of it, which
// its tag names. The state that was opened stays whole while it is sent, whatever is put in its
// place.

#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>

#include "daemon/fd.hh"
#include "map/pmtiles.hh"

namespace waymark::tracker {

struct MapFile {
    std::shared_ptr<const daemon::Fd> file;
    std::uint64_t size = 0;
    std::time_t last_modified = 0;
    std::string version;  // of inode, size and time of change: another one for another state
    PmtilesHeader header;
};

// Throws UsageError, "map: PATH ...", if there is none, if it may not be read, or if it is not what
// read_pmtiles_header() takes; std::system_error when it is our system that fails.
MapFile open_map(const std::string& path);

// And it has the layers that our pages draw, those of the Protomaps basemap: "map: PATH ...".
void require_streets(const std::string& path);

}  // namespace waymark::tracker
