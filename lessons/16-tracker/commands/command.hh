// What the subcommands of `tracker` share. Each group of commands is one file with a function that
// adds it to the command line; the command runs when the line has been read, and throws UsageError
// or anything else for daemon::run_main to turn into an exit code.

#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace waymark::tracker {

// backup and restore
void add_backup(CLI::App& app);
void add_decode(CLI::App& app);
void add_device(CLI::App& app);
void add_export(CLI::App& app);
void add_fix(CLI::App& app);
void add_import(CLI::App& app);
void add_migrate_store(CLI::App& app);
void add_refused(CLI::App& app);
void add_quarantine(CLI::App& app);
void add_replay(CLI::App& app);
void add_share(CLI::App& app);
void add_simulate(CLI::App& app);
void add_user(CLI::App& app);
void add_serve(CLI::App& app);
void add_check(CLI::App& app);
// stop, status and reload
void add_running_commands(CLI::App& app);

// After the devices in `data_folder` were edited, its accounts, or its quarantine: has a server
// that runs there look at once, and waits until it knows them. Without a server, or one of another
// user, nothing happens.
void tell_server_of_devices(const std::string& data_folder);

// As seen from where the command is given; an empty path stays empty. A daemon lives in "/", so
// what is read again later, or is a socket's, must not depend on where it was started. The errors
// of std::filesystem::absolute.
std::string absolute_path(const std::string& path);

// Asks on the terminal, and takes only yes for yes. Throws UsageError if nobody is there.
bool person_agrees(std::string_view question);

// Which server's data a command is about.
struct DataChoice {
    std::string named;  // --data; empty: the default folder
    std::string store;  // --store; empty: as the folder remembers

    std::string folder() const;
    // Made where it is not there.
    std::string prepared_folder() const;
    // Of the database (store/store_location.hh). Throws UsageError.
    std::string location() const;
    // The same for one that may be new: its folder is made where it is not there.
    std::string location_to_make() const;
};

// Adds --data, with what it means: WAYMARK_DATA if it is not given, and empty if neither is.
// `folder` must live as long as the app.
void add_data_option(CLI::App& app, std::string& folder);
// The same, and --store with WAYMARK_STORE.
void add_data_options(CLI::App& app, DataChoice& choice);

}  // namespace waymark::tracker
