// `tracker fix ...`: hides, shows again and deletes stored positions. A running server notices a
// change by itself; both may write, each step in a transaction of its own.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include <fmt/core.h>

#include "commands/command.hh"
#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "store/corrections.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

constexpr int kListedAtOnce = 100;
constexpr const char* kByCommand = "the command line";

struct FixOptions {
    DataChoice data;
    std::string device;
    std::string from;
    std::string to;
    std::string box;
    std::int64_t number = 0;
    bool yes = false;

    std::string folder() const { return data.folder(); }
};

UnixMillis time_in(const std::string& text, const char* option) {
    const std::optional<UnixMillis> time = parse_time(text);
    if (!time || *time < 0 || *time > kEndOfTime)
        throw daemon::UsageError(
            fmt::format("{} {} is no time: write it as 2026-01-10T07:00:00Z (UTC)", option, text));
    return *time;
}

FixChoice choice_of(const FixOptions& options, Connection& connection) {
    FixChoice choice;
    choice.device = Devices(connection).number_of(options.device);
    choice.from = time_in(options.from, "--from");
    choice.to = time_in(options.to, "--to");
    if (choice.to <= choice.from) throw daemon::UsageError("--to must be after --from");
    if (options.box.empty()) return choice;
    const std::optional<Box> box = parse_box(options.box);
    if (!box)
        throw daemon::UsageError(fmt::format(
            "--box {} is no box: write SOUTH,WEST,NORTH,EAST in degrees x 10^7", options.box));
    choice.box = *box;
    return choice;
}

// To its end; phones can send between the steps.
void go_through(Connection& connection, std::int64_t number) {
    bool more = true;
    while (more) {
        Transaction transaction(connection);
        const std::optional<Correction> now = Corrections(connection).go_on(number);
        transaction.commit();
        more = now && now->stage != CorrectionStage::done;
    }
}

void list_corrections(const FixOptions& options) {
    Connection connection = open_for_reading(options.data.location());
    const DeviceNumber device = Devices(connection).number_of(options.device);
    std::int64_t below = 0;
    for (;;) {
        const auto list = Corrections(connection).list(device, kListedAtOnce, below);
        for (const Correction& each : list)
            fmt::print("{:>6}  {:<8} {:>9} positions from {} to {}{}{}\n", each.number,
                       each.kind == CorrectionKind::speeds ? "speeds" : "hidden", each.points,
                       format_time(each.choice.from), format_time(each.choice.to),
                       each.choice.box.is_world() ? "" : " in a box",
                       each.stage == CorrectionStage::done ? "" : ", interrupted");
        if (list.empty() && below == 0) fmt::print("Nothing of {} is hidden.\n", options.device);
        if (list.size() < kListedAtOnce) return;
        below = list.back().number;
    }
}

void hide_fixes(const FixOptions& options) {
    Connection connection = open_there_for_writing(options.data.location());
    const FixChoice choice = choice_of(options, connection);
    const std::int64_t count = Corrections(connection).count(choice);
    const std::int64_t number =
        Corrections(connection).begin(CorrectionKind::hidden, choice, kByCommand, unix_now());
    go_through(connection, number);
    tell_server_of_devices(options.folder());
    if (count == 0)
        fmt::print("There is no position in that time.\n");
    else
        fmt::print("{} positions are hidden, as number {}.\n", count, number);
}

void show_fixes(const FixOptions& options) {
    Connection connection = open_there_for_writing(options.data.location());
    Corrections(connection).begin_undo(options.number);
    go_through(connection, options.number);
    tell_server_of_devices(options.folder());
    fmt::print("Number {} is undone.\n", options.number);
}

// How many first, and only then with --yes: a script has no other moment to think.
void delete_fixes(const FixOptions& options) {
    Connection connection = open_there_for_writing(options.data.location());
    const FixChoice choice = choice_of(options, connection);
    const std::int64_t count = Corrections(connection).count(choice);
    if (!options.yes)
        throw daemon::UsageError(fmt::format(
            "{} positions would be deleted for good: say --yes, or hide them instead", count));
    go_through(
        connection,
        Corrections(connection).begin(CorrectionKind::deletion, choice, kByCommand, unix_now()));
    tell_server_of_devices(options.folder());
    fmt::print("{} positions are deleted.\n", count);
}

CLI::App& add_fix_command(CLI::App& group, const std::shared_ptr<FixOptions>& options,
                          const std::string& name, const std::string& help,
                          void (*run)(const FixOptions&)) {
    CLI::App& command = *group.add_subcommand(name, help);
    add_data_options(command, options->data);
    command.callback([options, run] { run(*options); });
    return command;
}

void add_choice(CLI::App& command, FixOptions& options) {
    command.add_option("--device", options.device, "Of this device")->required();
    command.add_option("--from", options.from, "From this time on (UTC)")->required();
    command.add_option("--to", options.to, "Up to this time, which is not taken (UTC)")->required();
    command.add_option("--box", options.box, "Only in SOUTH,WEST,NORTH,EAST, degrees x 10^7");
}

}  // namespace

void add_fix(CLI::App& app) {
    CLI::App& group = *app.add_subcommand(
        "fix", "Stored positions: hide, show again, delete; see what is hidden");
    group.require_subcommand(1);
    const auto options = std::make_shared<FixOptions>();
    add_fix_command(group, options, "list", "What is hidden of a device", list_corrections)
        .add_option("--device", options->device, "Of this device")
        ->required();
    add_choice(add_fix_command(group, options, "hide",
                               "Leave positions out of everything, until they are shown again",
                               hide_fixes),
               *options);
    add_fix_command(group, options, "show", "Show again what was hidden", show_fixes)
        .add_option("--number", options->number, "Which, by its number in the list")
        ->required();
    CLI::App& remove = add_fix_command(
        group, options, "delete", "Delete positions for good; sent again they do not come back",
        delete_fixes);
    add_choice(remove, *options);
    remove.add_flag("--yes", options->yes, "Do it");
}

}  // namespace waymark::tracker
