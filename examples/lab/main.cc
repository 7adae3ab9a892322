// lab: a cluster in a second, without root. Each host is a network namespace on one switch, with an
// address and a gateway; README.md says what that is. One keeper holds it all (keeper.hh); the
// other words find it by its folder (state.hh) and go into the namespaces of its hosts. Where there
// can be no namespaces, `lab relay` (relay.hh) is what is left.

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "daemon/error.hh"
#include "execute.hh"
#include "faults.hh"
#include "keeper.hh"
#include "net/address.hh"
#include "network.hh"
#include "options.hh"
#include "reach.hh"
#include "relay.hh"

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
    for (const auto& [way, fault] : lab::read_faults(state))
        fmt::print("from {} to {}: {}\n", way.first, way.second, lab::to_string(fault));
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

int nic(const State& state, const Options& options) {
    const Lab lab = Lab::find(state);
    const lab::StartedHost& host = lab.host(options.host);
    const unsigned network = lab::add_interface(lab.bridge(), host);
    fmt::print("{} {}: {} {}\n", host.host.name, lab::interface_of(network),
               lab::ipv4_of(host.host.number, network), lab::ipv6_of(host.host.number, network));
    return daemon::kExitOk;
}

int fault(const State& state, const Options& options,
          const std::function<void(lab::Fault&)>& change) {
    const Lab lab = Lab::find(state);
    lab::change_fault(state, lab, {options.from, options.to}, change);
    if (options.both) lab::change_fault(state, lab, {options.to, options.from}, change);
    return daemon::kExitOk;
}

// sniff (examples/sniff) keeps and shows the frames. It is installed beside this program, and built
// in the folder beside this one's.
int capture(const State& state, const Options& options) {
    const Lab lab = Lab::find(state);
    const std::filesystem::path here =
        std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const std::filesystem::path installed = here / "sniff";
    const std::filesystem::path sniff =
        std::filesystem::exists(installed) ? installed : here / "../sniff/sniff";
    if (!std::filesystem::exists(sniff))
        throw daemon::UsageError(
            fmt::format("{}: capture needs it, and it needs libpcap: ./waymark packages sniff, "
                        "then build again",
                        sniff.lexically_normal().string()));
    lab::Words words{sniff.lexically_normal().string(), "--interface", lab::interface_of(0),
                     "--write", options.file};
    words.insert(words.end(), options.command.begin(), options.command.end());
    return lab::execute(lab.host(options.host), words);
}

int run(const Options& options) {
    const State state(options.state);
    const std::map<std::string, std::function<int()>> words{
        {"up", [&] { return up(state, options); }},
        {"list", [&] { return list(state); }},
        {"check", [&] { return lab::check_reach(Lab::find(state)); }},
        {"exec", [&] { return exec(state, options); }},
        {"nic", [&] { return nic(state, options); }},
        {"cut", [&] { return fault(state, options, [](auto& fault) { fault.cut = true; }); }},
        {"drop",
         [&] {
             return fault(state, options,
                          [&](auto& fault) { fault.drop_percent = options.amount; });
         }},
        {"delay",
         [&] {
             return fault(state, options, [&](auto& fault) { fault.delay_ms = options.amount; });
         }},
        {"mend", [&] { return fault(state, options, [](auto& fault) { fault = {}; }); }},
        {"relay",
         [&] {
             return lab::run_relay(net::Address::parse(options.from),
                                   net::Address::parse(options.to), options.relay);
         }},
        {"capture", [&] { return capture(state, options); }},
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
