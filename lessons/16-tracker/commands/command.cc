#include "commands/command.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>

namespace waymark::tracker {

void add_data_option(CLI::App& app, std::string& folder) {
    app.add_option("--data", folder,
                   "Folder of the server's data (default: $XDG_DATA_HOME/waymark, or "
                   "~/.local/share/waymark; for root /var/lib/waymark)");
}

UnixMillis current_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace waymark::tracker
