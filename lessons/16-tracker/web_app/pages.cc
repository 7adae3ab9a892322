#include "web_app/pages.hh"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "daemon/fd.hh"
#include "web_app/answers.hh"

namespace waymark::tracker {

using net::http::Completion;
using net::http::Exchange;

namespace {

// A browser may keep a page, but must ask about it each time.
net::http::FieldBlock page_fields() {
    net::http::FieldBlock fields;
    fields.add("Cache-Control", "no-cache");
    return fields;
}

// "" where there is no such file.
std::string text_of(const std::string& path) {
    const daemon::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> piece;
    for (ssize_t count = 0; (count = ::read(file.get(), piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(count));
    return text;
}

}  // namespace

Pages::Pages(const std::string& site)
    : files_(site, {.fields = page_fields(), .precompressed = true}),
      for_admins_only_(text_of(site + "/admins-only.html")) {}

void Pages::add_routes(Routes& routes) {
    add(routes, "/", "/index.html");
    add(routes, "/history", "/history.html");
    add(routes, "/devices", "/devices.html");
    add(routes, "/corrections", "/corrections.html");
    add(routes, "/places", "/places.html");
    add(routes, "/files", "/files.html");
    add(routes, "/sharing", "/sharing.html");
    add(routes, "/account", "/account.html");
    add(routes, "/api", "/api.html");
    add(routes, "/api/openapi.json", "/openapi.json");
    for (const auto& [address, file] : {std::pair{"/login", "/login.html"},
                                        {"/welcome", "/welcome.html"},
                                        {"/shared", "/shared.html"}})
        routes.open(address, [this, file = std::string(file)](Exchange& exchange) {
            return answer(exchange, file);
        });
    for (const auto& [address, file] : {std::pair{"/users", "/users.html"},
                                        {"/audit", "/audit.html"},
                                        {"/status", "/status.html"}})
        routes.admin_page(
            address,
            [this, file = std::string(file)](Exchange& exchange, const Viewer&) {
                return answer(exchange, file);
            },
            [this](Exchange& exchange, const Viewer&) { return refuse(exchange); });
    routes.open("/assets/*",
                [this](Exchange& exchange) { return answer(exchange, exchange.request.path); });
}

void Pages::add(Routes& routes, std::string_view address, std::string file) {
    routes.get(address, [this, file = std::move(file)](Exchange& exchange, const Viewer&) {
        return answer(exchange, file);
    });
}

Completion Pages::refuse(Exchange& exchange) const {
    begin_data(exchange, 403);
    exchange.answer.end("text/html; charset=utf-8", for_admins_only_);
    return net::http::answered();
}

Completion Pages::answer(Exchange& exchange, std::string_view path) {
    files_.answer(exchange, path);
    // Its refusals are plain text, and say nothing about being kept.
    const int status = exchange.answer.status();
    if (status >= 400 && status != 416) {
        exchange.answer.take_back();
        answer_error(exchange, status, "There is no such file.");
    }
    return net::http::answered();
}

}  // namespace waymark::tracker
