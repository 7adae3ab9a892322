// `tracker`: one program, one subcommand for everything that is done with the server. Each group of
// subcommands is a file in commands/.

#include <fmt/core.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <string>
#include <string_view>

#include "commands/command.hh"
#include "daemon/daemonize.hh"
#include "daemon/error.hh"
#include "store/store_location.hh"
#include "version.hh"

namespace {

using namespace waymark;

// CLI11 says of an unknown word or option only that a subcommand is missing.
std::string reason_of(const CLI::App& app, const CLI::ParseError& error, std::string_view first) {
    if (first.empty() || !app.get_subcommands().empty()) return error.what();
    return fmt::format("there is no {} {}", first.front() == '-' ? "option" : "command", first);
}

// CLI11 takes the word after '--log=' for its value, even if that is another option.
void refuse_empty_values(int count, char** arguments) {
    for (int i = 1; i < count; ++i) {
        const std::string_view word = arguments[i];
        if (word == "--") return;
        if (word.starts_with("--") && word.find('=') == word.size() - 1)
            throw daemon::UsageError(
                fmt::format("{} has no value: write one behind it, or leave the option out", word));
    }
}

// Everybody on the machine can read the command line of a process.
void refuse_passwords(int count, char** arguments) {
    for (int i = 1; i < count; ++i)
        if (tracker::shows_password(arguments[i]))
            throw daemon::UsageError(
                "others on this machine read a password that stands on a command line: write the "
                "URL into the settings file (store = ...) or into WAYMARK_STORE, or its password "
                "into ~/.pgpass");
}

// Reads the command line and runs the command on it. --help and --version end here, too.
int run(int count, char** arguments) {
    CLI::App app("A GPS tracking server: phones send where they are, a page shows it.", "tracker");
    app.set_version_flag("--version", "tracker " + std::string(tracker::version()));
    app.require_subcommand(1);
    tracker::add_serve(app);
    tracker::add_check(app);
    tracker::add_running_commands(app);
    tracker::add_decode(app);
    tracker::add_device(app);
    tracker::add_user(app);
    tracker::add_share(app);
    tracker::add_refused(app);
    tracker::add_fix(app);
    tracker::add_quarantine(app);
    tracker::add_import(app);
    tracker::add_export(app);
    tracker::add_backup(app);
    tracker::add_migrate_store(app);
    tracker::add_replay(app);
    tracker::add_simulate(app);
    refuse_empty_values(count, arguments);
    refuse_passwords(count, arguments);
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::RuntimeError& told) {
        // A command that has said itself what went wrong.
        return told.get_exit_code();
    } catch (const CLI::ParseError& error) {
        throw daemon::UsageError(reason_of(app, error, count > 1 ? arguments[1] : "") +
                                 ": see 'tracker --help'");
    }
    return daemon::kExitOk;
}

}  // namespace

int main(int count, char** arguments) {
    return daemon::run_main("tracker", [&] {
        daemon::open_standard_descriptors();
        return run(count, arguments);
    });
}
