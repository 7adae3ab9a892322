// A path in normal form has no way out, and to bring it into its form again changes nothing.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/http/url.hh"

using namespace waymark::net::http;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_normal_path(std::string_view path) {
    require(path.starts_with('/'));
    require(path.find('\0') == path.npos && path.find('\\') == path.npos);
    require(path.find("//") == path.npos);
    const std::string closed = std::string(path) + "/";
    require(closed.find("/../") == closed.npos && closed.find("/./") == closed.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string scratch;
    if (const auto normal = normalize_path(text, scratch)) check_normal_path(*normal);
    for (const Plus plus : {Plus::literal, Plus::space}) {
        std::string decoded;
        const auto result = percent_decode(text, decoded, plus);
        if (result) require(result->size() <= text.size());
    }
    for (const std::string_view method : {"GET", "OPTIONS", "CONNECT"}) {
        const auto target = split_target(method, text);
        if (target) require(target->path.size() + target->query.size() <= text.size());
    }
    valid_host(text);
    return 0;
}
