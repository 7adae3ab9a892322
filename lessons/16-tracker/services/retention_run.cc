#include "services/retention_run.hh"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "store/audit_log.hh"
#include "store/device_edits.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

RetentionRun::RetentionRun(net::EventLoop& loop, Store& store, daemon::Log& log)
    : loop_(loop), store_(store), log_(log), timer_(loop.timers(), [this] { is_due_ = true; }) {}

void RetentionRun::look() {
    timer_.set(Deadline::after(kLeastPause, loop_.now()));
}

bool RetentionRun::step_if_due() {
    if (!std::exchange(is_due_, false)) return false;
    milliseconds pause = kAfterFailure;
    bool has_removed = false;
    try {
        const auto begin = steady_clock::now();
        const bool is_more = step();
        const auto taken = steady_clock::now() - begin;
        pause = is_more ? std::max(kLeastPause, std::chrono::duration_cast<milliseconds>(taken))
                        : milliseconds(kEvery);
        has_removed = !is_more && !gone_.empty();
        if (has_removed) note_end();
    } catch (const std::exception& error) {
        log_.warning("the removal of old positions goes on later: {}", error.what());
    }
    timer_.set(Deadline::after(pause));
    return has_removed;
}

// True if there may be more to do.
bool RetentionRun::step() {
    std::optional<Retention::Removed> removed;
    std::string name;
    store_.change([&](Connection& connection) {
        removed = Retention(connection).step(unix_now());
        if (removed) name = DeviceEdits(connection).name_of(removed->device);
    });
    if (!removed) return false;
    Gone& gone = gone_[removed->device];
    gone.name = std::move(name);
    gone.rows += removed->rows;
    return true;
}

// One line for each device and run.
void RetentionRun::note_end() {
    const auto all = std::exchange(gone_, {});
    for (const auto& [device, gone] : all)
        log_.info("device {}: {} rows were older than its days, and are gone", device, gone.rows);
    store_.change([&](Connection& connection) {
        for (const auto& [device, gone] : all)
            AuditLog(connection)
                .note({.time_ms = unix_now(),
                       .who = "tracker serve",
                       .action = "old positions removed",
                       .about = fmt::format("{}: {} rows", gone.name, gone.rows)});
    });
}

}  // namespace waymark::tracker
