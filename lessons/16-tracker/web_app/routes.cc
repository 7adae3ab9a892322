#include "web_app/routes.hh"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "net/http/url.hh"
#include "web_app/answers.hh"

namespace waymark::tracker {

using net::http::answered;
using net::http::Completion;
using net::http::Exchange;

namespace {

enum class Doing { reading, changing };

std::string_view word_for(Admits admits) {
    switch (admits) {
        case Admits::strangers:
            return "strangers";
        case Admits::holders:
            return "holders";
        case Admits::viewers:
            return "viewers";
        case Admits::admins:
            return "admins";
    }
    return "nobody";
}

net::http::Handler guarded(net::http::Handler handler, Routes::Door door, Doing doing) {
    return [handler = std::move(handler), door, doing](Exchange& exchange) {
        const RequestGuard::Refusal refusal = doing == Doing::reading
                                                  ? door.guard.refusal_of(exchange)
                                                  : door.guard.refusal_of_change(exchange);
        if (refusal) {
            answer_error(exchange, refusal.status, refusal.reason);
            return answered();
        }
        const RequestOrigin origin = door.guard.origin_of(exchange);
        if (!origin.is_by_proxy) return handler(exchange);
        return door.places.answer(exchange, origin.client, handler);
    };
}

Completion refuse_method(Exchange& exchange) {
    begin_data(exchange, 405);
    exchange.answer.field("Allow", "GET, HEAD");
    exchange.answer.end("application/json", R"({"error":"Only GET and HEAD are answered here."})");
    return answered();
}

Completion refuse_all_but_post(Exchange& exchange) {
    begin_data(exchange, 405);
    exchange.answer.field("Allow", "POST");
    exchange.answer.end("application/json", R"({"error":"Only POST is answered here."})");
    return answered();
}

// A form of another site can send three types without asking first, and JSON is none of them
// (Fetch Standard, "CORS-safelisted request-header"); nor is that of bytes.
bool is_of_type(const net::http::Request& request, std::string_view wanted) {
    std::string_view type = request.field("Content-Type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return net::http::same_name(type, wanted);
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/';
        if (is_plain)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

// A person who opens a page comes to the log-in and from there to the page; a program hears 401.
// What stands behind '?' is encoded once more, so that it is one value.
void send_to_log_in(Exchange& exchange) {
    const net::http::Request& request = exchange.request;
    const bool is_page = request.method != "POST" && !request.path.starts_with("/api/") &&
                         !request.field("Authorization");
    if (!is_page) return answer_error(exchange, 401, "Log in first.");
    std::string place = "/login";
    if (request.target != "/") place += "?next=" + percent_encoded(request.target);
    begin_data(exchange, 303);
    exchange.answer.field("Location", place);
    exchange.answer.end("application/json", R"({"error":"Log in first."})");
}

Routes::Handler taking_json(Routes::Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange, Viewer viewer) {
        if (is_of_type(exchange.request, "application/json"))
            return handler(exchange, std::move(viewer));
        answer_error(exchange, 415, "The body must be JSON: Content-Type: application/json.");
        return answered();
    };
}

Routes::Handler taking_bytes(Routes::Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange, Viewer viewer) {
        if (is_of_type(exchange.request, "application/octet-stream"))
            return handler(exchange, std::move(viewer));
        answer_error(exchange, 415, "The body must be bytes: application/octet-stream.");
        return answered();
    };
}

// What was not read of a body is in the way of the next request, whoever refuses to read it.
net::http::Handler closing_after_rest(net::http::Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange) {
        if (exchange.body == nullptr || !exchange.body->has_whole_body())
            exchange.answer.close_after();
        return handler(exchange);
    };
}

Routes::Handler for_anybody(net::http::Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange, const Viewer&) {
        return handler(exchange);
    };
}

}  // namespace

net::http::Handler Routes::admitting(Admits admits, Handler handler, Handler others) const {
    return [admits, handler = std::move(handler), others = std::move(others),
            &who_asks = who_asks_](Exchange& exchange) {
        if (admits == Admits::strangers) return handler(exchange, Viewer{});
        std::optional<Viewer> viewer = who_asks(exchange);
        if (viewer && (admits == Admits::viewers || viewer->is_admin()))
            return handler(exchange, *std::move(viewer));
        if (viewer && others) return others(exchange, *std::move(viewer));
        if (viewer)
            answer_error(exchange, 403, "Only an admin of this server may do this.");
        else
            send_to_log_in(exchange);
        return answered();
    };
}

void Routes::add_get(std::string_view pattern, Admits admits, Handler handler, Handler others) {
    list_.push_back({"GET", std::string(pattern), admits});
    router_.add(
        "GET", pattern, 0,
        guarded(admitting(admits, std::move(handler), std::move(others)), door_, Doing::reading));
    router_.add("*", pattern, 0, guarded(refuse_method, door_, Doing::reading));
}

void Routes::add_post(std::string_view pattern, Admits admits, std::size_t body_limit,
                      Handler handler) {
    list_.push_back({"POST", std::string(pattern), admits});
    if (body_limit > 0) handler = taking_json(std::move(handler));
    router_.add("POST", pattern, body_limit,
                guarded(admitting(admits, std::move(handler)), door_, Doing::changing));
    router_.add("*", pattern, 0, guarded(refuse_all_but_post, door_, Doing::reading));
}

void Routes::post_stream(std::string_view pattern, std::size_t body_limit, Handler handler) {
    list_.push_back({"POST", std::string(pattern), Admits::viewers});
    router_.add_streaming(
        "POST", pattern, body_limit,
        closing_after_rest(guarded(admitting(Admits::viewers, taking_bytes(std::move(handler))),
                                   door_, Doing::changing)));
    router_.add("*", pattern, 0, guarded(refuse_all_but_post, door_, Doing::reading));
}

void Routes::open(std::string_view pattern, net::http::Handler handler) {
    add_get(pattern, Admits::strangers, for_anybody(std::move(handler)));
}

void Routes::get(std::string_view pattern, Handler handler) {
    add_get(pattern, Admits::viewers, std::move(handler));
}

void Routes::admin_get(std::string_view pattern, Handler handler) {
    add_get(pattern, Admits::admins, std::move(handler));
}

void Routes::admin_page(std::string_view pattern, Handler handler, Handler others) {
    add_get(pattern, Admits::admins, std::move(handler), std::move(others));
}

void Routes::holders_get(std::string_view pattern, HolderHandler handler) {
    list_.push_back({"GET", std::string(pattern), Admits::holders});
    net::http::Handler asking = [this, handler = std::move(handler)](Exchange& exchange) {
        std::optional<ShareLink> link = which_link_(exchange);
        return link ? handler(exchange, *std::move(link)) : answered();
    };
    router_.add("GET", pattern, 0, guarded(std::move(asking), door_, Doing::reading));
    router_.add("*", pattern, 0, guarded(refuse_method, door_, Doing::reading));
}

void Routes::open_post(std::string_view pattern, std::size_t body_limit,
                       net::http::Handler handler) {
    add_post(pattern, Admits::strangers, body_limit, for_anybody(std::move(handler)));
}

void Routes::post(std::string_view pattern, std::size_t body_limit, Handler handler) {
    add_post(pattern, Admits::viewers, body_limit, std::move(handler));
}

void Routes::admin_post(std::string_view pattern, std::size_t body_limit, Handler handler) {
    add_post(pattern, Admits::admins, body_limit, std::move(handler));
}

void Routes::tell_list(std::string_view pattern) {
    admin_get(pattern, [this](Exchange& exchange, const Viewer&) {
        std::string body;
        for (const Listed& route : list_)
            body += fmt::format(R"({}{{"method":"{}","pattern":"{}","admits":"{}"}})",
                                body.empty() ? '[' : ',', route.method, route.pattern,
                                word_for(route.admits));
        answer_json(exchange, 200, body + "]");
        return answered();
    });
}

void Routes::end_with_not_found() {
    router_.add("*", "/*", 0,
                guarded(admitting(Admits::viewers,
                                  [](Exchange& exchange, const Viewer&) {
                                      answer_error(exchange, 404, "There is nothing here.");
                                      return answered();
                                  }),
                        door_, Doing::reading));
}

}  // namespace waymark::tracker
