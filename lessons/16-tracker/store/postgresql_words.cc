#include "store/postgresql_words.hh"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <memory>
#include <utility>

#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

constexpr int kMostParameters = 65535;

// The number that `text` begins with, and its length; 0 if there is none.
std::pair<int, std::size_t> number_of(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 1 || number > kMostParameters) return {0, 0};
    return {number, static_cast<std::size_t>(end - text.data())};
}

using Kind = StoreError::Kind;

// By the whole code first, by its class of two characters otherwise.
constexpr std::pair<std::string_view, Kind> kKinds[] = {
    {"23503", Kind::refers_to_nothing},
    {"23505", Kind::not_unique},
    {"25006", Kind::not_writable},
    {"40001", Kind::busy},
    {"40P01", Kind::busy},
    {"55P03", Kind::busy},
    {"40003", Kind::unreachable},  // nobody knows whether it was done
    {"53100", Kind::no_room},
    {"53200", Kind::failing},
    {"53300", Kind::unreachable},  // too many connections
    {"57014", Kind::interrupted},
    {"57P01", Kind::unreachable},
    {"57P02", Kind::unreachable},
    {"57P03", Kind::unreachable},
    {"08", Kind::unreachable},
    {"58", Kind::failing},
    {"XX001", Kind::damaged},
    {"XX002", Kind::damaged},
};

struct ClearOptions {
    void operator()(PQconninfoOption* options) const { ::PQconninfoFree(options); }
};

std::string_view option(const PQconninfoOption* options, std::string_view name) {
    for (const PQconninfoOption* each = options; each->keyword != nullptr; ++each)
        if (each->keyword == name && each->val != nullptr) return each->val;
    return {};
}

// What stands before the first comma, which is taken away with it.
std::string_view take_item(std::string_view& list) {
    const std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    return item;
}

// "a:5432,b": one port is that of all hosts (libpq-connect.html, "Specifying Multiple Hosts").
std::string hosts_with_ports(std::string_view hosts, std::string_view ports) {
    const bool is_one_for_all = ports.find(',') == std::string_view::npos;
    const std::string_view all = ports;
    std::string shown;
    do {
        const std::string_view host = take_item(hosts);
        const std::string_view port = is_one_for_all ? all : take_item(ports);
        if (!shown.empty()) shown += ',';
        const bool is_ipv6 = host.find(':') != std::string_view::npos;
        shown.append(is_ipv6 ? "[" : "").append(host).append(is_ipv6 ? "]" : "");
        if (!port.empty()) shown.append(":").append(port);
    } while (!hosts.empty());
    return shown;
}

}  // namespace

NumberedQuery number_parameters(std::string_view query) {
    NumberedQuery numbered;
    numbered.text.reserve(query.size());
    char quote = 0;
    for (std::size_t at = 0; at < query.size(); ++at) {
        const char c = query[at];
        if (quote != 0) {
            if (c == quote) quote = 0;  // a doubled one opens again at once
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '?') {
            const auto [number, length] = number_of(query.substr(at + 1));
            numbered.parameters = std::max(numbered.parameters, number);
            numbered.text += number == 0 ? '?' : '$';
            continue;
        }
        numbered.text += c;
    }
    return numbered;
}

StoreError::Kind kind_of_state(std::string_view state) {
    for (const auto& [code, kind] : kKinds)
        if (state == code || (code.size() == 2 && state.starts_with(code))) return kind;
    return Kind::other;
}

std::string url_without_password(const std::string& url) {
    const std::unique_ptr<PQconninfoOption, ClearOptions> options(
        ::PQconninfoParse(url.c_str(), nullptr));
    if (!options) return "postgresql://...";
    std::string shown = "postgresql://";
    if (const std::string_view user = option(options.get(), "user"); !user.empty())
        shown.append(user).append("@");
    const std::string_view hosts = option(options.get(), "host");
    const std::string_view ports = option(options.get(), "port");
    const bool is_folder = hosts.find('/') != std::string_view::npos;  // of a Unix socket
    if (!is_folder) shown.append(hosts_with_ports(hosts, ports));
    shown.append("/").append(option(options.get(), "dbname"));
    if (is_folder) shown.append("?host=").append(hosts);
    if (is_folder && !ports.empty()) shown.append("&port=").append(ports);
    return shown;
}

bool is_stored_text(std::string_view text) {
    return text.find('\0') == std::string_view::npos && is_utf8(text);
}

std::string as_stored_text(std::string_view text) {
    std::string stored;
    append_as_utf8(stored, text);
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    for (std::size_t at = stored.find('\0'); at != std::string::npos; at = stored.find('\0', at))
        stored.replace(at, 1, kReplacement);
    return stored;
}

void ArrayWords::separate() {
    if (words_.size() > 1) words_ += ',';
}

void ArrayWords::add(std::int64_t value) {
    separate();
    fmt::format_to(std::back_inserter(words_), "{}", value);
}

void ArrayWords::add(std::optional<std::int64_t> value) {
    if (value)
        add(*value);
    else
        add_nothing();
}

void ArrayWords::add_nothing() {
    separate();
    words_ += "NULL";
}

void ArrayWords::add_text(std::string_view text) {
    separate();
    words_ += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') words_ += '\\';
        words_ += c;
    }
    words_ += '"';
}

std::string_view ArrayWords::text() {
    words_ += '}';
    return words_;
}

void ArrayWords::clear() {
    words_ = "{";
}

}  // namespace waymark::tracker
