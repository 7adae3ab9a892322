#include "net/http/response_parser.hh"

#include <utility>

namespace waymark::net::http {

ResponseParser::ResponseParser(std::string_view method, ResponseLimits limits)
    : method_(method), limits_(limits) {}

void ResponseParser::take(std::string_view bytes) {
    has_begun_ = has_begun_ || !bytes.empty();
    while (!status_ && !bytes.empty()) {
        if (place_ == Place::body)
            take_body(bytes);
        else if (place_ == Place::body_until_end)
            take_until_end(bytes);
        else
            take_line_of(bytes);
    }
    if (!bytes.empty()) response_.keeps_alive = false;
}

void ResponseParser::end(bool is_in_order) {
    if (status_) return;
    if (!has_begun_)
        status_ = ResponseStatus::not_begun;
    else
        status_ = is_in_order && place_ == Place::body_until_end ? ResponseStatus::complete
                                                                 : ResponseStatus::cut;
}

// What belongs to the line, which may have begun earlier and may not end here.
void ResponseParser::take_line_of(std::string_view& bytes) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    // One byte more for the CR at its end.
    if (part.size() > ResponseLimits::kLongestLine + 1 - line_.size()) {
        status_ = ResponseStatus::too_large;
        return;
    }
    line_ += part;
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    if (end == bytes.npos) return;
    if (line_.ends_with('\r')) line_.pop_back();
    if (line_.size() > ResponseLimits::kLongestLine)
        status_ = ResponseStatus::too_large;
    else
        take_line(line_);
    line_.clear();
}

void ResponseParser::take_line(std::string_view line) {
    if (place_ == Place::fields && line.empty()) return end_head();
    const ResponseStatus read =
        place_ == Place::fields ? add_field(line, response_) : add_status_line(line, response_);
    if (read != ResponseStatus::complete) status_ = read;
    place_ = Place::fields;
}

void ResponseParser::end_head() {
    if (response_.status < 200) {
        if (informational_++ == ResponseLimits::kMostInformational)
            status_ = ResponseStatus::malformed;
        response_ = {};
        place_ = Place::status_line;
        return;
    }
    const std::optional<ResponseBody> body = find_body(method_, response_);
    if (!body) {
        status_ = ResponseStatus::malformed;
        return;
    }
    place_ = body->kind == ResponseBody::Kind::until_end ? Place::body_until_end : Place::body;
    Framing framing;
    if (body->kind == ResponseBody::Kind::chunked) framing.kind = Framing::Kind::chunked;
    if (body->length > 0) framing = {Framing::Kind::length, body->length};
    decoder_ = BodyDecoder(framing, limits_.body);
    if (decoder_.is_refused())
        status_ = ResponseStatus::too_large;
    else if (place_ == Place::body && decoder_.state() == BodyDecoder::State::complete)
        status_ = ResponseStatus::complete;
}

void ResponseParser::take_body(std::string_view& bytes) {
    std::string& body = response_.body;
    const std::size_t before = body.size();
    body += bytes;
    const BodyDecoder::State decoded = decoder_.decode(body);
    bytes.remove_prefix(decoder_.end() - before);
    body.resize(decoder_.size());
    if (decoded == BodyDecoder::State::complete) status_ = ResponseStatus::complete;
    if (decoded == BodyDecoder::State::refused)
        status_ = decoder_.refusal().status == 413 ? ResponseStatus::too_large
                                                   : ResponseStatus::malformed;
}

void ResponseParser::take_until_end(std::string_view& bytes) {
    if (bytes.size() > limits_.body - response_.body.size())
        status_ = ResponseStatus::too_large;
    else
        response_.body += bytes;
    bytes = {};
}

}  // namespace waymark::net::http
