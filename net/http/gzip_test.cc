#include "net/http/gzip.hh"

#include <doctest/doctest.h>
#include <zlib.h>

#include <string>
#include <vector>

using namespace waymark::net::http;

namespace {

bool takes(std::string_view accepted) {
    const Field field{"Accept-Encoding", accepted};
    Request request;
    request.fields = {&field, 1};
    return takes_gzip(request);
}

// By zlib's other half.
std::string unpacked(const std::string& bytes) {
    z_stream stream{};
    REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string out(10'000'000, '\0');
    std::string in = bytes;
    stream.next_in = reinterpret_cast<unsigned char*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<unsigned char*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    CHECK(stream.avail_in == 0);
    out.resize(stream.total_out);
    ::inflateEnd(&stream);
    return out;
}

GzipStore::Bytes text(std::size_t size) {
    return std::make_shared<const std::string>(size, 'x');
}

}  // namespace

TEST_CASE("gzip is taken where it, or anything, has a weight above 0") {
    for (const char* accepted : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.5", "gzip ; q=0.001",
                                 "*", "br;q=0, *;q=0.1", "x-gzip", "gzip;x=y"}) {
        CAPTURE(accepted);
        CHECK(takes(accepted));
    }
    for (const char* accepted : {"", "deflate", "gzip;q=0", "gzip;q=0.000", "gzip; Q=0", "*;q=0",
                                 "gzip;q=0, *", "*, gzip;q=0", "notgzip", "identity"}) {
        CAPTURE(accepted);
        CHECK_FALSE(takes(accepted));
    }
    CHECK_FALSE(takes_gzip(Request()));
}

TEST_CASE("text is worth it, an image is not") {
    for (const char* type : {"text/html; charset=utf-8", "application/json", "image/svg+xml",
                             "text/javascript", "application/wasm", "application/geo+json"})
        CHECK(is_compressible(type));
    for (const char* type : {"image/png", "application/gzip", "application/octet-stream", ""})
        CHECK_FALSE(is_compressible(type));
}

TEST_CASE("what was compressed in parts is one member, and unpacks to the same") {
    std::string plain;
    for (int i = 0; i < 300'000; ++i) plain += std::to_string(i % 1000 * 7919 % 1000) + ' ';
    GzipEncoder encoder;
    std::string packed;
    for (std::size_t at = 0; at < plain.size(); at += 65'000)
        encoder.add(std::string_view(plain).substr(at, 65'000), packed);
    encoder.finish(packed);
    CHECK(packed.size() < plain.size() / 2);
    CHECK(unpacked(packed) == plain);
    GzipEncoder of_nothing;
    std::string empty;
    of_nothing.finish(empty);
    CHECK(unpacked(empty).empty());
}

TEST_CASE("the store keeps what fits, and lets go of the oldest") {
    GzipStore store(100);
    CHECK(store.find("a") == nullptr);
    store.keep("a", text(40));
    store.keep("b", text(40));
    REQUIRE(store.find("a") != nullptr);
    CHECK(store.find("a")->size() == 40);
    CHECK(store.kept_bytes() == 82);
    const GzipStore::Bytes in_use = store.find("a");
    store.keep("c", text(40));
    CHECK(store.find("a") == nullptr);
    CHECK(store.find("b") != nullptr);
    CHECK(store.find("c") != nullptr);
    CHECK(in_use->size() == 40);  // whoever sends it has it still
    store.keep("d", text(100));   // with its name it is larger than all
    CHECK(store.find("d") == nullptr);
    CHECK(store.kept_bytes() == 82);
    store.keep("b", text(1));  // another thread was first
    CHECK(store.find("b")->size() == 40);
    store.keep("e", text(0));
    CHECK(store.find("e")->empty());
}

TEST_CASE("one compresses, the others do not wait for it") {
    GzipStore store(100);
    CHECK(store.claim("a"));
    CHECK_FALSE(store.claim("a"));
    CHECK(store.claim("b"));
    store.release("a");
    CHECK(store.claim("a"));
    store.release("never claimed");
}
