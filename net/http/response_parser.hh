// Reads one answer from a server, from bytes that are handed in as they come: the twin of
// request_parser for a client that must not block (client_on_loop). No socket in it. It copies,
// because a client holds one answer at a time.
//
// What holds for response_reader holds here as well: the same rules for a head (net/http/response),
// the same bounds, and informational answers (1xx) before the final one are passed over, but not
// without end. A length that is told reserves nothing: what is held is what has come.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http/body_decoder.hh"
#include "net/http/response.hh"

namespace waymark::net::http {

class ResponseParser {
  public:
    // `method` is the request's.
    explicit ResponseParser(std::string_view method, ResponseLimits limits = {});

    // The next bytes. Nothing is taken any more once there is a status.
    void take(std::string_view bytes);
    // The connection has ended. In good order: then an answer that ends so is complete.
    void end(bool is_in_order);

    // Nothing while the answer goes on.
    std::optional<ResponseStatus> status() const { return status_; }
    // Of use when complete. Not to be kept alive where bytes came behind the answer, which nobody
    // asked for: they would be taken for the next one.
    Response& response() { return response_; }

  private:
    enum class Place : std::uint8_t { status_line, fields, body, body_until_end };

    void take_line_of(std::string_view& bytes);
    void take_line(std::string_view line);
    void end_head();
    void take_body(std::string_view& bytes);
    void take_until_end(std::string_view& bytes);

    std::string method_;
    ResponseLimits limits_;
    std::optional<ResponseStatus> status_;
    Place place_ = Place::status_line;
    bool has_begun_ = false;
    int informational_ = 0;
    std::string line_;
    BodyDecoder decoder_;
    Response response_;
};

}  // namespace waymark::net::http
