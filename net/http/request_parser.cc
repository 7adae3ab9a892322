#include "net/http/request_parser.hh"

#include "net/http/grammar.hh"
#include "net/http/url.hh"

namespace waymark::net::http {

// The arrays keep what they hold: nothing beyond field_count_ is ever read.
void RequestParser::reset() {
    state_ = State::incomplete;
    line_begin_ = scanned_ = field_count_ = 0;
    has_begun_ = has_request_line_ = skipped_empty_line_ = false;
    method_ = target_ = path_ = query_ = authority_ = host_ = Span();
    minor_version_ = 1;
    host_count_ = 0;
    has_length_ = asks_close_ = asks_keep_alive_ = expects_continue_ = false;
    keeps_alive_ = true;
    framing_ = Framing();
}

RequestParser::State RequestParser::refuse(int status, std::string_view reason) {
    refusal_ = {status, reason};
    keeps_alive_ = false;
    return state_ = State::refused;
}

// A client that begins with TLS sends a record of type 22, a handshake (RFC 8446, 5.1): somebody
// typed https:// where http:// is served, and sees no more than that it does not work.
RequestParser::State RequestParser::refuse_beginning(std::string_view line) {
    const bool is_tls = line.starts_with('\x16');
    return refuse(400, is_tls ? "TLS (https) where http is served" : "not a request line");
}

// No line end yet. What can be refused already is refused, so that nobody can make us wait for a
// line end that never comes.
RequestParser::State RequestParser::check_unfinished(std::string_view input) {
    const std::string_view line = input.substr(line_begin_);
    if (line.empty() || line == "\r") return state_;
    has_begun_ = true;
    if (!has_request_line_ && !kTokenBytes.has(line.front())) return refuse_beginning(line);
    // One byte more than a whole line may have, for the CR; one less than a whole head, for the LF.
    return check_size(line.size() - 1, input.size() + 1);
}

// Both sizes as in the header: a line without its CRLF, a head with all of it so far. The request
// line meets its own bound first, so the status does not depend on how the input is cut.
RequestParser::State RequestParser::check_size(std::size_t line_size, std::size_t head_size) {
    if (line_size <= kLongestLine && head_size <= kLongestHead) return state_;
    if (!has_request_line_) return refuse(414, "request line too long");
    return refuse(431, "fields too long");
}

RequestParser::Span RequestParser::span(std::size_t offset_in_line, std::size_t size) const {
    static_assert(kLongestHead <= UINT16_MAX);
    return {static_cast<std::uint16_t>(line_begin_ + offset_in_line),
            static_cast<std::uint16_t>(size)};
}

RequestParser::State RequestParser::target(std::string_view line, std::size_t begin,
                                           std::size_t size) {
    const std::string_view text = line.substr(begin, size);
    const std::optional<Target> parts = split_target(line.substr(0, method_.size), text);
    if (!parts && !kTargetBytes.has_all(text))
        return refuse(400, "malformed target: a blank, quote or letter beyond ASCII needs a %");
    if (!parts) return refuse(400, "malformed target");
    const auto place = [&](std::string_view part) {
        return part.empty()
                   ? Span()
                   : span(static_cast<std::size_t>(part.data() - line.data()), part.size());
    };
    target_ = span(begin, size);
    query_ = place(parts->query);
    authority_ = place(parts->authority);
    path_ = place(parts->path);
    return State::incomplete;
}

RequestParser::State RequestParser::host(std::string_view value, Span place) {
    if (++host_count_ > 1) return refuse(400, "more than one Host");
    if (!valid_host(value)) return refuse(400, "malformed Host");
    host_ = place;
    return State::incomplete;
}

RequestParser::State RequestParser::expectation(std::string_view value) {
    if (minor_version_ == 0) return State::incomplete;
    if (!same_name(value, "100-continue")) return refuse(417, "unknown expectation");
    expects_continue_ = true;
    return State::incomplete;
}

Request RequestParser::request(std::string_view input) {
    for (std::size_t i = 0; i < field_count_; ++i)
        fields_[i] = {field_spans_[i].name.of(input), field_spans_[i].value.of(input)};
    Request request;
    request.method = method_.of(input);
    request.target = target_.of(input);
    const bool is_connect = request.method == "CONNECT";
    request.path = path_.size > 0 || is_connect ? path_.of(input) : std::string_view("/");
    request.query = query_.of(input);
    request.host = (authority_.size > 0 ? authority_ : host_).of(input);
    request.minor_version = minor_version_;
    request.fields = std::span(fields_).first(field_count_);
    return request;
}

//#region exercise-15
RequestParser::State RequestParser::parse(std::string_view input) {
    while (state_ == State::incomplete) {
        const std::size_t newline = input.find('\n', scanned_);
        if (newline == input.npos) {
            scanned_ = input.size();
            return check_unfinished(input);
        }
        scanned_ = newline + 1;
        state_ = line_end(input, newline);
        line_begin_ = scanned_;
    }
    return state_;
}

RequestParser::State RequestParser::line_end(std::string_view input, std::size_t newline) {
    std::string_view line = input.substr(line_begin_, newline - line_begin_);
    const bool has_return = !line.empty() && line.back() == '\r';
    if (has_return) line.remove_suffix(1);
    const bool is_empty = has_return && line.empty();
    if (!is_empty) has_begun_ = true;
    if (!is_empty && !has_request_line_ && (line.empty() || !kTokenBytes.has(line.front())))
        return refuse_beginning(line);
    if (check_size(line.size(), scanned_) == State::refused) return state_;
    if (!has_return) return refuse(400, "line ends with a lone LF");
    if (is_empty) return empty_line();
    return has_request_line_ ? field_line(line) : request_line(line);
}

RequestParser::State RequestParser::empty_line() {
    if (has_request_line_) return end_of_head();
    // Old clients send one after a body (RFC 9112, 2.2); nobody sends two.
    if (skipped_empty_line_) return refuse(400, "empty lines before the request line");
    skipped_empty_line_ = true;
    return State::incomplete;
}

// method SP request-target SP HTTP-version, with exactly one space in both places (RFC 9112, 3).
RequestParser::State RequestParser::request_line(std::string_view line) {
    has_request_line_ = true;
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == last) return refuse(400, "request line without three parts");
    if (!kTokenBytes.has_all(line.substr(0, first))) return refuse(400, "malformed method");
    method_ = span(0, first);
    if (version(line.substr(last + 1)) == State::refused) return state_;
    return target(line, first + 1, last - first - 1);
}

// "HTTP/" DIGIT "." DIGIT, in this case and no other (RFC 9112, 2.3).
RequestParser::State RequestParser::version(std::string_view text) {
    if (text.size() != 8 || !text.starts_with("HTTP/") || !kDigits.has(text[5]) || text[6] != '.' ||
        !kDigits.has(text[7]))
        return refuse(400, "malformed version");
    if (text[5] != '1') return refuse(505, "version not supported");
    // A higher minor version is answered as the highest we know (RFC 9110, 2.5).
    minor_version_ = text[7] == '0' ? 0 : 1;
    return State::incomplete;
}

// name ":" OWS value OWS (RFC 9112, 5).
RequestParser::State RequestParser::field_line(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') return refuse(400, "folded field");
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return refuse(400, "field without a colon");
    const std::string_view name = line.substr(0, colon);
    if (name.empty() || !kTokenBytes.has_all(name)) return refuse(400, "malformed field name");
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (!kFieldValueBytes.has_all(value)) return refuse(400, "malformed field value");
    if (field_count_ == kMostFields) return refuse(431, "too many fields");
    const Span place = span(static_cast<std::size_t>(value.data() - line.data()), value.size());
    field_spans_[field_count_++] = {span(0, colon), place};
    return known_field(name, value, place);
}

// The fields that decide about the connection. Told apart by their length first: most are others.
RequestParser::State RequestParser::known_field(std::string_view name, std::string_view value,
                                                Span place) {
    switch (name.size()) {
        case 4:
            if (same_name(name, "Host")) return host(value, place);
            break;
        case 6:
            if (same_name(name, "Expect")) return expectation(value);
            break;
        case 10:
            if (same_name(name, "Connection")) return connection(value);
            break;
        case 14:
            if (same_name(name, "Content-Length")) return content_length(value);
            break;
        case 17:
            if (same_name(name, "Transfer-Encoding")) return transfer_encoding(value);
            break;
        default:
            break;
    }
    return State::incomplete;
}

// 1*DIGIT. Not strtoull(3), which takes "+5", " 5", "-5" and stops where it likes. A list of equal
// lengths may be merged (RFC 9112, 6.3); we refuse any second one.
RequestParser::State RequestParser::content_length(std::string_view value) {
    if (has_length_) return refuse(400, "more than one Content-Length");
    has_length_ = true;
    if (value.empty() || !kDigits.has_all(value)) return refuse(400, "malformed Content-Length");
    std::uint64_t length = 0;
    for (const char digit : value) {
        const auto more = static_cast<std::uint64_t>(digit - '0');
        if (length > (UINT64_MAX - more) / 10) return refuse(400, "Content-Length out of range");
        length = length * 10 + more;
    }
    framing_.length = length;
    return State::incomplete;
}

// Only "chunked", once, as the only coding (RFC 9112, 6.1). A coding that we do not know is 501;
// one that hides the end of the message is 400. Empty members of the list, which a recipient may
// pass over (RFC 9110, 5.6.1.2), are 400 as well: a proxy that does not may see another end.
RequestParser::State RequestParser::transfer_encoding(std::string_view value) {
    const bool is_second = framing_.kind == Framing::Kind::chunked;
    if (same_name(value, "chunked") && !is_second) {
        framing_.kind = Framing::Kind::chunked;
        return State::incomplete;
    }
    std::string_view last;
    bool has_others = false;
    bool ends_before = is_second;
    while (const std::optional<std::string_view> coding = next_in_list(value)) {
        if (same_name(last, "chunked")) ends_before = true;
        has_others = !last.empty();
        last = *coding;
    }
    if (has_others && !ends_before && same_name(last, "chunked"))
        return refuse(501, "unknown transfer coding");
    return refuse(400, "malformed Transfer-Encoding");
}

RequestParser::State RequestParser::connection(std::string_view value) {
    while (const std::optional<std::string_view> option = next_in_list(value)) {
        if (same_name(*option, "close")) asks_close_ = true;
        if (same_name(*option, "keep-alive")) asks_keep_alive_ = true;
    }
    return State::incomplete;
}

// What can only be said when all fields are known.
//#region end-of-head
RequestParser::State RequestParser::end_of_head() {
    if (minor_version_ >= 1 && host_count_ == 0) return refuse(400, "no Host");
    const bool is_chunked = framing_.kind == Framing::Kind::chunked;
    if (is_chunked && has_length_)                                   //@ 1
        return refuse(400, "Content-Length and Transfer-Encoding");  //@ 1
    if (is_chunked && minor_version_ == 0)                           //@ 2
        return refuse(400, "Transfer-Encoding in HTTP/1.0");         //@ 2
    if (!is_chunked && framing_.length > 0) framing_.kind = Framing::Kind::length;
    if (framing_.kind == Framing::Kind::none) expects_continue_ = false;
    keeps_alive_ = !asks_close_ && (minor_version_ >= 1 || asks_keep_alive_);  //@ 3
    return State::complete;
}
//#endregion end-of-head
//#endregion exercise-15

}  // namespace waymark::net::http
