#include "options.hh"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/error.hh"

namespace waymark::lines {

namespace {

using std::chrono::milliseconds;

void add_seconds(CLI::App& app, const std::string& name, milliseconds& value,
                 const std::string& text) {
    app.add_option_function<double>(
           name,
           [&value](double seconds) {
               value = milliseconds(static_cast<std::int64_t>(seconds * 1000));
           },
           text)
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 86'400.0));
}

}  // namespace

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
    add_seconds(app, "--line-time", options.line_time, "for a whole line, from the last answer on");
    add_seconds(app, "--answer-time", options.answer_time, "for a client that takes no bytes");
    add_seconds(app, "--stop-time", options.stop_time, "for what is under way at SIGTERM");
    try {
        app.parse(argument_count, arguments);
        options.listen = net::Address::parse(listen);
        options.access = net::AccessList::parse(rules, net::Access::allow, "--access");
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        throw daemon::UsageError(std::string(error.what()) + "; lines --help shows the options");
    }
    options.clients.soft = options.clients.hard;
    return options;
}

}  // namespace waymark::lines
