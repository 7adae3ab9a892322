#include "commands/device_thinning.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "commands/command.hh"
#include "protocols/time_text.hh"
#include "store/audit_log.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/retention.hh"
#include "store/thinning.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

struct ThinningOptions {
    DataChoice data;
    std::string name;
    ThinningRule rule;
    bool never = false;
    bool yes = false;

    bool asks_only() const { return !never && rule.after_days == 0; }
};

// Says what would go, and asks.
bool person_agrees_to_rule(const ThinningOptions& options, const Thinning::Preview& preview) {
    const std::string goes =
        fmt::format("From before {}: of {} positions {} would go.", format_time(preview.before),
                    preview.go + preview.stay, preview.go);
    if (!options.yes)
        return person_agrees(goes + " Remove them for good, and of what grows older?");
    fmt::print("{}\n", goes);
    return true;
}

void set_rule(Connection& connection, const ThinningOptions& options, DeviceNumber device,
              const std::optional<ThinningRule>& rule) {
    Transaction transaction(connection);
    Thinning(connection).set_rule(device, rule);
    AuditLog(connection)
        .note({.time_ms = unix_now(),
               .who = "tracker device",
               .action = "old positions are kept",
               .about = options.name + ": " + rule_to_words(rule)});
    transaction.commit();
    tell_server_of_devices(options.data.prepared_folder());
}

void print_rule(const ThinningOptions& options, const std::optional<ThinningRule>& rule,
                std::string_view more = {}) {
    fmt::print("Old positions of {} are kept {}.{}\n", options.name, rule_to_words(rule), more);
}

void run_thinning(const ThinningOptions& options) {
    Connection connection = open_there_for_writing(options.data.location());
    const DeviceNumber device = Devices(connection).number_of(options.name);
    Thinning thinning(connection);
    if (options.asks_only()) {
        const auto rules = thinning.rules();
        const auto rule = rules.find(device);
        return print_rule(options, rule == rules.end() ? std::optional<ThinningRule>()
                                                       : std::optional<ThinningRule>(rule->second));
    }
    if (options.never) {
        set_rule(connection, options, device, std::nullopt);
        return print_rule(options, std::nullopt);
    }
    if (!person_agrees_to_rule(options, thinning.preview(device, options.rule, unix_now()))) {
        fmt::print("Nothing was changed.\n");
        return;
    }
    set_rule(connection, options, device, options.rule);
    print_rule(options, options.rule,
               " The server thins them out: one that runs at once, and another when it starts.");
}

}  // namespace

void add_device_thinning(CLI::App& group) {
    const auto options = std::make_shared<ThinningOptions>();
    CLI::App* const command =
        group.add_subcommand("thin", "How the old positions of a device are thinned out");
    command->add_option("NAME", options->name, "The device's name")->required();
    CLI::Option* const after =
        command
            ->add_option(
                "--after", options->rule.after_days,
                "Positions that are older than so many days; without it, what is set is said")
            ->type_name("DAYS")
            ->check(CLI::Range(1, Retention::kMostDays));
    CLI::Option* const every =
        command->add_option("--every", options->rule.minutes, "One stays of each so many minutes")
            ->type_name("MINUTES")
            ->check(CLI::Range(1, Thinning::kMostMinutes));
    after->needs(every);
    every->needs(after);
    command->add_flag("--never", options->never, "Leave what is there as it is")->excludes(after);
    command->add_flag("--yes", options->yes, "Do not ask");
    add_data_options(*command, options->data);
    command->callback([options] { run_thinning(*options); });
}

}  // namespace waymark::tracker
