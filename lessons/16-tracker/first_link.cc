#include "first_link.hh"

#include <chrono>

namespace waymark::tracker {

namespace {

constexpr UnixMillis kLifetime = std::chrono::milliseconds(std::chrono::hours(24)).count();

}  // namespace

FirstLink make_first_link(UnixMillis now) {
    return {make_token(), now + kLifetime};
}

std::string welcome_path(const FirstLink& link) {
    return link.token.empty() ? std::string() : "welcome#" + link.token;
}

}  // namespace waymark::tracker
