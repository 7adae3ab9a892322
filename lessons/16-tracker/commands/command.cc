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
#include "store/data_folder.hh"
#include "store/store_location.hh"

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

void add_data_options(CLI::App& app, DataChoice& choice) {
    add_data_option(app, choice.named);
    if (const char* const named = std::getenv("WAYMARK_STORE")) choice.store = named;
    app.add_option("--store", choice.store,
                   "PostgreSQL instead of a file in that folder: postgresql://USER@HOST/DATABASE, "
                   "or 'sqlite' (default: $WAYMARK_STORE, or as the server of the folder was "
                   "started last)");
}

std::string DataChoice::folder() const {
    return named.empty() ? default_data_folder() : named;
}

std::string DataChoice::prepared_folder() const {
    return prepare_data_folder(named);
}

std::string DataChoice::location() const {
    return store_location(folder(), store);
}

std::string DataChoice::location_to_make() const {
    return store_location(prepared_folder(), store);
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
