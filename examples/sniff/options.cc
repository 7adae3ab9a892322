#include "options.hh"

#include <CLI/CLI.hpp>

#include "daemon/error.hh"
#include "examples/command_line.hh"

namespace waymark::sniff {

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    CLI::App app("Shows frames, a line for each layer.", "sniff");
    auto* interface =
        app.add_option("--interface", options.interface, "listen on this one: lo, eth0");
    app.add_option("--read", options.read, "read this file instead, pcap or pcapng")
        ->excludes(interface);
    app.add_option("--write", options.write, "keep the frames in this file, as pcap");
    app.add_option("--filter", options.filter, "only these, as in pcap-filter(7): \"tcp port 80\"");
    app.add_option("--count", options.count, "end after so many frames")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}));
    app.add_option("--data", options.data, "bytes to show of what the headers carry")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{0}, std::size_t{65'536}));
    if (!examples::parse_command_line(app, argument_count, arguments)) return std::nullopt;
    if (options.interface.empty() == options.read.empty())
        throw daemon::UsageError("say where from: --interface NAME, or --read FILE");
    return options;
}

}  // namespace waymark::sniff
