#include "welcome.hh"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>

#include "daemon/quiet_write.hh"

namespace waymark::tracker {

namespace {

using net::Address;

void add_lines(std::vector<std::string>& lines, std::string_view words,
               const std::vector<Address>& addresses, std::string_view scheme) {
    for (const Address& address : addresses)
        lines.push_back(fmt::format("{} {}", words, shown_address(address, scheme)));
}

// By the first of the names under which people reach the map, if there is one: the certificate is
// for that.
std::string openable_by_name(const Settings& settings, const Address& address,
                             std::string_view scheme) {
    return openable_address(address, scheme, web_name(settings));
}

std::string openable_web(const Settings& settings, const Address& address) {
    return openable_by_name(settings, address, web_scheme(settings));
}

// "The map is" and "at", or "Devices send" and "to".
std::string sentence(std::string_view words, std::string_view at, const Address& address,
                     const std::string& where) {
    std::string text = fmt::format("{} {} {}", words, at, where);
    if (address.is_any()) text += fmt::format(" and {} every other address of this machine", at);
    return text + '\n';
}

std::string where_phones_send(const Settings& settings, const ServedAddresses& addresses) {
    if (!settings.public_devices_url.empty())
        return fmt::format("Devices send to {}/\n", settings.public_devices_url);
    std::string text;
    for (const Address& address : addresses.devices)
        text += sentence("Devices send", "to", address, openable_address(address, "http"));
    for (const Address& address : addresses.devices_tls)
        text +=
            sentence("Devices send", "to", address, openable_by_name(settings, address, "https"));
    return text;
}

}  // namespace

std::string shown_address(const Address& address, std::string_view scheme) {
    return address.is_ip() ? fmt::format("{}://{}/", scheme, address.to_string())
                           : address.to_string();
}

std::string openable_address(const Address& address, std::string_view scheme,
                             std::string_view name) {
    if (!address.is_any()) return shown_address(address, scheme);
    return fmt::format("{}://{}:{}/", scheme, name, address.port());
}

std::string_view web_name(const Settings& settings) {
    const std::vector<std::string>& names = settings.reloadable.web_names;
    return names.empty() ? std::string_view("localhost") : names.front();
}

std::string_view web_scheme(const Settings& settings) {
    return settings.web_is_secured() ? "https" : "http";
}

std::string welcome(const Settings& settings, const ServedAddresses& addresses,
                    const std::string& first_account) {
    std::string text = "\n";
    for (const Address& address : addresses.web)
        text += sentence("The map is", "at", address, openable_web(settings, address));
    if (settings.demo)
        text +=
            "Two demo devices are on their way there; they are made up, and nobody need log in.\n";
    text += first_account;
    text += where_phones_send(settings, addresses);
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
                openable_web(settings, address), welcome_path(settings.first_link));
    return "Nobody has an account yet: 'tracker user add NAME --admin' makes the first one.\n";
}

std::string first_account_status(const FirstLink& link, UnixMillis now) {
    const bool is_too_old = !link.token.empty() && now >= link.expires_ms;
    return fmt::format(R"("first_account":"{}","first_account_is_too_old":{})",
                       is_too_old ? std::string() : welcome_path(link), is_too_old);
}

// Whoever started it may be gone by now.
void say_that_it_serves(const Settings& settings, const ServedAddresses& addresses,
                        bool has_no_accounts) {
    const std::string first =
        has_no_accounts ? first_account_lines(settings, addresses.web) : std::string();
    if (!settings.foreground) {
        daemon::write_quietly(STDERR_FILENO, first);
        return;
    }
    std::string text = welcome(settings, addresses, first);
    if (::isatty(STDOUT_FILENO) == 0)  // a program has started it
        text = fmt::format("{}\n{}", fmt::join(address_lines(settings, addresses), "\n"), text);
    daemon::write_quietly(STDOUT_FILENO, text);
}

std::vector<std::string> address_lines(const Settings& settings, const ServedAddresses& addresses) {
    std::vector<std::string> lines;
    add_lines(lines, "devices:", addresses.devices, "http");
    add_lines(lines, "devices-tls:", addresses.devices_tls, "https");
    add_lines(lines, "web:", addresses.web, web_scheme(settings));
    return lines;
}

}  // namespace waymark::tracker
