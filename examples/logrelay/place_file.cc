#include "place_file.hh"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::logrelay {

using daemon::check;

std::optional<Place> read_place_file(const std::string& path) {
    const daemon::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file && errno == ENOENT) return std::nullopt;
    check(file.get(), "open", path);
    std::array<char, kLongestGreeting> text;
    const auto count = check(::read(file.get(), text.data(), text.size()), "read", path);
    std::string_view line(text.data(), static_cast<std::size_t>(count));
    if (line.ends_with('\n')) line.remove_suffix(1);
    const std::optional<Place> place = read_place(line);
    if (!place)
        throw daemon::UsageError(path +
                                 ": no place is in it, such as 1764399602123.17; remove it "
                                 "to begin with what comes from now on");
    return place;
}

void write_place_file(const std::string& path, const Place& place) {
    const std::string beside = path + ".new";
    const std::string line = to_string(place) + "\n";
    {
        // One that was left there may be anybody's, or lead elsewhere.
        if (::unlink(beside.c_str()) == -1 && errno != ENOENT)
            daemon::fail(errno, "remove", beside);
        constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY;
        const daemon::Fd file(check(::open(beside.c_str(), kFlags, 0600), "open", beside));
        const auto count = check(::write(file.get(), line.data(), line.size()), "write", beside);
        if (static_cast<std::size_t>(count) < line.size()) daemon::fail(ENOSPC, "write", beside);
    }
    check(std::rename(beside.c_str(), path.c_str()), "rename", path);
}

}  // namespace waymark::logrelay
