#include "services/retention_run.hh"

#include <fmt/core.h>
#include <time.h>

#include <optional>
#include <utility>
#include <vector>

#include "protocols/time_text.hh"
#include "services/paced_step.hh"
#include "store/audit_log.hh"
#include "store/change_lock.hh"
#include "store/device_edits.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;
using std::chrono::milliseconds;

RetentionRun::Clocks RetentionRun::clocks_of_the_system() {
    const auto since_boot = [] {
        timespec time{};
        ::clock_gettime(CLOCK_BOOTTIME, &time);
        return milliseconds(std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000);
    };
    return {unix_now, since_boot};
}

RetentionRun::RetentionRun(net::EventLoop& loop, Store& store, daemon::Log& log, Clocks clocks)
    : loop_(loop),
      store_(store),
      log_(log),
      clocks_(std::move(clocks)),
      timer_(loop.timers(), [this] { is_due_ = true; }) {}

void RetentionRun::look() {
    timer_.set(Deadline::after(kLeastPause, loop_.now()));
}

bool RetentionRun::step_if_due() {
    if (!std::exchange(is_due_, false)) return false;
    bool has_removed = false;
    milliseconds wait{0};
    const auto done = paced_step(log_, "the removal of old positions", [&] {
        wait = doubt();
        if (wait > milliseconds(0)) return false;
        const bool is_more = step();
        has_removed = !is_more && !gone_.empty();
        if (has_removed) note_end();
        return is_more;
    });
    milliseconds pause = kAfterFailure;
    if (done && wait > milliseconds(0))
        pause = wait;
    else if (done)
        pause = done->result ? done->pause : milliseconds(kEvery);
    timer_.set(Deadline::after(pause));
    return has_removed;
}

UnixMillis RetentionRun::latest_that_is_likely(milliseconds since_boot) {
    if (looked_now_)
        return *looked_now_ + (since_boot - looked_since_boot_ + milliseconds(kJump)).count();
    std::int64_t heard = 0;
    store_.change([&](Connection& connection) {
        heard = connection.number("SELECT coalesce(max(last_seen_ms), 0) FROM device_state");
    });
    return heard == 0 ? kEndOfTime : heard + milliseconds(kUnheard).count();
}

milliseconds RetentionRun::doubt() {
    const UnixMillis now = clocks_.now();
    const milliseconds since_boot = clocks_.since_boot();
    if (now > latest_that_is_likely(since_boot)) {
        doubted_until_ = since_boot + milliseconds(kSettle);
        log_.warning("the clock says {}, which is far ahead: old positions are removed in an hour",
                     format_time(now));
    }
    looked_now_ = now;
    looked_since_boot_ = since_boot;
    return doubted_until_ - since_boot;
}

// True if there may be more to do.
bool RetentionRun::step() {
    std::optional<Retention::Removed> removed;
    std::optional<Thinning::Thinned> thinned;
    std::string name;
    Thinning::Walk walk = walk_;  // it has gone on when that is committed
    store_.change([&](Connection& connection) {
        removed = Retention(connection).step(clocks_.now());
        if (!removed) thinned = Thinning(connection).step(walk, clocks_.now());
        if (removed || thinned)
            name = DeviceEdits(connection).name_of(removed ? removed->device : thinned->device);
    });
    walk_ = walk;
    if (removed) note_gone(removed->device, name, &Gone::rows, removed->rows);
    if (thinned) note_gone(thinned->device, name, &Gone::thinned_out, thinned->rows);
    return removed || thinned;
}

void RetentionRun::note_gone(DeviceNumber device, const std::string& name, std::int64_t Gone::*what,
                             std::int64_t rows) {
    if (rows == 0) return;
    Gone& gone = gone_[device];
    gone.name = name;
    gone.*what += rows;
}

// One line for each device and run, and for what goes in each of the two ways.
void RetentionRun::note_end() {
    const auto all = std::exchange(gone_, {});
    std::vector<AuditEntry> entries;
    const auto note = [&](const std::string& name, std::string action, std::int64_t rows) {
        if (rows > 0)
            entries.push_back({.time_ms = unix_now(),
                               .who = "tracker serve",
                               .action = std::move(action),
                               .about = fmt::format("{}: {} rows", name, rows)});
    };
    for (const auto& [device, gone] : all) {
        if (gone.rows > 0)
            log_.info("device {}: {} rows were older than its days, and are gone", device,
                      gone.rows);
        if (gone.thinned_out > 0)
            log_.info("device {}: {} positions were thinned out", device, gone.thinned_out);
        note(gone.name, "old positions removed", gone.rows);
        note(gone.name, "old positions thinned out", gone.thinned_out);
    }
    store_.change([&](Connection& connection) {
        one_change_at_a_time(connection);  // by which the other trackers hear of it
        for (const AuditEntry& entry : entries) AuditLog(connection).note(entry);
    });
}

}  // namespace waymark::tracker
