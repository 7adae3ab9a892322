// What the store has done since its start, for `tracker status` and the figures of the web app.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "services/commit_times.hh"
#include "store/store.hh"

namespace waymark::tracker {

struct StoreCounters {
    std::uint64_t stored = 0, duplicates = 0, quarantined = 0, commits = 0, failed_commits = 0;
    std::int64_t slowest_commit_us = 0;
    CommitTimes commit_times{};  // of those that did not fail
    bool last_commit_failed = false;
    UnixMillis last_commit_ms = 0;  // the last that did not fail; 0: none yet

    void note_commit(const CommitResult& result, std::chrono::nanoseconds took, UnixMillis now);

    // A JSON object.
    std::string to_json(Store& store) const;
};

}  // namespace waymark::tracker
