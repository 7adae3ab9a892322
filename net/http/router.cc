#include "net/http/router.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace waymark::net::http {

namespace {

constexpr std::string_view kKnownMethods[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                              "CONNECT", "OPTIONS", "TRACE", "PATCH"};

// Takes the text up to the next '/' off `path`, and the '/' with it.
std::string_view take_segment(std::string_view& path) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
    return segment;
}

bool path_matches(const Router::Route& route, std::string_view path,
                  Exchange::Parameters& parameters) {
    if (path.empty() || path.front() != '/') return false;
    std::size_t parameter = 0;
    bool has_more = true;
    path.remove_prefix(1);
    for (const std::string& segment : route.segments) {
        if (!has_more) return false;
        if (segment == "*") {
            parameters[parameter] = path;
            return true;
        }
        has_more = path.find('/') != path.npos;
        const std::string_view found = take_segment(path);
        if (segment == "{}") {
            if (found.empty()) return false;
            parameters[parameter++] = found;
        } else if (segment != found) {
            return false;
        }
    }
    return !has_more;
}

bool method_matches(const Router::Route& route, std::string_view method) {
    return route.method == "*" || route.method == method ||
           (method == "HEAD" && route.method == "GET");
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, std::size_t body_limit,
                 Handler handler) {
    assert(pattern.starts_with('/'));
    Route route{.method = std::string(method),
                .segments = {},
                .body_limit = body_limit,
                .streams_body = false,
                .handler = std::move(handler)};
    pattern.remove_prefix(1);
    bool has_more = true;
    while (has_more) {
        has_more = pattern.find('/') != pattern.npos;
        route.segments.emplace_back(take_segment(pattern));
    }
    assert(std::count(route.segments.begin(), route.segments.end(), "{}") +
               std::count(route.segments.begin(), route.segments.end(), "*") <=
           static_cast<long>(Exchange::kMostParameters));
    routes_.push_back(std::move(route));
}

void Router::add_streaming(std::string_view method, std::string_view pattern,
                           std::size_t body_limit, Handler handler) {
    add(method, pattern, body_limit, std::move(handler));
    routes_.back().streams_body = true;
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
    Match match;
    bool path_is_known = path == "*";
    for (const Route& route : routes_) {
        if (!path_matches(route, path, match.parameters)) continue;
        if (method_matches(route, method)) {
            match.route = &route;
            return match;
        }
        path_is_known = true;
    }
    const bool is_known =
        std::ranges::find(kKnownMethods, method) != std::end(kKnownMethods) ||
        std::ranges::any_of(routes_, [&](const Route& route) { return route.method == method; });
    if (!is_known)
        match.refusal = 501;
    else if (path_is_known || method == "CONNECT")
        match.refusal = 405;
    return match;
}

std::string Router::allowed_methods(std::string_view path) const {
    std::vector<std::string_view> methods = {"OPTIONS"};
    const auto add = [&methods](std::string_view method) {
        if (std::ranges::find(methods, method) == methods.end()) methods.push_back(method);
    };
    Exchange::Parameters unused;
    for (const Route& route : routes_) {
        if (path != "*" && !path_matches(route, path, unused)) continue;
        for (const std::string_view method : kKnownMethods)
            if (method_matches(route, method) && method != "CONNECT" && method != "TRACE")
                add(method);
        if (route.method != "*") add(route.method);
    }
    return fmt::format("{}", fmt::join(methods, ", "));
}

void Router::refuse(const Match& match, Exchange& exchange) const {
    if (match.refusal != 405) return exchange.answer.error(match.refusal);
    const std::string allowed = allowed_methods(exchange.request.path);
    if (exchange.request.method == "OPTIONS") {
        exchange.answer.begin(204);
        exchange.answer.field("Allow", allowed);
        return exchange.answer.end_without_body();
    }
    exchange.answer.begin(405);
    exchange.answer.field("Allow", allowed);
    exchange.answer.end_error();
}

}  // namespace waymark::net::http
