// The demo: phones that are made up and ride about. They send to this server's door as real ones
// do, so what is seen on the map has gone the whole way. The supervisor starts it once the doors
// are open, ends it before them, and starts it again when it dies. It has no other channel than
// that to the supervisor.

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "net/event_loop.hh"
#include "services/control_socket.hh"
#include "services/service.hh"
#include "services/service_control.hh"
#include "trips/demo_devices.hh"
#include "trips/fleet.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

using daemon::Deadline;

constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::chrono::seconds kDevicesPatience{2};

FleetPlan demo_plan(const net::Address& target) {
    FleetPlan plan;
    plan.addresses = {target};
    plan.authority = target.to_string();
    plan.devices = kDemoDevices;
    plan.history = kDemoHistory;
    return plan;
}

class DemoService {
  public:
    explicit DemoService(ServiceStart& start);
    int run();

  private:
    void introduce_devices();
    void look();
    std::string counters() const;

    const Settings settings_;
    const net::Address target_;
    net::EventLoop loop_;
    daemon::Log& log_;
    std::optional<Fleet> fleet_;
    std::string problem_;
    net::Timer timer_{loop_.timers(), [this] { look(); }};
    ServiceControl control_;
};

DemoService::DemoService(ServiceStart& start)
    : settings_(start.settings),
      target_(start.target),
      log_(*start.log),
      control_(loop_, std::move(start.control), log_,
               {.on_peer = {},
                .on_stop = [this] { loop_.stop(); },
                .on_settings = {},
                .on_devices_changed = {},
                .counters = [this] { return counters(); },
                .memory = std::move(start.memory)}) {}

// It is up before it has done anything: the server must not be given up because its demo fails.
int DemoService::run() {
    control_.ready();
    introduce_devices();
    fleet_.emplace(demo_plan(target_), unix_now());
    look();
    loop_.run();
    // A phone may be waiting for an answer that nobody needs. Only a thread has to wait with it.
    if (!settings_.one_process) std::_Exit(daemon::kExitOk);
    return daemon::kExitOk;
}

void DemoService::introduce_devices() {
    add_demo_devices(settings_.store_location(), kDemoDevices);
    try {
        ask_server(settings_.control_path(), "devices", Deadline::after(kDevicesPatience));
    } catch (const std::exception&) {
        // The store looks for itself every second.
    }
}

// Says what has changed since the last look.
void DemoService::look() {
    const FleetCounts counts = fleet_->counts();
    const std::string problem = counts.away > 0 ? counts.problem : "";
    if (problem != std::exchange(problem_, problem)) {
        if (problem.empty())
            log_.info("all demo phones are connected again");
        else
            log_.warning("{} of the demo phones wait: {}", counts.away, problem);
    }
    timer_.set(Deadline::after(kBetweenLooks));
}

std::string DemoService::counters() const {
    const FleetCounts counts = fleet_ ? fleet_->counts() : FleetCounts{};
    return fmt::format(R"({{"devices":{},"made":{},"delivered":{},"tries_failed":{}}})",
                       kDemoDevices, counts.made, counts.delivered, counts.tries_failed);
}

}  // namespace

int run_demo(ServiceStart& start) {
    return DemoService(start).run();
}

}  // namespace waymark::tracker
