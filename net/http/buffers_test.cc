#include "net/http/buffers.hh"

#include <doctest/doctest.h>

#include <cstring>

using namespace waymark::net::http;

namespace {
void put(InputBuffer& buffer, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::span<char> room = buffer.room();
        const std::size_t count = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), count);
        buffer.added(count);
        bytes.remove_prefix(count);
    }
}
}  // namespace

TEST_CASE("what was put in comes out, in one piece, however large") {
    InputBuffer buffer;
    std::string expected;
    for (int i = 0; i < 50'000; ++i) expected += std::to_string(i);
    put(buffer, expected);
    CHECK(buffer.view() == expected);
    buffer.consume(10);
    CHECK(buffer.view() == expected.substr(10));
    buffer.truncate(5);
    CHECK(buffer.view() == expected.substr(10, 5));
    buffer.clear();
    CHECK(buffer.empty());
    CHECK(buffer.room().size() == InputBuffer::kUsualSize);
}

TEST_CASE("room is made by moving before it is made by growing") {
    InputBuffer buffer;
    put(buffer, std::string(InputBuffer::kUsualSize, 'a'));
    buffer.consume(InputBuffer::kUsualSize - 1);
    CHECK(buffer.room().size() == InputBuffer::kUsualSize - 1);
    CHECK(buffer.view() == "a");
}

TEST_CASE("buffers go back to the pool empty and are lent again") {
    BufferPool pool;
    const Buffers* first = nullptr;
    {
        BufferPool::Lease lease = pool.take();
        first = lease.get();
        put(lease->input, "GET / HT");
        lease->output = "HTTP/1.1";
        CHECK(lease->parser.parse(lease->input.view()) == RequestParser::State::incomplete);
    }
    const BufferPool::Lease lease = pool.take();
    CHECK(lease.get() == first);
    CHECK(lease->input.empty());
    CHECK(lease->output.empty());
    CHECK_FALSE(lease->parser.has_begun());
    const BufferPool::Lease other = pool.take();
    CHECK(other.get() != first);
}

TEST_CASE("what is erased in the middle is gone, and what was behind it follows") {
    InputBuffer buffer;
    put(buffer, "xheadbodynext");
    buffer.consume(1);
    buffer.erase(4, 4);
    CHECK(buffer.view() == "headnext");
    buffer.erase(4, 4);
    CHECK(buffer.view() == "head");
    buffer.erase(4, 0);
    CHECK(buffer.view() == "head");
}
