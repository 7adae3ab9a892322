#include "welcome.hh"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>

#include "daemon/quiet_write.hh"

namespace waymark::tracker {

namespace {

using net::Address;

std::string lines(std::string_view words, const std::vector<Address>& addresses,
                  std::string_view scheme = "http") {
    std::string text;
    for (const Address& address : addresses)
        text += fmt::format("{} {}\n", words, shown_address(address, scheme));
    return text;
}

}  // namespace

std::string shown_address(const Address& address, std::string_view scheme) {
    return address.is_ip() ? fmt::format("{}://{}/", scheme, address.to_string())
                           : address.to_string();
}

std::string_view web_scheme(const Settings& settings) {
    return settings.web_is_secured() ? "https" : "http";
}

std::string welcome(const Settings& settings, const std::vector<Address>& devices,
                    const std::vector<Address>& web, const std::string& first_account) {
    std::string text = "\n" + lines("The map is at", web, web_scheme(settings));
    if (settings.demo)
        text +=
            "Two demo devices are on their way there; they are made up, and nobody need log in.\n";
    text += first_account;
    text += lines("Devices send to", devices);
    text +=
        fmt::format("{} kept in {}\n", settings.demo ? "The demo's positions are" : "Positions are",
                    settings.data);
    return text + "Ctrl-C stops everything.\n\n";
}

std::string first_account_lines(const Settings& settings, const std::vector<Address>& web) {
    if (settings.first_link.token.empty()) return {};
    for (const Address& address : web)
        if (address.is_ip())
            return fmt::format(
                "Nobody has an account yet. Make the first one with this link; it works once, and "
                "for a day:\n    {}{}\n",
                shown_address(address, web_scheme(settings)), welcome_path(settings.first_link));
    return "Nobody has an account yet: 'tracker user add NAME --admin' makes the first one.\n";
}

// Whoever started it may be gone by now.
void say_that_it_serves(const Settings& settings, const std::vector<Address>& devices,
                        const std::vector<Address>& web, bool has_no_accounts) {
    const std::string first = has_no_accounts ? first_account_lines(settings, web) : std::string();
    if (!settings.foreground) {
        daemon::write_quietly(STDERR_FILENO, first);
        return;
    }
    const std::string text = welcome(settings, devices, web, first);
    const bool is_program = ::isatty(STDOUT_FILENO) == 0;
    daemon::write_quietly(STDOUT_FILENO,
                          (is_program ? address_lines(settings, devices, web) : "") + text);
}

std::string address_lines(const Settings& settings, const std::vector<Address>& devices,
                          const std::vector<Address>& web) {
    return lines("devices:", devices) + lines("web:", web, web_scheme(settings));
}

}  // namespace waymark::tracker
