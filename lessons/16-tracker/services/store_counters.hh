// What the store has done since its start, for `tracker status`.

#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "store/store.hh"

namespace waymark::tracker {

struct StoreCounters {
    std::uint64_t stored = 0, duplicates = 0, quarantined = 0, commits = 0, failed_commits = 0;
    std::int64_t slowest_commit_us = 0;

    void note_commit(const CommitResult& result, std::chrono::nanoseconds took) {
        using std::chrono::microseconds;
        const auto us = std::chrono::duration_cast<microseconds>(took).count();
        if (us > slowest_commit_us) slowest_commit_us = us;
        ++(result.durable ? commits : failed_commits);
    }

    // A JSON object.
    std::string to_json(Store& store) const {
        return fmt::format(
            R"({{"fixes_stored":{},"duplicates":{},"quarantined":{},"commits":{},)"
            R"("failed_commits":{},"slowest_commit_us":{},"log_bytes":{},"quarantine_bytes":{},"accounts":{}}})",
            stored, duplicates, quarantined, commits, failed_commits, slowest_commit_us,
            store.log_bytes(), store.quarantine_bytes(), store.count_accounts());
    }
};

}  // namespace waymark::tracker
