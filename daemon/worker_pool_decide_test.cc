// WorkerPool::decide: how many workers to start or to stop. No process is made here.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "daemon/worker_pool.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

constexpr WorkerPool::Instant kNow{1000s};
constexpr WorkerLimits kLimits{.start_servers = 2,
                               .server_limit = 5,
                               .threads_per_child = 10,
                               .min_spare_threads = 15,
                               .max_spare_threads = 30};

WorkerOrders decide(const WorkerCounts& counts) {
    return WorkerPool::decide(kLimits, counts, Deadline(kNow), kNow);
}

}  // namespace

TEST_CASE("a table of decisions") {
    struct Line {
        const char* when;
        WorkerCounts counts;
        WorkerOrders orders;
    };
    const Line lines[] = {
        {"at the start there is nobody", {}, {.start = 2, .stop = 0}},
        {"those to begin with are there, but not ready yet",
         {.workers = 2, .serving = 2, .coming_threads = 20},
         {}},
        {"one of those to begin with has died",
         {.workers = 1, .serving = 1, .idle_threads = 10},
         {.start = 1, .stop = 0}},
        {"as many wait as must",
         {.workers = 2, .serving = 2, .idle_threads = 15, .busy_threads = 5},
         {}},
        {"one thread is missing: that is one worker",
         {.workers = 2, .serving = 2, .idle_threads = 14, .busy_threads = 6},
         {.start = 1, .stop = 0}},
        {"eleven are missing: that is two workers",
         {.workers = 2, .serving = 2, .idle_threads = 4, .busy_threads = 16},
         {.start = 2, .stop = 0}},
        {"all are busy, and what was started for that is on its way",
         {.workers = 4, .serving = 4, .busy_threads = 20, .coming_threads = 20},
         {}},
        {"there is room for one only",
         {.workers = 4, .serving = 4, .busy_threads = 40},
         {.start = 1, .stop = 0}},
        {"there is no room", {.workers = 5, .serving = 5, .busy_threads = 50}, {}},
        {"those that end take up room, too", {.workers = 5, .serving = 2, .busy_threads = 30}, {}},
        {"one that ends does not count among those to begin with",
         {.workers = 2, .serving = 1, .idle_threads = 10},
         {.start = 1, .stop = 0}},
        {"as many wait as may", {.workers = 3, .serving = 3, .idle_threads = 30}, {}},
        {"one too many waits: a whole worker goes, and enough stay",
         {.workers = 4, .serving = 4, .idle_threads = 31, .busy_threads = 9},
         {.start = 0, .stop = 1}},
        {"those that are coming are not too many before they have come",
         {.workers = 4, .serving = 4, .idle_threads = 25, .coming_threads = 10},
         {}},
        {"far too many wait: one worker at a time",
         {.workers = 5, .serving = 5, .idle_threads = 50},
         {.start = 0, .stop = 1}},
    };
    for (const Line& line : lines) {
        CAPTURE(line.when);
        CHECK((decide(line.counts) == line.orders));
    }
}

TEST_CASE("those to begin with are never stopped, however many wait") {
    WorkerLimits limits = kLimits;
    limits.start_servers = 5;
    const WorkerCounts counts{.workers = 5, .serving = 5, .idle_threads = 50};
    CHECK((WorkerPool::decide(limits, counts, Deadline(kNow), kNow) == WorkerOrders{}));
}

TEST_CASE("nobody is started before the back-off has ended, and stopping needs no patience") {
    const Deadline not_before(kNow + 1s);
    CHECK((WorkerPool::decide(kLimits, {}, not_before, kNow) == WorkerOrders{}));
    CHECK((WorkerPool::decide(kLimits, {}, not_before, kNow + 999ms) == WorkerOrders{}));
    CHECK((WorkerPool::decide(kLimits, {}, not_before, kNow + 1s) ==
           WorkerOrders{.start = 2, .stop = 0}));
    const WorkerCounts many{.workers = 5, .serving = 5, .idle_threads = 50};
    CHECK((WorkerPool::decide(kLimits, many, not_before, kNow) ==
           WorkerOrders{.start = 0, .stop = 1}));
}

// What must hold in every situation that there can be.
TEST_CASE("every decision is within the limits, enough, and no more than enough") {
    const auto& limits = kLimits;
    int looked_at = 0;
    for (unsigned ending = 0; ending <= limits.server_limit; ++ending)
        for (unsigned serving = 0; serving + ending <= limits.server_limit; ++serving)
            for (unsigned idle = 0; idle <= serving * limits.threads_per_child; ++idle) {
                const WorkerCounts counts{.workers = serving + ending,
                                          .serving = serving,
                                          .idle_threads = idle,
                                          .busy_threads = serving * 10 - idle};
                const WorkerOrders orders = decide(counts);
                ++looked_at;
                const auto is_enough = [&](unsigned started) {
                    return serving + started >= limits.start_servers &&
                           idle + started * limits.threads_per_child >= limits.min_spare_threads;
                };
                CAPTURE(counts.workers);
                CAPTURE(serving);
                CAPTURE(idle);
                REQUIRE(counts.workers + orders.start <= limits.server_limit);
                REQUIRE((is_enough(orders.start) ||
                         counts.workers + orders.start == limits.server_limit));
                REQUIRE((orders.start == 0 || !is_enough(orders.start - 1)));
                if (orders.stop == 0) continue;
                REQUIRE(orders.stop == 1);
                REQUIRE(orders.start == 0);
                REQUIRE(serving - 1 >= limits.start_servers);
                REQUIRE(idle - limits.threads_per_child >= limits.min_spare_threads);
            }
    CHECK(looked_at > 300);
}
