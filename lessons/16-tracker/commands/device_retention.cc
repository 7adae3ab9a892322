#include "commands/device_retention.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "commands/command.hh"
#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "store/audit_log.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/retention.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

using daemon::UsageError;

struct RetentionOptions {
    DataChoice data;
    std::string name;
    std::string days;
    bool yes = false;
};

// Nothing for "never".
std::optional<int> days_to_keep(const std::string& text) {
    if (text == "never") return std::nullopt;
    int days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error != std::errc() || end != text.data() + text.size() || days < 1 ||
        days > Retention::kMostDays)
        throw UsageError(fmt::format("'{}' is no number of days: say 1 to {}, or never", text,
                                     Retention::kMostDays));
    return days;
}

// Says what would go, and asks.
bool person_agrees_to_days(const RetentionOptions& options, const Retention::Preview& preview,
                           int days) {
    const std::string goes = fmt::format("Older than {}, from before {}: {}.", to_words(days),
                                         format_time(preview.before), to_words(preview));
    if (!options.yes)
        return person_agrees(goes + (preview.all() == 0
                                         ? " Remove what grows older from now on?"
                                         : " Remove it for good, and what grows older?"));
    fmt::print("{}\n", goes);
    return true;
}

void set_days_to_keep(Connection& connection, const RetentionOptions& options, DeviceNumber device,
                      std::optional<int> days) {
    Transaction transaction(connection);
    Retention(connection).set_days(device, days);
    AuditLog(connection)
        .note({.time_ms = unix_now(),
               .who = "tracker device",
               .action = "positions are kept",
               .about = options.name + ": " + to_words(days)});
    transaction.commit();
    tell_server_of_devices(options.data.prepared_folder());
    fmt::print("Positions of {} are kept {}{}.{}\n", options.name, days ? "for " : "",
               to_words(days),
               days ? " The server removes what is older: one that runs at once, and another when "
                      "it starts."
                    : "");
}

void run_retention(const RetentionOptions& options) {
    std::optional<int> days;
    if (!options.days.empty()) days = days_to_keep(options.days);
    Connection connection = open_there_for_writing(options.data.location());
    const DeviceNumber device = Devices(connection).number_of(options.name);
    Retention retention(connection);
    if (options.days.empty()) {
        const std::optional<int> kept = retention.days_of(device);
        fmt::print("Positions of {} are kept {}{}.\n", options.name, kept ? "for " : "",
                   to_words(kept));
        return;
    }
    if (days &&
        !person_agrees_to_days(options, retention.preview(device, *days, unix_now()), *days)) {
        fmt::print("Nothing was changed.\n");
        return;
    }
    set_days_to_keep(connection, options, device, days);
}

}  // namespace

void add_device_retention(CLI::App& group) {
    const auto options = std::make_shared<RetentionOptions>();
    CLI::App* const command =
        group.add_subcommand("retention", "For how long a device's positions are kept");
    command->add_option("NAME", options->name, "The device's name")->required();
    command->add_option("DAYS", options->days,
                        "So many days, or never to remove any; without it, what is set is said");
    command->add_flag("--yes", options->yes, "Do not ask");
    add_data_options(*command, options->data);
    command->callback([options] { run_retention(*options); });
}

}  // namespace waymark::tracker
