// balancer: shares the connections of clients among servers. It says where it listens once it does,
// and ends with 0 after SIGTERM or SIGINT, when those who are there have finished. README.md walks
// through it.

#include <optional>

#include "control.hh"
#include "daemon/error.hh"
#include "options.hh"
#include "service.hh"

int main(int argument_count, char** arguments) {
    using namespace waymark;
    return daemon::run_main("balancer", [&] {
        const auto read_options = [&] {
            return balancer::parse_options(argument_count, arguments);
        };
        const std::optional<balancer::Options> options = read_options();
        if (!options) return daemon::kExitOk;
        if (options->control_path)
            return balancer::run_control(*options->control_path, options->control_words);
        return balancer::serve(*options, read_options);
    });
}
