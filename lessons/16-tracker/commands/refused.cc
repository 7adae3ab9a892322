// `tracker refused`: which messages the running server refused or sent into quarantine lately, and
// why. The receivers keep the list in memory (services/refusals), so it begins with their start.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include <fmt/core.h>

#include "commands/command.hh"
#include "daemon/deadline.hh"
#include "protocols/time_text.hh"
#include "services/control_socket.hh"
#include "services/running_server.hh"
#include "settings.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

namespace waymark::tracker {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kWaitForList{5};

struct RefusedOptions {
    DataChoice data;
    bool json = false;
};

// Of all threads of all receivers, the newest first.
json cases_in(const json& status) {
    json cases = json::array();
    const auto take = [&cases](const json& counters) {
        for (const json& each : counters.value("refused_lately", json::array()))
            cases.push_back(each);
    };
    for (const json& service : status["services"]) {
        take(service["counters"]);
        for (const json& thread : service["counters"].value("threads", json::array())) take(thread);
    }
    std::stable_sort(cases.begin(), cases.end(), [](const json& a, const json& b) {
        return a["time"].get<UnixMillis>() > b["time"].get<UnixMillis>();
    });
    return cases;
}

// The receivers know devices by their numbers only. One that has been removed has no name.
void add_names(json& cases, const std::string& location) {
    Connection connection = open_for_reading(location);
    std::map<DeviceNumber, std::string> names;
    for (const Device& device : Devices(connection).list()) names[device.number] = device.name;
    for (json& each : cases) {
        const auto name = names.find(each["device"].get<DeviceNumber>());
        if (name != names.end()) each["who"] = name->second;
    }
}

// Who may not come in hears nothing.
std::string shown_status(int status) {
    return status == 0 ? "none" : std::to_string(status);
}

void print_cases(const json& cases) {
    if (cases.empty()) {
        fmt::print("No message was refused since the receivers were started.\n");
        return;
    }
    fmt::print("{:<20} {:>6}  {:<15} {:<7} {:<26} {}\n", "last", "times", "from", "answer", "why",
               "who");
    for (const json& each : cases) {
        const auto field = each["field"].get<std::string>();
        fmt::print("{:<20} {:>6}  {:<15} {:<7} {:<26} {}\n",
                   format_time(each["time"].get<UnixMillis>() / 1000 * 1000),
                   each["count"].get<std::uint64_t>(), each["address"].get<std::string>(),
                   shown_status(each["status"].get<int>()),
                   each["reason"].get<std::string>() + (field.empty() ? "" : ": " + field),
                   each["who"].get<std::string>());
    }
    fmt::print(
        "An answer of 200 means that the message is in quarantine. Of what may be a token, only\n"
        "the first characters are shown.\n");
}

void run_refused(const RefusedOptions& options) {
    Settings settings;
    settings.data = options.data.folder();
    const std::optional<std::string> answer =
        ask_server(settings.control_path(), "status", daemon::Deadline::after(kWaitForList));
    if (!answer) refuse_without_server(settings.data);
    json cases = cases_in(json::parse(*answer));
    add_names(cases, options.data.location());
    if (options.json)
        fmt::print("{}\n", cases.dump());
    else
        print_cases(cases);
}

}  // namespace

void add_refused(CLI::App& app) {
    const auto options = std::make_shared<RefusedOptions>();
    CLI::App* const command =
        app.add_subcommand("refused", "Say which messages were refused lately, and why");
    add_data_options(*command, options->data);
    command->add_flag("--json", options->json, "For programs");
    command->callback([options] { run_refused(*options); });
}

}  // namespace waymark::tracker
