#include "net/http/transcript.hh"

#include <fmt/format.h>

#include <cassert>

namespace waymark::net::http {

void Transcript::feed(std::string_view bytes) {
    if (is_closed_) return;
    // A buffer of the exact size each time, at another place each time: a view kept too long or a
    // byte read too many is seen by the address sanitizer.
    std::vector<char> moved;
    moved.reserve(buffer_.size() + bytes.size());
    moved.insert(moved.end(), buffer_.begin(), buffer_.end());
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    buffer_ = std::move(moved);
    while (!is_closed_ && read_one()) {
    }
}

bool Transcript::read_one() {
    if (body_begin_ == 0) {
        const auto state = parser_.parse({buffer_.data(), buffer_.size()});
        if (state == RequestParser::State::refused) return refuse(parser_.refusal());
        if (state == RequestParser::State::incomplete) return false;
        body_begin_ = parser_.head_size();
        decoder_ = BodyDecoder(parser_.framing(), body_limit_);
    }
    const std::span<char> body = std::span(buffer_).subspan(body_begin_);
    const auto state = decoder_.decode(body);
    if (state == BodyDecoder::State::refused) return refuse(decoder_.refusal());
    if (state == BodyDecoder::State::incomplete) {
        // All new bytes were taken; what is not data goes.
        buffer_.resize(body_begin_ + decoder_.size());
        return false;
    }
    note_request();
    buffer_.erase(buffer_.begin(),
                  buffer_.begin() + static_cast<long>(body_begin_ + decoder_.end()));
    is_closed_ = !parser_.keeps_alive();
    body_begin_ = 0;
    parser_.reset();
    return true;
}

void Transcript::note_request() {
    const std::string_view input(buffer_.data(), buffer_.size());
    Request request = parser_.request(input);
    request.body = input.substr(body_begin_, decoder_.size());
    text_ += fmt::format("{} {}|{} @{}", request.method, request.path, request.query, request.host);
    for (const Field& field : request.fields)
        if (!same_name(field.name, "Host"))
            text_ += fmt::format(" {{{}: {}}}", field.name, field.value);
    text_ += fmt::format(" [{}]{}{}\n", request.body, parser_.expects_continue() ? " expects" : "",
                         parser_.keeps_alive() ? "" : " close");
}

std::string Transcript::text() const {
    const bool is_unfinished = !is_closed_ && (parser_.has_begun() || body_begin_ > 0);
    return is_unfinished ? text_ + "..." : text_;
}

bool Transcript::refuse(const Refusal& refusal) {
    text_ += fmt::format("{} {}\n", refusal.status, refusal.reason);
    is_closed_ = true;
    return false;
}

}  // namespace waymark::net::http
