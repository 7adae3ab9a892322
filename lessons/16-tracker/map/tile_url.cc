#include "map/tile_url.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/http/url.hh"
#include "net/resolve.hh"
#include "net/tls_server_name.hh"
#include "protocols/extras.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::size_t kLongestUrl = 1000;
constexpr std::size_t kLongestAttribution = 200;

template <class... Values>
[[noreturn]] void refuse_tiles(fmt::format_string<Values...> text, Values&&... values) {
    throw UsageError("tiles: " + fmt::format(text, std::forward<Values>(values)...));
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter < 0x7f; });
}

// What a browser would read as another character, or what has no place in an address (RFC 3986, 2).
void refuse_odd_letters(std::string_view text) {
    if (text.size() > kLongestUrl) refuse_tiles("the address has more than {} bytes", kLongestUrl);
    if (!is_printable(text))
        refuse_tiles(
            "the address has a blank, or a letter that is not ASCII; write a host such as "
            "bücher.example as xn--bcher-kva.example");
    if (const std::size_t at = text.find_first_of("\"'`<>\\^|#"); at != text.npos)
        refuse_tiles("there may be no {} in the address", text[at]);
}

std::string_view scheme_of(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (text.starts_with(scheme)) return scheme;
    const std::size_t colon = text.find(':');
    if (colon == text.npos || colon > text.find('/'))
        refuse_tiles("'{}' does not begin with https:// or http://", text);
    refuse_tiles("pictures are loaded by https:// or http://, not by {}:", text.substr(0, colon));
}

// A name may hold more by its grammar (RFC 3986, 3.2.2), a ';' too, which would end the directive
// of a policy.
bool is_plain(std::string_view authority) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
    return authority.find_first_not_of(kPlain) == authority.npos;
}

// Browsers read "127.1" and "0x7f000001" as addresses, and then it is not the host of the policy.
void require_name(std::string_view host) {
    const bool is_name = net::is_server_name(host) && net::can_be_a_name(host);
    if (!is_name && !net::Address::parse_ip(host))
        refuse_tiles("'{}' is neither a name nor an address such as 192.0.2.1", host);
}

void check_host(std::string_view authority) {
    if (authority.find('{') != authority.npos)
        refuse_tiles(
            "no {{s}} or other placeholder may stand in the host ('{}'): name one server, such "
            "as tile.example.org; pages may load from one place only, and since HTTP/2 one is "
            "enough",
            authority);
    if (authority.find('*') != authority.npos)
        refuse_tiles("'{}' would be any host; name one", authority);
    if (const std::size_t at = authority.rfind('@'); at != authority.npos)
        refuse_tiles(
            "'{}' leads to the host {}, and what stands before the @ is a user's name; leave it "
            "out",
            authority, authority.substr(at + 1));
    if (!net::http::names_host(authority) || !is_plain(authority))
        refuse_tiles("'{}' is no host", authority);
    if (authority.front() == '[')
        refuse_tiles(
            "a page's policy cannot name '{}' (CSP, host-source, has no address of IPv6), and the "
            "pictures would not be loaded; write the server's name",
            authority);
    const std::size_t colon = authority.find(':');
    if (colon != authority.npos && authority.find_first_not_of('0', colon + 1) == authority.npos)
        refuse_tiles("'{}' has a colon and no port", authority);
    require_name(authority.substr(0, colon));
}

// {z}, {x} and {y} once each; {r} (twice the pixels) if wanted.
void check_placeholders(std::string_view path) {
    std::array<int, 3> seen{};
    constexpr std::string_view kWanted = "zxy";
    for (std::size_t open = path.find_first_of("{}"); open != path.npos;
         open = path.find_first_of("{}", open + 1)) {
        const std::size_t close = path.find('}', open);
        if (path[open] == '}' || close == path.npos) refuse_tiles("the braces do not match");
        const std::string_view name = path.substr(open + 1, close - open - 1);
        open = close;
        if (name == "s") refuse_tiles("there is no {{s}} here: name one server");
        if (name == "-y")
            refuse_tiles(
                "{{-y}} counts from the south (TMS), and here it is counted from the north: ask "
                "the server for its XYZ address");
        if (name == "r") continue;
        const std::size_t which = name.size() == 1 ? kWanted.find(name) : kWanted.npos;
        if (which == kWanted.npos)
            refuse_tiles("{{{}}} is not known; {{z}}, {{x}} and {{y}} are, and {{r}}", name);
        ++seen[which];
    }
    if (seen != std::array{1, 1, 1})
        refuse_tiles(
            "{{z}}, {{x}} and {{y}} must stand in it once each, as in "
            "https://tile.example.org/{{z}}/{{x}}/{{y}}.png");
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& letter : result)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return result;
}

}  // namespace

TileUrl parse_tile_url(std::string_view text) {
    refuse_odd_letters(text);
    const std::string_view scheme = scheme_of(text);
    const std::string_view rest = text.substr(scheme.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    check_host(authority);
    check_placeholders(rest.substr(authority.size()));
    const std::string host = lower(authority);
    const std::size_t end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
    return {std::string(text), std::string(scheme) + host, host.substr(0, end)};
}

std::string tile_attribution(std::string_view configured, const TileUrl& url) {
    if (configured.size() > kLongestAttribution || !is_utf8(configured) ||
        std::ranges::any_of(configured,
                            [](unsigned char letter) { return letter < ' ' || letter == 0x7f; }))
        throw UsageError(fmt::format(
            "tiles-attribution: say in one line of at most {} bytes whose the map is, such as "
            "'© OpenStreetMap contributors'",
            kLongestAttribution));
    if (!configured.empty()) return std::string(configured);
    if (url.host == "tile.openstreetmap.org" || url.host == "openstreetmap.org")
        return "© OpenStreetMap contributors";
    return "Map pictures: " + url.host;
}

}  // namespace waymark::tracker
