#include "commands/command.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace waymark::tracker {

void add_data_option(CLI::App& app, std::string& folder) {
    app.add_option("--data", folder,
                   "Folder of the server's data (default: $XDG_DATA_HOME/waymark, or "
                   "~/.local/share/waymark; for root /var/lib/waymark)");
}

}  // namespace waymark::tracker
