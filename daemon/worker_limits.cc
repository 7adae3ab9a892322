#include "daemon/worker_limits.hh"

#include <fmt/core.h>

#include <string_view>

#include "daemon/error.hh"

namespace waymark::daemon {

namespace {

void must_be_between(std::string_view name, std::int64_t value, std::int64_t least,
                     std::int64_t most) {
    if (value < least || value > most)
        throw UsageError(fmt::format("{}: {} is not between {} and {}", name, value, least, most));
}

}  // namespace

void WorkerLimits::validate() const {
    must_be_between("server limit", server_limit, 1, 10'000);
    must_be_between("threads per child", threads_per_child, 1, 10'000);
    must_be_between("start servers", start_servers, 1, server_limit);
    const std::int64_t all_threads = std::int64_t{server_limit} * threads_per_child;
    must_be_between("min spare threads", min_spare_threads, 0, all_threads);
    // Closer together, and the worker that is stopped for one bound is missed at the other.
    const std::uint64_t least = std::uint64_t{min_spare_threads} + threads_per_child;
    if (max_spare_threads < least)
        throw UsageError(
            fmt::format("max spare threads: {} is less than min spare threads and one worker's "
                        "threads, {}: workers would be stopped and started again without end",
                        max_spare_threads, least));
    must_be_between("grace", grace.count(), 1, 86'400);
}

}  // namespace waymark::daemon
