#include "options.hh"

#include <CLI/CLI.hpp>

#include "examples/command_line.hh"

namespace waymark::httpd {

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    std::string listen = options.listen.to_string();
    CLI::App app("Serves the files of a directory over HTTP/1.1.", "httpd");
    app.add_option("--root", options.root, "the directory")->capture_default_str();
    app.add_option("--listen", listen, "ADDRESS:PORT; port 0 lets the kernel choose")
        ->capture_default_str();
    app.add_option(
           "--workers", options.workers,
           "processes whose threads have one client at a time; 0: event loops in one process")
        ->capture_default_str()
        ->check(CLI::Range(0U, 64U));
    app.add_option("--threads", options.threads, "event loops, or threads of each worker")
        ->capture_default_str()
        ->check(CLI::Range(1U, 64U));
    app.add_option("--connections", options.limits.gate.hard,
                   "at most so many at once, in each event loop")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    app.add_option("--connections-per-source", options.limits.gate.per_network,
                   "of them from one address, or one IPv6 /64")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    examples::add_seconds(app, "--header-timeout", options.limits.head,
                          "for the head of a request, in all");
    examples::add_seconds(app, "--body-timeout", options.limits.body,
                          "for the body of a request, in all");
    examples::add_seconds(app, "--send-timeout", options.limits.send,
                          "for a client that takes no bytes");
    examples::add_seconds(app, "--idle-timeout", options.limits.idle, "between two requests");
    examples::add_seconds(app, "--stop-timeout", options.stop_timeout,
                          "for what is under way at SIGTERM");
    if (!examples::parse_command_line(app, argument_count, arguments)) return std::nullopt;
    options.listen = net::Address::parse(listen);
    options.limits.gate.soft = options.limits.gate.hard;
    return options;
}

}  // namespace waymark::httpd
