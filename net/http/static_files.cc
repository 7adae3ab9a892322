#include "net/http/static_files.hh"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "net/http/byte_range.hh"
#include "net/http/content_type.hh"
#include "net/http/grammar.hh"
#include "net/http/preconditions.hh"
#include "net/http/url.hh"

namespace waymark::net::http {

namespace {

// Whether Accept-Encoding names gzip with a weight above 0 (RFC 9110, 12.5.3).
bool takes_gzip(const Request& request) {
    std::string_view list = request.field("Accept-Encoding").value_or("");
    while (const auto member = next_in_list(list)) {
        const std::size_t semicolon = member->find(';');
        if (!same_name(trim_blanks(member->substr(0, semicolon)), "gzip")) continue;
        if (semicolon == member->npos) return true;
        const std::string_view weight = trim_blanks(member->substr(semicolon + 1));
        return weight.find_first_not_of("qQ=0. \t") != weight.npos;
    }
    return false;
}

// By the decoded path, so that "%2e" hides as well as a dot does.
bool is_hidden(std::string_view path) {
    constexpr std::string_view kWellKnown = "/.well-known/";
    if (path == kWellKnown.substr(0, kWellKnown.size() - 1)) return false;
    if (path.starts_with(kWellKnown)) path.remove_prefix(kWellKnown.size() - 1);
    return path.find("/.") != path.npos;
}

void send(Exchange& exchange, const Document& document, const ByteRange& part) {
    if (exchange.answer.is_head()) return;
    if (document.is_small())
        return exchange.append(std::string_view(document.content).substr(part.first, part.count));
    exchange.send_file(
        {.file = document.file, .offset = static_cast<off_t>(part.first), .count = part.count});
}

}  // namespace

StaticFiles::StaticFiles(const std::string& directory, Settings settings)
    : root_(directory), settings_(std::move(settings)) {}

Completion StaticFiles::operator()(Exchange& exchange) {
    answer(exchange, exchange.request.path);
    return answered();
}

void StaticFiles::answer(Exchange& exchange, std::string_view path) {
    const std::optional<std::string_view> normal = normalize_path(path, exchange.scratch);
    if (!normal) return exchange.answer.error(400);
    if (!settings_.dotfiles && is_hidden(*normal)) return exchange.answer.error(404);
    if (!normal->ends_with('/')) {
        const Choice choice = choose(exchange.request, *normal);
        return answer_document(exchange, choice, *normal);
    }
    const std::string index = std::string(*normal) + "index.html";
    const Choice choice = choose(exchange.request, index);
    const bool is_document = choice.found.kind == DocumentRoot::Kind::document;
    if (!is_document) return exchange.answer.error(404);
    answer_document(exchange, choice, index);
}

StaticFiles::Choice StaticFiles::choose(const Request& request, std::string_view path) {
    Choice plain{root_.find(path), false};
    if (plain.found.kind != DocumentRoot::Kind::document) return plain;
    if (!settings_.precompressed || !takes_gzip(request)) return plain;
    Choice compressed{root_.find(std::string(path) + ".gz"), true};
    return compressed.found.kind == DocumentRoot::Kind::document ? compressed : plain;
}

// "/dir" to "/dir/", so that relative links on its page work. More than one slash in front would
// make the path a host's name ("//host/").
void StaticFiles::redirect_to_directory(Exchange& exchange) const {
    const Request& request = exchange.request;
    const std::string_view path = request.path.substr(request.path.find_first_not_of('/') - 1);
    exchange.answer.begin(301);
    exchange.answer.field("Location", request.query.empty()
                                          ? fmt::format("{}/", path)
                                          : fmt::format("{}/?{}", path, request.query));
    exchange.answer.end_without_body();
}

void StaticFiles::begin(Exchange& exchange, int status, const Choice& choice) const {
    const Document& document = *choice.found.document;
    Writer& answer = exchange.answer;
    // Not later than the answer's own Date, which is written after this (RFC 9110, 8.8.2.1).
    const std::time_t last_modified = std::min(document.last_modified, std::time(nullptr));
    answer.begin(status);
    answer.field("Last-Modified", DateText(last_modified).view());
    answer.field("ETag", document.entity_tag);
    if (settings_.precompressed) answer.field("Vary", "Accept-Encoding");
    if (choice.is_compressed && status != 304) answer.field("Content-Encoding", "gzip");
    answer.fields(settings_.fields);
}

void StaticFiles::answer_document(Exchange& exchange, const Choice& choice,
                                  std::string_view path) const {
    Writer& answer = exchange.answer;
    switch (choice.found.kind) {
        case DocumentRoot::Kind::nothing:
            return answer.error(404);
        case DocumentRoot::Kind::forbidden:
            return answer.error(403);
        case DocumentRoot::Kind::directory:
            return redirect_to_directory(exchange);
        case DocumentRoot::Kind::document:
            break;
    }
    const Document& document = *choice.found.document;
    const Validators validators{document.entity_tag, document.last_modified};
    switch (weigh_preconditions(exchange.request, validators)) {
        case PreconditionResult::failed:
            return answer.error(412);
        case PreconditionResult::not_modified:
            begin(exchange, 304, choice);
            return answer.end_without_body();
        case PreconditionResult::send:
            break;
    }
    ByteRange range;
    // Defined for GET alone (RFC 9110, 14.2).
    const std::optional<std::string_view> asked = exchange.request.field("Range");
    if (asked && exchange.request.method == "GET" && range_applies(exchange.request, validators))
        range = parse_range(*asked, document.size);
    if (range.kind == ByteRange::Kind::unsatisfiable) {
        answer.begin(416);
        answer.field("Content-Range", fmt::format("bytes */{}", document.size));
        return answer.end_without_body();
    }
    const bool is_part = range.kind == ByteRange::Kind::part;
    begin(exchange, is_part ? 206 : 200, choice);
    answer.field("Accept-Ranges", "bytes");
    if (is_part)
        answer.field("Content-Range", fmt::format("bytes {}-{}/{}", range.first,
                                                  range.first + range.count - 1, document.size));
    else
        range.count = document.size;
    answer.end_with_length(content_type_of(path), range.count);
    send(exchange, document, range);
}

}  // namespace waymark::net::http
