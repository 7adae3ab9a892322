#include "trips/trip_file.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "protocols/number.hh"
#include "trips/nmea_sentence.hh"
#include "trips/utf16.hh"

namespace waymark::tracker {

namespace {

using daemon::UsageError;

// A year at one point a second is 2 GB of GPX; what is read here lies in memory whole.
constexpr std::size_t kLargestFile = std::size_t{256} << 20;

// In which a log has a sentence that says a place: what gpsd says first is less.
constexpr std::size_t kBeginning = std::size_t{64} << 10;

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
    if (first == std::string_view::npos)
        throw UsageError(fmt::format("{}: the file is empty", name));
    if (bytes[first] == '<') return parse_gpx(bytes, name);
    // Before rows of JSON: a log may begin with a time stamp in brackets.
    if (has_place_sentence(bytes.substr(0, kBeginning))) return parse_nmea(bytes, name);
    if (bytes[first] == '[') return parse_json_rows(bytes, name);
    if (bytes[first] == '$' || bytes[first] == '!' || bytes[first] == '#')
        return parse_nmea(bytes, name);
    throw UsageError(fmt::format(
        "{}: not a trip: neither GPX, rows of JSON nor an NMEA log; convert it first", name));
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = std::min(text.find_first_not_of(kBlank), text.size());
    text = text.substr(first, text.find_last_not_of(kBlank) + 1 - first);
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return {};
    return number.value;
}

std::size_t line_at(std::string_view bytes, std::size_t offset) {
    const std::string_view before = bytes.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

Trip parse_trip(std::string_view bytes, std::string_view name, MissingTimes missing) {
    const std::optional<std::string> converted = utf8_of_utf16(bytes);
    Trip trip = parse_any(converted ? *converted : bytes, name);
    settle_times(trip, missing);
    return trip;
}

Trip read_trip(const std::string& path, MissingTimes missing) {
    return parse_trip(read_whole(path), path, missing);
}

}  // namespace waymark::tracker
