#include "net/line_reader.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <type_traits>

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// Far away: a test that needs it has failed. The short one is for what must time out.
Deadline long_deadline() {
    return Deadline::after(20s);
}
Deadline short_deadline() {
    return Deadline::after(20ms);
}

void put(const Fd& fd, std::string_view text) {
    CHECK(write_all(fd, text, long_deadline()).status == IoStatus::done);
}

std::string text_of(std::span<const std::byte> bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

TEST_CASE("lines come one at a time, and what follows them is kept") {
    struct Row {
        std::string_view sent, line;
        IoStatus status;
        std::size_t surplus;
    };
    constexpr std::size_t kLimit = 5;
    for (const Row& row : {
             Row{"ab\ncd\n", "ab", IoStatus::done, 3},
             Row{"ab\r\ncd", "ab", IoStatus::done, 2},
             Row{"\n", "", IoStatus::done, 0},
             Row{"\r\n", "", IoStatus::done, 0},
             Row{"a\rb\n", "a\rb", IoStatus::done, 0},
             Row{"a\r\r\n", "a\r", IoStatus::done, 0},
             Row{"12345\n", "12345", IoStatus::done, 0},
             Row{"12345\r\n", "12345", IoStatus::done, 0},
             Row{"123456\n", "", IoStatus::too_long, 7},
             Row{"123456", "", IoStatus::too_long, 6},
             Row{"12345\rx", "", IoStatus::too_long, 7},
             Row{"12345", "12345", IoStatus::end, 0},
             Row{"12345\r", "12345\r", IoStatus::end, 0},  // of an end, and not of the line
             Row{"", "", IoStatus::end, 0},
             Row{std::string_view("a\0b\n", 4), std::string_view("a\0b", 3), IoStatus::done, 0},
         }) {
        CAPTURE(row.sent);
        SocketPair pair = make_socket_pair(SOCK_STREAM);
        put(pair.second, row.sent);
        pair.second.reset();
        LineReader reader(pair.first);
        std::string line;
        const IoResult result = reader.read_line(line, kLimit, long_deadline());
        CHECK(result.status == row.status);
        CHECK(line == row.line);
        CHECK(reader.surplus() == row.surplus);
    }
}

TEST_CASE("a line that came in part is not lost by a time-out") {
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    LineReader reader(pair.first);
    std::string line;
    put(pair.second, "hel");
    CHECK(reader.read_line(line, 100, short_deadline()).status == IoStatus::timed_out);
    put(pair.second, "lo\r");
    CHECK(reader.read_line(line, 100, short_deadline()).status == IoStatus::timed_out);
    put(pair.second, "\nbody and more");
    CHECK(reader.read_line(line, 100, long_deadline()).status == IoStatus::done);
    CHECK(line == "hello");
    std::array<std::byte, 4> body{};
    CHECK(reader.read_exactly(body, long_deadline()).status == IoStatus::done);
    CHECK(text_of(body) == "body");
    std::array<std::byte, 100> rest{};
    const IoResult result = reader.read_some(rest, Deadline::after(0s));
    CHECK(text_of(std::span(rest).first(result.count)) == " and more");
    CHECK(reader.read_some(rest, Deadline::after(0s)).status == IoStatus::timed_out);
}

TEST_CASE("who looks with a deadline that has come gets a line that came in parts") {
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    LineReader reader(pair.first);
    std::string line;
    for (const char* part : {"half", " a", " line\n"}) {
        CHECK(reader.read_line(line, 100, Deadline::after(0ms)).status == IoStatus::timed_out);
        put(pair.second, part);
    }
    CHECK(reader.read_line(line, 100, Deadline::after(0ms)).status == IoStatus::done);
    CHECK(line == "half a line");
}

TEST_CASE("a body is read from the surplus and from the descriptor together") {
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    LineReader reader(pair.first);
    std::string line;
    put(pair.second, "head\nbo");
    CHECK(reader.read_line(line, 100, long_deadline()).status == IoStatus::done);
    put(pair.second, "dy");
    std::array<std::byte, 4> body{};
    const IoResult result = reader.read_exactly(body, long_deadline());
    CHECK(result.count == 4);
    CHECK(text_of(body) == "body");
}

TEST_CASE("nothing is read into a buffer of nothing, with a surplus and without") {
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    LineReader reader(pair.first);
    CHECK(reader.read_exactly({}, long_deadline()).status == IoStatus::done);
    std::string line;
    put(pair.second, "head\nbo");
    CHECK(reader.read_line(line, 100, long_deadline()).status == IoStatus::done);
    CHECK(reader.read_exactly({}, long_deadline()).status == IoStatus::done);
    CHECK(reader.surplus() == 2);
}

static_assert(!std::is_copy_constructible_v<LineReader>);
static_assert(!std::is_move_constructible_v<LineReader>);
static_assert(!std::is_copy_assignable_v<LineReader>);
static_assert(!std::is_move_assignable_v<LineReader>);
