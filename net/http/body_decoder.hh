// Reads a request's body in the place where it arrived: bytes of a known length, or chunks, whose
// sizes and ends are taken out from between the data (RFC 9112, 6.2 and 7.1).
//
//     buffer:  | decoded body | new bytes, as they came |
//
// decode() moves what is data among the new bytes up to the body. It takes all of them, until the
// body is complete; what is left then is the next request. Nothing is kept here but counts, so the
// buffer may move between two calls.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/http/request_parser.hh"

namespace waymark::net::http {

class BodyDecoder {
  public:
    // What sizes, extensions and trailers may take beside the data: without a bound a peer could
    // send for ever without sending anything. Each chunk adds some to it.
    static constexpr std::size_t kOverhead = 8 * 1024;
    static constexpr std::size_t kOverheadPerChunk = 16;

    enum class State : std::uint8_t { incomplete, complete, refused };

    // Nothing to read: complete at once.
    BodyDecoder() = default;
    // At most `limit` bytes of data are taken; a longer body is refused with 413, without a look at
    // it if its length is told.
    BodyDecoder(const Framing& framing, std::size_t limit);

    // `body` begins with the size() bytes that are decoded already; what follows is new.
    State decode(std::span<char> body);

    State state() const { return state_; }
    bool is_refused() const { return state_ == State::refused; }
    // How many bytes are decoded.
    std::size_t size() const { return size_; }
    // Where in `body` the last call stopped: at its end, or once complete, where the next request
    // begins.
    std::size_t end() const { return end_; }
    const Refusal& refusal() const { return refusal_; }

    // For who takes a body in parts: the caller has taken the first end() bytes of `body` out of
    // the buffer, and nothing is decoded there now. The limit still holds for all parts together.
    void drop();
    // Decoded since the beginning, also what was dropped.
    std::uint64_t total() const { return dropped_ + size_; }

  private:
    enum class Place : std::uint8_t {
        size_first,  // the first digit of a chunk's size
        size,
        blank,  // after the size, before an extension
        extension,
        size_end,  // after the CR
        data,
        data_return,
        data_end,
        trailer_first,  // the first byte of a trailer field, or the CR at the end of all
        trailer_name,
        trailer_value,
        trailer_end,
        last,  // the LF at the end of all
    };

    void refuse(int status, std::string_view reason);
    void take_data(std::span<char> body, std::size_t& at);
    void take_control(char byte);
    void size_digit(char byte);
    void after_size(char byte);
    void begin_data();
    void trailer(char byte);
    void expect(char byte, char wanted, Place next);

    State state_ = State::complete;
    bool is_chunked_ = false;
    Place place_ = Place::size_first;
    std::uint8_t digits_ = 0;
    std::uint64_t left_ = 0;  // of the body, or of the chunk
    std::size_t limit_ = 0;
    std::size_t size_ = 0;
    std::uint64_t dropped_ = 0;
    std::size_t end_ = 0;
    std::size_t overhead_left_ = kOverhead;
    Refusal refusal_;
};

}  // namespace waymark::net::http
