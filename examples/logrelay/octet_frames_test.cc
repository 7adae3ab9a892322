#include "octet_frames.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::logrelay;
using Found = FrameReader::Found;

namespace {

struct Read {
    std::vector<std::string> frames;
    Found end = Found::more;
    friend bool operator==(const Read&, const Read&) = default;
};

void take_all(FrameReader& reader, Read& read) {
    std::string_view content;
    while ((read.end = reader.next(content)) == Found::frame) read.frames.emplace_back(content);
}

const Read kRefused{{}, Found::malformed};

Read read_in_pieces(std::string_view stream, std::size_t piece, std::size_t longest = 10) {
    FrameReader reader(longest);
    Read read;
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
        reader.add(stream.substr(0, piece));
        take_all(reader, read);
    }
    return read;
}

}  // namespace

TEST_CASE("frames are read as they were written, however the stream is cut") {
    std::string stream;
    for (const std::string_view message : {"hello", "a\nb", "5 hello", "0123456789"})
        append_frame(stream, message);
    CHECK(stream == "5 hello3 a\nb7 5 hello10 0123456789");
    const Read whole{{"hello", "a\nb", "5 hello", "0123456789"}, Found::more};
    for (std::size_t piece = 1; piece <= stream.size(); ++piece)
        CHECK(read_in_pieces(stream, piece) == whole);
}

TEST_CASE("a frame that has not come whole is waited for") {
    for (const std::string_view stream : {"5", "5 ", "5 h", "5 hell", "10", "10 012345678"})
        CHECK(read_in_pieces(stream, 1) == Read{{}, Found::more});
}

TEST_CASE("what is no length ends the stream, behind the frames before it") {
    for (const std::string_view stream :
         {"x", " 5 hello", "-5 hello", "+5 hello", "05 hello", "0 ", "00", "5hello", "5\thello",
          "5\nhello", "0x5 hello", "<13>1 - - - - - -", "\n"}) {
        CHECK_MESSAGE((read_in_pieces(stream, 1) == kRefused), stream);
        CHECK(read_in_pieces("1 a" + std::string(stream), 100) == Read{{"a"}, Found::malformed});
    }
}

TEST_CASE("a length beyond the bound is refused before its content comes") {
    CHECK(read_in_pieces("10", 1) == Read{{}, Found::more});
    for (const std::string_view stream :
         {"11", "99999999999999999999999999", "18446744073709551621 x", "4294967301 hello"})
        CHECK_MESSAGE((read_in_pieces(stream, 1) == kRefused), stream);
    // The bound itself may have as many digits as are looked at.
    CHECK(read_in_pieces("999999999 x", 1, 999'999'999) == Read{{}, Found::more});
    CHECK(read_in_pieces("9999999999 x", 1, 999'999'999) == Read{{}, Found::malformed});
}

TEST_CASE("what was malformed stays so") {
    FrameReader reader(10);
    std::string_view content;
    reader.add("x");
    CHECK(reader.next(content) == Found::malformed);
    reader.add("5 hello");
    CHECK(reader.next(content) == Found::malformed);
}
