#include "commands/settings_options.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include <fmt/core.h>

#include "commands/command.hh"
#include "commands/settings_file.hh"
#include "daemon/error.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

// "listen-web" is WAYMARK_LISTEN_WEB.
std::string environment_name(std::string key) {
    std::transform(key.begin(), key.end(), key.begin(), [](char letter) {
        return letter == '-' ? '_' : static_cast<char>(std::toupper(letter));
    });
    return "WAYMARK_" + key;
}

template <class Value>
void add(CLI::App& app, const std::string& key, Value& value, const std::string& help) {
    app.add_option("--" + key, value, help)->envname(environment_name(key));
}

void add_flag(CLI::App& app, const std::string& key, bool& value, const std::string& help) {
    app.add_flag("--" + key, value, help)->envname(environment_name(key));
}

// An option with its value, as two words: CLI11 would take the next word for the value of '--log='.
// A flag takes its value only in the same word, and has one in each case.
void append_argument(std::vector<std::string>& arguments, const CLI::Option& option,
                     const std::string& value) {
    if (option.get_items_expected_max() == 0) {
        arguments.push_back(fmt::format("{}={}", option.get_name(), value));
    } else {
        arguments.push_back(option.get_name());
        arguments.push_back(value);
    }
}

// One key of the file, as if it had been given on the command line.
void apply_item(const CLI::ConfigItem& item, const std::string& file, Settings& settings) {
    const std::string place =
        place_in_file(file, item.parents.empty() ? item.name : item.parents.front());
    CLI::App app;
    app.set_help_flag();  // 'help' is no setting
    add_settings_options(app, settings);
    if (!item.parents.empty())
        throw UsageError(fmt::format("{}: there are no sections here", place));
    const CLI::Option* const option = app.get_option_no_throw("--" + item.name);
    if (option == nullptr)
        throw UsageError(fmt::format("{}: there is no setting '{}'", place, item.name));
    // A line that is half written looks the same as one that is meant to say "nothing".
    if (item.inputs.empty() || std::ranges::find(item.inputs, "") != item.inputs.end())
        throw UsageError(fmt::format("{}: '{}' has no value: write one, or leave the line out",
                                     place, item.name));
    std::vector<std::string> arguments;
    for (const std::string& value : item.inputs) append_argument(arguments, *option, value);
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the end
    try {
        app.parse(arguments);
        settings.validate();
    } catch (const CLI::Error& error) {
        throw UsageError(fmt::format("{}: {}", place, error.what()));
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", place, error.what()));
    }
}

}  // namespace

void add_settings_options(CLI::App& app, Settings& settings) {
    ReloadableSettings& reloadable = settings.reloadable;
    app.allow_extras(false);
    add(app, "data", settings.data,
        "Folder of the server's data (default: $XDG_DATA_HOME/waymark, or ~/.local/share/waymark; "
        "for "
        "root /var/lib/waymark)");
    add(app, "store", settings.store,
        "PostgreSQL instead of a file in that folder: postgresql://USER@HOST/DATABASE; the folder "
        "remembers it, and 'sqlite' is the file again. With a password: in the file or the "
        "environment, or in a file that passfile= names");
    add(app, "listen-devices", settings.listen_devices,
        "Addresses at which phones send, such as 127.0.0.1:5055 (the default) or *:5055");
    add(app, "listen-devices-tls", settings.listen_devices_tls,
        "Addresses at which phones send by HTTPS, such as *:5443 (default: none); they are shown "
        "the certificate of the map");
    add(app, "listen-nmea", settings.listen_nmea,
        "Addresses at which trackers send NMEA over TCP and UDP, such as *:5005 (default: none)");
    add(app, "public-devices-url", settings.public_devices_url,
        "How phones reach this server, such as http://192.0.2.1:5055 or "
        "https://family.example:5443: for what the page of the devices says to type (default: the "
        "page asks)");
    add(app, "listen-web", settings.listen_web,
        "Addresses of the map, such as 127.0.0.1:8080 (the default); one that other machines can "
        "reach needs --web-certificate or --trusted-proxy");
    add(app, "web-certificate", settings.web_certificate,
        "Serve the map by HTTPS, and --listen-devices-tls: the certificate, and those between it "
        "and its authority (PEM)");
    add(app, "web-key", settings.web_key, "And its key; 'tracker reload' reads both files again");
    add(app, "web-name", reloadable.web_names,
        "Names under which people reach the map, such as family.example");
    add(app, "trusted-proxy", reloadable.trusted_proxies,
        "Proxies before the map that are believed whom they serve (X-Forwarded-For and -Proto, "
        "Forwarded): addresses or networks such as 127.0.0.1, or unix");
    add(app, "mqtt", settings.mqtt,
        "An MQTT broker where OwnTracks publishes: HOST:PORT, such as localhost:1883, or by TLS "
        "mqtts://HOST");
    add(app, "mqtt-user", settings.mqtt_user, "Whom the broker knows us as (default: nobody)");
    add(app, "mqtt-password", settings.mqtt_password,
        "Password for the broker; on a command line others see it: use the file or the "
        "environment");
    add(app, "mqtt-client", settings.mqtt_client,
        "Name under which the broker keeps what comes while we are away (default waymark)");
    add(app, "mqtt-authority", settings.mqtt_authority,
        "PEM file: whose certificate is believed of the broker (default: the system's)");
    add(app, "gpsd", settings.gpsd, "HOST:PORT of a gpsd, such as localhost:2947");
    add(app, "gpsd-device", settings.gpsd_device,
        "Identifier of the device that is at that gpsd (default gpsd)");
    add(app, "web-hooks", settings.web_hooks,
        "Where web hooks of places may go: 'public' (the internet, by https), or networks such as "
        "192.168.1.0/24 (default: nowhere)");
    add(app, "forward", settings.forward,
        "Servers that each fix is sent on to, such as https://other.example:5055 (default: none)");
    add(app, "forward-authority", settings.forward_authority,
        "PEM file: whose certificates are believed of these (default: the system's)");
    add(app, "metrics-token", settings.metrics_token,
        "Whoever shows it may read /metrics, as Prometheus does (Authorization: Bearer TOKEN); on "
        "a command line others see it: use the file or the environment");
    add(app, "site", settings.site, "Folder of the web pages (default: beside the program)");
    add(app, "map", settings.map,
        "PMTiles file with the streets of your region, drawn without the internet (MAPS.md says "
        "where to get one)");
    add(app, "tiles", reloadable.tiles,
        "Map pictures of another server instead, such as "
        "https://tile.openstreetmap.org/{z}/{x}/{y}.png; it sees where you look");
    add(app, "tiles-attribution", reloadable.tiles_attribution,
        "Whose those pictures are, as their licence wants it shown");
    add(app, "user", settings.user,
        "Whom to become after the ports are bound, when root starts it (default nobody)");
    add(app, "receivers", settings.receivers, "Processes that hear phones (default 1)");
    add(app, "threads", settings.threads,
        "Threads of each of these processes (default 1): they cost less memory than processes, and "
        "a crash ends them together");
    add(app, "log", settings.log,
        "'stderr', 'syslog' or a file (default: stderr in the foreground, else tracker.log in the "
        "data folder)");
    add(app, "log-level", reloadable.log_level, "error, warning, info (the default) or debug");
    add(app, "access-devices", reloadable.access_devices,
        "Who may send: rules such as 'allow 192.168.0.0/16', the first match wins; without rules "
        "everybody, with rules nobody else");
    add(app, "access-web", reloadable.access_web, "Who may look: the same rules");
    add(app, "max-connections", reloadable.max_connections,
        "At once, in each thread of each receiver, and at the map (default 512)");
    add(app, "max-connections-per-address", reloadable.max_connections_per_address,
        "At once, from one IPv4 address or IPv6 /64 (default 32)");
    add(app, "header-timeout", reloadable.header_timeout_s, "Seconds for a head (default 10)");
    add(app, "body-timeout", reloadable.body_timeout_s, "Seconds for a body (default 60)");
    add(app, "send-timeout", reloadable.send_timeout_s,
        "Seconds in which a client takes nothing of its answer (default 10)");
    add(app, "idle-timeout", reloadable.idle_timeout_s,
        "Seconds between two requests on a connection (default 15)");
    add(app, "max-import", reloadable.max_import_mb,
        "MB of a file that is given to a page for import (default 2048)");
    add_flag(app, "foreground", settings.foreground, "Stay in the terminal, log to stderr");
    add_flag(app, "one-process", settings.one_process, "Threads instead of processes");
    add_flag(
        app, "demo", settings.demo,
        "With two made-up devices, in a folder of the demo's own (default: the default of --data "
        "with -demo added)");
}

std::vector<std::string> given_arguments(const CLI::App& app) {
    std::vector<std::string> arguments;
    for (const CLI::Option* const option : app.get_options()) {
        if (option->get_name() == "--config" || option->get_name() == "--help") continue;
        for (const std::string& value : option->results())
            append_argument(arguments, *option, value);
    }
    return arguments;
}

Settings read_settings(const std::string& file, const std::vector<std::string>& arguments) {
    Settings settings;
    if (!file.empty())
        for (const CLI::ConfigItem& item : parse_settings_file(file))
            apply_item(item, file, settings);
    CLI::App app;
    add_settings_options(app, settings);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
        app.parse(reversed);
    } catch (const CLI::Error& error) {
        throw UsageError(error.what());
    }
    settings.validate_together();
    return settings;
}

}  // namespace waymark::tracker
