// What is written with something to follow: the kernel keeps the last short part for it, and an end
// goes out with the last bytes. Counted in segments (TCP_INFO, tcp(7)).
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "net/stream_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// Where these are in what TCP_INFO tells: linux/tcp.h says it, and cannot be included beside
// netinet/tcp.h, whose struct ends before them.
constexpr std::size_t kSegmentsOut = 136;
constexpr std::size_t kDataSegmentsOut = 156;

unsigned told_at(std::size_t offset, const Conversation& c) {
    char info[256]{};
    socklen_t size = sizeof info;
    REQUIRE(::getsockopt(c.stream->socket().get(), IPPROTO_TCP, TCP_INFO, info, &size) == 0);
    REQUIRE(size >= offset + sizeof(unsigned));
    unsigned value = 0;
    std::memcpy(&value, info + offset, sizeof value);
    return value;
}

Fd file_of(std::string_view text) {
    Fd file(check(::memfd_create("file", MFD_CLOEXEC), "memfd_create"));
    REQUIRE(::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    return file;
}

struct Plan {
    std::string_view head = {};
    Stream::Follows after_head = Stream::Follows::nothing;
    std::string_view file = {};
    Stream::Follows after_file = Stream::Follows::nothing;
    bool shuts_down = false;
};

Task<> follow(Conversation& c, Plan plan, const Fd* file) {
    c.finished = false;
    c.result = co_await c.stream->write_all(plan.head, 10'000ms, plan.after_head);
    if (!plan.file.empty())
        c.result =
            co_await c.stream->send_file(*file, 0, plan.file.size(), 10'000ms, plan.after_file);
    if (plan.shuts_down) c.stream->shutdown_write();
    c.finished = true;
}

bool has_ended(const Conversation& c) {
    char byte = 0;
    return ::recv(c.peer.get(), &byte, 1, 0) == 0;
}

// How many segments it takes, on a socket that does not wait to fill one.
unsigned segments_of(const Plan& plan, std::size_t counted = kSegmentsOut) {
    Conversation c(make_tcp_pair());
    send_without_delay(c.stream->socket());
    const unsigned before = told_at(counted, c);
    const Fd file = file_of(plan.file);
    TaskGroup tasks;
    tasks.start(follow(c, plan, &file));
    c.finish();
    const std::string all = std::string(plan.head) + std::string(plan.file);
    CHECK(drain(c, all.size()) == all);
    const bool ends = plan.shuts_down || plan.after_head == Stream::Follows::end ||
                      plan.after_file == Stream::Follows::end;
    if (ends) CHECK(has_ended(c));
    return told_at(counted, c) - before;
}

}  // namespace

TEST_CASE("a head that a file follows goes into one segment with it") {
    Plan plan{.head = "head", .after_head = Stream::Follows::more, .file = "file"};
    CHECK(segments_of(plan, kDataSegmentsOut) == 1);
    plan.after_head = Stream::Follows::nothing;
    CHECK(segments_of(plan, kDataSegmentsOut) == 2);
}

TEST_CASE("an end goes into one segment with the last bytes") {
    CHECK(segments_of({.head = "all", .after_head = Stream::Follows::end}) == 1);
    CHECK(segments_of({.head = "all", .shuts_down = true}) == 2);
    Plan plan{.head = "head",
              .after_head = Stream::Follows::more,
              .file = "file",
              .after_file = Stream::Follows::end};
    CHECK(segments_of(plan) == 1);
    plan.after_file = Stream::Follows::nothing;
    plan.shuts_down = true;
    CHECK(segments_of(plan) == 2);
}

TEST_CASE("an end with nothing before it is one") {
    Conversation c;
    TaskGroup tasks;
    tasks.start(follow(c, {.after_head = Stream::Follows::end}, nullptr));
    c.finish();
    CHECK(c.result.outcome == Outcome::done);
    CHECK(has_ended(c));
}

TEST_CASE("more than fits arrives whole before its end, as bytes and as a file") {
    const std::string large(2'000'000, 'x');
    Conversation bytes(make_tcp_pair());
    TaskGroup tasks;
    tasks.start(follow(bytes, {.head = large, .after_head = Stream::Follows::end}, nullptr));
    CHECK_FALSE(bytes.finished);
    CHECK(drain(bytes, large.size()) == large);
    bytes.finish();
    CHECK(bytes.result.outcome == Outcome::done);
    CHECK(has_ended(bytes));

    Conversation file(make_tcp_pair());
    const Fd on_disk = file_of(large);
    tasks.start(follow(file, {.file = large, .after_file = Stream::Follows::end}, &on_disk));
    CHECK(drain(file, large.size()) == large);
    file.finish();
    CHECK(has_ended(file));
}

TEST_CASE("a file that is shorter than its end was told is no end for the peer") {
    Conversation c(make_tcp_pair());
    const Fd file = file_of("short");
    TaskGroup tasks;
    tasks.start(follow(c, {.file = "longer than that", .after_file = Stream::Follows::end}, &file));
    c.finish();
    CHECK(c.result.outcome == Outcome::end);
    CHECK(c.result.bytes == 5);
    CHECK(drain(c, 5) == "short");
    char byte = 0;
    CHECK(::recv(c.peer.get(), &byte, 1, MSG_DONTWAIT) == -1);
    CHECK(errno == EAGAIN);
}

TEST_CASE("what an accepted peer has sent already is told in the next round") {
    SocketPair pair = make_tcp_pair();
    set_nonblocking(pair.first, true);
    const Address peer = peer_address(pair.first);
    EventLoop loop;
    Stream stream(loop, std::move(pair.first), peer);
    REQUIRE(::send(pair.second.get(), "hello", 5, MSG_NOSIGNAL) == 5);
    std::string got;
    struct Coroutines {
        static Task<> read_some(Stream& from, std::string& into) {
            char buffer[100];
            const Transfer transfer = co_await from.read_some(buffer, Deadline::never());
            into.assign(buffer, transfer.bytes);
        }
    };
    TaskGroup tasks;
    tasks.start(Coroutines::read_some(stream, got));
    CHECK(got.empty());
    loop.run_once();
    CHECK(got == "hello");
}
