#include "services/retention_run.hh"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "services/paced_step.hh"
#include "store/audit_log.hh"
#include "store/device_edits.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;

RetentionRun::RetentionRun(net::EventLoop& loop, Store& store, daemon::Log& log)
    : loop_(loop), store_(store), log_(log), timer_(loop.timers(), [this] { is_due_ = true; }) {}

void RetentionRun::look() {
    timer_.set(Deadline::after(kLeastPause, loop_.now()));
}

bool RetentionRun::step_if_due() {
    if (!std::exchange(is_due_, false)) return false;
    bool has_removed = false;
    const auto done = paced_step(log_, "the removal of old positions", [&] {
        const bool is_more = step();
        has_removed = !is_more && !gone_.empty();
        if (has_removed) note_end();
        return is_more;
    });
    timer_.set(Deadline::after(!done ? kAfterFailure : done->result ? done->pause : kEvery));
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
