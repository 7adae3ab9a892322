// What the parser reads must not depend on how its input is cut, whatever the input is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/http/transcript.hh"

using waymark::net::http::Transcript;

namespace {

constexpr std::size_t kBodyLimit = 1000;

std::string read_in_pieces(std::string_view bytes, std::size_t piece) {
    Transcript transcript(kBodyLimit);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        transcript.feed(bytes.substr(0, piece));
    return transcript.text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string whole = read_in_pieces(bytes, size + 1);
    if (read_in_pieces(bytes, 1) != whole) std::abort();
    // Somewhere in the middle, chosen by the input itself.
    const std::size_t piece = size > 0 ? data[size / 2] + std::size_t{1} : 1;
    if (read_in_pieces(bytes, piece) != whole) std::abort();
    return 0;
}
