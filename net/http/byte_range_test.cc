#include "net/http/byte_range.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::net::http;

namespace {
std::string ask(std::string_view value, std::uint64_t size) {
    const ByteRange range = parse_range(value, size);
    if (range.kind == ByteRange::Kind::whole) return "whole";
    if (range.kind == ByteRange::Kind::unsatisfiable) return "unsatisfiable";
    return std::to_string(range.first) + "+" + std::to_string(range.count);
}
}  // namespace

TEST_CASE("a range of a file of 13 bytes") {
    const std::vector<std::pair<std::string_view, std::string_view>> rows = {
        {"bytes=0-4", "0+5"},
        {"BYTES=0-0", "0+1"},
        {"bytes=12-12", "12+1"},
        {"bytes=5-", "5+8"},
        {"bytes=5-99999999999999999999999", "5+8"},
        {"bytes=0-18446744073709551615", "0+13"},
        {"bytes=-5", "8+5"},
        {"bytes=-5000", "0+13"},
        {"bytes=13-", "unsatisfiable"},
        {"bytes=18446744073709551616-", "unsatisfiable"},
        {"bytes=-0", "unsatisfiable"},
        {"bytes=0-0,2-3", "whole"},
        {"bytes=4-2", "whole"},
        {"bytes=a-b", "whole"},
        {"bytes=1-b", "whole"},
        {"bytes=+1-2", "whole"},
        {"bytes=-", "whole"},
        {"bytes=--1", "whole"},
        {"bytes=", "whole"},
        {"lines=0-4", "whole"},
        {"", "whole"},
    };
    for (const auto& [value, expected] : rows) {
        CAPTURE(value);
        CHECK(ask(value, 13) == expected);
    }
}

TEST_CASE("an empty file has no part") {
    CHECK(ask("bytes=0-", 0) == "unsatisfiable");
    CHECK(ask("bytes=-5", 0) == "whole");
}
