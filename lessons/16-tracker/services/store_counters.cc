#include "services/store_counters.hh"

#include <fmt/format.h>

namespace waymark::tracker {

void StoreCounters::note_commit(const CommitResult& result, std::chrono::nanoseconds took,
                                UnixMillis now) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took);
    if (us.count() > slowest_commit_us) slowest_commit_us = us.count();
    ++(result.durable ? commits : failed_commits);
    last_commit_failed = !result.durable;
    if (!result.durable) return;
    last_commit_ms = now;
    commit_times.note(us);
}

std::string StoreCounters::to_json(Store& store) const {
    return fmt::format(
        R"({{"fixes_stored":{},"duplicates":{},"quarantined":{},"commits":{},)"
        R"("failed_commits":{},"slowest_commit_us":{},"commit_us":{},"commits_within":{},)"
        R"("last_commit_failed":{},"last_commit_ms":{},"log_bytes":{},"quarantine_bytes":{},)"
        R"("accounts":{},"database_bytes":{}}})",
        stored, duplicates, quarantined, commits, failed_commits, slowest_commit_us,
        commit_times.sum_us(), commit_times.to_json(), last_commit_failed ? 1 : 0, last_commit_ms,
        store.log_bytes(), store.quarantine_bytes(), store.count_accounts(),
        store.database_bytes());
}

}  // namespace waymark::tracker
