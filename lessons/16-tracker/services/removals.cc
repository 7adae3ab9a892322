#include "services/removals.hh"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "store/device_edits.hh"

namespace waymark::tracker {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Removals::Removals(net::EventLoop& loop, Store& store, daemon::Log& log)
    : loop_(loop), store_(store), log_(log), timer_(loop.timers(), [this] { is_due_ = true; }) {}

void Removals::look() {
    if (!std::exchange(is_under_way_, true)) timer_.set(daemon::Deadline::after(kLeastPause));
}

bool Removals::step_if_due() {
    if (!std::exchange(is_due_, false)) return false;
    milliseconds pause = kAfterFailure;
    try {
        const auto begin = steady_clock::now();
        is_under_way_ = step();
        const auto taken = steady_clock::now() - begin;
        pause = std::max(kLeastPause, std::chrono::duration_cast<milliseconds>(taken));
    } catch (const std::exception& error) {
        log_.warning("the removal of a device goes on later: {}", error.what());
    }
    if (is_under_way_) timer_.set(daemon::Deadline::after(pause));
    return true;
}

// True if there is more to do.
bool Removals::step() {
    bool is_more = false;
    store_.change([&](Connection& connection) {
        DeviceEdits edits(connection);
        const std::optional<DeviceNumber> device = edits.to_remove();
        if (device && !edits.remove_step(*device)) log_.info("device {} is removed", *device);
        is_more = device.has_value();
    });
    return is_more;
}

}  // namespace waymark::tracker
