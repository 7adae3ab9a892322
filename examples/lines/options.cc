#include "options.hh"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "examples/command_line.hh"

namespace waymark::lines {

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    std::string listen = options.listen.to_string();
    std::vector<std::string> rules;
    CLI::App app("Answers each line with the same line in capital letters.", "lines");
    app.add_option("--listen", listen, "ADDRESS:PORT; port 0 lets the kernel choose")
        ->capture_default_str();
    app.add_option("--access", rules,
                   "\"allow NETWORK\" or \"deny NETWORK\"; the first match decides");
    app.add_option("--clients", options.clients.hard, "so many at once; the others wait")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 100'000UL));
    app.add_option("--clients-per-source", options.clients.per_network,
                   "of them from one address, or one IPv6 /64; one more is closed")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 100'000UL));
    app.add_option("--longest-line", options.longest_line, "in bytes, without the line's end")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    examples::add_seconds(app, "--line-time", options.line_time,
                          "for a whole line, from the last answer on");
    examples::add_seconds(app, "--answer-time", options.answer_time,
                          "for a client that takes no bytes");
    examples::add_seconds(app, "--stop-time", options.stop_time,
                          "for what is under way at SIGTERM");
    if (!examples::parse_command_line(app, argument_count, arguments)) return std::nullopt;
    options.listen = net::Address::parse(listen);
    options.access = net::AccessList::parse(rules, net::Access::allow, "--access");
    options.clients.soft = options.clients.hard;
    return options;
}

}  // namespace waymark::lines
