#include "net/http/message.hh"

#include <algorithm>

#include "net/http/grammar.hh"

namespace waymark::net::http {

namespace {
constexpr char lower_case(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}
}  // namespace

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower_case(x) == lower_case(y); });
}

std::optional<std::string_view> next_in_list(std::string_view& list) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view member = trim_blanks(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        if (!member.empty()) return member;
    }
    return std::nullopt;
}

std::optional<std::string_view> Request::field(std::string_view name) const {
    for (const Field& candidate : fields)
        if (same_name(candidate.name, name)) return candidate.value;
    return std::nullopt;
}

bool Request::lists(std::string_view name, std::string_view member) const {
    for (const Field& candidate : fields) {
        if (!same_name(candidate.name, name)) continue;
        std::string_view rest = candidate.value;
        while (const auto found = next_in_list(rest))
            if (same_name(*found, member)) return true;
    }
    return false;
}

}  // namespace waymark::net::http
