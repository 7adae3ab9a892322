#include "options.hh"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "daemon/error.hh"
#include "examples/access_rules.hh"
#include "examples/command_line.hh"

namespace waymark::balancer {

namespace {

using daemon::LogTarget;
using daemon::Severity;
using daemon::UsageError;

// What is read as text and becomes something else when all of it is there.
struct Texts {
    std::vector<std::string> listen;
    std::vector<std::string> back_ends;
    examples::AccessRules access{"--access", {}, {}};
    std::vector<std::string> fronts;
    std::string send;
    std::string expect;
    std::string status = "127.0.0.1:8404";
    std::string log = "stderr";
};

const std::map<std::string, Transfer> kTransfers = {
    {"copy", Transfer::copy}, {"splice", Transfer::splice}, {"auto", Transfer::automatic}};
const std::map<std::string, Severity> kLevels = {{"error", Severity::error},
                                                 {"warning", Severity::warning},
                                                 {"notice", Severity::notice},
                                                 {"info", Severity::info},
                                                 {"debug", Severity::debug}};

void add_clients(CLI::App& app, Options& options, Texts& texts) {
    app.add_option("--listen", texts.listen, "ADDRESS:PORT for clients; may be repeated")
        ->type_name("ADDRESS");
    app.add_option("--connections", options.balancer.connections, "so many at once; others wait")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    app.add_option("--connections-per-source", options.balancer.per_network,
                   "of them from one address, or one IPv6 /64; one more is closed")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    app.add_option("--access", texts.access.words,
                   "\"allow NETWORK\" or \"deny NETWORK\"; the first match decides")
        ->type_name("RULE");
    app.add_option("--access-file", texts.access.file,
                   "a file of such rules, one a line, after those of --access")
        ->type_name("FILE");
    app.add_option("--proxy-from", texts.fronts,
                   "clients come through balancers of this network, which send PROXY headers")
        ->type_name("NETWORK");
    examples::add_seconds(app, "--proxy-time", options.balancer.header, "for such a header");
    examples::add_seconds(app, "--idle-time", options.balancer.times.idle,
                          "in which some byte must pass, in either direction");
    examples::add_seconds(app, "--total-time", options.balancer.times.total,
                          "for a connection, in all");
}

void add_back_ends(CLI::App& app, Options& options, Texts& texts) {
    app.add_option("--backend", texts.back_ends, "HOST:PORT[,weight=N]; may be repeated")
        ->type_name("BACKEND");
    app.add_option("--policy", options.policy, "round-robin, least-connections or by-source")
        ->capture_default_str()
        ->check(CLI::IsMember({"round-robin", "least-connections", "by-source"}));
    examples::add_seconds(app, "--connect-time", options.balancer.connect,
                          "for a connection to a back end; then the next one is tried");
    app.add_option("--tries", options.balancer.tries, "so many back ends for a client, at most")
        ->capture_default_str()
        ->check(CLI::Range(1, Balancer::kMostTries));
    app.add_flag("--send-proxy", options.balancer.sends_proxy,
                 "tell back ends who the client is (PROXY protocol, version 2)");
    app.add_option("--transfer", options.transfer, "copy, splice, or what serves best: auto")
        ->default_str("auto")
        ->type_name("WAY")
        ->transform(CLI::CheckedTransformer(kTransfers).description(""));
}

void add_probes(CLI::App& app, Options& options, Texts& texts) {
    examples::add_seconds(app, "--probe-every", options.health.interval, "between two probes");
    examples::add_seconds(app, "--probe-rarest", options.health.longest,
                          "between two probes of one that stays down, at most");
    examples::add_seconds(app, "--probe-time", options.probe.deadline, "for a probe");
    app.add_option("--probe-send", texts.send, "what a probe says; \\r \\n \\xHH are bytes")
        ->type_name("TEXT");
    app.add_option("--probe-expect", texts.expect, "what the answer must hold")->type_name("TEXT");
    app.add_option("--fall", options.health.fall, "failures in a row that mark a back end down")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    app.add_option("--rise", options.health.rise, "good probes in a row that mark it up")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
}

void add_service(CLI::App& app, Options& options, Texts& texts) {
    app.set_config("--config", "", "a file of options, name=value a line")->type_name("FILE");
    app.allow_config_extras(CLI::config_extras_mode::error);
    app.add_option("--status", texts.status, "ADDRESS:PORT of the status page; \"none\": no page")
        ->capture_default_str()
        ->type_name("ADDRESS");
    app.add_option("--control", options.control, "path of the control socket")->type_name("PATH");
    app.add_option("--user", options.user, "become this user when all is bound")->type_name("NAME");
    app.add_option("--log", texts.log, "stderr, journal, syslog, or the path of a file")
        ->capture_default_str()
        ->type_name("WHERE");
    app.add_option("--log-level", options.log.level, "error, warning, notice, info or debug")
        ->default_str("info")
        ->type_name("LEVEL")
        ->transform(CLI::CheckedTransformer(kLevels).description(""));
    examples::add_seconds(app, "--stop-time", options.stop, "for those who are there at SIGTERM");
}

void read_log(const std::string& text, daemon::LogOptions& log) {
    if (text == "journal") {
        log.target = LogTarget::journal;
    } else if (text == "syslog") {
        log.target = LogTarget::syslog;
    } else if (text != "stderr") {
        log.target = LogTarget::file;
        log.path = text;
    }
}

void read_texts(const Texts& texts, Options& options) {
    for (const std::string& text : texts.listen)
        options.listen.push_back(net::Address::parse(text));
    for (const std::string& text : texts.back_ends)
        options.back_ends.push_back(BackEndText::parse(text));
    options.balancer.access = examples::read_access(texts.access);
    if (!texts.fronts.empty()) {
        std::vector<std::string> rules;
        for (const std::string& network : texts.fronts) rules.push_back("allow " + network);
        options.balancer.fronts = net::AccessList::parse(rules, net::Access::deny, "--proxy-from");
    }
    options.probe.send = unescaped(texts.send);
    options.probe.expect = unescaped(texts.expect);
    options.probe.sends_proxy = options.balancer.sends_proxy;
    if (texts.status != "none") options.status = net::Address::parse(texts.status);
    read_log(texts.log, options.log);
}

}  // namespace

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    Texts texts;
    CLI::App app("Shares the connections of clients among servers (TCP).", "balancer");
    add_clients(app, options, texts);
    add_back_ends(app, options, texts);
    add_probes(app, options, texts);
    add_service(app, options, texts);
    CLI::App* control = app.add_subcommand("control", "Asks a running balancer.");
    std::string path;
    control->add_option("path", path, "the socket of --control")->required();
    control
        ->add_option("words", options.control_words,
                     "status, drain B, wait B, undrain B, add B, remove B")
        ->required();
    if (!examples::parse_command_line(app, argument_count, arguments)) return std::nullopt;
    if (control->parsed()) {
        options.control_path = path;
        return options;
    }
    read_texts(texts, options);
    return options;
}

}  // namespace waymark::balancer
