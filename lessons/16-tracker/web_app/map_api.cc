#include "web_app/map_api.hh"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include "daemon/error.hh"
#include "map/map_file.hh"
#include "map/tile_url.hh"
#include "net/http/byte_range.hh"
#include "net/http/preconditions.hh"
#include "protocols/extras.hh"
#include "web_app/answers.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::answered;
using net::http::ByteRange;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::string_view kStreets = "/api/map/streets.pmtiles";
constexpr std::string_view kSharedStreets = "/api/shared/streets.pmtiles";

void append_member(std::string& body, std::string_view member) {
    if (body.size() > 1) body += ',';
    body += member;
}

// A state that has a name of its own never changes under it; a page may keep its parts.
void begin_map(Exchange& exchange, int status, const MapFile& map, std::string_view tag,
               bool is_named) {
    exchange.answer.begin(status);
    const std::time_t changed = std::min(map.last_modified, std::time(nullptr));
    exchange.answer.field("Last-Modified", net::http::DateText(changed).view());
    exchange.answer.field("ETag", tag);
    exchange.answer.field("Cache-Control",
                          is_named ? "private, max-age=31536000, immutable" : "no-cache");
}

// The part that is asked for; nothing if it is answered already: not changed, or no such part.
std::optional<ByteRange> weigh(Exchange& exchange, const MapFile& map, std::string_view tag,
                               bool is_named) {
    const net::http::Request& request = exchange.request;
    const net::http::Validators validators{tag, map.last_modified};
    switch (weigh_preconditions(request, validators)) {
        case net::http::PreconditionResult::failed:
            answer_error(exchange, 412, "The map is another one by now.");
            return std::nullopt;
        case net::http::PreconditionResult::not_modified:
            begin_map(exchange, 304, map, tag, is_named);
            exchange.answer.end_without_body();
            return std::nullopt;
        case net::http::PreconditionResult::send:
            break;
    }
    ByteRange range;
    const std::optional<std::string_view> asked = request.field("Range");
    if (asked && request.method == "GET" && range_applies(request, validators))
        range = net::http::parse_range(*asked, map.size);
    if (range.kind == ByteRange::Kind::whole) return ByteRange{range.kind, 0, map.size};
    if (range.kind == ByteRange::Kind::part) return range;
    exchange.answer.begin(416);
    exchange.answer.field("Content-Range", fmt::format("bytes */{}", map.size));
    exchange.answer.end_without_body();
    return std::nullopt;
}

void send(Exchange& exchange, const MapFile& map, std::string_view tag, bool is_named) {
    const std::optional<ByteRange> part = weigh(exchange, map, tag, is_named);
    if (!part) return;
    const bool is_part = part->kind == ByteRange::Kind::part;
    begin_map(exchange, is_part ? 206 : 200, map, tag, is_named);
    exchange.answer.field("Accept-Ranges", "bytes");
    if (is_part)
        exchange.answer.field(
            "Content-Range",
            fmt::format("bytes {}-{}/{}", part->first, part->first + part->count - 1, map.size));
    exchange.answer.end_with_length("application/vnd.pmtiles", part->count);
    if (!exchange.answer.is_head())
        exchange.send_file(
            {.file = map.file, .offset = static_cast<off_t>(part->first), .count = part->count});
}

}  // namespace

MapApi::MapApi(std::string map, const ReloadableSettings& settings) : map_(std::move(map)) {
    reload(settings);
}

void MapApi::reload(const ReloadableSettings& settings) {
    tiles_json_.clear();
    picture_origin_.clear();
    // A file of streets was asked for at the start, and stays.
    if (settings.tiles.empty() || !map_.empty()) return;
    const TileUrl url = parse_tile_url(settings.tiles);
    picture_origin_ = url.origin;
    tiles_json_ = fmt::format(R"("tiles":{{"url":{},"host":{},"attribution":{}}})",
                              json_string(url.text), json_string(url.host),
                              json_string(tile_attribution(settings.tiles_attribution, url)));
}

void MapApi::add_routes(Routes& routes) {
    routes.get("/api/map", [this](Exchange& exchange, const Viewer& viewer) {
        return describe(exchange, kStreets, viewer.is_admin());
    });
    routes.get(kStreets, [this](Exchange& exchange, const Viewer&) {
        return streets(exchange, "This server has no street map; --map FILE gives it one.");
    });
    routes.holders_get("/api/shared/map", [this](Exchange& exchange, const ShareLink&) {
        return describe(exchange, kSharedStreets, false);
    });
    routes.holders_get(kSharedStreets, [this](Exchange& exchange, const ShareLink&) {
        return streets(exchange, "There is no street map here.");
    });
}

Completion MapApi::describe(Exchange& exchange, std::string_view streets_path,
                            bool is_admin) const {
    std::string body = "{";
    if (!map_.empty()) try {
            append_member(body, fmt::format(R"("streets":{{"url":"{}?v={}"}})", streets_path,
                                            open_map(map_).version));
        } catch (const daemon::UsageError& error) {
            append_member(
                body, R"("problem":)" +
                          json_string(is_admin ? error.what() : "the map file cannot be used."));
        }
    if (!tiles_json_.empty()) append_member(body, tiles_json_);
    answer_json(exchange, 200, body + "}");
    return answered();
}

Completion MapApi::streets(Exchange& exchange, std::string_view none) const {
    if (map_.empty()) {
        answer_error(exchange, 404, none);
        return answered();
    }
    try {
        const MapFile map = open_map(map_);
        const Query query(exchange.request.query);
        const std::optional<std::string_view> wanted = query.find("v");
        if (wanted && *wanted != map.version)
            answer_error(exchange, 410, "This map was replaced by another one.");
        else
            send(exchange, map, fmt::format("\"{}\"", map.version), wanted.has_value());
    } catch (const daemon::UsageError& error) {
        answer_later(exchange, "The map file cannot be used.", std::chrono::seconds(30));
    }
    return answered();
}

}  // namespace waymark::tracker
