// `tracker backup FILE` and `tracker restore FILE`: a copy of everything in one file while the
// server runs, and back again while none runs.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "commands/command.hh"
#include "daemon/error.hh"
#include "daemon/pidfile.hh"
#include "services/running_server.hh"
#include "settings.hh"
#include "store/copy_database.hh"
#include "store/data_folder.hh"
#include "store/open_database.hh"
#include "store/postgresql_url.hh"
#include "store/restore_database.hh"
#include "store/store_location.hh"

namespace waymark::tracker {
namespace {

struct BackupOptions {
    DataChoice data;
    std::string file;
    bool force = false;
};

void run_backup(const BackupOptions& options) {
    const std::string location = options.data.location();
    if (is_postgresql(location))
        throw daemon::UsageError(fmt::format(
            "the store is {}, and PostgreSQL's own tools copy it while it runs: 'pg_dump "
            "--format=custom --file={} {}' does, and pg_restore brings it back",
            url_without_password(location), options.file, url_without_password(location)));
    Connection connection = open_for_reading(location);
    copy_database(connection, options.file, options.force ? IfThere::replace : IfThere::refuse);
    fmt::print("{} has everything that was stored until now ({} bytes).\n", options.file,
               std::filesystem::file_size(options.file));
}

void refuse_to_replace(const std::string& database) {
    std::error_code ignored;
    if (std::filesystem::exists(database, ignored))
        throw daemon::UsageError(
            fmt::format("{} is there already: name another folder with --data, or say --force, and "
                        "it is kept beside the restored one",
                        database));
}

// Holds the pid file, so that no server starts meanwhile.
void run_restore(const BackupOptions& options) {
    refuse_bad_backup(options.file);  // before a folder is made
    const std::string location = options.data.location();
    if (is_postgresql(location))
        throw daemon::UsageError(fmt::format(
            "the store is {}, and {} is a file of SQLite: restore it with --store sqlite into "
            "another folder (--data), and copy that with 'tracker migrate-store'",
            url_without_password(location), options.file));
    Settings settings;
    settings.data = options.data.prepared_folder();
    daemon::PidFile pid_file = daemon::PidFile::lock(
        settings.pid_file_path(), daemon::Deadline::after(std::chrono::milliseconds(0)));
    // Root's, if it stayed behind, would keep a server that is not root's from its start.
    give_to_owner_of_folder(settings.pid_file_path());
    refuse_second_server(settings);
    pid_file.write_pid();
    if (!options.force) refuse_to_replace(database_path(settings.data));
    const std::string aside = restore_database(options.file, database_path(settings.data));
    fmt::print("{} is that of {} now.\n", database_path(settings.data), options.file);
    if (!aside.empty()) fmt::print("The one before it is kept as {}\n", aside);
}

CLI::App& add_copy_command(CLI::App& app, const std::shared_ptr<BackupOptions>& options,
                           const std::string& name, const std::string& help,
                           void (*run)(const BackupOptions&)) {
    CLI::App& command = *app.add_subcommand(name, help);
    add_data_options(command, options->data);
    command.add_option("FILE", options->file, "The copy")->required();
    command.callback([options, run] {
        std::signal(SIGXFSZ, SIG_IGN);  // a limit for the size of files is an error to tell
        run(*options);
    });
    return command;
}

}  // namespace

void add_backup(CLI::App& app) {
    const auto options = std::make_shared<BackupOptions>();
    add_copy_command(app, options, "backup", "Copy everything into a file; the server may run",
                     run_backup)
        .add_flag("--force", options->force, "Replace FILE");
    add_copy_command(app, options, "restore",
                     "Put such a file in the place of the database; no server may run", run_restore)
        .add_flag("--force", options->force, "Also where there is a database; that one is kept");
}

}  // namespace waymark::tracker
