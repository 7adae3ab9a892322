#include "options.hh"

#include <CLI/CLI.hpp>
#include <map>

#include "daemon/error.hh"
#include "examples/command_line.hh"

namespace waymark::httpd {

namespace {

const std::map<std::string, Design> kDesigns = {{"event", Design::event},
                                                {"dynamic-threads", Design::dynamic_threads},
                                                {"static-threads", Design::static_threads},
                                                {"prefork", Design::prefork}};

// Without a bound "-1" is read as the largest number there is.
constexpr std::size_t kMostBytes = std::size_t{1} << 40;

// What is text on the command line until all of it was read.
struct Words {
    std::vector<std::string> listen;
    std::string design;
    std::vector<std::string> allowed;
    std::vector<std::string> denied;
    std::string level = "notice";
    std::uint32_t requests = 0;
};

void add_site(CLI::App& app, Options& options) {
    app.add_option("--root", options.root, "the directory")->capture_default_str();
    app.add_flag("--listing", options.listing, "list directories without an index.html");
    app.add_option("--gzip-memory", options.gzip_bytes,
                   "bytes kept compressed for who takes gzip; 0: compress nothing")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{0}, kMostBytes));
    app.add_flag("--precompressed", options.precompressed, "send a.js.gz for a.js to who takes it");
    app.add_option("--error-pages", options.error_pages,
                   "a directory with 404.html, 5xx.html, ...");
    app.add_option("--cgi-bin", options.cgi_bin, "a directory of programs, at /cgi-bin/ in URLs");
    app.add_option("--cgi-programs", options.cgi_programs,
                   "at most so many run at once, in each process")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 10'000UL));
    app.add_option("--cgi-body", options.cgi_body, "bytes that may be sent to a program")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{0}, kMostBytes));
    examples::add_seconds(app, "--cgi-timeout", options.cgi_timeout,
                          "for a program that says nothing");
    examples::add_seconds(app, "--cgi-whole-timeout", options.cgi_whole_timeout,
                          "for a program in all");
}

void add_design(CLI::App& app, Options& options, Words& words) {
    app.add_option("--design", words.design,
                   "event, dynamic-threads, static-threads or prefork (default event)")
        ->check(CLI::IsMember(kDesigns));
    app.add_option("--workers", options.workers, "processes of prefork, for each address")
        ->check(CLI::Range(0U, 64U));
    app.add_option("--threads", options.threads, "event loops, or threads of a crew")
        ->capture_default_str()
        ->check(CLI::Range(1U, 1024U));
    app.add_option("--user", options.user, "become this user once the addresses are bound");
    app.add_option("--group", options.group, "and this group; without it, the user's own");
}

void add_tls(CLI::App& app, Options& options) {
    app.add_option("--tls-certificate", options.tls_certificate,
                   "serve over TLS: the certificate, and those between it and its authority (PEM)");
    app.add_option("--tls-key", options.tls_key, "and its key");
    app.add_option("--tls-client-ca", options.tls_client_ca,
                   "serve only clients with a certificate of this authority");
}

void add_limits(CLI::App& app, Options& options, Words& words) {
    app.add_option("--connections", options.limits.gate.hard,
                   "at most so many at once, in each event loop")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    app.add_option("--connections-per-source", options.limits.gate.per_network,
                   "of them from one address, or one IPv6 /64")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    app.add_option("--requests", words.requests,
                   "on one connection (default 1000; 1 where threads are few: static-threads and "
                   "prefork)")
        ->check(CLI::Range(1U, 4'000'000'000U));
    app.add_option("--deny", words.denied, "nobody from ADDRESS, ADDRESS/BITS or all; repeatable");
    app.add_option("--allow", words.allowed,
                   "these all the same; without --deny, these and no others; repeatable");
    examples::add_seconds(app, "--header-timeout", options.limits.head,
                          "for the head of a request, in all");
    examples::add_seconds(app, "--body-timeout", options.limits.body,
                          "for the body of a request, in all");
    examples::add_seconds(app, "--send-timeout", options.limits.send,
                          "for a client that takes no bytes");
    examples::add_seconds(app, "--idle-timeout", options.limits.idle, "between two requests");
    examples::add_seconds(app, "--stop-timeout", options.stop_timeout,
                          "for what is under way at SIGTERM");
}

void add_logs(CLI::App& app, Options& options, Words& words) {
    app.add_option("--access-log", options.access_log, "a line for each answer; default: none");
    app.add_option("--error-log", options.error_log, "default: standard error");
    app.add_option("--log-level", words.level, "error, warning, notice or info")
        ->capture_default_str();
}

// Who is allowed by name comes before who is denied.
net::AccessList access_from(const Words& words) {
    std::vector<std::string> rules;
    for (const std::string& network : words.allowed) rules.push_back("allow " + network);
    for (const std::string& network : words.denied) rules.push_back("deny " + network);
    const bool only_some = !words.allowed.empty() && words.denied.empty();
    return net::AccessList::parse(rules, only_some ? net::Access::deny : net::Access::allow,
                                  "--allow and --deny");
}

void understand(const Words& words, Options& options) {
    if (!words.listen.empty()) options.listen.clear();
    for (const std::string& address : words.listen)
        options.listen.push_back(net::Address::parse(address));
    if (!words.design.empty())
        options.design = kDesigns.at(words.design);
    else if (options.workers > 0)
        options.design = Design::prefork;
    if (options.design != Design::prefork && options.workers > 0)
        throw daemon::UsageError("--workers is for --design prefork");
    if (options.design == Design::prefork && options.workers == 0) options.workers = 2;
    const bool has_crew =
        options.design == Design::static_threads || options.design == Design::prefork;
    // A thread that waits for the next request of one client serves nobody else meanwhile.
    if (has_crew) options.limits.requests = 1;
    if (words.requests > 0) options.limits.requests = words.requests;
    options.limits.gate.soft = options.limits.gate.hard;
    options.limits.handshake = options.limits.head;  // before its first byte of HTTP
    options.access = access_from(words);
    if (!options.group.empty() && options.user.empty())
        throw daemon::UsageError("--group goes with --user");
    if (options.tls_certificate.empty() != options.tls_key.empty())
        throw daemon::UsageError("--tls-certificate and --tls-key go together");
    if (!options.tls_client_ca.empty() && options.tls_key.empty())
        throw daemon::UsageError("--tls-client-ca goes with --tls-certificate and --tls-key");
    const auto level = daemon::severity_from(words.level);
    if (!level) throw daemon::UsageError("--log-level: '" + words.level + "' is no level");
    options.log_level = *level;
}

}  // namespace

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    Words words;
    CLI::App app("Serves the files of a directory, and answers of programs, over HTTP/1.1.",
                 "httpd");
    app.set_config("--config", "", "a file with lines 'name = value', the options' names");
    app.allow_config_extras(CLI::config_extras_mode::error);
    app.add_option(
        "--listen", words.listen,
        "ADDRESS:PORT, repeatable; port 0 lets the kernel choose (default 127.0.0.1:8080)");
    add_site(app, options);
    add_design(app, options, words);
    add_tls(app, options);
    add_limits(app, options, words);
    add_logs(app, options, words);
    if (!examples::parse_command_line(app, argument_count, arguments)) return std::nullopt;
    understand(words, options);
    return options;
}

}  // namespace waymark::httpd
