#include "net/http/writer.hh"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <charconv>

#include "net/http/error_pages.hh"
#include "net/http/grammar.hh"
#include "net/http/status.hh"

namespace waymark::net::http {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
    assert(!name.empty() && kTokenBytes.has_all(name));
    out.append(name).append(": ");
    if (kFieldValueBytes.has_all(value)) {
        out.append(value);
    } else {
        for (const char byte : value) out.push_back(kFieldValueBytes.has(byte) ? byte : ' ');
    }
    out.append("\r\n");
}

void append_number(std::string& out, std::uint64_t number) {
    const fmt::format_int text(number);
    out.append(text.data(), text.size());
}

}  // namespace

void FieldBlock::add(std::string_view name, std::string_view value) {
    append_field(lines_, name, value);
}

void Writer::prepare(const Terms& terms) {
    terms_ = terms;
    answer_begin_ = out_.size();
    status_ = 0;
    has_ended_ = is_partly_sent_ = false;
    body_length_ = 0;
    pieces_ = Pieces::none;
}

void Writer::begin(int status) {
    assert(!has_ended_ && status >= 200 && status <= 599);
    take_back();
    status_ = status;
    out_.append("HTTP/1.1 ");
    append_number(out_, static_cast<std::uint64_t>(status));
    out_.push_back(' ');
    out_.append(reason_phrase(status)).append("\r\nDate: ").append(clock_.now()).append("\r\n");
    if (terms_.fields != nullptr) fields(*terms_.fields);
}

void Writer::field(std::string_view name, std::string_view value) {
    assert(has_begun() && !has_ended_);
    append_field(out_, name, value);
}

void Writer::fields(const FieldBlock& block) {
    assert(has_begun() && !has_ended_);
    out_.append(block.lines());
}

void Writer::end_head() {
    // Keep-alive is what HTTP/1.1 does unless told; HTTP/1.0 has to be told (RFC 9112, 9.3).
    if (!terms_.keeps_alive)
        out_.append("Connection: close\r\n");
    else if (terms_.minor_version == 0)
        out_.append("Connection: keep-alive\r\n");
    out_.append("\r\n");
    has_ended_ = true;
}

void Writer::end_with_length(std::string_view content_type, std::uint64_t length) {
    assert(has_begun() && !has_ended_);
    if (!content_type.empty()) append_field(out_, "Content-Type", content_type);
    if (status_has_body(status_)) {
        if (!terms_.is_head) body_length_ = length;
        out_.append("Content-Length: ");
        append_number(out_, length);
        out_.append("\r\n");
    }
    end_head();
}

void Writer::end(std::string_view content_type, std::string_view body) {
    end_with_length(content_type, body.size());
    if (!terms_.is_head && status_has_body(status_)) out_.append(body);
}

void Writer::end_without_body() {
    end_with_length({}, 0);
}

void Writer::end_until_close(std::string_view content_type) {
    assert(has_begun() && !has_ended_);
    if (!content_type.empty()) append_field(out_, "Content-Type", content_type);
    terms_.keeps_alive = false;
    end_head();
}

void Writer::end_with_pieces(std::string_view content_type) {
    if (!status_has_body(status_)) return end_without_body();
    if (terms_.minor_version == 0) {
        end_until_close(content_type);
        if (!terms_.is_head) pieces_ = Pieces::plain;
        return;
    }
    assert(has_begun() && !has_ended_);
    if (!content_type.empty()) append_field(out_, "Content-Type", content_type);
    append_field(out_, "Transfer-Encoding", "chunked");
    end_head();
    if (!terms_.is_head) pieces_ = Pieces::chunks;
}

// A chunk without bytes would be the last one.
void Writer::piece(std::string_view bytes) {
    if (pieces_ == Pieces::none || bytes.empty()) return;
    body_length_ += bytes.size();
    if (pieces_ == Pieces::plain) {
        out_.append(bytes);
        return;
    }
    std::array<char, 2 * sizeof bytes.size()> length;
    const auto [end, error] = std::to_chars(length.begin(), length.end(), bytes.size(), 16);
    out_.append(length.begin(), end).append("\r\n").append(bytes).append("\r\n");
}

void Writer::last_piece() {
    if (pieces_ == Pieces::chunks) out_.append("0\r\n\r\n");
    pieces_ = Pieces::none;
}

void Writer::answer(int status, std::string_view content_type, std::string_view body) {
    begin(status);
    end(content_type, body);
}

void Writer::error(int status) {
    begin(status);
    end_error();
}

void Writer::end_error() {
    if (!status_has_body(status_)) return end_without_body();
    const ErrorPages::Page* page = terms_.pages != nullptr ? terms_.pages->find(status_) : nullptr;
    if (page != nullptr) return end(page->content_type, page->text);
    const std::string_view words = reason_phrase(status_);
    const fmt::format_int number(status_);
    end_with_length("text/plain; charset=utf-8", number.size() + 1 + words.size() + 1);
    if (terms_.is_head) return;
    out_.append(number.data(), number.size()).append(" ").append(words).append("\n");
}

void Writer::continue_now() {
    assert(!has_begun());
    out_.append("HTTP/1.1 100 Continue\r\n\r\n");
    answer_begin_ = out_.size();
}

void Writer::note_sent() {
    answer_begin_ = 0;
    is_partly_sent_ = has_begun();
}

void Writer::take_back() {
    assert(!is_partly_sent_);
    out_.resize(answer_begin_);
    ++number_;
    status_ = 0;
    has_ended_ = false;
    body_length_ = 0;
    pieces_ = Pieces::none;
}

}  // namespace waymark::net::http
