#include "net/http/static_files.hh"

#include <fmt/format.h>

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <span>
#include <utility>

#include "daemon/error.hh"
#include "net/http/byte_range.hh"
#include "net/http/content_type.hh"
#include "net/http/listing.hh"
#include "net/http/preconditions.hh"
#include "net/http/url.hh"

namespace waymark::net::http {

namespace {

// By the decoded path, so that "%2e" hides as well as a dot does.
bool is_hidden(std::string_view path) {
    constexpr std::string_view kWellKnown = "/.well-known/";
    if (path == kWellKnown.substr(0, kWellKnown.size() - 1)) return false;
    if (path.starts_with(kWellKnown)) path.remove_prefix(kWellKnown.size() - 1);
    return path.find("/.") != path.npos;
}

// Gives the claim back wherever the work ends.
class Claimed {
  public:
    Claimed(GzipStore& store, const Document& document) : store_(store), document_(document) {}
    Claimed(const Claimed&) = delete;
    Claimed& operator=(const Claimed&) = delete;
    ~Claimed() { store_.release(document_.entity_tag); }

  private:
    GzipStore& store_;
    const Document& document_;
};

// More than there was, should the file have grown: then its tag is another one, and what is kept
// under this one is not found again.
std::string_view read_part_of(const Document& document, std::size_t at, std::span<char> room) {
    if (document.is_small()) return std::string_view(document.content).substr(at, room.size());
    const ssize_t count =
        ::pread(document.file->get(), room.data(), room.size(), static_cast<off_t>(at));
    daemon::check(static_cast<long>(count), "read", "a file to compress");
    return {room.data(), static_cast<std::size_t>(count)};
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
    DocumentPointer to_pack = answer_or_pack(exchange, exchange.request.path, true);
    if (to_pack == nullptr) return answered();
    return pack_and_answer(exchange, std::move(to_pack));
}

void StaticFiles::answer(Exchange& exchange, std::string_view path) {
    answer_or_pack(exchange, path, false);
}

StaticFiles::DocumentPointer StaticFiles::answer_or_pack(Exchange& exchange, std::string_view path,
                                                         bool may_pack) {
    const std::optional<std::string_view> normal = normalize_path(path, exchange.scratch);
    if (!normal || (!settings_.dotfiles && is_hidden(*normal))) {
        exchange.answer.error(normal ? 404 : 400);
        return nullptr;
    }
    const bool is_directory = normal->ends_with('/');
    const std::string index = is_directory ? std::string(*normal) + "index.html" : std::string();
    const std::string_view name = is_directory ? std::string_view(index) : *normal;
    const Choice choice = choose(exchange.request, name);
    if (may_pack && choice.is_to_be_packed &&
        settings_.gzip->claim(choice.found.document->entity_tag))
        return choice.found.document;
    if (is_directory && choice.found.kind != DocumentRoot::Kind::document)
        answer_directory(exchange, *normal);
    else
        answer_document(exchange, choice, name);
    return nullptr;
}

// Once it is in the store it is found there. Should it not stay, the file is sent as it is.
Task<void> StaticFiles::pack_and_answer(Exchange& exchange, DocumentPointer document) {
    constexpr std::size_t kSlice = 32 * 1024;  // a millisecond's work
    const Claimed claimed(*settings_.gzip, *document);
    GzipEncoder encoder;
    std::string packed;
    std::string room(kSlice, '\0');
    for (std::size_t at = 0; at < document->size;) {
        const std::string_view part = read_part_of(*document, at, room);
        if (part.empty()) break;
        encoder.add(part, packed);
        at += part.size();
        co_await exchange.loop().yield();
    }
    encoder.finish(packed);
    if (packed.size() >= document->size) packed.clear();
    settings_.gzip->keep(document->entity_tag,
                         std::make_shared<const std::string>(std::move(packed)));
    exchange.scratch.clear();
    answer(exchange, exchange.request.path);
}

void StaticFiles::answer_directory(Exchange& exchange, std::string_view path) const {
    const daemon::Fd directory = settings_.listing ? root_.open_directory(path) : daemon::Fd();
    if (!directory) return exchange.answer.error(404);
    const std::string page = list_directory(directory, path);
    exchange.answer.begin(200);
    exchange.answer.fields(settings_.fields);
    exchange.answer.end("text/html; charset=utf-8", page);
}

StaticFiles::Choice StaticFiles::choose(const Request& request, std::string_view path) {
    Choice plain{root_.find(path), false};
    if (plain.found.kind != DocumentRoot::Kind::document) return plain;
    plain.varies = settings_.precompressed;
    if (settings_.precompressed && takes_gzip(request)) {
        Choice compressed{root_.find(std::string(path) + ".gz"), true};
        compressed.varies = true;
        if (compressed.found.kind == DocumentRoot::Kind::document) return compressed;
    }
    if (settings_.gzip != nullptr) choose_packed(request, path, plain);
    return plain;
}

// Who asks for a part gets it of the plain file: its offsets are in that.
void StaticFiles::choose_packed(const Request& request, std::string_view path,
                                Choice& choice) const {
    const Document& document = *choice.found.document;
    if (document.size < kLeastPacked || document.size > kLargestPacked ||
        !is_compressible(content_type_of(path)))
        return;
    choice.varies = true;
    if (!takes_gzip(request) || request.field("Range")) return;
    GzipStore::Bytes packed = settings_.gzip->find(document.entity_tag);
    choice.is_to_be_packed = packed == nullptr;
    if (packed == nullptr || packed->empty()) return;
    choice.packed = std::move(packed);
    choice.packed_tag = document.entity_tag;
    choice.packed_tag.insert(choice.packed_tag.size() - 1, "-gz");
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
    answer.field("ETag", choice.entity_tag());
    if (choice.varies) answer.field("Vary", "Accept-Encoding");
    if (choice.is_coded() && status != 304) answer.field("Content-Encoding", "gzip");
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
    const Validators validators{choice.entity_tag(), document.last_modified};
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
        range = parse_range(*asked, choice.size());
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
        range.count = choice.size();
    answer.end_with_length(content_type_of(path), range.count);
    if (choice.packed) return answer.is_head() ? void() : exchange.append(*choice.packed);
    send(exchange, document, range);
}

}  // namespace waymark::net::http
