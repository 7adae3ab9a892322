#include "client_options.hh"

#include <CLI/CLI.hpp>
#include <map>

#include "daemon/error.hh"
#include "examples/command_line.hh"

namespace waymark::logrelay {

namespace {

void add_relay(CLI::App& app, ClientOptions& options) {
    app.add_option("--connect", options.relay, "HOST:PORT of the relay")->required();
    app.add_option("--certificate", options.certificate,
                   "our certificate (PEM), and behind it those between it and its authority");
    app.add_option("--key", options.key, "the certificate's key (PEM)");
    app.add_option("--authority", options.authority,
                   "certificates (PEM) of those whose relay is believed");
    app.add_option("--name", options.name,
                   "the name or address in the relay's certificate, if it is not HOST");
    app.add_flag("--plaintext", options.plaintext, "without TLS; only to a loopback address");
    app.add_option("--from", options.from,
                   "\"now\", \"oldest\", or the place behind which to go on; a place that is in "
                   "--place-file goes before")
        ->capture_default_str();
    app.add_option("--place-file", options.place_file,
                   "where the place that was reached is kept, for the next start");
    examples::add_seconds(app, "--connect-time", options.connect_time, "for one try to connect");
    examples::add_seconds(app, "--first-pause", options.pauses.first,
                          "before the second try; each next one takes twice as long");
    examples::add_seconds(app, "--longest-pause", options.pauses.longest, "up to this");
}

// "host:80", "[::1]:80"; what is neither is told when it is looked up.
std::string host_of(const std::string& relay) {
    std::string host = relay.substr(0, relay.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return host;
}

void add_output(CLI::App& app, ClientOptions& options) {
    const std::map<std::string, LineForm> forms = {{"local", LineForm::local},
                                                   {"rfc5424", LineForm::rfc5424}};
    app.add_option("--to", options.to, "a socket file as /dev/log is, or - for standard output")
        ->capture_default_str();
    app.add_option("--form", options.form,
                   "\"local\", as syslog(3) writes, or \"rfc5424\", which keeps all fields")
        ->transform(CLI::CheckedTransformer(forms))
        ->default_str("local, and rfc5424 for standard output");
    examples::add_seconds(app, "--hand-over-time", options.hand_over_time,
                          "for a system log that takes nothing; then messages are given up");
}

}  // namespace

std::optional<ClientOptions> parse_client_options(int argument_count, char** arguments) {
    ClientOptions options;
    CLI::App app("Takes messages from a logrelay and hands them to the system log here.",
                 "logrelay-client");
    add_relay(app, options);
    add_output(app, options);
    if (!examples::parse_command_line(app, argument_count, arguments)) return std::nullopt;
    if (options.is_to_stdout() && app.count("--form") == 0) options.form = LineForm::rfc5424;
    const bool has_files =
        !options.certificate.empty() && !options.key.empty() && !options.authority.empty();
    if (!options.plaintext && !has_files)
        throw daemon::UsageError(
            "a relay talks to those whom it knows: say --certificate, --key "
            "and --authority, or --plaintext for one on this machine");
    if (options.name.empty()) options.name = host_of(options.relay);
    if (!read_greeting("from " + options.from))
        throw daemon::UsageError("--from: \"" + options.from +
                                 "\" is neither now, oldest, nor a place such as "
                                 "1764399602123.17");
    return options;
}

}  // namespace waymark::logrelay
