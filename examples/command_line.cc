#include "examples/command_line.hh"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "daemon/error.hh"

namespace waymark::examples {

namespace {

// A mistake may stand in the file as well as on the command line.
std::string where(CLI::App& app) {
    const CLI::Option* const config = app.get_config_ptr();
    // CLI11 2.4 reads the first of no strings when one that was not given is asked.
    if (config == nullptr || config->count() == 0) return "";
    return fmt::format("with --config {}: ", config->as<std::string>());
}

// It is neither below the one bound nor above the other, and no number of milliseconds.
std::string refuse_nan(const std::string& text) {
    return std::isnan(std::strtod(text.c_str(), nullptr)) ? "Value " + text + " is no number" : "";
}

}  // namespace

bool parse_command_line(CLI::App& app, int argument_count, char** arguments,
                        const std::string& it_shows) {
    try {
        app.parse(argument_count, arguments);
        return true;
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return false;
    } catch (const CLI::ParseError& error) {
        throw daemon::UsageError(where(app) + error.what() + "; " + app.get_name() +
                                 " --help shows " + it_shows);
    }
}

void add_seconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                 const std::string& text) {
    app.add_option_function<double>(
           name,
           [&value](double seconds) {
               value = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
           },
           text)
        ->default_str(fmt::format("{}", std::chrono::duration<double>(value).count()))
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 86'400.0))
        ->check(refuse_nan);
}

}  // namespace waymark::examples
