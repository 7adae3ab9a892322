// A secured stream's verbs, one by one: what a plain one promises of deadlines, patience and ends
// holds here as well.

#include <doctest/doctest.h>
#include <fcntl.h>

#include "daemon/error.hh"
#include "net/stream_under_test.hh"
#include "net/tls_stream.hh"
#include "net/tls_under_test.hh"

using namespace std::chrono_literals;
using namespace waymark::net;
using waymark::daemon::Deadline;
using waymark::daemon::Fd;

namespace {

struct Talk : SecuredPair {
    explicit Talk(waymark::daemon::SocketPair pair =
                      waymark::daemon::make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK))
        : SecuredPair(TlsServerContext({.identity = authority().server()}).accept(),
                      TlsClientContext({.authorities = authority().file("authority.pem")})
                          .connect("server.example"),
                      std::move(pair)) {
        shake_hands();
        REQUIRE(server_result.outcome == Outcome::done);
        REQUIRE(client_result.outcome == Outcome::done);
    }
};

Task<> wait_for_something(Stream& stream, Deadline deadline, Transfer& result) {
    result = co_await stream.readable(deadline);
}

Task<> send_part(Stream& stream, const Fd& file, off_t offset, std::size_t count,
                 Transfer& result) {
    result = co_await stream.send_file(file, offset, count, 20s);
}

Task<> read_count(Stream& stream, std::size_t count, std::string& all) {
    char buffer[50'000];
    while (all.size() < count) {
        const Transfer got = co_await stream.read_some(buffer, Deadline::never());
        if (got.outcome != Outcome::done) co_return;
        all.append(buffer, got.bytes);
    }
}

Task<> write_with(Stream& stream, std::string_view bytes, std::chrono::milliseconds patience,
                  Transfer& result) {
    result = co_await stream.write_all(bytes, patience);
}

Task<> write_pieces(Stream& stream, std::span<const std::string_view> pieces, Transfer& result) {
    result = co_await stream.write_all(pieces, 20s);
}

}  // namespace

TEST_CASE("a part of a file arrives as it is; a file that is shorter is an end") {
    Talk talk(make_tcp_pair());
    std::string text(500'000, ' ');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    const Fd file(::open(authority().write("file", text).c_str(), O_RDONLY | O_CLOEXEC));
    std::string all;
    talk.tasks.start(read_count(*talk.client, 400'001, all));
    talk.tasks.start(send_part(*talk.server, file, 99'999, 400'001, talk.server_result));
    talk.finish();
    CHECK(talk.server_result.outcome == Outcome::done);
    CHECK(talk.server_result.bytes == 400'001);
    CHECK(all == text.substr(99'999));
    std::string rest;
    talk.tasks.start(read_count(*talk.client, 10, rest));
    talk.tasks.start(send_part(*talk.server, file, 499'990, 1000, talk.server_result));
    talk.finish();
    CHECK(talk.server_result.outcome == Outcome::end);
    CHECK(talk.server_result.bytes == 10);
    CHECK(rest == text.substr(499'990));
}

TEST_CASE("several pieces are one stream") {
    Talk talk;
    const std::string_view pieces[] = {"head ", "", "body ", "tail"};
    talk.tasks.start(write_pieces(*talk.server, pieces, talk.server_result));
    talk.finish();
    CHECK(talk.server_result.bytes == 14);
    CHECK(talk.read(*talk.client, talk.client_result) == "head body tail");
}

TEST_CASE("tickets are nothing to read, and a byte is") {
    Talk talk;
    // The server's tickets go out when it has nothing to do but wait.
    talk.tasks.start(wait_for_something(*talk.server, Deadline::after(20ms), talk.server_result));
    talk.tasks.start(wait_for_something(*talk.client, Deadline::after(20ms), talk.client_result));
    talk.finish();
    CHECK(talk.client_result.outcome == Outcome::timed_out);
    talk.write(*talk.server, "x", talk.server_result);
    talk.tasks.start(wait_for_something(*talk.client, Deadline::never(), talk.client_result));
    talk.finish();
    CHECK(talk.client_result.outcome == Outcome::done);
    CHECK(talk.read(*talk.client, talk.client_result) == "x");
}

TEST_CASE("a peer that takes nothing is given up after the patience") {
    Talk talk(make_tcp_pair());
    const std::string more_than_fits(8'000'000, 'x');
    talk.tasks.start(write_with(*talk.server, more_than_fits, 50ms, talk.server_result));
    talk.finish();
    CHECK(talk.server_result.outcome == Outcome::timed_out);
    CHECK(talk.server_result.bytes < more_than_fits.size());
}

TEST_CASE("cancel ends what waits, and all that follows") {
    Talk talk;
    char byte = 0;
    talk.tasks.start(SecuredPair::receive(*talk.client, std::span(&byte, 1), talk.client_result));
    talk.client->cancel();
    talk.finish();
    CHECK(talk.client_result.outcome == Outcome::cancelled);
    talk.write(*talk.client, "x", talk.client_result);
    CHECK(talk.client_result.outcome == Outcome::cancelled);
}

TEST_CASE("a reset is a failure, and not an end that was cut") {
    Talk talk(make_tcp_pair());
    talk.server->reset_on_close();
    talk.server.reset();
    talk.read(*talk.client, talk.client_result);
    CHECK(talk.client_result.outcome == Outcome::failed);
    CHECK(talk.client_result.error == ECONNRESET);
    CHECK(talk.client->reason().cause == TlsCause::connection_lost);
}

TEST_CASE("a peer that floods a failed handshake is read no further than the bound") {
    EventLoop loop;
    waymark::daemon::SocketPair pair = make_tcp_pair(1400);
    waymark::daemon::set_nonblocking(pair.first, true);
    waymark::daemon::set_nonblocking(pair.second, true);
    TlsStream stream(loop, std::move(pair.first),
                     TlsServerContext({.identity = authority().server()}).accept());
    Transfer result;
    TaskGroup tasks;
    tasks.start(SecuredPair::greet(stream, result, Deadline::never()));
    const std::string flood(4096, 'x');
    std::size_t taken = 0;
    for (int rounds = 0; rounds < 100'000 && tasks.size() > 0; ++rounds) {
        const ssize_t put = ::send(pair.second.get(), flood.data(), flood.size(), MSG_NOSIGNAL);
        if (put > 0) taken += static_cast<std::size_t>(put);
        loop.run_once(Deadline::after(0ms));
    }
    CHECK(tasks.size() == 0);
    CHECK(result.outcome == Outcome::failed);
    CHECK(stream.reason().cause == TlsCause::not_tls);
    CHECK(taken > 60'000);
}

TEST_CASE("a handshake may be cancelled") {
    EventLoop loop;
    waymark::daemon::SocketPair pair =
        waymark::daemon::make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
    TlsStream stream(loop, std::move(pair.first),
                     TlsServerContext({.identity = authority().server()}).accept());
    Transfer result;
    TaskGroup tasks;
    tasks.start(SecuredPair::greet(stream, result, Deadline::never()));
    CHECK(tasks.size() == 1);
    stream.cancel();
    loop.run_once(Deadline::after(0ms));
    CHECK(tasks.size() == 0);
    CHECK(result.outcome == Outcome::cancelled);
}
