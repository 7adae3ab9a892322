// How many workers there may be and must be: the numbers of a pool, with the names that Apache's
// worker module gives them, and what they are compared with. Values only; who decides by them is
// daemon/worker_pool.
//
// Refused are numbers that cannot all be kept: a person would look for the mistake in the server.

#pragma once

#include <chrono>
#include <cstdint>

namespace waymark::daemon {

struct WorkerLimits {
    // Workers at the start, and none of them is stopped later: one that dies is replaced, after a
    // pause if several do. (Apache's number is for the first moment only.)
    unsigned start_servers = 3;
    unsigned server_limit = 16;  // no more processes than this
    unsigned threads_per_child = 25;

    // Threads of all workers together that wait for a client. With fewer a worker is started before
    // it is needed, with more one is stopped.
    unsigned min_spare_threads = 25;
    unsigned max_spare_threads = 250;

    // A worker ends in good order after so many clients, so that what leaks in it does not grow for
    // ever. 0: never.
    std::uint64_t max_requests_per_child = 0;

    // What a worker that ends may still take for the clients it has begun with.
    std::chrono::seconds grace{30};

    // Throws UsageError that names the number and says what it should be.
    void validate() const;
};

// What a pool has at one moment.
struct WorkerCounts {
    unsigned workers = 0;  // processes, also those that are ending
    unsigned serving = 0;  // those that are not
    unsigned idle_threads = 0;
    unsigned busy_threads = 0;
    unsigned coming_threads = 0;  // of workers that were started and are not ready yet

    friend bool operator==(const WorkerCounts&, const WorkerCounts&) = default;
};

// What is to be done about it.
struct WorkerOrders {
    unsigned start = 0;
    unsigned stop = 0;

    friend bool operator==(const WorkerOrders&, const WorkerOrders&) = default;
};

}  // namespace waymark::daemon
