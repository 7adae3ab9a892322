#include "commands/command.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <fmt/core.h>
#include <unistd.h>

#include "daemon/error.hh"
#include "services/control_socket.hh"
#include "settings.hh"

namespace waymark::tracker {

namespace {
constexpr std::chrono::seconds kServerPatience{2};
}  // namespace

std::string absolute_path(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).string();
}

// Not as CLI11 reads the environment: it would do so for each subcommand, also for those that were
// not given, and after the command line of the one that was.
void add_data_option(CLI::App& app, std::string& folder) {
    if (const char* const named = std::getenv("WAYMARK_DATA")) folder = absolute_path(named);
    app.add_option(
           "--data", folder,
           "Folder of the server's data (default: $WAYMARK_DATA, or $XDG_DATA_HOME/waymark, or "
           "~/.local/share/waymark; for root /var/lib/waymark)")
        ->transform(absolute_path);
}

bool person_agrees(std::string_view question) {
    if (::isatty(STDIN_FILENO) == 0)
        throw daemon::UsageError("nobody is there to be asked: say --yes");
    fmt::print("{} [y/N] ", question);
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

void tell_server_of_devices(const std::string& data_folder) {
    Settings settings;
    settings.data = absolute_path(data_folder);
    try {
        ask_server(settings.control_path(), "devices", daemon::Deadline::after(kServerPatience));
    } catch (const std::exception&) {
        // It looks for itself every second.
    }
}

}  // namespace waymark::tracker
