// `tracker device ...`: who may send. A running server notices a change by itself.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "commands/command.hh"
#include "commands/device_edit.hh"
#include "commands/device_file.hh"
#include "commands/device_owntracks.hh"
#include "commands/device_retention.hh"
#include "commands/device_thinning.hh"
#include "commands/printed_address.hh"
#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "store/data_folder.hh"
#include "store/demo_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "store/store_location.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

struct DeviceOptions {
    DataChoice data;
    std::string name;
    std::vector<std::string> identifiers;
    std::string speed_unit = "default";
    std::string url = "http://127.0.0.1:5055";
    std::string file;
    bool json = false;
    bool yes = false;
};

void tell_server(const DeviceOptions& options) {
    tell_server_of_devices(options.data.prepared_folder());
}

Connection open_store(const DeviceOptions& options) {
    return open_for_writing(options.data.location_to_make());
}

std::string path_of_store(const DeviceOptions& options) {
    return options.data.location();
}

// For devices that are there.
Connection open_existing_store(const DeviceOptions& options) {
    return open_there_for_writing(path_of_store(options));
}

// For new devices.
Connection open_own_store(const DeviceOptions& options) {
    refuse_demo_folder(options.data.prepared_folder());
    return open_store(options);
}

// 'serve' and 'status' print the address with a slash at its end, where the path begins here.
std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

// What the owner types into the apps. The token is in no other place in the clear.
void print_urls(const DeviceOptions& options, std::string_view token, std::string_view identifier) {
    const std::string url = without_slash(options.url);
    fmt::print("Token (it is not shown again): {}\n\n", token);
    fmt::print("Traccar Client:  server URL         {}\n", url);
    fmt::print("                 device identifier  {}\n", identifier);
    fmt::print(
        "OsmAnd:          web address        {}/osmand/{}?lat={{0}}&lon={{1}}&timestamp={{2}}"
        "&hdop={{3}}&altitude={{4}}&speed={{5}}&bearing={{6}}\n",
        url, token);
    fmt::print("GPSLogger:       custom URL         {}/gpslogger/{}?%ALL\n", url, token);
    fmt::print("OwnTracks:       HTTP, URL          {}/pub   with the token as password\n", url);
    fmt::print("Overland:        receiver endpoint  {}/overland   with the token as access token\n",
               url);
    fmt::print("Colota:          endpoint           {}/colota/{}\n", url, token);
    fmt::print("ulogger, Hauk:   server             {}   with the token as password\n", url);
    warn_of_own_machine(url, "http://192.168.1.5:5055");
}

// Who forgot which folder the server has, or to be root for the service's, makes another one here,
// and the phone is then refused by the server.
std::string words_if_new(const std::string& location) {
    std::error_code ignored;
    if (is_postgresql(location) || std::filesystem::exists(location, ignored)) return {};
    return fmt::format(" {} is new: only a server with this folder knows the device.", location);
}

void run_add(const DeviceOptions& options) {
    const std::optional<SpeedUnit> unit = parse_speed_unit(options.speed_unit);
    if (!unit)
        throw daemon::UsageError(fmt::format(
            "--speed-unit {} is not one of default, knots, kmh, mps, mph", options.speed_unit));
    NewDevice device{options.name, options.identifiers, make_token(), *unit};
    const std::string is_new = words_if_new(path_of_store(options));
    Connection connection = open_own_store(options);
    Devices(connection).add({device}, unix_now());
    tell_server(options);
    fmt::print("Device {} added.{}\n", options.name, is_new);
    print_urls(options, *device.token,
               options.identifiers.empty() ? *device.token : options.identifiers.front());
}

void run_token(const DeviceOptions& options) {
    const std::string token = make_token();
    Connection connection = open_existing_store(options);
    Devices(connection).set_token(options.name, token);
    tell_server(options);
    fmt::print("Device {} has a new token; the old one is refused now.\n", options.name);
    print_urls(options, token, token);
}

nlohmann::ordered_json to_json(const Device& device) {
    nlohmann::ordered_json object;
    object["number"] = device.number;
    object["name"] = device.name;
    object["identifiers"] = device.identifiers;
    object["speed_unit"] = to_text(device.speed_unit);
    object["has_token"] = device.has_token;
    object["keep_days"] = nullptr;
    if (device.keep_days) object["keep_days"] = *device.keep_days;
    object["created"] = format_time(device.created_ms);
    object["last_seen"] = nullptr;
    if (device.last_seen_ms) object["last_seen"] = format_time(*device.last_seen_ms);
    return object;
}

void print_line(const Device& device) {
    std::string identifiers;
    for (const std::string& identifier : device.identifiers)
        identifiers += (identifiers.empty() ? "" : ", ") + identifier;
    fmt::print("{:<24} {:<8} {:<24} {}\n", device.name, to_text(device.speed_unit),
               device.last_seen_ms ? format_time(*device.last_seen_ms) : "never seen", identifiers);
}

// A device is seen by its fixes as well as by its heartbeats.
std::vector<Device> read_devices_seen(const DeviceOptions& options) {
    Reader reader(path_of_store(options));
    std::vector<Device> devices = reader.devices();
    const UnixMillis now = unix_now();
    for (Device& device : devices)
        if (const std::optional<StoredFix> last = reader.last_fix(device.number, now))
            device.last_seen_ms = std::max(device.last_seen_ms.value_or(0), last->fix.time_ms);
    return devices;
}

void run_list(const DeviceOptions& options) {
    const std::vector<Device> devices = read_devices_seen(options);
    if (options.json) {
        nlohmann::ordered_json array = nlohmann::ordered_json::array();
        for (const Device& device : devices) array.push_back(to_json(device));
        fmt::print("{}\n", array.dump());
        return;
    }
    if (devices.empty()) fmt::print("No devices yet: 'tracker device add NAME' adds one.\n");
    for (const Device& device : devices) print_line(device);
}

void run_remove(const DeviceOptions& options) {
    Connection connection = open_existing_store(options);
    Devices devices(connection);
    const std::string what =
        fmt::format("{} and its {} fixes", options.name, devices.count_fixes(options.name));
    if (!options.yes && !person_agrees(fmt::format("Remove the device {} for good?", what))) {
        fmt::print("Nothing was removed.\n");
        return;
    }
    devices.remove(options.name, unix_now());
    tell_server(options);
    fmt::print("Removed the device {}.\n", what);
}

void run_import(const DeviceOptions& options) {
    const std::vector<NewDevice> wanted = read_device_file(options.file);
    Connection connection = open_own_store(options);
    Devices devices(connection);
    std::vector<NewDevice> added;
    for (const NewDevice& device : wanted)
        if (!devices.has(device.name)) added.push_back(device);
    devices.add(added, unix_now());
    tell_server(options);
    fmt::print("{} devices added, {} were there.\n", added.size(), wanted.size() - added.size());
}

using Options = std::shared_ptr<DeviceOptions>;

// A subcommand with --data, and with NAME if it is about one device.
CLI::App* add_command(CLI::App& group, const Options& options, const std::string& name,
                      const std::string& help, void (*run)(const DeviceOptions&)) {
    CLI::App* const command = group.add_subcommand(name, help);
    add_data_options(*command, options->data);
    command->callback([options, run] { run(*options); });
    return command;
}

void add_name(CLI::App& command, const Options& options) {
    command.add_option("NAME", options->name, "The device's name")->required();
}

void add_url(CLI::App& command, const Options& options) {
    command.add_option("--url", options->url, "How phones reach this server, for what is printed")
        ->capture_default_str();
}

}  // namespace

void add_device(CLI::App& app) {
    CLI::App& group = *app.add_subcommand("device", "Add, list and remove devices");
    group.require_subcommand(1);
    const auto options = std::make_shared<DeviceOptions>();

    CLI::App& add = *add_command(group, options, "add", "Add a device, print its token", run_add);
    add_name(add, options);
    add.add_option("--id", options->identifiers,
                   "What its app sends as identifier; may be repeated")
        ->allow_extra_args(false);
    add.add_option(
        "--speed-unit", options->speed_unit,
        "What the app's speed is in, if not what its protocol says: knots, kmh, mps, mph");
    add_url(add, options);

    CLI::App& token = *add_command(group, options, "token", "Make a new token", run_token);
    add_name(token, options);
    add_url(token, options);

    add_command(group, options, "list", "List all devices", run_list)
        ->add_flag("--json", options->json, "As JSON");

    CLI::App& remove =
        *add_command(group, options, "remove", "Remove a device and all its fixes", run_remove);
    add_name(remove, options);
    remove.add_flag("--yes", options->yes, "Do not ask");

    add_device_edit(group);
    add_device_owntracks(group);
    add_device_retention(group);
    add_device_thinning(group);

    add_command(group, options, "import", "Add the devices of a JSON file", run_import)
        ->add_option("FILE", options->file, "The file")
        ->required();
}

}  // namespace waymark::tracker
