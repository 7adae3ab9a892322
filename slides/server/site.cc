#include "slides/server/site.hh"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/error.hh"
#include "net/http/html_text.hh"
#include "slides/server/page_frame.hh"

namespace waymark::slides {

using net::http::escaped;

using net::http::answered;
using net::http::Exchange;
using net::http::FieldBlock;

namespace {

constexpr std::string_view kHtml = "text/html; charset=utf-8";

FieldBlock asset_fields() {
    FieldBlock fields;
    fields.add("Cache-Control", "no-cache");  // kept, but asked about each time
    return fields;
}

void answer_page(Exchange& exchange, int status, std::string_view html) {
    exchange.answer.begin(status);
    exchange.answer.field("Cache-Control", "no-store");
    exchange.answer.end(kHtml, html);
}

void answer_not_found(Exchange& exchange) {
    answer_page(exchange, 404,
                text_frame("Not there",
                           "<h1>There is nothing here</h1>\n<p><a href=\"/\">All "
                           "decks</a></p>\n"));
}

void answer_page_or_not(Exchange& exchange, const std::optional<std::string>& html) {
    if (html)
        answer_page(exchange, 200, *html);
    else
        answer_not_found(exchange);
}

}  // namespace

// The hash is that of the script in the window that reveal.js 6.0.2 opens for the speaker: it has
// no address of its own and so obeys our policy. Another version has another hash; a test in the
// browser opens the window. The line numbers and the speaker's window bring styles of their own.
FieldBlock security_fields() {
    FieldBlock fields;
    fields.add("Content-Security-Policy",
               "default-src 'self'; script-src 'self' "
               "'sha256-GzCveToXhSIzS3M5eQeRm3McVRB7cYneYKwTkzA3wDk='; "
               "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
               "frame-ancestors 'self'; base-uri 'none'; form-action 'self'");
    fields.add("X-Content-Type-Options", "nosniff");
    fields.add("Referrer-Policy", "no-referrer");
    fields.add("Cross-Origin-Resource-Policy", "same-origin");
    return fields;
}

Site::Site(const std::string& assets, const Pages& pages, const Manifest& manifest,
           const RequestGuard& guard)
    : assets_(assets, {.fields = asset_fields(), .precompressed = true}),
      pages_(pages),
      manifest_(manifest),
      guard_(guard) {}

void Site::add(net::http::Router& router, std::string_view pattern, Answer answer) {
    router.add("GET", pattern, 0, [this, answer = std::move(answer)](Exchange& exchange) {
        const std::string_view reason = guard_.reason_to_refuse_page(exchange.request);
        if (reason.empty())
            answer(exchange);
        else
            exchange.answer.answer(403, "text/plain; charset=utf-8", reason);
        return answered();
    });
}

void Site::add_routes(net::http::Router& router) {
    add(router, "/", [this](Exchange& exchange) { answer_page(exchange, 200, pages_.home()); });
    add(router, "/decks/{}", [this](Exchange& exchange) { answer_deck(exchange); });
    add(router, "/handouts/{}", [this](Exchange& exchange) { answer_handout(exchange); });
    add(router, "/students/{}", [this](Exchange& exchange) { answer_students(exchange); });
    add(router, "/lessons/*", [this](Exchange& exchange) { answer_text(exchange); });
    add(router, "/source/*", [this](Exchange& exchange) { answer_source(exchange); });
    add(router, "/files/*", [this](Exchange& exchange) { answer_picture(exchange); });
    add(router, "/pdf/{}", [this](Exchange& exchange) { answer_printed(exchange); });
    add(router, "/assets/*",
        [this](Exchange& exchange) { assets_.answer(exchange, exchange.request.path); });
    add(router, "/*", answer_not_found);
}

void Site::answer_deck(Exchange& exchange) {
    const LessonEntry* lesson = manifest_.lesson(exchange.parameters[0]);
    if (lesson == nullptr || !pages_.has_deck(*lesson)) return answer_not_found(exchange);
    try {
        answer_page(exchange, 200, pages_.deck(*lesson, guard_.token()));
    } catch (const daemon::UsageError& error) {
        // The teacher is in the middle of an edit: say where, instead of an empty page.
        answer_page(exchange, 500,
                    text_frame("A fault in the deck", fmt::format("<h1>A fault in the deck</h1>"
                                                                  "<p class=\"fault\">{}</p>\n",
                                                                  escaped(error.what()))));
    }
}

void Site::answer_handout(Exchange& exchange) {
    const LessonEntry* lesson = manifest_.lesson(exchange.parameters[0]);
    if (lesson == nullptr || !pages_.has_deck(*lesson)) return answer_not_found(exchange);
    answer_page(exchange, 200, pages_.handout(*lesson));
}

void Site::answer_students(Exchange& exchange) {
    const LessonEntry* lesson = manifest_.lesson(exchange.parameters[0]);
    if (lesson == nullptr || !pages_.has_deck(*lesson)) return answer_not_found(exchange);
    answer_page(exchange, 200, pages_.students_handout(*lesson));
}

void Site::answer_text(Exchange& exchange) {
    answer_page_or_not(exchange, pages_.text(fmt::format("lessons/{}", exchange.parameters[0])));
}

void Site::answer_source(Exchange& exchange) {
    answer_page_or_not(exchange, pages_.source(exchange.parameters[0]));
}

void Site::answer_picture(Exchange& exchange) {
    const std::optional<std::string> picture = pages_.picture(exchange.parameters[0]);
    if (!picture) return answer_not_found(exchange);
    const bool is_svg = exchange.parameters[0].ends_with(".svg");
    exchange.answer.begin(200);
    exchange.answer.field("Cache-Control", "no-cache");
    exchange.answer.end(is_svg ? "image/svg+xml" : "image/png", *picture);
}

void Site::answer_printed(Exchange& exchange) {
    const std::string_view name = exchange.parameters[0];
    const LessonEntry* lesson = manifest_.lesson(name.substr(0, name.find(".pdf")));
    if (lesson == nullptr) return answer_not_found(exchange);
    std::ifstream file(pages_.printed() / (lesson->name + ".pdf"), std::ios::binary);
    if (!file) return answer_not_found(exchange);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    exchange.answer.begin(200);
    exchange.answer.field("Cache-Control", "no-cache");
    exchange.answer.end("application/pdf", content);
}

}  // namespace waymark::slides
