#include "net/http/client.hh"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <span>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/http/scripted_server_under_test.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using waymark::daemon::check;
using waymark::daemon::make_socket_pair;
using waymark::daemon::SocketPair;
using waymark::daemon::UsageError;
using namespace std::chrono_literals;

namespace {

// A connection that a client has used once, and keeps; the server is the test's own thread.
struct KeptConnection {
    Fd listener{check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    Client client{{listen()}, "server"};
    Fd served;

    KeptConnection() {
        REQUIRE(client.connect(long_deadline()).empty());
        served = Fd(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
        write_all(served, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", long_deadline());
        REQUIRE(client.exchange({}, long_deadline()).status == ExchangeStatus::answered);
        REQUIRE(client.is_connected());
    }

    Address listen() {
        const Address any_port = Address::parse("127.0.0.1:0");
        check(::bind(listener.get(), any_port.data(), any_port.size()), "bind");
        check(::listen(listener.get(), 8), "listen");
        return local_address(listener);
    }

    // Until the client's kernel has all of it.
    void end(std::string_view last_words) {
        if (!last_words.empty()) write_all(served, last_words, long_deadline());
        ::shutdown(served.get(), SHUT_WR);
        tcp_info info{};
        while (info.tcpi_state != TCP_FIN_WAIT2) {
            socklen_t size = sizeof info;
            check(::getsockopt(served.get(), IPPROTO_TCP, TCP_INFO, &info, &size), "getsockopt");
        }
    }

    // All that the client has sent.
    std::string received() {
        client.disconnect();
        std::string bytes(10'000, '\0');
        bytes.resize(
            read_exactly(served, std::as_writable_bytes(std::span(bytes)), long_deadline()).count);
        return bytes;
    }
};

ExchangeResult ask(const std::string& answer, std::string_view method = "GET") {
    ScriptedServer server({{answer}});
    Client client({server.address()}, "server");
    return client.exchange({.method = method}, long_deadline());
}

}  // namespace

TEST_CASE("answers are read however their end is told, and wrong ones are refused") {
    struct Row {
        const char* what;
        std::string answer;
        ExchangeStatus status;
        const char* body;
    };
    using enum ExchangeStatus;
    const Row rows[] = {
        {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", answered, "hi"},
        {"no reason", "HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", answered, ""},
        {"until the end", "HTTP/1.1 200 OK\r\n\r\nhello", answered, "hello"},
        {"chunks",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n",
         answered, "abcde"},
        {"204", "HTTP/1.1 204 No Content\r\n\r\n", answered, ""},
        {"after 100", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",
         answered, "1"},
        {"nothing", "", lost, ""},
        {"cut head", "HTTP/1.1 200 OK\r\nContent-Le", lost, ""},
        {"cut body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", lost, ""},
        {"cut chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", lost, ""},
        {"no HTTP", "SSH-2.0-OpenSSH\r\n", malformed, ""},
        {"no digit", "HTTP/1.\xff 200 OK\r\nContent-Length: 0\r\n\r\n", malformed, ""},
        {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", malformed, ""},
        {"status 99", "HTTP/1.1 099 ?\r\n\r\n", malformed, ""},
        {"two lengths",
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", malformed,
         ""},
        {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
         malformed, ""},
        {"two codings",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
         "gzip\r\n\r\n0\r\n\r\n",
         malformed, ""},
        {"negative", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", malformed, ""},
        {"signed", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", malformed, ""},
        {"chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", malformed,
         ""},
        {"no colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", malformed, ""},
        {"too long", "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", too_large, ""},
        {"chunk too long",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", too_large,
         ""},
        {"long line", "HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", too_large,
         ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const ExchangeResult result = ask(row.answer);
        CHECK(result.status == row.status);
        CHECK(result.response.body == row.body);
        CHECK(result.error.empty() == (row.status == ExchangeStatus::answered));
    }
}

TEST_CASE("an answer to HEAD has no body, whatever its length says") {
    const ExchangeResult result = ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD");
    CHECK(result.status == ExchangeStatus::answered);
    CHECK(result.response.field("content-LENGTH") == "5");
}

TEST_CASE("a field of the trailer does not pass for one of the head") {
    const ExchangeResult result = ask(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nLocation: elsewhere\r\n\r\n");
    CHECK(result.status == ExchangeStatus::answered);
    CHECK_FALSE(result.response.field("Location"));
}

TEST_CASE("the connection is kept for the next request, unless the server says close") {
    const std::string kept = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    const std::string last =
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: te, close\r\n\r\n";
    ScriptedServer server({{kept, last}, {kept}});
    Client client({server.address()}, "server");
    CHECK(client.exchange({}, long_deadline()).status == ExchangeStatus::answered);
    CHECK(client.is_connected());
    CHECK(client.exchange({}, long_deadline()).status == ExchangeStatus::answered);
    CHECK_FALSE(client.is_connected());
    CHECK(client.exchange({}, long_deadline()).status == ExchangeStatus::answered);
}

TEST_CASE("an idle connection that the server has ended is found before anything is sent") {
    KeptConnection kept;
    SUBCASE("closed") {
        kept.end({});
    }
    SUBCASE("with words that nobody asked for") {
        kept.end("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    }
    const ExchangeResult result = kept.client.exchange({.method = "POST"}, long_deadline());
    CHECK(result.status == ExchangeStatus::closed_idle);
    CHECK(result.error == "server: closed the idle connection");
    CHECK_FALSE(kept.client.is_connected());
    CHECK(kept.received().find("POST") == std::string::npos);
}

TEST_CASE("a request on a kept connection that was read and not answered is lost") {
    const std::string kept = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    ScriptedServer server({{kept, ""}, {kept}});
    Client client({server.address()}, "server");
    CHECK(client.exchange({}, long_deadline()).status == ExchangeStatus::answered);
    CHECK(client.exchange({.method = "POST"}, long_deadline()).status == ExchangeStatus::lost);
    CHECK(client.exchange({}, long_deadline()).status == ExchangeStatus::answered);
}

TEST_CASE("an answer of which more is always ready ends at the deadline") {
    for (const bool is_chunked : {true, false}) {
        CAPTURE(is_chunked);
        SocketPair pair = make_socket_pair(SOCK_STREAM);
        std::string head = "HTTP/1.1 200 OK\r\n";
        if (is_chunked) head += "Transfer-Encoding: chunked\r\n";
        // Each read of the client ends between two lines.
        head += "X: " + std::string(4096 - head.size() - 7, 'x') + "\r\n\r\n";
        const std::string chunk = "1;" + std::string(4096 - 7, 'x') + "\r\nX\r\n";
        write_all(pair.second, head + chunk + chunk + chunk + "0\r\n\r\n", long_deadline());
        pair.second.reset();
        LineReader reader(pair.first);
        Response response;
        CHECK(read_response(reader, "GET", {}, Deadline::after(0s), response) ==
              ResponseStatus::timed_out);
    }
}

TEST_CASE("bytes behind an answer close the connection, so that they are not the next answer") {
    ScriptedServer server({{"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n"}});
    Client client({server.address()}, "server");
    CHECK(client.exchange({}, long_deadline()).status == ExchangeStatus::answered);
    CHECK_FALSE(client.is_connected());
}

TEST_CASE("a server that is not there is named, with the cause") {
    const Fd holder(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const Address any_port = Address::parse("127.0.0.1:0");
    check(::bind(holder.get(), any_port.data(), any_port.size()), "bind");
    const Address address = local_address(holder);
    Client client({address}, "server");
    const ExchangeResult result = client.exchange({}, long_deadline());
    CHECK(result.status == ExchangeStatus::not_connected);
    CHECK(result.error == address.to_string() + ": Connection refused");
}

TEST_CASE("a server that does not answer costs no more than the deadline") {
    const Fd listener(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const Address any_port = Address::parse("127.0.0.1:0");
    check(::bind(listener.get(), any_port.data(), any_port.size()), "bind");
    check(::listen(listener.get(), 8), "listen");
    Client client({local_address(listener)}, "server");
    const ExchangeResult result = client.exchange({}, Deadline::after(30ms));
    CHECK(result.status == ExchangeStatus::timed_out);
    CHECK_FALSE(client.is_connected());
}

TEST_CASE("the request goes out as it should") {
    CHECK(request_bytes({.method = "POST", .target = "/a?b=c", .user_agent = "phone"}, "host:1") ==
          "POST /a?b=c HTTP/1.1\r\nHost: host:1\r\nUser-Agent: phone\r\nContent-Length: 0\r\n\r\n");
    CHECK(request_bytes({.target = "/"}, "host") == "GET / HTTP/1.1\r\nHost: host\r\n\r\n");
    CHECK(request_bytes({.method = "PUT", .content_type = "text/plain", .body = "hi"}, "h") ==
          "PUT / HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi");
}

TEST_CASE("server addresses are read, and what is not one is refused") {
    CHECK(parse_server_url("http://127.0.0.1:5055").authority == "127.0.0.1:5055");
    CHECK(parse_server_url("http://127.0.0.1:5055/").path == "");
    CHECK(parse_server_url("http://[::1]:5055/gps/").authority == "[::1]:5055");
    CHECK(parse_server_url("http://host/gps/").path == "/gps");
    CHECK(parse_server_url("http://[::1]").authority == "[::1]");
    for (const char* text :
         {"", "127.0.0.1:5055", "https://host/", "http://", "http://a b/", "http://host/?x=1",
          "http://host:99x/", "ftp://host", "http://:80", "http://127.0.0.1:99999", "http://h?",
          "http://h/?", "http://h:0", "http://[::1]:00"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_server_url(text), UsageError);
    }
}
