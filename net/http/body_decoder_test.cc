#include "net/http/body_decoder.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::net::http;

namespace {
constexpr Framing kChunked{Framing::Kind::chunked, 0};

Framing length(std::uint64_t bytes) {
    return {Framing::Kind::length, bytes};
}
}  // namespace

TEST_CASE("without a body there is nothing to read") {
    std::string buffer = "GET";
    BodyDecoder decoder(Framing{}, 100);
    CHECK(decoder.decode(buffer) == BodyDecoder::State::complete);
    CHECK(decoder.end() == 0);
}

TEST_CASE("a body of a told length stays where it is") {
    std::string buffer = "hel";
    BodyDecoder decoder(length(5), 5);
    CHECK(decoder.decode(buffer) == BodyDecoder::State::incomplete);
    CHECK(decoder.end() == 3);
    buffer += "loGET";
    CHECK(decoder.decode(buffer) == BodyDecoder::State::complete);
    CHECK(decoder.size() == 5);
    CHECK(buffer.substr(decoder.end()) == "GET");
}

TEST_CASE("a body that is told to be too long is refused before it comes") {
    BodyDecoder decoder(length(6), 5);
    CHECK(decoder.state() == BodyDecoder::State::refused);
    CHECK(decoder.refusal().status == 413);
}

TEST_CASE("chunks are put together in place") {
    std::string buffer = "3\r\nabc\r\n2;x\r\nde\r\n0\r\nTag: 1\r\n\r\nGET";
    BodyDecoder decoder(kChunked, 5);
    CHECK(decoder.decode(buffer) == BodyDecoder::State::complete);
    CHECK(buffer.substr(0, decoder.size()) == "abcde");
    CHECK(buffer.substr(decoder.end()) == "GET");
}

TEST_CASE("chunks may hold no more than the limit together") {
    std::string buffer = "3\r\nabc\r\n3\r\nde";
    BodyDecoder decoder(kChunked, 5);
    CHECK(decoder.decode(buffer) == BodyDecoder::State::refused);
    CHECK(decoder.refusal().status == 413);
}

TEST_CASE("where no body is taken, an empty one in chunks is none") {
    std::string buffer = "0\r\n\r\n";
    BodyDecoder decoder(kChunked, 0);
    CHECK(decoder.decode(buffer) == BodyDecoder::State::complete);
}

TEST_CASE("many small chunks are taken, padded ones are not") {
    std::string small;
    std::string padded;
    for (int i = 0; i < 1000; ++i) {
        small += "1\r\na\r\n";
        padded += "1;" + std::string(100, 'x') + "\r\na\r\n";
    }
    BodyDecoder for_small(kChunked, 1000);
    CHECK(for_small.decode(small) == BodyDecoder::State::incomplete);
    CHECK(for_small.size() == 1000);
    BodyDecoder for_padded(kChunked, 1000);
    CHECK(for_padded.decode(padded) == BodyDecoder::State::refused);
}

TEST_CASE("a body that is taken in parts is counted as a whole, and its limit holds for the whole") {
    BodyDecoder decoder(kChunked, 10);
    std::string part = "6\r\nabcdef\r\n";
    CHECK(decoder.decode(part) == BodyDecoder::State::incomplete);
    CHECK(decoder.size() == 6);
    decoder.drop();
    CHECK(decoder.size() == 0);
    CHECK(decoder.total() == 6);
    std::string four = "4\r\nghij\r\n";
    CHECK(decoder.decode(four) == BodyDecoder::State::incomplete);
    CHECK(four.substr(0, decoder.size()) == "ghij");
    decoder.drop();
    CHECK(decoder.total() == 10);
    std::string more = "1\r\nk\r\n";
    CHECK(decoder.decode(more) == BodyDecoder::State::refused);
    CHECK(decoder.refusal().status == 413);
}
