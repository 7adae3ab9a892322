#include "web_app/track_answer.hh"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "web_app/answers.hh"
#include "web_app/json_numbers.hh"

namespace waymark::tracker {

using net::http::Exchange;

namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr std::size_t kPointsOfAPiece = 1024;
// How long a browser may take nothing.
constexpr std::chrono::seconds kPatience{10};

void append_point(std::string& out, const TrackColumns& track, std::size_t index) {
    out += index == 0 ? "[" : ",[";
    append_integer(out, track.time_ms(index));
    out += ',';
    append_degrees(out, track.latitude_e7[index]);
    out += ',';
    append_degrees(out, track.longitude_e7[index]);
    out += ',';
    append_number(out, track.speed_mps[index]);
    out += ',';
    append_number(out, track.altitude_m[index]);
    out += ']';
}

std::string end_of_json(const TrackColumns& track) {
    std::string text = "],\"breaks\":[";
    for (std::size_t index = 0; index < track.size(); ++index) {
        if (track.breaks[index] == 0) continue;
        if (text.back() != '[') text += ',';
        append_integer(text, static_cast<std::int64_t>(index));
    }
    text += "],\"stride\":";
    append_integer(text, track.stride);
    text += ",\"sampled\":";
    text += (track.flags & TrackColumns::kSampled) != 0 ? "true}" : "false}";
    return text;
}

// Sends what was appended. A peer that takes no more is let go: what it has is cut short, and it
// must not wait for the rest.
net::Task<bool> send_piece(Exchange& exchange) {
    const bool is_there = co_await exchange.flush(kPatience);
    if (is_there)
        co_await exchange.loop().yield();
    else
        exchange.answer.close_after();
    co_return is_there;
}

}  // namespace

net::Task<> answer_columns(Exchange& exchange, const TrackColumns& track) {
    begin_data(exchange, 200);
    exchange.answer.end_with_length("application/octet-stream", track.bytes());
    if (exchange.answer.is_head()) co_return;
    const auto head = track.head();
    exchange.append({head.data(), head.size()});
    for (std::string_view column : track.columns()) {
        while (!column.empty()) {
            const std::string_view piece = column.substr(0, kPiece);
            column.remove_prefix(piece.size());
            exchange.append(piece);
            const bool is_there = co_await send_piece(exchange);
            if (!is_there) co_return;
        }
    }
}

net::Task<> answer_track_json(Exchange& exchange, const TrackColumns& track) {
    begin_data(exchange, 200);
    exchange.answer.end_until_close("application/json");
    if (exchange.answer.is_head()) co_return;
    std::string text = "{\"points\":[";
    for (std::size_t index = 0; index < track.size();) {
        const std::size_t end = std::min(track.size(), index + kPointsOfAPiece);
        for (; index < end; ++index) append_point(text, track, index);
        exchange.append(text);
        text.clear();
        const bool is_there = co_await send_piece(exchange);
        if (!is_there) co_return;
    }
    exchange.append(text + end_of_json(track));
}

}  // namespace waymark::tracker
