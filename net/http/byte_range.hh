// The Range field: which part of a file is asked for (RFC 9110, 14). One part is sent; a request
// for several parts is answered with the whole, which a server always may, and which cannot be used
// to make a small request into an answer many times the file's size.

#pragma once

#include <cstdint>
#include <string_view>

namespace waymark::net::http {

struct ByteRange {
    enum class Kind : std::uint8_t {
        whole,          // no range that we go by: send all
        part,           // send `count` bytes from `first` on; both lie within the file
        unsatisfiable,  // 416
    };
    Kind kind = Kind::whole;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

// `value` is what Range says, `size` the file's. What is malformed, or of another unit, is ignored.
ByteRange parse_range(std::string_view value, std::uint64_t size);

}  // namespace waymark::net::http
