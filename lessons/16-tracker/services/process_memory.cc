#include "services/process_memory.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace waymark::tracker {

ProcessMemory ProcessMemory::of_this_process() {
    ProcessMemory memory;
    memory.file_ = daemon::Fd(::open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC));
    return memory;
}

std::optional<std::int64_t> ProcessMemory::pss_bytes() const {
    if (!file_) return std::nullopt;
    std::array<char, 2048> buffer;
    const ssize_t got = ::pread(file_.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return std::nullopt;
    return read_pss({buffer.data(), static_cast<std::size_t>(got)});
}

std::optional<std::int64_t> read_pss(std::string_view rollup) {
    constexpr std::string_view kLine = "\nPss:";
    constexpr std::int64_t kMostKilobytes = std::int64_t{1} << 50;
    const std::size_t line = rollup.find(kLine);
    if (line == std::string_view::npos) return std::nullopt;
    std::string_view rest = rollup.substr(line + kLine.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    std::int64_t kilobytes = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), kilobytes);
    const std::string_view unit(end, static_cast<std::size_t>(rest.data() + rest.size() - end));
    if (error != std::errc() || !unit.starts_with(" kB") || kilobytes < 0 ||
        kilobytes > kMostKilobytes)
        return std::nullopt;
    return kilobytes * 1024;
}

}  // namespace waymark::tracker
