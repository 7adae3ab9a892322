// Writes answers: status line, fields and body, appended to an output buffer (RFC 9112, 4 to 6).
//
//     writer.begin(200);
//     writer.field("ETag", tag);
//     writer.end("text/plain", "hello\n");
//
// What it decides so that nobody else has to: Date; Connection; the length; that HEAD, 204 and 304
// have no body; and that no value can end its line. A value that holds CR, LF or NUL would let
// whoever chose it write fields, or a second answer, of his own ("response splitting").

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http/date.hh"

namespace waymark::net::http {

// Field lines that are written once and sent many times.
class FieldBlock {
  public:
    // The name is ours: a token (asserted). In the value, whatever may not stand there becomes a
    // space (RFC 9110, 5.5).
    void add(std::string_view name, std::string_view value);
    std::string_view lines() const { return lines_; }

  private:
    std::string lines_;
};

class ErrorPages;

class Writer {
  public:
    // What the request and the connection say about the answer.
    struct Terms {
        bool is_head = false;  // to a HEAD request
        bool keeps_alive = true;
        int minor_version = 1;  // of the request
        // For every answer, refusals included; the caller keeps them.
        const FieldBlock* fields = nullptr;
        // What error() sends instead of a line of text, where there is one; the caller keeps them.
        const ErrorPages* pages = nullptr;
    };

    // Appends to `out`, which stays the caller's.
    Writer(std::string& out, DateClock& clock) : out_(out), clock_(clock) {}

    // Ready for the next answer.
    void prepare(const Terms& terms);

    // Begins an answer. One that was begun and not ended is taken back.
    void begin(int status);
    void field(std::string_view name, std::string_view value);
    void fields(const FieldBlock& block);

    // One of these ends it. "" as a type: there is none.
    void end(std::string_view content_type, std::string_view body);
    void end_without_body();
    // The caller sends `length` bytes after the head (nothing if this answers a HEAD).
    void end_with_length(std::string_view content_type, std::uint64_t length);
    // What the caller sends after the head ends with the connection: for streams.
    void end_until_close(std::string_view content_type);
    // What the caller sends after the head are pieces, of a length that is not known yet: in chunks
    // (RFC 9112, 7.1), or to HTTP/1.0 until the connection closes. An answer without its last piece
    // is one that was cut off.
    void end_with_pieces(std::string_view content_type);
    void piece(std::string_view bytes);
    void last_piece();
    bool has_open_body() const { return pieces_ != Pieces::none; }

    // begin and end in one.
    void answer(int status, std::string_view content_type, std::string_view body);
    // A short text that says what the status says, or the page for it.
    void error(int status);
    // The same as the end of an answer that was begun.
    void end_error();

    // Tells a client that waits with its body to send it (RFC 9110, 10.1.1).
    void continue_now();

    // Forgets what was written of this answer. Not after a part of it was sent.
    void take_back();
    // The output was sent and is empty now.
    void note_sent();
    bool is_partly_sent() const { return is_partly_sent_; }

    // Another one after each begin() and take_back(): what belongs to an answer that was taken back
    // is told by it.
    unsigned number() const { return number_; }

    bool has_begun() const { return status_ != 0; }
    bool has_ended() const { return has_ended_; }
    int status() const { return status_; }
    // Of the body, as far as this object has heard of it: what end_with_length was told, or the sum
    // of the pieces.
    std::uint64_t body_length() const { return body_length_; }
    // After this answer the connection closes; at the latest before end is called.
    void close_after() { terms_.keeps_alive = false; }
    bool keeps_alive() const { return terms_.keeps_alive; }
    bool is_head() const { return terms_.is_head; }

  private:
    enum class Pieces : std::uint8_t { none, chunks, plain };

    void end_head();

    std::string& out_;
    DateClock& clock_;
    Terms terms_;
    std::size_t answer_begin_ = 0;
    unsigned number_ = 0;
    int status_ = 0;
    bool has_ended_ = false;
    bool is_partly_sent_ = false;
    std::uint64_t body_length_ = 0;
    Pieces pieces_ = Pieces::none;
};

}  // namespace waymark::net::http
