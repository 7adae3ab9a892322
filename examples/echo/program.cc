#include "program.hh"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "examples/command_line.hh"
#include "net/socket_file.hh"

namespace waymark::echo {

namespace {

// False if only help was asked for, and given.
bool parse(const char* name, int argument_count, char** arguments, Options& options) {
    std::string listen = options.listen.to_string();
    CLI::App app("Sends back what its clients send.", name);
    app.add_option("--listen", listen, "ADDRESS:PORT; port 0 lets the kernel choose")
        ->capture_default_str();
    app.add_option("--clients", options.clients, "at most so many at once")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 100'000UL));
    app.add_option("--workers", options.workers,
                   "processes, or threads of the pool, where the design has a fixed number")
        ->capture_default_str()
        ->check(CLI::Range(1U, 256U));
    app.add_option("--threads", options.threads, "of each worker, where the design has both")
        ->capture_default_str()
        ->check(CLI::Range(1U, 256U));
    if (!examples::parse_command_line(app, argument_count, arguments)) return false;
    options.listen = net::Address::parse(listen);
    return true;
}

}  // namespace

void tell_address(const Listener& listener) {
    fmt::print("listening on {}\n", listener.address().to_string());
    std::fflush(stdout);
}

int run(const char* name, int argument_count, char** arguments, const Serve& serve) {
    return daemon::run_main(name, [&] {
        Options options;
        if (!parse(name, argument_count, arguments, options)) return daemon::kExitOk;
        daemon::ignore_sigpipe();
        Listener listener(options.listen);
        const net::SocketFile file(listener.address());
        serve(options, std::move(listener));
        file.remove();
        return daemon::kExitOk;
    });
}

}  // namespace waymark::echo
