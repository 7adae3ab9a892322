// `tracker`: one program, one subcommand for everything that is done with the server. Each group of
// subcommands is a file in commands/.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "commands/command.hh"
#include "daemon/daemonize.hh"
#include "daemon/error.hh"
#include "version.hh"

namespace {

using namespace waymark;

// CLI11 says of an unknown word only that a subcommand is missing.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error, int count,
                         char** arguments) {
    const bool is_unknown = count > 1 && arguments[1][0] != '-' && app.get_subcommands().empty();
    const std::string reason =
        is_unknown ? "there is no command " + std::string(arguments[1]) : error.what();
    throw daemon::UsageError(reason + ": see 'tracker --help'");
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
    tracker::add_replay(app);
    tracker::add_simulate(app);
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::RuntimeError& told) {
        // A command that has said itself what went wrong.
        return told.get_exit_code();
    } catch (const CLI::ParseError& error) {
        refuse(app, error, count, arguments);
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
