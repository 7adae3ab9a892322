#include "services/removals.hh"

#include <optional>
#include <utility>

#include "services/paced_step.hh"
#include "store/device_edits.hh"
#include "unix_time.hh"

namespace waymark::tracker {

Removals::Removals(net::EventLoop& loop, Store& store, daemon::Log& log)
    : loop_(loop), store_(store), log_(log), timer_(loop.timers(), [this] { is_due_ = true; }) {}

void Removals::look() {
    if (!std::exchange(is_under_way_, true)) timer_.set(daemon::Deadline::after(kLeastPause));
}

bool Removals::step_if_due() {
    if (!std::exchange(is_due_, false)) return false;
    const auto done = paced_step(log_, "the removal of a device", [this] { return step(); });
    if (done) is_under_way_ = done->result;
    if (is_under_way_) timer_.set(daemon::Deadline::after(done ? done->pause : kAfterFailure));
    return true;
}

// True if there is more to do.
bool Removals::step() {
    bool is_more = false;
    DeviceEdits::Leftovers leftovers = leftovers_;  // it has gone on when that is committed
    store_.change([&](Connection& connection) {
        DeviceEdits edits(connection);
        edits.look_for(leftovers, unix_now());
        const std::optional<DeviceNumber> device = edits.to_remove();
        if (device && !edits.remove_step(*device)) log_.info("device {} is removed", *device);
        is_more = device.has_value() || !leftovers.is_end();
    });
    if (leftovers.devices > leftovers_.devices)
        log_.notice("of devices that were removed, rows are left: they go now");
    leftovers_ = leftovers;
    return is_more;
}

}  // namespace waymark::tracker
