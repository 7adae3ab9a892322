// Addresses that a command prints for another machine: links for a browser, lines for a phone. The
// command does not know under which name others reach the server, so a person says it with --url.

#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace waymark::tracker {

// The usual address of the pages, which is of this machine alone.
inline constexpr const char* kPagesHere = "http://127.0.0.1:8080";

// Adds --url, which sets `url`.
void add_page_url(CLI::App& command, std::string& url);

// Prints the link on a line of its own, and the warning of the next function. `path` is what
// stands behind the '/' at the end of `url`.
void print_page_link(std::string_view url, std::string_view path);

// Says it where nobody else can open `url`, with an example of a better one.
void warn_of_own_machine(std::string_view url, std::string_view example);

}  // namespace waymark::tracker
