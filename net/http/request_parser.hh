// Reads the head of an HTTP/1.x request: request line and fields, up to the empty line (RFC 9112, 2
// to 6). Bytes in, values out: there is no socket here, and nothing is copied.
//
// The bytes come in pieces of any size, and whoever holds them may move them between two calls: so
// the parser remembers offsets and where it stopped, not pointers. It looks for line ends first and
// reads a line once it is whole, so however the input is cut, the verdict is the same.
//
// Where the standard leaves a choice between guessing and refusing, it refuses. Two programs that
// guess differently where a message ends is how one client's request is slipped into another's
// ("request smuggling", RFC 9112, 11.2). After a refusal the connection has to be closed.
//
// What is taken, and the status with which the rest is refused:
// - Lines end with CRLF. A lone LF, or a CR elsewhere, is 400. One empty line may stand before the
//   request line (RFC 9112, 2.2), a second one is 400.
// - Request line: a method (a token), a target, "HTTP/1." and a digit, with one space in both
//   places; else 400. Another major version is 505; a minor one above 1 is read as 1.
// - Field: a name (a token), a colon right behind it, a value from which SP and HTAB at both ends
//   are taken off. A folded field, a control byte in the value, a line without a colon are 400.
//   Names are compared without regard to case.
// - Sizes: the three bounds below; beyond them 414 for the request line, 431 for fields.
// - Host: once in HTTP/1.1, at most once in HTTP/1.0, and valid; else 400.
// - Content-Length: once, digits only, up to 2^64 - 1; else 400.
// - Transfer-Encoding: "chunked" and nothing else, in any case of letters. Other codings before it
//   are 501, all else is 400; so are it beside Content-Length, and it in HTTP/1.0.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/http/message.hh"

namespace waymark::net::http {

// Why a request was not taken: the status to answer with, and a word for the log.
struct Refusal {
    int status = 400;
    std::string_view reason;  // a literal
};

// How long the body is (RFC 9112, 6).
struct Framing {
    enum class Kind : std::uint8_t { none, length, chunked };
    Kind kind = Kind::none;
    std::uint64_t length = 0;  // for Kind::length; not 0 then
};

class RequestParser {
  public:
    static constexpr std::size_t kMostFields = 100;
    static constexpr std::size_t kLongestLine = 8 * 1024;   // without its CRLF
    static constexpr std::size_t kLongestHead = 16 * 1024;  // with the empty line at its end

    enum class State : std::uint8_t {
        incomplete,  // more bytes are needed
        complete,    // the head is whole; head_size() bytes of the input are its
        refused,     // refusal() says why
    };

    // `input` is everything from the first byte of this request on, as far as it has come. Each
    // call sees at least what the call before saw. After an end it returns the same state again.
    // What is wrong is refused when its line has come. What comes behind the head is not looked at:
    // it is the body, or the next request.
    State parse(std::string_view input);

    // Ready for the next request.
    void reset();

    // Whether anything but the empty line that may stand before a request has come.
    bool has_begun() const { return has_begun_; }

    // The rest is valid once the head is complete.
    std::size_t head_size() const { return scanned_; }
    const Refusal& refusal() const { return refusal_; }
    const Framing& framing() const { return framing_; }
    // What the client asks for: close if one of its Connection fields lists that, or if it speaks
    // HTTP/1.0 and none lists keep-alive (RFC 9112, 9.3). False after a refusal.
    bool keeps_alive() const { return keeps_alive_; }
    // It waits for "100 Continue" before it sends its body (RFC 9110, 10.1.1): false without a
    // body.
    bool expects_continue() const { return expects_continue_; }

    // The method, also of a refused request; "" if it was not read that far.
    std::string_view method(std::string_view input) const { return method_.of(input); }

    // The request, as views into `input`, whose bytes must be those that were parsed. Its fields
    // lie in this parser. The body is left empty.
    Request request(std::string_view input);

  private:
    // A part of the head: offset and size. The whole head is shorter than 64 KiB.
    struct Span {
        std::uint16_t begin = 0;
        std::uint16_t size = 0;
        std::string_view of(std::string_view input) const { return input.substr(begin, size); }
    };
    struct FieldSpans {
        Span name;
        Span value;
    };

    State refuse(int status, std::string_view reason);
    State refuse_beginning(std::string_view line);
    State check_unfinished(std::string_view input);
    State check_size(std::size_t line_size, std::size_t head_size);
    State line_end(std::string_view input, std::size_t newline);
    State empty_line();
    State request_line(std::string_view line);
    State version(std::string_view text);
    State target(std::string_view line, std::size_t begin, std::size_t size);
    State field_line(std::string_view line);
    State known_field(std::string_view name, std::string_view value, Span place);
    State host(std::string_view value, Span place);
    State content_length(std::string_view value);
    State transfer_encoding(std::string_view value);
    State connection(std::string_view value);
    State expectation(std::string_view value);
    State end_of_head();
    Span span(std::size_t offset_in_line, std::size_t size) const;

    State state_ = State::incomplete;
    Refusal refusal_;
    std::size_t line_begin_ = 0;  // of the line that is read next
    std::size_t scanned_ = 0;     // no line end between line_begin_ and here
    bool has_begun_ = false;
    bool has_request_line_ = false;
    bool skipped_empty_line_ = false;

    Span method_, target_, path_, query_, authority_, host_;
    std::uint8_t minor_version_ = 1;
    std::uint8_t host_count_ = 0;
    bool has_length_ = false;
    bool asks_close_ = false;
    bool asks_keep_alive_ = false;
    bool keeps_alive_ = true;
    bool expects_continue_ = false;
    Framing framing_;

    std::size_t field_count_ = 0;
    std::array<FieldSpans, kMostFields> field_spans_;
    std::array<Field, kMostFields> fields_;
};

}  // namespace waymark::net::http
