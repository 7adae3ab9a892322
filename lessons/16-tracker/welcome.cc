#include "welcome.hh"

#include <fmt/format.h>

#include <string_view>

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
                    const std::vector<Address>& web) {
    std::string text = "\n" + lines("The map is at", web, web_scheme(settings));
    if (settings.demo) text += "Two demo devices are on their way there; they are made up.\n";
    text += lines("Devices send to", devices);
    text +=
        fmt::format("{} kept in {}\n", settings.demo ? "The demo's positions are" : "Positions are",
                    settings.data);
    return text + "Ctrl-C stops everything.\n\n";
}

std::string address_lines(const Settings& settings, const std::vector<Address>& devices,
                          const std::vector<Address>& web) {
    return lines("devices:", devices) + lines("web:", web, web_scheme(settings));
}

}  // namespace waymark::tracker
