// How much memory this process takes, as proc(5) says under /proc/pid/smaps_rollup: its own pages,
// and of those that it shares its share (PSS), so that the sum over all processes is what the
// server takes. The kernel walks the page tables for it: to be asked for every few seconds, not for
// every request.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::tracker {

class ProcessMemory {
  public:
    ProcessMemory() = default;  // knows nothing

    // To be opened before the process gives up its right to open files. Knows nothing where the
    // kernel has no such file.
    static ProcessMemory of_this_process();

    std::optional<std::int64_t> pss_bytes() const;

  private:
    daemon::Fd file_;
};

// The line "Pss:  123 kB" of such a file, in bytes.
std::optional<std::int64_t> read_pss(std::string_view rollup);

}  // namespace waymark::tracker
