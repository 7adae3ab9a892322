// The place in the stream that a client has reached, in a file, so that it goes on there after it
// was stopped. The file is replaced as a whole (rename(2)): whoever reads it finds the old place or
// the new one. It is not forced onto the disk: after a power cut an older place is there, and some
// messages come twice.

#pragma once

#include <optional>
#include <string>

#include "greeting.hh"

namespace waymark::logrelay {

// Nothing if there is no such file. Throws UsageError if something else than a place is in it, and
// std::system_error.
std::optional<Place> read_place_file(const std::string& path);

// With mode 0600, by way of "PATH.new" beside it. Throws std::system_error, and then the old one is
// still there.
void write_place_file(const std::string& path, const Place& place);

}  // namespace waymark::logrelay
