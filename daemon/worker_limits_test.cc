#include "daemon/worker_limits.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

std::string complaint(const WorkerLimits& limits) {
    try {
        limits.validate();
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("the numbers to begin with, and those of the lesson, can be kept") {
    CHECK(complaint({}) == "");
    CHECK(complaint({.start_servers = 25, .server_limit = 100, .threads_per_child = 50}) == "");
    CHECK(complaint({.start_servers = 1,
                     .server_limit = 1,
                     .threads_per_child = 1,
                     .min_spare_threads = 0,
                     .max_spare_threads = 1}) == "");
}

TEST_CASE("numbers that cannot be kept are refused by name") {
    struct Case {
        WorkerLimits limits;
        std::string complaint;
    };
    const Case cases[] = {
        {{.server_limit = 0}, "server limit: 0 is not between 1 and 10000"},
        {{.start_servers = 0}, "start servers: 0 is not between 1 and 16"},
        {{.start_servers = 17}, "start servers: 17 is not between 1 and 16"},
        {{.threads_per_child = 0}, "threads per child: 0 is not between 1 and 10000"},
        {{.server_limit = 4, .threads_per_child = 5, .min_spare_threads = 21},
         "min spare threads: 21 is not between 0 and 20"},
        {{.grace = 0s}, "grace: 0 is not between 1 and 86400"},
        {{.grace = -1s}, "grace: -1 is not between 1 and 86400"},
    };
    for (const Case& one : cases) CHECK(complaint(one.limits) == one.complaint);
}

TEST_CASE("the spare bounds must be a worker apart") {
    WorkerLimits limits{.threads_per_child = 10, .min_spare_threads = 5, .max_spare_threads = 15};
    CHECK(complaint(limits) == "");
    limits.max_spare_threads = 14;
    CHECK(complaint(limits).starts_with("max spare threads: 14 is less than"));
}
