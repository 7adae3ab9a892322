#include "commands/command.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "services/control_socket.hh"
#include "settings.hh"

namespace waymark::tracker {

namespace {
constexpr std::chrono::seconds kServerPatience{2};
}

void add_data_option(CLI::App& app, std::string& folder) {
    app.add_option("--data", folder,
                   "Folder of the server's data (default: $XDG_DATA_HOME/waymark, or "
                   "~/.local/share/waymark; for root /var/lib/waymark)");
}

void tell_server_of_devices(const std::string& data_folder) {
    Settings settings;
    settings.data = data_folder;
    try {
        ask_server(settings.control_path(), "devices", daemon::Deadline::after(kServerPatience));
    } catch (const std::exception&) {
        // It looks for itself every second.
    }
}

}  // namespace waymark::tracker
