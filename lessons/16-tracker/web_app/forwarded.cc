#include "web_app/forwarded.hh"

#include <algorithm>
#include <cassert>

#include "net/http/grammar.hh"

namespace waymark::tracker {

using net::http::same_name;
using net::http::trim_blanks;

namespace {

// One field "Forwarded": elements between commas, pairs between semicolons.
class ForwardedParser {
  public:
    explicit ForwardedParser(std::string_view text) : rest_(text) {}

    bool add_to(LastHops& hops) {
        while (!rest_.empty()) {
            Hop hop;
            if (!read_element(hop)) return false;
            if (has_pair_) hops.add(hop);
        }
        return true;
    }

  private:
    bool read_element(Hop& hop) {
        has_pair_ = false;
        while (true) {
            skip_blanks();
            if (!rest_.empty() && rest_.front() != ';' && rest_.front() != ',' && !read_pair(hop))
                return false;
            skip_blanks();
            if (rest_.empty()) return true;
            const char end = rest_.front();
            rest_.remove_prefix(1);
            if (end == ',') return true;
            if (end != ';') return false;
        }
    }

    bool read_pair(Hop& hop) {
        const std::size_t equals = rest_.find('=');
        if (equals == std::string_view::npos || equals == 0) return false;
        const std::string_view name = rest_.substr(0, equals);
        if (!net::http::kTokenBytes.has_all(name)) return false;
        rest_.remove_prefix(equals + 1);
        std::string_view value;
        if (!read_value(value)) return false;
        if (same_name(name, "for")) hop.node = value;
        if (same_name(name, "proto")) hop.scheme = value;
        has_pair_ = true;
        return true;
    }

    // With its backslashes: no address and no scheme has one.
    bool read_value(std::string_view& value) {
        if (rest_.empty() || rest_.front() != '"') {
            value = rest_.substr(0, rest_.find_first_of(" \t;,\""));
            rest_.remove_prefix(value.size());
            return !value.empty();
        }
        std::size_t end = 1;
        while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
        if (end >= rest_.size()) return false;
        value = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return true;
    }

    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(" \t")));
    }

    std::string_view rest_;
    bool has_pair_ = false;
};

// Calls `use` with each member of all fields of that name, as if they were one (RFC 9110, 5.3).
template <class Use>
void for_each_member(const net::http::Request& request, std::string_view name, const Use& use) {
    for (const net::http::Field& field : request.fields) {
        if (!same_name(field.name, name)) continue;
        std::string_view list = field.value;
        while (const auto member = net::http::next_in_list(list)) use(*member);
    }
}

// Some put IPv6 in quotes here, too.
std::string_view without_quotes(std::string_view text) {
    const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

const Hop& LastHops::from_right(std::size_t at) const {
    assert(at < size());
    return hops_[(count_ - 1 - at) % kMost];
}

LastHops read_x_forwarded(const net::http::Request& request) {
    LastHops nodes;
    LastHops schemes;
    for_each_member(request, "X-Forwarded-For", [&](std::string_view node) {
        nodes.add({without_quotes(node), {}});
    });
    for_each_member(request, "X-Forwarded-Proto", [&](std::string_view scheme) {
        schemes.add({{}, scheme});
    });
    // A proxy that says the scheme and not for whom is heard, too.
    const std::size_t count = std::max(nodes.size(), std::min<std::size_t>(schemes.size(), 1));
    LastHops hops;
    for (std::size_t i = count; i-- > 0;) {
        Hop hop;
        if (i < nodes.size()) hop.node = nodes.from_right(i).node;
        if (schemes.size() > 0)
            hop.scheme = schemes.from_right(std::min(i, schemes.size() - 1)).scheme;
        hops.add(hop);
    }
    return hops;
}

std::optional<LastHops> read_forwarded(const net::http::Request& request) {
    LastHops hops;
    for (const net::http::Field& field : request.fields)
        if (same_name(field.name, "Forwarded") && !ForwardedParser(field.value).add_to(hops))
            return std::nullopt;
    return hops;
}

std::optional<net::Address> address_of_node(std::string_view node) {
    if (node.find('%') != node.npos) return std::nullopt;
    if (const auto plain = net::Address::parse_ip(node)) return plain;
    const bool is_bracketed = node.starts_with('[');
    const std::size_t bracket = node.find(']');
    if (is_bracketed && bracket == node.npos) return std::nullopt;
    const std::size_t colon = node.find(':', is_bracketed ? bracket : 0);
    const std::string_view port = colon == node.npos ? "" : node.substr(colon + 1);
    // "_" begins a port that hides itself (section 6.3).
    const bool is_port = port.starts_with('_') || net::http::kDigits.has_all(port);
    if (!is_port || port.empty() != (colon == node.npos)) return std::nullopt;
    if (!is_bracketed) return net::Address::parse_ip(node.substr(0, colon));
    if (colon != node.npos && colon != bracket + 1) return std::nullopt;
    if (colon == node.npos && bracket + 1 != node.size()) return std::nullopt;
    const auto address = net::Address::parse_ip(node.substr(1, bracket - 1));
    return address && address->family() == AF_INET6 ? address : std::nullopt;
}

}  // namespace waymark::tracker
