#include "net/http/body_decoder.hh"

#include <algorithm>
#include <cstring>

#include "net/http/grammar.hh"

namespace waymark::net::http {

BodyDecoder::BodyDecoder(const Framing& framing, std::size_t limit) : limit_(limit) {
    if (framing.kind == Framing::Kind::none) return;
    state_ = State::incomplete;
    is_chunked_ = framing.kind == Framing::Kind::chunked;
    if (is_chunked_) return;
    left_ = framing.length;
    if (left_ > limit_) refuse(413, "body too long");
}

void BodyDecoder::refuse(int status, std::string_view reason) {
    state_ = State::refused;
    refusal_ = {status, reason};
}

BodyDecoder::State BodyDecoder::decode(std::span<char> body) {
    std::size_t at = size_;
    while (state_ == State::incomplete && at < body.size()) {
        if (!is_chunked_ || place_ == Place::data)
            take_data(body, at);
        else if (overhead_left_-- == 0)
            refuse(400, "too much between the chunks");
        else
            take_control(body[at++]);
    }
    end_ = at;
    return state_;
}

void BodyDecoder::drop() {
    dropped_ += size_;
    limit_ -= std::min(limit_, size_);
    size_ = end_ = 0;
}

void BodyDecoder::take_data(std::span<char> body, std::size_t& at) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, body.size() - at));
    // A body without chunks lies where it belongs already.
    if (at != size_) std::memmove(body.data() + size_, body.data() + at, count);
    size_ += count;
    at += count;
    left_ -= count;
    if (left_ > 0) return;
    if (is_chunked_)
        place_ = Place::data_return;
    else
        state_ = State::complete;
}

void BodyDecoder::take_control(char byte) {
    switch (place_) {
        case Place::size_first:
        case Place::size:
            return size_digit(byte);
        case Place::blank:
        case Place::extension:
            return after_size(byte);
        case Place::size_end:
            if (byte != '\n') return refuse(400, "malformed end of a chunk size");
            return begin_data();
        case Place::data:
            return;
        case Place::data_return:
            return expect(byte, '\r', Place::data_end);
        case Place::data_end:
            return expect(byte, '\n', Place::size_first);
        case Place::trailer_first:
        case Place::trailer_name:
        case Place::trailer_value:
            return trailer(byte);
        case Place::trailer_end:
            return expect(byte, '\n', Place::trailer_first);
        case Place::last:
            if (byte != '\n') return refuse(400, "malformed end of the body");
            state_ = State::complete;
            return;
    }
}

void BodyDecoder::expect(char byte, char wanted, Place next) {
    if (byte != wanted) return refuse(400, "chunk or trailer does not end with CRLF");
    place_ = next;
}

// 1*HEXDIG; zeros in front are allowed, 16 digits in all, so nothing can overflow.
void BodyDecoder::size_digit(char byte) {
    const int value = hexadecimal_value(byte);
    if (value >= 0) {
        if (digits_ == 16) return refuse(400, "chunk size out of range");
        left_ = left_ * 16 + static_cast<unsigned>(value);
        ++digits_;
        place_ = Place::size;
        return;
    }
    if (digits_ == 0) return refuse(400, "malformed chunk size");
    after_size(byte);
}

// *( BWS ";" ... ) CRLF. Extensions are read over: none means anything to us (RFC 9112, 7.1.1).
void BodyDecoder::after_size(char byte) {
    const bool in_extension = place_ == Place::extension;
    if (byte == '\r' && place_ != Place::blank) {
        place_ = Place::size_end;
    } else if (in_extension ? kFieldValueBytes.has(byte) : byte == ';') {
        place_ = Place::extension;
    } else if (!in_extension && (byte == ' ' || byte == '\t')) {
        place_ = Place::blank;
    } else {
        refuse(400, "malformed chunk size");
    }
}

void BodyDecoder::begin_data() {
    digits_ = 0;
    if (left_ == 0) {
        place_ = Place::trailer_first;
        return;
    }
    if (left_ > limit_ - size_) return refuse(413, "body too long");
    overhead_left_ += kOverheadPerChunk;
    place_ = Place::data;
}

// Trailer fields are checked like other fields, and dropped: none may change what the head has said
// (RFC 9110, 6.5.1).
void BodyDecoder::trailer(char byte) {
    if (place_ == Place::trailer_value) {
        if (byte == '\r')
            place_ = Place::trailer_end;
        else if (!kFieldValueBytes.has(byte))
            refuse(400, "malformed trailer value");
    } else if (byte == '\r' && place_ == Place::trailer_first) {
        place_ = Place::last;
    } else if (byte == ':' && place_ == Place::trailer_name) {
        place_ = Place::trailer_value;
    } else if (kTokenBytes.has(byte)) {
        place_ = Place::trailer_name;
    } else {
        refuse(400, "malformed trailer name");
    }
}

}  // namespace waymark::net::http
