#include "trips/trip_file.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::tracker {

namespace {

using daemon::UsageError;

// A year at one point a second is 2 GB of GPX; what is read here lies in memory whole.
constexpr std::size_t kLargestFile = std::size_t{256} << 20;

std::string read_whole(const std::string& path) {
    const daemon::Fd file(daemon::check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open", path));
    std::string bytes;
    char buffer[65536];
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
        if (count == 0) return bytes;
        if (count < 0 && errno == EINTR) continue;
        daemon::check(count, "read", path);
        bytes.append(buffer, static_cast<std::size_t>(count));
        if (bytes.size() > kLargestFile)
            throw UsageError(fmt::format("{}: larger than {} MiB; cut it into several files", path,
                                         kLargestFile >> 20));
    }
}

Trip parse_any(std::string_view bytes, std::string_view name) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    const bool has_mark = bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark;
    const std::size_t first =
        bytes.find_first_not_of(" \t\r\n", has_mark ? kByteOrderMark.size() : 0);
    const char kind = first == std::string_view::npos ? '\0' : bytes[first];
    switch (kind) {
        case '<':
            return parse_gpx(bytes, name);
        case '[':
            return parse_json_rows(bytes, name);
        case '$':
        case '!':
        case '#':
            return parse_nmea(bytes, name);
        case '\0':
            throw UsageError(fmt::format("{}: the file is empty", name));
        default:
            throw UsageError(fmt::format(
                "{}: not a trip: neither GPX, rows of JSON nor an NMEA log; convert it first",
                name));
    }
}

}  // namespace

std::size_t line_at(std::string_view bytes, std::size_t offset) {
    const std::string_view before = bytes.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

Trip parse_trip(std::string_view bytes, std::string_view name, MissingTimes missing) {
    Trip trip = parse_any(bytes, name);
    settle_times(trip, missing);
    return trip;
}

Trip read_trip(const std::string& path, MissingTimes missing) {
    return parse_trip(read_whole(path), path, missing);
}

}  // namespace waymark::tracker
