#include "web_app/session_cookie.hh"

#include <fmt/format.h>

#include <algorithm>

#include "store/sessions.hh"

namespace waymark::tracker {

using net::http::Field;

namespace {

constexpr std::string_view kPlainName = "waymark";
constexpr std::string_view kSecureName = "__Host-waymark";

std::string_view name_of_cookie(bool is_https) {
    return is_https ? kSecureName : kPlainName;
}

std::string written(std::string_view token, UnixMillis lifetime, bool is_https) {
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}",
                       name_of_cookie(is_https), token, lifetime / 1000,
                       is_https ? "; Secure" : "");
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::string_view cookie_value(const net::http::Request& request, std::string_view name) {
    for (const Field& field : request.fields) {
        if (!net::http::same_name(field.name, "Cookie")) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const std::size_t end = std::min(rest.find(';'), rest.size());
            const std::string_view pair = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const std::size_t equals = pair.find('=');
            if (equals == std::string_view::npos) continue;
            if (trimmed(pair.substr(0, equals)) == name) return trimmed(pair.substr(equals + 1));
        }
    }
    return {};
}

std::string_view session_token(const net::http::Request& request, bool is_https) {
    return cookie_value(request, name_of_cookie(is_https));
}

std::string session_cookie(std::string_view token, bool is_https) {
    return written(token, kSessionWhole, is_https);
}

std::string ended_session_cookie(bool is_https) {
    return written("", 0, is_https);
}

}  // namespace waymark::tracker
