// What the command lines of the examples have in common: how --help ends, how a mistake is said,
// and how a time is written. Each example says for itself what may be said to it.

#pragma once

#include <chrono>
#include <string>

namespace CLI {
class App;
}

namespace waymark::examples {

// False if only help was asked for, and given. Throws UsageError with what is wrong and "; NAME
// --help shows the options", or whatever `it_shows`.
bool parse_command_line(CLI::App& app, int argument_count, char** arguments,
                        const std::string& it_shows = "the options");

// "--body-timeout 2.5": seconds for people, milliseconds within; from 0.001 to a day.
void add_seconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                 const std::string& text);

}  // namespace waymark::examples
