#include "commands/printed_address.hh"

#include <CLI/App.hpp>

#include <fmt/core.h>

namespace waymark::tracker {
namespace {

// "http://127.0.0.1:8080", "https://localhost".
bool is_of_this_machine(std::string_view url) {
    const std::size_t begin = url.find("://");
    const std::string_view host = begin == url.npos ? url : url.substr(begin + 3);
    for (const std::string_view name : {"127.", "localhost:", "localhost/", "[::1]"})
        if (host.starts_with(name)) return true;
    return host == "localhost";
}

}  // namespace

void add_page_url(CLI::App& command, std::string& url) {
    command.add_option("--url", url, "How browsers reach this server, for the link")
        ->capture_default_str();
}

void print_page_link(std::string_view url, std::string_view path) {
    while (url.ends_with('/')) url.remove_suffix(1);
    fmt::print("    {}/{}\n", url, path);
    warn_of_own_machine(url, "https://family.example");
}

void warn_of_own_machine(std::string_view url, std::string_view example) {
    if (is_of_this_machine(url))
        fmt::print("That address is of this machine alone: --url {} gives one for others.\n",
                   example);
}

}  // namespace waymark::tracker
