// `tracker serve`, `check`, `stop`, `status` and `reload`: the life of the server.

#include <poll.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include <fmt/core.h>

#include "commands/command.hh"
#include "commands/settings_options.hh"
#include "daemon/error.hh"
#include "daemon/pidfile.hh"
#include "net/timed_io.hh"
#include "server.hh"
#include "services/control_socket.hh"
#include "services/running_server.hh"
#include "start_check.hh"
#include "store/data_folder.hh"
#include "web_app/site_folder.hh"
#include "welcome.hh"

namespace waymark::tracker {
namespace {

using daemon::Deadline;
using daemon::UsageError;

// Longer than the server gives its clients and its services.
constexpr std::chrono::seconds kWaitForStop{30};
constexpr std::chrono::seconds kWaitForAnswer{5};

struct ServeOptions {
    Settings settings;
    std::string config;
};

void run_serve(const CLI::App& command, const ServeOptions& options) {
    const std::string config = absolute_path(options.config);
    const std::vector<std::string> arguments = given_arguments(command);
    const Settings read = read_settings(config, arguments);
    Settings settings = read;
    settings.data = absolute_path(settings.data);
    settings.site = absolute_path(find_site(settings.site, program_folder()));
    settings.map = absolute_path(settings.map);
    check_map(settings);
    settings.web_certificate = absolute_path(settings.web_certificate);
    settings.web_key = absolute_path(settings.web_key);
    settings.forward_authority = absolute_path(settings.forward_authority);
    settings.mqtt_authority = absolute_path(settings.mqtt_authority);
    check_authorities(settings);
    if (settings.log != "stderr" && settings.log != "syslog")
        settings.log = absolute_path(settings.log);
    const int code = serve(settings, [&] {
        const Settings again = read_settings(config, arguments);
        return ReadAgain{again.reloadable, read.changes_that_need_a_start(again)};
    });
    if (code != daemon::kExitOk) throw CLI::RuntimeError(code);
}

void run_check(const CLI::App& command, const ServeOptions& options) {
    const Settings settings = read_settings(options.config, given_arguments(command));
    for (const std::string& remark : check_start(settings, options.config))
        fmt::print("{}\n", remark);
    fmt::print("{}\n", options.config.empty() ? "The options are right."
                                              : options.config + ": nothing is wrong.");
}

struct RunningOptions {
    std::string data;
    bool json = false;

    std::string folder() const { return data.empty() ? default_data_folder() : data; }
    Settings settings() const {
        Settings settings;
        settings.data = folder();
        return settings;
    }
};

void run_stop(const RunningOptions& options) {
    const std::optional<RunningServer> server = find_running_server(options.settings());
    if (!server || !daemon::send_signal(server->process, SIGTERM))
        refuse_without_server(options.folder());
    if (!server->has_pid_file)
        fmt::print(stderr, "The pid file of process {} was deleted; its socket named it.\n",
                   server->process.pid);
    const Deadline deadline = Deadline::after(kWaitForStop);
    if (net::wait_readable(server->process.process, deadline) == net::Ready::timed_out)
        throw std::runtime_error(
            fmt::format("the tracker (process {}) has not ended within {} s; 'kill -KILL {}' ends "
                        "it, and loses "
                        "nothing that was acknowledged",
                        server->process.pid, kWaitForStop.count(), server->process.pid));
    fmt::print("Stopped.\n");
}

std::string ask(const RunningOptions& options, std::string_view request) {
    const std::optional<std::string> answer =
        ask_server(options.settings().control_path(), request, Deadline::after(kWaitForAnswer));
    if (!answer) refuse_without_server(options.folder());
    return *answer;
}

// The lists that 'tracker refused' and /metrics show are too long for a table of counters.
void leave_out_refusals(nlohmann::json& status) {
    for (nlohmann::json& service : status["services"]) {
        nlohmann::json& counters = service["counters"];
        counters.erase("refused_lately");
        counters.erase("commits_within");
        if (!counters.contains("threads")) continue;
        for (nlohmann::json& thread : counters["threads"]) thread.erase("refused_lately");
    }
}

std::string shown(const nlohmann::json& address, std::string_view scheme = "http") {
    return shown_address(net::Address::parse(address.get<std::string>()), scheme);
}

// By the name that is in its certificate, if there is one.
std::string map_at(const nlohmann::json& address, const nlohmann::json& status) {
    return openable_address(net::Address::parse(address.get<std::string>()),
                            status["web_scheme"].get<std::string>(),
                            status.value("web_name", "localhost"));
}

bool has_no_accounts(const nlohmann::json& status) {
    return std::ranges::any_of(status["services"], [](const nlohmann::json& service) {
        return service["counters"].value("accounts", 1) == 0;
    });
}

// As long as there is none. `folder` is the one that was named.
void print_first_account(const nlohmann::json& status, const std::string& folder) {
    if (!has_no_accounts(status)) return;
    const std::string path = status["first_account"].get<std::string>();
    if (!path.empty())
        for (const auto& address : status["web"])
            fmt::print("Make the first account at {}{}\n", map_at(address, status), path);
    if (status.value("first_account_is_too_old", false))
        fmt::print(
            "Nobody has an account yet, and the link for the first one was good for a day. This "
            "prints another:\n    tracker user add NAME --admin --link{}{}\n",
            folder.empty() ? "" : " --data ", folder);
}

void print_status(nlohmann::json status, const std::string& folder) {
    leave_out_refusals(status);
    fmt::print("Running as process {} for {} s.\n", status["pid"].get<int>(),
               status["uptime_s"].get<long>());
    for (const auto& address : status["devices"]) fmt::print("Phones send to {}\n", shown(address));
    for (const auto& address : status["devices_tls"])
        fmt::print("Phones send to {}\n", shown(address, "https"));
    for (const auto& address : status["web"])
        fmt::print("The map is at  {}\n", map_at(address, status));
    print_first_account(status, folder);
    fmt::print("\n{:<12} {:<9} {:>8} {:>7}\n", "service", "state", "process", "starts");
    for (const auto& service : status["services"])
        fmt::print("{:<12} {:<9} {:>8} {:>7}\n", service["name"].get<std::string>(),
                   service["state"].get<std::string>(), service["pid"].get<int>(),
                   service["starts"].get<int>());
    for (const auto& service : status["services"])
        for (const auto& [name, value] : service["counters"].items())
            fmt::print("{:<12} {:<26} {}\n", service["name"].get<std::string>(), name,
                       value.dump());
}

void run_status(const RunningOptions& options) {
    const std::string answer = ask(options, "status");
    if (options.json) {
        fmt::print("{}", answer);
    } else {
        print_status(nlohmann::json::parse(answer), options.data);
    }
}

void run_reload(const RunningOptions& options) {
    const std::string answer = ask(options, "reload");
    std::string_view needs_start = answer;
    if (!needs_start.starts_with("ok"))
        throw UsageError("the old configuration stays: " + answer.substr(0, answer.find('\n')));
    needs_start = needs_start.substr(2, needs_start.find('\n') - 1);
    fmt::print("Reloaded.{}{}", needs_start.size() > 1 ? " What takes a new start:" : "",
               needs_start);
    if (answer.ends_with(kLogIsOld))
        throw std::runtime_error(
            "the log could not be opened again and goes on in the old file, which says why; mend "
            "the folder of the log, then reload once more");
}

CLI::App* add_running_command(CLI::App& app, const std::string& name, const std::string& help,
                              const std::shared_ptr<RunningOptions>& options,
                              void (*run)(const RunningOptions&)) {
    CLI::App* const command = app.add_subcommand(name, help);
    add_data_option(*command, options->data);
    command->callback([options, run] { run(*options); });
    return command;
}

}  // namespace

void add_serve(CLI::App& app) {
    const auto options = std::make_shared<ServeOptions>();
    CLI::App* const command = app.add_subcommand("serve", "Start the server");
    add_settings_options(*command, options->settings);
    command->add_option("--config", options->config,
                        "TOML file with the same names as the options");
    command->callback([command, options] { run_serve(*command, *options); });
}

void add_check(CLI::App& app) {
    const auto options = std::make_shared<ServeOptions>();
    CLI::App* const command =
        app.add_subcommand("check", "Read the configuration, start nothing, say what is wrong");
    add_settings_options(*command, options->settings);
    command->add_option("--config", options->config,
                        "TOML file with the same names as the options");
    command->callback([command, options] { run_check(*command, *options); });
}

void add_running_commands(CLI::App& app) {
    const auto options = std::make_shared<RunningOptions>();
    add_running_command(app, "stop", "Stop the server that uses the data folder", options,
                        run_stop);
    add_running_command(app, "reload", "Have the server read its configuration again", options,
                        run_reload);
    add_running_command(app, "status", "Say what runs, and its counters", options, run_status)
        ->add_flag("--json", options->json, "For programs");
}

}  // namespace waymark::tracker
