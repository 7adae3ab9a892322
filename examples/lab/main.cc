// lab: a cluster in a second, without root. Each host is a network namespace on one switch, with an
// address and a gateway; README.md says what that is. One keeper holds it all (keeper.hh); the other
// words find it by its folder (state.hh) and go into the namespaces of its hosts.

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>

#include "daemon/error.hh"
#include "execute.hh"
#include "keeper.hh"
#include "options.hh"

namespace {

using namespace waymark;
using lab::Lab;
using lab::Options;
using lab::State;

int list(const State& state) {
    const Lab lab = Lab::find(state);
    for (const auto& [host, pid, process] : lab.hosts())
        if (host.number != 0)
            fmt::print("{:<8} {:<12} {:<15} process {}\n", host.name, lab::ipv4_of(host.number),
                       lab::ipv6_of(host.number), pid);
    return daemon::kExitOk;
}

int up(const State& state, const Options& options) {
    const int code = lab::start_keeper(state, options.hosts);
    return code == daemon::kExitOk ? list(state) : code;
}

int exec(const State& state, const Options& options) {
    const Lab lab = Lab::find(state);
    return options.host == "all" ? lab::execute_on_all(lab.machines(), options.command)
                                 : lab::execute(lab.host(options.host), options.command);
}

int run(const Options& options) {
    const State state(options.state);
    const std::map<std::string, std::function<int()>> words{
        {"up", [&] { return up(state, options); }},
        {"list", [&] { return list(state); }},
        {"exec", [&] { return exec(state, options); }},
        {"down", [&] { return lab::stop_keeper(state), daemon::kExitOk; }},
    };
    return words.at(options.word)();
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("lab", [&] {
        const std::optional<Options> options = lab::parse_options(argument_count, arguments);
        return options ? run(*options) : daemon::kExitOk;
    });
}
