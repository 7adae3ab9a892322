// The settings as options of the command line, as keys of a TOML file and as environment variables
// WAYMARK_...: one list of names for all three. The command line is stronger than the environment,
// and that than the file.

#pragma once

#include <string>
#include <vector>

#include "settings.hh"

namespace CLI {
class App;
}

namespace waymark::tracker {

// Adds the options; what is read goes into `settings`, which must live as long as the app.
void add_settings_options(CLI::App& app, Settings& settings);

// What was given on the command line or in the environment, as arguments: without --config itself.
std::vector<std::string> given_arguments(const CLI::App& app);

// The file (none if the path is empty), and over it the arguments. Throws UsageError
// "FILE:LINE:COLUMN: what is wrong" for an unknown key or a bad value in the file. The settings
// have been validated.
Settings read_settings(const std::string& file, const std::vector<std::string>& arguments);

}  // namespace waymark::tracker
