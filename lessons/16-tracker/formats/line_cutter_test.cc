#include "formats/line_cutter.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;

namespace {

std::string lines_of(std::string_view text, std::size_t part) {
    std::string found;
    LineCutter cutter(
        {.on_line =
             [&](std::string_view line, std::uint64_t number) {
                 found += std::to_string(number) + "<" + std::string(line) + ">";
             },
         .on_too_long =
             [&](std::uint64_t number) { found += std::to_string(number) + " too long"; }});
    for (; !text.empty(); text.remove_prefix(std::min(part, text.size())))
        cutter.read(text.substr(0, part));
    cutter.end();
    return found;
}

}  // namespace

TEST_CASE("lines are the same however the bytes are cut") {
    for (const std::size_t part : {1U, 2U, 3U, 100U}) {
        CHECK(lines_of("a\nb\r\n\nc", part) == "1<a>2<b>3<>4<c>");
        CHECK(lines_of("\xEF\xBB\xBFtime\n\xEF\xBB\xBFx\n", part) == "1<time>2<\xEF\xBB\xBFx>");
        CHECK(lines_of("", part).empty());
        CHECK(lines_of("\n", part) == "1<>");
    }
}

TEST_CASE("an endless line is passed over, and the next one is read") {
    const std::string longest(LineCutter::kLongest, 'x');
    CHECK(lines_of(longest + "\nb", 1000) == "1<" + longest + ">2<b>");
    CHECK(lines_of(longest + "x\nb", 1000) == "1 too long2<b>");
    CHECK(lines_of("a\n" + longest + longest, 1000) == "1<a>2 too long");
}
