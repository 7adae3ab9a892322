#include "options.hh"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <vector>

#include "daemon/error.hh"

namespace app {

namespace {

using daemon::LogTarget;
using daemon::Severity;
using daemon::UsageError;

const std::map<std::string, Severity> kLevels = {{"error", Severity::error},
                                                 {"warning", Severity::warning},
                                                 {"notice", Severity::notice},
                                                 {"info", Severity::info},
                                                 {"debug", Severity::debug}};

// What is text until all of it was read.
struct Texts {
    std::string listen;
    std::string log = "stderr";
    std::vector<std::string> access;
};

void add_start(CLI::App& app, Options& options, Texts& texts) {
    app.add_option("--listen", texts.listen, "ADDRESS:PORT; port 0 lets the kernel choose")
        ->capture_default_str()
        ->type_name("ADDRESS");
    app.add_option("--log", texts.log, "stderr, journal, syslog, or the path of a file")
        ->capture_default_str()
        ->type_name("WHERE");
    app.add_option("--pid-file", options.pid_file, "of two with the same one, the second refuses")
        ->type_name("FILE");
    app.add_flag("--background", options.background,
                 "leave the terminal, and return when it listens");
}

// It is neither below the one bound nor above the other, and no number of milliseconds.
std::string refuse_nan(const std::string& text) {
    return std::isnan(std::strtod(text.c_str(), nullptr)) ? "Value " + text + " is no number" : "";
}

// "--line-time 2.5": seconds for people, milliseconds within.
void add_seconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                 const std::string& text) {
    const auto take = [&value](double seconds) {
        value = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    };
    app.add_option_function<double>(name, take, text)
        ->default_str(fmt::format("{}", std::chrono::duration<double>(value).count()))
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 86'400.0))
        ->check(refuse_nan);
}

void add_settings(CLI::App& app, Settings& settings, Texts& texts) {
    app.add_option("--access", texts.access,
                   "\"allow NETWORK\" or \"deny NETWORK\"; the first match decides")
        ->type_name("RULE");
    app.add_option("--clients", settings.clients.hard, "so many at once; the others wait")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 100'000UL));
    app.add_option("--clients-per-source", settings.clients.per_network,
                   "of them from one address, or one IPv6 /64; one more is closed")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 100'000UL));
    app.add_option("--longest-line", settings.longest_line, "in bytes, without the line's end")
        ->capture_default_str()
        ->check(CLI::Range(1UL, 1'000'000UL));
    add_seconds(app, "--line-time", settings.line_time, "for a whole line, from the last answer");
    add_seconds(app, "--answer-time", settings.answer_time, "for a client that takes no bytes");
    add_seconds(app, "--stop-time", settings.stop_time, "for what is under way at SIGTERM");
    app.add_option("--log-level", settings.level, "error, warning, notice, info or debug")
        ->default_str("info")
        ->type_name("LEVEL")
        ->transform(CLI::CheckedTransformer(kLevels).description(""));
}

void read_log(const std::string& text, Options& options) {
    options.log.level = options.settings.level;
    if (text == "journal") {
        options.log.target = LogTarget::journal;
    } else if (text == "syslog") {
        options.log.target = LogTarget::syslog;
    } else if (text != "stderr") {
        options.log.target = LogTarget::file;
        options.log.path = text;
    }
}

// In the background there is no terminal to write to, and the folder is "/".
void check_background(const Options& options, const Texts& texts, const std::string& config) {
    if (!options.background) return;
    if (texts.log == "stderr" || texts.log == "journal")
        throw UsageError("--background leaves the terminal: say --log syslog or --log /PATH");
    for (const std::string& path : {config, options.log.path, options.pid_file})
        if (!path.empty() && path.front() != '/')
            throw UsageError(fmt::format(
                "--background leaves this folder: say the whole path of {}, from / on", path));
}

void understand(const Texts& texts, const std::string& config, Options& options) {
    options.listen = net::Address::parse(texts.listen);
    options.settings.access = net::AccessList::parse(texts.access, net::Access::allow, "access");
    options.settings.clients.soft = options.settings.clients.hard;
    read_log(texts.log, options);
    check_background(options, texts, config);
}

std::string config_of(const CLI::App& app) {
    const CLI::Option& config = *app["--config"];
    return config.count() == 0 ? "" : config.as<std::string>();
}

// A mistake may stand in the file as well as on the command line.
std::string where(const CLI::App& app) {
    const std::string config = config_of(app);
    return config.empty() ? "" : fmt::format("with --config {}: ", config);
}

}  // namespace

std::optional<Options> parse_options(int argument_count, const char* const* arguments) {
    Options options;
    Texts texts;
    texts.listen = options.listen.to_string();
    CLI::App app("Answers each line with the same line in capital letters.", "newdaemon");
    app.set_config("--config", "", "a file of options, name = value a line")->type_name("FILE");
    app.allow_config_extras(CLI::config_extras_mode::error);
    add_start(app, options, texts);
    add_settings(app, options.settings, texts);
    try {
        app.parse(argument_count, arguments);
        understand(texts, config_of(app), options);
        return options;
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        throw UsageError(
            fmt::format("{}{}; newdaemon --help shows the options", where(app), error.what()));
    } catch (const UsageError& error) {
        throw UsageError(where(app) + error.what());
    }
}

}  // namespace app
