// Text is sent a tenth as long if it is compressed, and who asks for that says "Accept-Encoding:
// gzip". Wrong: one answer is kept, the compressed one, and given to everybody. Right: one for
// each, and "Vary: Accept-Encoding" tells the caches in between that there are two.
//
// Look at: what the client without Accept-Encoding reads, and what compression does to noise.

#include <fmt/core.h>
#include <zlib.h>

#include <map>
#include <stdexcept>
#include <string>

#include "lessons/course/end_step.hh"

using waymark::demo::end_step;

namespace {

std::string gzip(const std::string& text) {
    z_stream stream{};
    constexpr int kGzip = 15 + 16;  // a window of 32 KiB, and a gzip head and tail round it
    if (::deflateInit2(&stream, 6, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflateInit2");
    std::string packed(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return packed;
}

std::string page() {
    std::string text;
    for (int line = 0; line < 1000; ++line)
        text += fmt::format("<tr><td>device {}</td><td>52.1, 5.{}</td></tr>\n", line % 7, line);
    return text;
}

// Like a picture: there is nothing in it that stood there before.
std::string noise(std::size_t size) {
    std::string bytes;
    for (std::uint32_t state = 1; bytes.size() < size; bytes += static_cast<char>(state >> 24))
        state = state * 1664525 + 1013904223;
    return bytes;
}

void show(const char* client, const std::string& body) {
    const bool is_packed = body.starts_with("\x1f\x8b");
    fmt::print("   {:<28} {:>6} bytes, beginning with {}\n", client, body.size(),
               is_packed ? "1f 8b" : body.substr(0, 4));
}

std::string kept_by_path(const std::string& path, bool takes_gzip) {
    static std::map<std::string, std::string> kept;
    auto [place, is_new] = kept.try_emplace(path);
    if (is_new) place->second = takes_gzip ? gzip(page()) : page();
    return place->second;
}

std::string kept_by_both(const std::string& path, bool takes_gzip) {
    static std::map<std::pair<std::string, bool>, std::string> kept;
    auto [place, is_new] = kept.try_emplace({path, takes_gzip});
    if (is_new) place->second = takes_gzip ? gzip(page()) : page();
    return place->second;
}

}  // namespace

int main() {
    fmt::print("1. what it brings\n");
    fmt::print("   a page of text   {:>6} bytes -> {:>6}\n", page().size(), gzip(page()).size());
    const std::string picture = noise(40'000);
    fmt::print("   noise, a picture {:>6} bytes -> {:>6}\n", picture.size(), gzip(picture).size());
    end_step();
    fmt::print("2. kept by its path\n");
    show("Accept-Encoding: gzip", kept_by_path("/devices", true));
    show("no Accept-Encoding", kept_by_path("/devices", false));
    end_step();
    fmt::print("3. kept by path and coding, and Vary says so\n");
    show("Accept-Encoding: gzip", kept_by_both("/devices", true));
    show("no Accept-Encoding", kept_by_both("/devices", false));
    end_step();
}
