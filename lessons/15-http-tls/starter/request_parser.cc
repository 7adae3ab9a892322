// What is yours to write in lesson 15. net/http/request_parser.hh is the contract: the comment at its
// top says what is taken and with which status the rest is refused. Given above: refuse(), span(),
// check_size(), check_unfinished(), refuse_beginning(), target(), host(), expectation(); which bytes may
// stand where is in net/http/grammar.hh, same_name() and next_in_list() in net/http/message.hh. Each
// of the functions gives State::incomplete where reading goes on, or what refuse() gives.

// Write this: reads line after line, from line_begin_ on. A line that has its LF goes to line_end(), with
// the place of the LF; where there is none, check_unfinished(input) says whether it may still come. scanned_ is
// where to go on at the next call, and in the end the size of the head. Nothing but the members
// outlives the call: the next `input` has the same bytes at another place.
RequestParser::State RequestParser::parse(std::string_view) {
    return state_;
}

// Write this: the line that ends with the LF at `newline`. Only CRLF ends a line. check_size() wants
// its size without CRLF, and scanned_. The first line is the request line, the others are fields, and the
// first byte that is not of an empty line sets has_begun_. What cannot begin a method (kTokenBytes) is for
// refuse_beginning(line).
RequestParser::State RequestParser::line_end(std::string_view, std::size_t) {
    return State::incomplete;
}

// Write this: an empty line. Behind the request line it ends the head; before it, one is passed over.
RequestParser::State RequestParser::empty_line() {
    return State::incomplete;
}

// Write this: method, target, version, with one space in both places. Sets has_request_line_ and
// method_, by span(offset in the line, size); version() reads the version, target(line, offset, size) the
// target.
RequestParser::State RequestParser::request_line(std::string_view) {
    return State::incomplete;
}

// Write this: "HTTP/1.0" or "HTTP/1.1" into minor_version_, and what the header says of others.
RequestParser::State RequestParser::version(std::string_view) {
    return State::incomplete;
}

// Write this: one field. Its name and its value go to field_spans_[field_count_++], two spans; then
// known_field() looks at it.
RequestParser::State RequestParser::field_line(std::string_view) {
    return State::incomplete;
}

// Write this: hands the value to host(value, place), expectation(value), connection(),
// content_length() or transfer_encoding(), if the name is Host, Expect, Connection, Content-Length or
// Transfer-Encoding.
RequestParser::State RequestParser::known_field(std::string_view, std::string_view, Span) {
    return State::incomplete;
}

// Write this: the value of a Content-Length into framing_.length; has_length_ says that there was one.
RequestParser::State RequestParser::content_length(std::string_view) {
    return State::incomplete;
}

// Write this: the value of a Transfer-Encoding; framing_.kind becomes chunked.
RequestParser::State RequestParser::transfer_encoding(std::string_view) {
    return State::incomplete;
}

// Write this: the value of a Connection, a list, into asks_close_ and asks_keep_alive_.
RequestParser::State RequestParser::connection(std::string_view) {
    return State::incomplete;
}

// Write this: what can be said only now, with all fields known: host_count_, length beside chunked, the
// kind of framing_, keeps_alive_, and that expects_continue_ is for who has a body. Then complete.
RequestParser::State RequestParser::end_of_head() {
    return State::complete;
}
