#include "options.hh"

#include <CLI/CLI.hpp>

#include "daemon/error.hh"
#include "examples/command_line.hh"

namespace waymark::logrelay {

namespace {

using daemon::UsageError;

void add_inputs(CLI::App& app, std::vector<std::string>& udp, Options& options) {
    app.add_option("--udp", udp, "ADDRESS:PORT at which messages arrive; *:514 is both families");
    app.add_option("--socket", options.socket, "a socket file in the place of /dev/log");
    app.add_option("--senders", options.senders.words,
                   "\"allow NETWORK\" or \"deny NETWORK\" for --udp; the first match decides");
    app.add_option("--senders-file", options.senders.file,
                   "more of them, a rule a line, behind those; read again at SIGHUP");
    app.add_option("--longest", options.longest, "bytes of a message; what is beyond is cut off")
        ->capture_default_str()
        ->check(CLI::Range(480UL, 65'535UL));
}

void add_clients(CLI::App& app, std::string& listen, Options& options) {
    app.add_option("--listen", listen, "ADDRESS:PORT for clients; port 0 lets the kernel choose")
        ->capture_default_str();
    app.add_option("--certificate", options.certificate,
                   "our certificate (PEM), and behind it those between it and its authority");
    app.add_option("--key", options.key, "the certificate's key (PEM)");
    app.add_option("--authority", options.authority,
                   "certificates (PEM) of those whose clients are served");
    app.add_option("--revoked", options.revoked,
                   "lists (PEM) of the clients' certificates that do not count any more");
    app.add_flag("--plaintext", options.plaintext, "without TLS; only on a loopback address");
    app.add_option("--access", options.access.words, "as --senders, for clients");
    app.add_option("--access-file", options.access.file, "as --senders-file, for clients");
    app.add_option("--clients", options.clients.hard, "so many at once; the others wait")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 100'000UL));
    app.add_option("--clients-per-source", options.clients.per_network,
                   "of them from one address, or one IPv6 /64; one more is closed")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 100'000UL));
}

void add_limits(CLI::App& app, Options& options) {
    app.add_option("--keep-messages", options.keep.messages,
                   "so far may a client be behind, in messages")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 10'000'000UL));
    app.add_option("--keep-bytes", options.keep.bytes, "the same in bytes")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 4'000'000'000UL));
    examples::add_seconds(app, "--handshake-time", options.handshake_time,
                          "in which a client must have proven who it is");
    examples::add_seconds(app, "--greeting-time", options.greeting_time,
                          "in which a client may say from where on it wants messages");
    examples::add_seconds(app, "--patience", options.patience, "for a client that takes no bytes");
    examples::add_seconds(app, "--stop-time", options.stop_time,
                          "for clients that are behind at SIGTERM");
    app.add_option("--user", options.user, "to become when all is open, for good");
}

void check_security(const Options& options) {
    const bool has_files =
        !options.certificate.empty() && !options.key.empty() && !options.authority.empty();
    const bool has_any = !options.certificate.empty() || !options.key.empty() ||
                         !options.authority.empty() || !options.revoked.empty();
    if (options.plaintext ? has_any : !has_files)
        throw UsageError(options.plaintext
                             ? "--plaintext: certificates are for TLS; leave out one of the two"
                             : "messages are for those who may read them: say --certificate, "
                               "--key and --authority, or --plaintext for this machine alone");
}

}  // namespace

namespace {

net::Address udp_address(const std::string& text) {
    const net::Address address = net::Address::parse(text);
    if (!address.is_ip())
        throw UsageError("--udp: \"" + text +
                         "\" is no address with a port; a socket file is "
                         "--socket PATH");
    return address;
}

}  // namespace

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    std::string listen = options.listen.to_string();
    std::vector<std::string> udp;
    CLI::App app("Copies messages of the system log to every client that may have them.",
                 "logrelay");
    add_inputs(app, udp, options);
    add_clients(app, listen, options);
    add_limits(app, options);
    if (!examples::parse_command_line(app, argument_count, arguments)) return std::nullopt;
    for (const std::string& each : udp) options.udp.push_back(udp_address(each));
    options.listen = net::Address::parse(listen);
    options.is_listen_named = app.count("--listen") > 0;
    options.clients.soft = options.clients.hard;
    check_security(options);
    return options;
}

}  // namespace waymark::logrelay
