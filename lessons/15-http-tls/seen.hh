// What a learner's parser says of some bytes, held against what it should say: in one piece, byte
// by byte, and cut in two at every place.

#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advice.hh"
#include "net/http/request_parser.hh"

namespace waymark::course::check {

using net::http::Framing;
using net::http::RequestParser;
using State = RequestParser::State;

inline const Advice kThrows{
    "an exception for what a peer has sent",
    "Nobody waits for one here. std::stoull throws for what is no number, and "
    "for what does not fit; a peer's errors are values: refuse().",
    "README.md#an-exception-for-what-a-peer-has-sent; CONTRIBUTING.md"};

struct Seen {
    State state = State::incomplete;
    int status = 0;  // of a refusal
    std::string reason;
    std::size_t head_size = 0;
    bool has_begun = false;
    bool keeps_alive = false;
    bool expects_continue = false;
    Framing framing;
    std::string parts;   // method, target, path, query, host, version
    std::string fields;  // {name: value}, in their order

    // Everything of it in a line, to be compared.
    std::string text() const;
    // To be shown: of fields without end, their beginning.
    std::string shown() const;
};

inline std::string framing_text(const Framing& framing) {
    if (framing.kind == Framing::Kind::none) return "no body";
    if (framing.kind == Framing::Kind::chunked) return "a chunked body";
    return "a body of " + std::to_string(framing.length);
}

inline std::string Seen::text() const {
    if (state == State::incomplete) return "incomplete";
    if (state == State::refused) return "refused with " + std::to_string(status);
    return "complete after " + std::to_string(head_size) + " bytes: " + parts + " " + fields +
           ", " + framing_text(framing) + (keeps_alive ? "" : ", close") +
           (expects_continue ? ", expects" : "");
}

inline std::string Seen::shown() const {
    constexpr std::size_t kMost = 300;
    const std::string all = text();
    return all.size() <= kMost ? all : all.substr(0, kMost) + "...";
}

// The beginning of an input, in a buffer that is just so large and that is gone at the next call.
class Piece {
  public:
    explicit Piece(std::string_view bytes)
        : bytes_(std::make_unique<char[]>(bytes.size())), size_(bytes.size()) {
        bytes.copy(bytes_.get(), size_);
    }
    std::string_view view() const { return {bytes_.get(), size_}; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

inline State parsed(RequestParser& parser, std::string_view input) {
    std::string thrown;
    try {
        return parser.parse(input);
    } catch (const std::exception& error) {
        thrown = error.what();
    }
    fail("what parse() says of " + show(input.substr(0, 70)), "a verdict",
         "an exception: " + thrown, kThrows);
}

inline Seen seen_of(RequestParser& parser, State state, std::string_view input) {
    Seen seen;
    seen.state = state;
    seen.has_begun = parser.has_begun();
    if (state == State::refused) seen.status = parser.refusal().status;
    if (state == State::refused) seen.reason = parser.refusal().reason;
    if (state != State::complete) return seen;
    seen.head_size = parser.head_size();
    seen.keeps_alive = parser.keeps_alive();
    seen.expects_continue = parser.expects_continue();
    seen.framing = parser.framing();
    const net::http::Request request = parser.request(input);
    for (const std::string_view part :
         {request.method, request.target, request.path, request.query, request.host})
        seen.parts += std::string(part) + "|";
    seen.parts += "1." + std::to_string(request.minor_version);
    for (const net::http::Field& field : request.fields)
        seen.fields += "{" + std::string(field.name) + ": " + std::string(field.value) + "}";
    return seen;
}

// `cuts` are the sizes of the input at each call before the last. Stops at an end, as servers do.
inline Seen read_in_pieces(std::string_view bytes, const std::vector<std::size_t>& cuts) {
    RequestParser parser;
    for (const std::size_t cut : cuts) {
        const Piece piece(bytes.substr(0, cut));
        const State state = parsed(parser, piece.view());
        if (state != State::incomplete) return seen_of(parser, state, piece.view());
    }
    const Piece whole(bytes);
    return seen_of(parser, parsed(parser, whole.view()), whole.view());
}

// Of a long input, some of the places, and the last of them all.
inline std::vector<std::size_t> places_to_cut(std::size_t size) {
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 1; cut < size; cut += size <= 600 || cut + 8 >= size ? 1 : 251)
        cuts.push_back(cut);
    return cuts;
}

inline std::string begin_of(std::string_view bytes) {
    return show(bytes.substr(0, 70)) + (bytes.size() > 70 ? "..." : "");
}

inline void expect_crashes_explained() {
    if_it_crashes(kPastEnd, "overflow");
    if_it_crashes(kCut, "use-after-free");
    if_it_crashes(kPastEnd);
    if_it_hangs(kNoProgress, "it uses the processor");
    may_use(std::chrono::seconds(3));
}

// However the bytes are cut, it is the same.
inline void expect_same_when_cut(std::string_view bytes, const Seen& whole) {
    const std::vector<std::size_t> cuts = places_to_cut(bytes.size());
    const Seen by_bytes = read_in_pieces(bytes, cuts);
    expect(by_bytes.text() == whole.text(), begin_of(bytes) + " byte by byte", whole.shown(),
           by_bytes.shown(), kCut);
    const std::size_t stride = bytes.size() <= 600 ? 1 : 9;
    for (std::size_t place = 0; place < cuts.size(); place += stride) {
        const Seen in_two = read_in_pieces(bytes, {cuts[place]});
        expect(in_two.text() == whole.text(),
               begin_of(bytes) + " cut behind byte " + std::to_string(cuts[place]), whole.shown(),
               in_two.shown(), kCut);
    }
}

// Whether it is refused, but not before the head has come to its end.
inline bool is_refused_late(std::string_view bytes) {
    if (bytes.find_first_not_of("\r\n") == bytes.npos) return false;  // nothing has begun
    const bool has_host = bytes.find("Host") != bytes.npos;
    const std::string whole = std::string(bytes) + (has_host ? "\r\n" : "Host: h\r\n\r\n");
    return bytes.size() < 600 && read_in_pieces(whole, {}).state == State::refused;
}

// Refused, with this status. Another status is told by its own name, unless the causes are of one.
inline void expect_refused(std::string_view bytes, int status, const Causes& causes,
                           const Causes& if_other_status = kStatus) {
    expect_crashes_explained();
    const Seen seen = read_in_pieces(bytes, {});
    const std::string expected = "refused with " + std::to_string(status);
    const bool is_late = seen.state == State::incomplete && is_refused_late(bytes);
    expect(!is_late, begin_of(bytes), expected, "incomplete", kLate);
    expect(seen.state == State::refused, begin_of(bytes), expected, seen.shown(), causes);
    expect(seen.status == status, begin_of(bytes), expected, seen.shown(), if_other_status);
    expect_same_when_cut(bytes, seen);
}

// Complete; the rest is for the caller to look at.
inline Seen expect_taken(std::string_view bytes, const Causes& causes) {
    expect_crashes_explained();
    const Seen seen = read_in_pieces(bytes, {});
    // 501 is for codings, too; GET is on every list.
    const bool is_unlisted =
        !bytes.starts_with("GET") && (seen.status == 405 || seen.status == 501);
    expect(!is_unlisted, begin_of(bytes), "complete", seen.shown(), kMethodList);
    expect(seen.state == State::complete, begin_of(bytes), "complete", seen.shown(), causes);
    expect_same_when_cut(bytes, seen);
    return seen;
}

// A head of these fields beside Host.
inline std::string get(std::string_view fields) {
    return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n\r\n";
}
inline std::string old_get(std::string_view fields) {
    return "GET / HTTP/1.0\r\n" + std::string(fields) + "\r\n\r\n";
}

}  // namespace waymark::course::check
