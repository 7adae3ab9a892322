// `tracker simulate`: a fleet of phones that ride about, for a first look at the map and for load.

#include <poll.h>

#include <fmt/core.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "commands/command.hh"
#include "commands/number_within.hh"
#include "commands/server_address.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/timed_io.hh"
#include "trips/demo_devices.hh"
#include "trips/fleet.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr unsigned kMostDevicesWithHistory = 10;

struct SimulateOptions {
    unsigned devices = 2;
    std::string to;
    DataChoice data;
    double speed = 1;
    double interval_s = 3;
    double duration_s = 0;
    std::uint64_t seed = 1;
    std::optional<unsigned> history;
};

// One line on standard output, at once also into a pipe.
void say(const std::string& line) {
    fmt::print("simulate: {}\n", line);
    std::fflush(stdout);
}

void register_devices(const SimulateOptions& options) {
    const std::size_t added = add_demo_devices(options.data.location_to_make(), options.devices);
    tell_server_of_devices(options.data.folder());
    if (added > 0) say(fmt::format("{} demo devices added", added));
}

FleetPlan make_plan(const SimulateOptions& options) {
    const ServerAddress server = find_server(options.to);
    FleetPlan plan;
    plan.addresses = server.addresses;
    plan.authority = server.authority;
    plan.base_path = server.base_path;
    plan.devices = options.devices;
    plan.interval = std::chrono::milliseconds(std::llround(options.interval_s * 1000));
    plan.history = std::chrono::minutes(options.history.value_or(
        options.devices <= kMostDevicesWithHistory ? kDemoHistory.count() : 0));
    plan.speed = options.speed;
    plan.seed = options.seed;
    return plan;
}

// Says what has changed since it was asked last, and once a minute how it goes.
class Progress {
  public:
    void tell(const FleetCounts& counts) {
        const std::size_t waiting = counts.made - counts.delivered;
        const bool is_away = counts.away > 0;
        if (is_away && counts.problem != problem_)
            say(fmt::format("{} of the phones wait: {}", counts.away, counts.problem));
        if (!is_away && was_away_) say("all phones are connected again");
        problem_ = counts.problem;
        was_away_ = is_away;
        const bool caught_up = waiting < counts.delivered / 100 + 5;
        if (!has_caught_up_ && counts.delivered > 0 && caught_up) {
            has_caught_up_ = true;
            say(fmt::format("{} fixes of the past are sent, now live", counts.delivered));
        }
        if (Clock::now() >= next_line_) {
            say(fmt::format("{} fixes sent, {} wait", counts.delivered, waiting));
            next_line_ += 1min;
        }
    }

  private:
    bool was_away_ = false;
    bool has_caught_up_ = false;
    std::string problem_;
    Clock::time_point next_line_ = Clock::now() + 1min;
};

std::string summary(const FleetCounts& counts) {
    return fmt::format("{} fixes sent, {} not yet, {} tries failed", counts.delivered,
                       counts.made - counts.delivered, counts.tries_failed);
}

void run(const SimulateOptions& options) {
    const FleetPlan plan = make_plan(options);
    if (!options.data.named.empty()) register_devices(options);
    // Before the threads, which inherit that the signals are blocked: they come here only.
    daemon::SignalDescriptor signals{SIGINT, SIGTERM};
    say(fmt::format("{} phones, a fix every {} s, to {}", plan.devices, options.interval_s,
                    options.to));
    const auto end = options.duration_s > 0
                         ? daemon::Deadline::after(std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options.duration_s)))
                         : daemon::Deadline::never();
    Fleet fleet(plan, unix_now());
    Progress progress;
    while (!end.expired()) {
        const daemon::Deadline next_look = std::min(end, daemon::Deadline::after(500ms));
        if (net::wait_readable(signals.fd(), next_look) == net::Ready::ready) {
            say(summary(fleet.counts()));
            // At once: a phone may be waiting for an answer, and has nothing to save but what it
            // has not sent, which nobody expects to find.
            std::_Exit(daemon::kExitOk);
        }
        progress.tell(fleet.counts());
    }
    say(summary(fleet.counts()));
}

}  // namespace

void add_simulate(CLI::App& app) {
    const auto options = std::make_shared<SimulateOptions>();
    CLI::App& command = *app.add_subcommand("simulate", "A fleet of phones that ride about");
    command.add_option("--devices", options->devices, "How many")
        ->check(CLI::Range(1U, 5000U))
        ->capture_default_str();
    command.add_option("--to", options->to, "The server's address for devices, http://HOST:PORT")
        ->required();
    command.add_option("--data", options->data.named,
                       "Folder of the server's data: adds the demo devices there");
    command.add_option("--interval", options->interval_s, "Seconds between two fixes")
        ->check(number_within(0.01, 3600.0))
        ->capture_default_str();
    command.add_option("--speed", options->speed, "Times as fast as a real ride")
        ->check(number_within(0.1, 100.0))
        ->capture_default_str();
    command.add_option("--duration", options->duration_s, "Seconds until it ends by itself")
        ->check(number_within(0.0, 1e9));
    command.add_option("--seed", options->seed, "Another one is another fleet")
        ->capture_default_str();
    command
        .add_option("--history", options->history,
                    "Minutes of the ride that are sent at once (default: 90 for up to 10 devices)")
        ->check(CLI::Range(0U, 1440U));
    command.callback([options] { run(*options); });
}

}  // namespace waymark::tracker
