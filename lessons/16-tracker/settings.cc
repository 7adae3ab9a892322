#include "settings.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/error.hh"
#include "map/tile_url.hh"
#include "net/http/url.hh"
#include "services/call_target.hh"
#include "services/forward_destinations.hh"
#include "services/web_hook_networks.hh"
#include "store/connection.hh"
#include "store/store_location.hh"
#include "web_app/request_origin.hh"

namespace waymark::tracker {

using daemon::UsageError;
using net::Access;
using net::AccessList;
using net::Address;

namespace {

// The store has a channel to each of them. More than any machine has processors.
constexpr unsigned kMostThreads = 256;
// The settings go to the services in one message (services/messages.hh).
constexpr std::size_t kLongestText = 60 * 1024;

struct NumberKey {
    std::string_view name;
    unsigned ReloadableSettings::*value;
    unsigned least;
    unsigned most;
};

// clang-format off
constexpr std::array kNumbers{
    NumberKey{"max-connections",             &ReloadableSettings::max_connections,             1, 1'000'000},
    NumberKey{"max-connections-per-address", &ReloadableSettings::max_connections_per_address, 1, 1'000'000},
    NumberKey{"header-timeout",              &ReloadableSettings::header_timeout_s,            1,     3'600},
    NumberKey{"body-timeout",                &ReloadableSettings::body_timeout_s,              1,     3'600},
    NumberKey{"send-timeout",                &ReloadableSettings::send_timeout_s,              1,     3'600},
    NumberKey{"idle-timeout",                &ReloadableSettings::idle_timeout_s,              1,    86'400},
    NumberKey{"max-import",                  &ReloadableSettings::max_import_mb,               1, 1'000'000},
};
// clang-format on

void set_number(ReloadableSettings& settings, std::string_view key, std::string_view value) {
    for (const NumberKey& number : kNumbers)
        if (number.name == key)
            std::from_chars(value.data(), value.data() + value.size(), settings.*number.value);
}

void set(ReloadableSettings& settings, std::string_view key, std::string_view value) {
    if (key == "log-level") {
        settings.log_level = value;
    } else if (key == "access-devices") {
        settings.access_devices.emplace_back(value);
    } else if (key == "access-web") {
        settings.access_web.emplace_back(value);
    } else if (key == "tiles") {
        settings.tiles = value;
    } else if (key == "tiles-attribution") {
        settings.tiles_attribution = value;
    } else if (key == "trusted-proxy") {
        settings.trusted_proxies.emplace_back(value);
    } else if (key == "web-name") {
        settings.web_names.emplace_back(value);
    } else {
        set_number(settings, key, value);
    }
}

// With rules, only who is allowed comes in; without any, everybody does.
AccessList access_list(const std::vector<std::string>& rules, std::string_view key) {
    return AccessList::parse(rules, rules.empty() ? Access::allow : Access::deny, key);
}

std::vector<Address> parse_all(const std::vector<std::string>& texts, std::string_view key) {
    if (texts.empty())
        throw UsageError(fmt::format("{}: say at least one address, such as 127.0.0.1:5055", key));
    std::vector<Address> addresses;
    for (const std::string& text : texts) {
        try {
            addresses.push_back(Address::parse(text));
        } catch (const UsageError& error) {
            throw UsageError(fmt::format("{}: {}", key, error.what()));
        }
    }
    return addresses;
}

// None is fine, too. What has no port, a Unix socket, is none that a phone reaches.
std::vector<Address> parse_with_port(const std::vector<std::string>& texts, std::string_view key,
                                     std::uint16_t usual_port) {
    if (texts.empty()) return {};
    std::vector<Address> addresses = parse_all(texts, key);
    for (const Address& address : addresses)
        if (!address.is_ip())
            throw UsageError(fmt::format("{}: {} has no port; write it as in 127.0.0.1:{}", key,
                                         address.to_string(), usual_port));
    return addresses;
}

// What an app is told must be an address, and nothing that the app could take for something else.
void refuse_wrong_url(std::string_view url) {
    if (url.empty()) return;
    const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
    const std::string_view rest = url.substr(scheme);
    if (scheme == 0 || rest.empty() || rest.starts_with('/') || url.ends_with('/') ||
        url.find_first_of(" \t\"'<>?#@%\\") != std::string_view::npos)
        throw UsageError(
            fmt::format("public-devices-url: '{}' is no address such as https://home.example or "
                        "http://192.0.2.1:5055, without a slash at its end",
                        url));
}

// It goes with each request, and nobody counts how often it is guessed.
void refuse_weak_token(const std::string& token) {
    const bool is_plain = std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
    if (!token.empty() && (!is_plain || token.size() < 20 || token.size() > 200))
        throw UsageError(
            "metrics-token: it must be 20 to 200 characters of ASCII without blanks, such as "
            "'openssl rand -hex 16' makes");
}

}  // namespace

std::string ReloadableSettings::to_text() const {
    std::string text = fmt::format("log-level={}\n", log_level);
    for (const std::string& rule : access_devices) text += fmt::format("access-devices={}\n", rule);
    for (const std::string& rule : access_web) text += fmt::format("access-web={}\n", rule);
    text += fmt::format("tiles={}\ntiles-attribution={}\n", tiles, tiles_attribution);
    for (const std::string& proxy : trusted_proxies)
        text += fmt::format("trusted-proxy={}\n", proxy);
    for (const std::string& name : web_names) text += fmt::format("web-name={}\n", name);
    for (const NumberKey& number : kNumbers)
        text += fmt::format("{}={}\n", number.name, this->*number.value);
    return text;
}

ReloadableSettings ReloadableSettings::from_text(std::string_view text) {
    ReloadableSettings settings;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos)
            set(settings, line.substr(0, equals), line.substr(equals + 1));
    }
    return settings;
}

void ReloadableSettings::validate() const {
    level();
    devices_access_list();
    web_access_list();
    tile_attribution(tiles_attribution, tiles.empty() ? TileUrl() : parse_tile_url(tiles));
    const TrustedProxies readable(trusted_proxies);
    require_names();
    for (const NumberKey& number : kNumbers) {
        const unsigned value = this->*number.value;
        if (value < number.least || value > number.most)
            throw UsageError(fmt::format("{}: {} is not between {} and {}", number.name, value,
                                         number.least, number.most));
    }
    if (to_text().size() > kLongestText)
        throw UsageError(fmt::format(
            "access-devices, access-web: the rules have more than {} bytes in all", kLongestText));
}

void ReloadableSettings::require_names() const {
    for (const std::string& name : web_names)
        if (!net::http::names_host(name) || name.find(':') != name.npos || name.front() == '[')
            throw UsageError(fmt::format(
                "web-name: '{}' is no name of a host; write it without https:// and without a "
                "port, such as family.example (addresses need no entry)",
                name));
}

daemon::Severity ReloadableSettings::level() const {
    const std::optional<daemon::Severity> severity = daemon::severity_from(log_level);
    if (severity) return *severity;
    throw UsageError(fmt::format(
        "log-level: '{}' is not a severity; say error, warning, info or debug", log_level));
}

AccessList ReloadableSettings::devices_access_list() const {
    return access_list(access_devices, "access-devices");
}

AccessList ReloadableSettings::web_access_list() const {
    return access_list(access_web, "access-web");
}

void Settings::validate() const {
    reloadable.validate();
    refuse_wrong_store(store);
    device_addresses();
    device_tls_addresses();
    nmea_addresses();
    ports_to_call();
    const WebHookNetworks readable(web_hooks);
    web_addresses();
    if (!map.empty() && !reloadable.tiles.empty())
        throw UsageError(
            "map, tiles: streets from a file and pictures from a server lie on top of "
            "each other; name one of them");
    refuse_wrong_url(public_devices_url);
    refuse_weak_token(metrics_token);
    if (receivers < 1 || receivers > 64)
        throw UsageError(fmt::format("receivers: {} is not between 1 and 64", receivers));
    if (threads < 1 || threads > 64)
        throw UsageError(fmt::format("threads: {} is not between 1 and 64", threads));
    if (receivers * threads > kMostThreads)
        throw UsageError(fmt::format(
            "receivers, threads: {} x {} are more than {}; one for each processor is enough",
            receivers, threads, kMostThreads));
}

bool Settings::web_is_beyond_loopback() const {
    return !std::ranges::all_of(web_addresses(), &Address::is_loopback);
}

void Settings::validate_together() const {
    validate();
    if (web_certificate.empty() != web_key.empty())
        throw UsageError(
            fmt::format("web-certificate, web-key: one is nothing without the other; {} is missing",
                        web_key.empty() ? "web-key" : "web-certificate"));
    if (!listen_devices_tls.empty() && !web_is_secured())
        throw UsageError(
            "listen-devices-tls: devices are shown the certificate of the map, and there is none: "
            "add web-certificate and web-key");
    if (!mqtt_authority.empty() && !mqtt.empty() && !parse_mqtt(mqtt).is_secured)
        throw UsageError(fmt::format(
            "mqtt, mqtt-authority: the broker is told the password without TLS, and shows no "
            "certificate; write mqtts://{}, or leave mqtt-authority out",
            parse_mqtt(mqtt).host_and_port));
    if (!forward_authority.empty()) require_secured(parse_destinations(forward));
    if (demo && (web_is_beyond_loopback() || !reloadable.trusted_proxies.empty()))
        throw UsageError(
            "demo: nobody need log in to it, so it stays on this machine: leave listen-web and "
            "trusted-proxy out, or start without --demo");
    if (demo && is_postgresql(store))
        throw UsageError(
            "demo: its made-up devices stay in a folder of their own: leave store out (and "
            "WAYMARK_STORE), or start without --demo");
    if (web_is_secured() || !reloadable.trusted_proxies.empty()) return;
    for (const Address& address : web_addresses())
        if (!address.is_loopback())
            throw UsageError(fmt::format(
                "listen-web: {} can be reached from other machines, and whoever is on the way "
                "would read passwords and places: add a certificate (--web-certificate FILE "
                "--web-key FILE), or name the proxy with TLS that is before it (--trusted-proxy "
                "ADDRESS), or stay on 127.0.0.1 and come by a tunnel",
                address.to_string()));
}

std::string Settings::store_location() const {
    return tracker::store_location(data, store);
}

std::vector<Address> Settings::device_addresses() const {
    return parse_all(listen_devices, "listen-devices");
}

std::vector<Address> Settings::device_tls_addresses() const {
    return parse_with_port(listen_devices_tls, "listen-devices-tls", 5443);
}

std::vector<Address> Settings::nmea_addresses() const {
    return parse_with_port(listen_nmea, "listen-nmea", 5005);
}

std::vector<std::uint16_t> Settings::ports_to_call() const {
    std::vector<std::uint16_t> ports;
    if (!mqtt.empty()) ports.push_back(parse_mqtt(mqtt).port);
    if (!gpsd.empty()) ports.push_back(parse_gpsd(gpsd).port);
    for (const net::http::HttpUrl& url : parse_destinations(forward)) ports.push_back(url.port);
    return ports;
}

std::vector<Address> Settings::web_addresses() const {
    return parse_all(listen_web, "listen-web");
}

}  // namespace waymark::tracker
