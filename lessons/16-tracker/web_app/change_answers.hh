// What the routes of accounts share: reading a JSON body with what is wrong as the answer, JSON for
// the store, and the answers to who must wait.

#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/error.hh"
#include "net/http/exchange.hh"
#include "services/change_arguments.hh"
#include "web_app/answers.hh"

namespace waymark::tracker {

// What `read` makes of the members of the request's body; or nothing, and then the exchange has
// been answered with 400 and what is wrong with them.
template <typename Read>
auto read_or_refuse(net::http::Exchange& exchange, const Read& read)
    -> std::optional<decltype(read(std::declval<ChangeArguments&>()))> {
    try {
        ChangeArguments arguments(exchange.request.body);
        auto result = read(arguments);
        arguments.end();
        return result;
    } catch (const daemon::UsageError& error) {
        answer_error(exchange, 400, error.what());
        return std::nullopt;
    }
}

// A JSON object of texts, and of one number if it has a name.
std::string json_of(std::initializer_list<std::pair<std::string_view, std::string>> texts,
                    std::string_view number_name = {}, std::int64_t number = 0);

// "", or what is wrong with a new password for the person of that name (store/accounts.hh).
std::string problem_with_password(std::string_view password, std::string_view name);

// The host of "192.0.2.1:50000" and "[2001:db8::1]:5"; any other text as it is.
std::string_view host_of(std::string_view address);

// 429, with Retry-After, and "wait" in the JSON. `or_else` follows "Try again in 30 seconds": what
// else one can do, where it is for those who ask.
void answer_too_many_attempts(net::http::Exchange& exchange, std::chrono::seconds wait,
                              std::string_view or_else = {});
// For who gives a password: ", or ...".
inline constexpr std::string_view kOrByLink =
    ", or log in with a link: 'tracker user link' on the server prints one";
// 503: more passwords are to be hashed than may wait.
void answer_too_busy(net::http::Exchange& exchange);

}  // namespace waymark::tracker
