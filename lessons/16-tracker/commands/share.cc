// `tracker share ...`: links that show one device without an account (SHARING.md). A running server
// notices at once. What is done here is in the audit log, too.

#include <fmt/core.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "commands/command.hh"
#include "commands/number_within.hh"
#include "commands/printed_address.hh"
#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "store/audit_log.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "store/share_links.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

using daemon::UsageError;

constexpr const char* kMadeByCommand = "tracker share";

struct ShareOptions {
    DataChoice data;
    std::string device;
    std::string name;
    std::string from, to, until;
    double hours = 1;
    bool battery = false;
    std::string url = kPagesHere;
    ShareNumber number = 0;
    bool json = false;

    std::string folder() const { return data.folder(); }
};

UnixMillis share_time(const std::string& text, const char* option) {
    const std::optional<UnixMillis> time = parse_time(text);
    if (!time || *time < 0 || *time > kEndOfTime)
        throw UsageError(
            fmt::format("{} {} is no time: write it as 2026-01-10T07:00:00Z (UTC)", option, text));
    return *time;
}

void note_share_command(Connection& connection, std::string action, std::string about) {
    AuditLog(connection)
        .note({.time_ms = unix_now(),
               .who = kMadeByCommand,
               .action = std::move(action),
               .about = std::move(about)});
}

ShareLink share_link_of(const ShareOptions& options, Connection& connection, UnixMillis now) {
    ShareLink link;
    link.device = Devices(connection).number_of(options.device);
    link.by_name = kMadeByCommand;
    link.made_ms = now;
    link.name = options.name;
    link.ends_ms = options.until.empty() ? now + static_cast<UnixMillis>(options.hours * 3'600'000)
                                         : share_time(options.until, "--until");
    link.is_live = options.to.empty();
    if (!link.is_live && options.from.empty())
        throw UsageError("--to ends a span of the past: say with --from where it begins");
    link.from_ms = options.from.empty() ? now : share_time(options.from, "--from");
    link.to_ms = link.is_live ? link.ends_ms : share_time(options.to, "--to");
    link.with_battery = options.battery;
    return link;
}

void add_one_share(const ShareOptions& options) {
    Connection connection = open_there_for_writing(options.data.location());
    const UnixMillis now = unix_now();
    const std::string secret = make_token();
    Transaction transaction(connection);
    ShareLink link = share_link_of(options, connection, now);
    link.secret = hash_token(secret);
    ShareLinks links(connection);
    const ShareNumber number = links.add(link);
    note_share_command(connection, "shared by link",
                       fmt::format("{}, until {}", links.about(number), format_time(link.ends_ms)));
    transaction.commit();
    tell_server_of_devices(options.folder());
    fmt::print("Link {} shows {} until {}, and is not shown again:\n", number, options.device,
               format_time(link.ends_ms));
    print_page_link(options.url, "shared#" + secret);
}

void revoke_share(const ShareOptions& options) {
    Connection connection = open_there_for_writing(options.data.location());
    Transaction transaction(connection);
    ShareLinks links(connection);
    links.end(options.number, unix_now());
    note_share_command(connection, "share link ended", links.about(options.number));
    transaction.commit();
    tell_server_of_devices(options.folder());
    fmt::print("Link {} has ended.\n", options.number);
}

void list_shares(const ShareOptions& options) {
    Reader reader(options.data.location());
    std::unordered_map<DeviceNumber, std::string> devices;
    for (const Device& device : reader.devices()) devices.emplace(device.number, device.name);
    const std::vector<ShareLink> links = reader.share_links();
    const UnixMillis now = unix_now();
    if (options.json) {
        nlohmann::ordered_json array = nlohmann::ordered_json::array();
        for (const ShareLink& link : links) {
            array.push_back({{"number", link.number},
                             {"device", devices[link.device]},
                             {"name", link.name},
                             {"live", link.is_live},
                             {"from", format_time(link.from_ms)},
                             {"to", format_time(link.to_ms)},
                             {"ends", format_time(link.ends_ms)},
                             {"open", link.is_open(now)},
                             {"by", link.by_name}});
            array.back()["looked"] = nullptr;
            if (link.looked_ms) array.back()["looked"] = format_time(*link.looked_ms);
        }
        fmt::print("{}\n", array.dump());
        return;
    }
    if (links.empty())
        fmt::print("Nothing is shared by link: 'tracker share add DEVICE --name NAME' does it.\n");
    for (const ShareLink& link : links)
        fmt::print("{:<5} {:<20} {:<20} {} {}, by {}, {}\n", link.number, devices[link.device],
                   link.name, link.is_open(now) ? "open until" : "ended     ",
                   format_time(link.ends_ms), link.by_name,
                   link.looked_ms ? "last looked at " + format_time(*link.looked_ms)
                                  : "not looked at yet");
}

}  // namespace

void add_share(CLI::App& app) {
    CLI::App& group = *app.add_subcommand("share", "Links that show one device: add, list, revoke");
    group.require_subcommand(1);
    const auto options = std::make_shared<ShareOptions>();
    const auto add = [&](const char* name, const char* help,
                         void (*run)(const ShareOptions&)) -> CLI::App& {
        CLI::App& command = *group.add_subcommand(name, help);
        add_data_options(command, options->data);
        command.callback([options, run] { run(*options); });
        return command;
    };

    CLI::App& added = add("add", "Print a link that shows one device", add_one_share);
    added.add_option("DEVICE", options->device, "Which device it shows")->required();
    added.add_option("--name", options->name, "What the link calls it")->required();
    CLI::Option* const hours =
        added.add_option("--hours", options->hours, "After how many hours it ends")
            ->capture_default_str()
            ->check(number_within(0.001, 744));
    added.add_option("--until", options->until, "When it ends (UTC), instead of --hours")
        ->excludes(hours);
    added.add_option("--from", options->from, "Show the way since then (UTC), not from now on");
    added.add_option("--to", options->to, "Show a span of the past, up to then (UTC)");
    added.add_flag("--battery", options->battery, "Show the battery as well");
    add_page_url(added, options->url);

    add("revoke", "End a link at once", revoke_share)
        .add_option("NUMBER", options->number, "Its number, as 'list' says it")
        ->required();
    add("list", "List all links", list_shares).add_flag("--json", options->json, "As JSON");
}

}  // namespace waymark::tracker
