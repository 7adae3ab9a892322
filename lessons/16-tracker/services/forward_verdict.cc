#include "services/forward_verdict.hh"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace waymark::tracker {

using net::http::ExchangeStatus;

namespace {

constexpr std::array kAboutTheFix = {400, 403, 409, 413, 414, 422};

// As much as a log line and a page can show. The other server chose the bytes.
std::string shown(std::string_view text) {
    constexpr std::size_t kLongest = 160;
    std::string line;
    for (const char byte : text.substr(0, kLongest))
        line += byte >= ' ' && byte <= '~' ? byte : ' ';
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

}  // namespace

ForwardVerdict verdict_of(const net::http::ExchangeResult& result) {
    if (result.status == ExchangeStatus::closed_idle) return ForwardVerdict::at_once;
    if (result.status != ExchangeStatus::answered) return ForwardVerdict::later;
    const int status = result.response.status;
    if (status >= 200 && status < 300) return ForwardVerdict::sent;
    return std::ranges::find(kAboutTheFix, status) == kAboutTheFix.end() ? ForwardVerdict::later
                                                                         : ForwardVerdict::refused;
}

std::string explain_forward(const net::http::ExchangeResult& result) {
    if (result.status != ExchangeStatus::answered) return shown(result.error);
    const int status = result.response.status;
    std::string line = fmt::format("the server answers {}", status);
    if (!result.response.body.empty()) line += ": " + shown(result.response.body);
    if (status == 404 || status == 405) line += "; is it the address for devices?";
    if (status >= 300 && status < 400) line += "; name the address where it is now";
    return line;
}

}  // namespace waymark::tracker
