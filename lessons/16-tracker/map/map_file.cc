#include "map/map_file.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/error.hh"

namespace waymark::tracker {

using daemon::Fd;
using daemon::UsageError;

namespace {

constexpr std::size_t kMostNamed = 8;

[[noreturn]] void refuse_map(const std::string& path, std::string_view what) {
    throw UsageError(fmt::format("map: {} {}", path, what));
}

// Non-blocking, or opening a pipe would wait for its writer.
Fd open_or_refuse(const std::string& path) {
    Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file) return file;
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) daemon::fail(errno, "open", path);
    if (errno == ENOENT) refuse_map(path, "is not there");
    refuse_map(path, fmt::format("cannot be read: {}", daemon::error_text(errno)));
}

}  // namespace

MapFile open_map(const std::string& path) {
    MapFile map;
    map.file = std::make_shared<const Fd>(open_or_refuse(path));
    struct stat status {};
    daemon::check(::fstat(map.file->get(), &status), "fstat", path);
    if (!S_ISREG(status.st_mode)) refuse_map(path, "is no file");
    map.size = static_cast<std::uint64_t>(status.st_size);
    map.last_modified = status.st_mtim.tv_sec;
    map.version = fmt::format("{:x}-{:x}-{:x}{:08x}", status.st_ino, status.st_size,
                              status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
    std::array<char, PmtilesHeader::kSize> head;
    const ssize_t count = ::pread(map.file->get(), head.data(), head.size(), 0);
    daemon::check(static_cast<long>(count), "read", path);
    try {
        map.header = read_pmtiles_header({head.data(), static_cast<std::size_t>(count)}, map.size);
    } catch (const UsageError& error) {
        refuse_map(path, error.what());
    }
    return map;
}

void require_streets(const std::string& path) {
    const MapFile map = open_map(path);
    std::vector<std::string> names;
    try {
        names = read_layer_names(*map.file, map.header);
    } catch (const UsageError& error) {
        refuse_map(path, error.what());
    }
    if (names.empty() || std::ranges::find(names, "roads") != names.end()) return;
    names.resize(std::min(names.size(), kMostNamed));
    refuse_map(path,
               fmt::format("has the layers {}; the streets are drawn from those of the Protomaps "
                           "basemap (earth, water, roads): make the file of that, MAPS.md says "
                           "how",
                           fmt::join(names, ", ")));
}

}  // namespace waymark::tracker
