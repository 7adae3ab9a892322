// `tracker replay`: a phone without a phone. Sends a real trip, at its own pace or as fast as the
// server takes it, and keeps at it until every point is acknowledged.

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "commands/command.hh"
#include "commands/server_address.hh"
#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "trips/replay.hh"
#include "trips/trip_file.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

struct ReplayOptions {
    std::string file;
    std::string to;
    std::string device;
    std::string speed = "max";
    std::string protocol = "traccar";
    unsigned connections = 1;
    std::optional<std::uint64_t> disconnects;
    unsigned patience_s = 60;
    bool now_shift = false;
    bool fill_times = false;
    bool rollover = false;
};

// None for "max".
std::optional<double> parse_speed(const std::string& text) {
    if (text == "max") return {};
    char* end = nullptr;
    const double speed = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end != '\0' || !(speed > 0) || speed > 1e6)
        throw daemon::UsageError(
            fmt::format("--speed {}: say max, or how many times as fast as it was", text));
    return speed;
}

// A trip of long ago looks the same, so only a person can say which it is.
void settle_rollover(const ReplayOptions& options, Trip& trip) {
    const std::size_t early = count_rollover(trip, unix_now());
    if (early == 0) return;
    if (options.rollover) {
        undo_rollover(trip, unix_now());
        fmt::print("{} points were moved by 1024 weeks\n", early);
    } else if (!options.now_shift) {
        fmt::print(
            "{} points are of {} or before. If the receiver's week counter has begun anew, they "
            "are "
            "1024 weeks early: --rollover moves them\n",
            early, format_time(unix_now() - kRollover).substr(0, 10));
    }
}

Trip read_points(const ReplayOptions& options) {
    Trip trip = read_trip(options.file,
                          options.fill_times ? MissingTimes::fill_in : MissingTimes::leave_out);
    if (trip.points.empty())
        throw daemon::UsageError(fmt::format(
            "{}: no track point with a time ({} without){}{}", options.file, trip.without_time,
            trip.remarks.empty() ? "" : "; ", fmt::join(trip.remarks, "; ")));
    if (trip.without_time > 0)
        fmt::print("{} points have no time: {}\n", trip.without_time,
                   options.fill_times ? "they get one between their neighbours"
                                      : "left out (--fill-times gives them one)");
    settle_rollover(options, trip);
    return trip;
}

void run(const ReplayOptions& options) {
    ReplayPlan plan;
    const std::optional<PhoneProtocol> protocol = parse_phone_protocol(options.protocol);
    if (!protocol)
        throw daemon::UsageError(
            fmt::format("--protocol {}: say traccar, osmand or sextant", options.protocol));
    plan.speed = parse_speed(options.speed);
    plan.connections = options.connections;
    plan.disconnect_seed = options.disconnects;
    plan.patience = std::chrono::seconds(options.patience_s);
    Trip trip = read_points(options);
    const ServerAddress server = find_server(options.to);
    plan.addresses = server.addresses;
    plan.authority = server.authority;
    plan.identity = {*protocol, options.device, server.base_path};
    if (options.now_shift && plan.speed) play_from(trip, unix_now(), *plan.speed);
    if (options.now_shift && !plan.speed) shift_to_end_at(trip, unix_now());

    const auto begin = std::chrono::steady_clock::now();
    const ReplayCounts counts = replay(trip.points, plan);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print(
        "{} points acknowledged: {} requests, {} of them sent again, {} connections broken on "
        "purpose, {:.1f} s, {:.0f} m\n",
        counts.acknowledged, counts.requests, counts.sent_again, counts.breaks, took.count(),
        distance_m(trip));
    // At the end, where whoever saw thousands of points go by looks.
    for (const std::string& remark : trip.remarks) fmt::print("{}: {}\n", options.file, remark);
}

}  // namespace

void add_replay(CLI::App& app) {
    const auto options = std::make_shared<ReplayOptions>();
    CLI::App& command = *app.add_subcommand("replay", "Send a trip from a file, as a phone would");
    command.add_option("FILE", options->file, "GPX, rows of JSON or an NMEA log")->required();
    command.add_option("--to", options->to, "The server's address for devices, http://HOST:PORT")
        ->required();
    command
        .add_option("--device", options->device,
                    "The identifier that the app sends; its token with osmand or sextant")
        ->required();
    command.add_option("--speed", options->speed, "Times as fast as it was, or max")
        ->capture_default_str();
    command.add_option("--protocol", options->protocol, "traccar, osmand or sextant")
        ->capture_default_str();
    command.add_option("--connections", options->connections, "How many at once")
        ->check(CLI::Range(1U, 1000U))
        ->capture_default_str();
    command.add_option("--disconnects", options->disconnects,
                       "Break connections at random, by this seed, and send again");
    command
        .add_option("--patience", options->patience_s,
                    "Seconds that the server may be away once it has answered")
        ->capture_default_str();
    command.add_flag("--now-shift", options->now_shift,
                     "Move the trip in time: to end now, or with --speed N to begin now");
    command.add_flag("--fill-times", options->fill_times,
                     "Give points without a time one, instead of leaving them out");
    command.add_flag("--rollover", options->rollover,
                     "Add 1024 weeks to dates further back than these: the receiver's week counter "
                     "has begun anew");
    command.callback([options] { run(*options); });
}

}  // namespace waymark::tracker
