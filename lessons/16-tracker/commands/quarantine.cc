// `tracker quarantine ...`: points that were acknowledged but cannot be positions. A running server
// notices a change by itself; both may write, each in transactions of its own.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "commands/command.hh"
#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/quarantine.hh"

namespace waymark::tracker {
namespace {

constexpr int kReadAtOnce = 500;
constexpr std::size_t kShownOfRaw = 120;

struct QuarantineOptions {
    DataChoice data;
    std::string device;
    std::int64_t number = 0;
    bool all = false;
    bool json = false;

    std::string folder() const { return data.folder(); }
};

QuarantineChoice chosen_by(const QuarantineOptions& options, Connection& connection) {
    QuarantineChoice choice{0, options.number};
    if (!options.device.empty()) choice.device = Devices(connection).number_of(options.device);
    return choice;
}

void print_json(const QuarantineRow& row, bool is_first) {
    nlohmann::ordered_json object;
    object["number"] = row.number;
    object["received"] = format_time(row.received_ms);
    object["device"] = row.device_name;
    object["protocol"] = to_text(row.point.source);
    object["position"] = row.point.index;
    object["reason"] = row.point.reason;
    object["raw"] = row.point.raw;
    // What is not UTF-8 is shown as U+FFFD; the database keeps the bytes.
    fmt::print("{}{}", is_first ? "" : ",\n",
               object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

// A terminal is no place for what a stranger sent: only printable ASCII goes there.
std::string for_a_terminal(std::string_view raw) {
    std::string text(raw.substr(0, kShownOfRaw));
    for (char& letter : text)
        if (letter < ' ' || letter > '~') letter = '?';
    return raw.size() > kShownOfRaw ? text + "..." : text;
}

void print_row(const QuarantineRow& row) {
    fmt::print("{:>6}  {}  {:<16} {:<18} {:<8} {}\n", row.number, format_time(row.received_ms),
               row.device_name, row.point.reason, to_text(row.point.source),
               for_a_terminal(row.point.raw));
}

// In steps, so that a large quarantine needs no memory.
void list_quarantine(const QuarantineOptions& options) {
    Connection connection = open_for_reading(options.data.location());
    const QuarantineChoice choice = chosen_by(options, connection);
    std::int64_t below = 0;
    bool is_first = true;
    if (options.json) fmt::print("[");
    for (;;) {
        const auto rows = Quarantine(connection).list(choice, kReadAtOnce, below);
        for (const QuarantineRow& row : rows) {
            if (options.json)
                print_json(row, is_first);
            else
                print_row(row);
            is_first = false;
        }
        if (rows.size() < kReadAtOnce) break;
        below = rows.back().number;
    }
    if (options.json)
        fmt::print("]\n");
    else if (is_first)
        fmt::print("Nothing of that is in quarantine.\n");
}

void replay_quarantine(const QuarantineOptions& options) {
    Connection connection = open_there_for_writing(options.data.location());
    const QuarantineChoice choice = chosen_by(options, connection);
    std::int64_t moved = 0;
    std::int64_t kept = 0;
    std::int64_t next = 0;
    do {
        const Quarantine::Replayed step = Quarantine(connection).replay(choice, next);
        moved += step.moved;
        kept += step.kept;
        next = step.next;
    } while (next != 0);
    tell_server_of_devices(options.folder());
    fmt::print("{} became positions, {} stay in quarantine.\n", moved, kept);
}

void delete_quarantine(const QuarantineOptions& options) {
    if (options.device.empty() && options.number == 0 && !options.all)
        throw daemon::UsageError("say which: --device NAME, --number N, or --all");
    Connection connection = open_there_for_writing(options.data.location());
    const std::int64_t gone = Quarantine(connection).remove(chosen_by(options, connection));
    tell_server_of_devices(options.folder());
    fmt::print("{} deleted.\n", gone);
}

CLI::App& add_quarantine_command(CLI::App& group, const std::shared_ptr<QuarantineOptions>& options,
                                 const std::string& name, const std::string& help,
                                 void (*run)(const QuarantineOptions&)) {
    CLI::App& command = *group.add_subcommand(name, help);
    add_data_options(command, options->data);
    command.add_option("--device", options->device, "Only of this device");
    command.add_option("--number", options->number, "Only this one, by its number in the list");
    command.callback([options, run] { run(*options); });
    return command;
}

}  // namespace

void add_quarantine(CLI::App& app) {
    CLI::App& group = *app.add_subcommand(
        "quarantine", "Points that were taken but cannot be positions: list, try again, delete");
    group.require_subcommand(1);
    const auto options = std::make_shared<QuarantineOptions>();
    add_quarantine_command(group, options, "list", "List them, the newest first", list_quarantine)
        .add_flag("--json", options->json, "As JSON");
    add_quarantine_command(group, options, "replay",
                           "Decode them once more: those that are positions now become ones",
                           replay_quarantine);
    add_quarantine_command(group, options, "delete", "Delete them for good", delete_quarantine)
        .add_flag("--all", options->all, "Of all devices");
}

}  // namespace waymark::tracker
