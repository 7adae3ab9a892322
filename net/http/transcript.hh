// What a server would read from a connection, as a text: the parser and the body decoder put
// together without a socket. Tests and fuzzers compare such texts: the same bytes must give the
// same text in whatever pieces they come.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http/body_decoder.hh"
#include "net/http/request_parser.hh"

namespace waymark::net::http {

class Transcript {
  public:
    explicit Transcript(std::size_t body_limit) : body_limit_(body_limit) {}

    // The next bytes of the connection. What comes after a refusal or a close is not read.
    void feed(std::string_view bytes);

    // A line for each request, "GET /path|query {name: value} [body] keep", and one for a refusal,
    // "400 reason". An unfinished request says "..." at the end.
    std::string text() const;

  private:
    bool read_one();
    bool refuse(const Refusal& refusal);
    void note_request();

    std::size_t body_limit_;
    std::vector<char> buffer_;
    std::size_t body_begin_ = 0;  // 0 while the head is being read
    RequestParser parser_;
    BodyDecoder decoder_;
    std::string text_;
    bool is_closed_ = false;
};

}  // namespace waymark::net::http
