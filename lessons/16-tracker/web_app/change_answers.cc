#include "web_app/change_answers.hh"

#include <fmt/format.h>

#include "protocols/extras.hh"
#include "store/accounts.hh"

namespace waymark::tracker {

using net::http::Exchange;

std::string json_of(std::initializer_list<std::pair<std::string_view, std::string>> texts,
                    std::string_view number_name, std::int64_t number) {
    std::string json = "{";
    for (const auto& [name, text] : texts) {
        json += fmt::format("{}\"{}\":", json.size() > 1 ? "," : "", name);
        append_json_string(json, text);
    }
    if (!number_name.empty())
        json += fmt::format("{}\"{}\":{}", json.size() > 1 ? "," : "", number_name, number);
    return json + "}";
}

std::string problem_with_password(std::string_view password, std::string_view name) {
    try {
        check_password(password, name);
    } catch (const daemon::UsageError& error) {
        return error.what();
    }
    return {};
}

std::string_view host_of(std::string_view address) {
    if (address.starts_with('[')) {
        const std::size_t end = address.find(']');
        return end == std::string_view::npos ? address : address.substr(1, end - 1);
    }
    const std::size_t colon = address.find(':');
    const bool is_one = colon != std::string_view::npos && address.rfind(':') == colon;
    return is_one && !address.starts_with("unix") ? address.substr(0, colon) : address;
}

void answer_too_many_attempts(Exchange& exchange, std::chrono::seconds wait,
                              std::string_view or_else) {
    begin_data(exchange, 429);
    exchange.answer.field("Retry-After", std::to_string(wait.count()));
    exchange.answer.end(
        "application/json",
        fmt::format(
            R"({{"error":"Too many wrong attempts. Try again in {} seconds{}.","wait":{}}})",
            wait.count(), or_else, wait.count()));
}

void answer_too_busy(Exchange& exchange) {
    answer_later(exchange, "Too many people log in at this moment. Try again.",
                 std::chrono::seconds(2));
}

}  // namespace waymark::tracker
