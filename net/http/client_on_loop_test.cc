#include "net/http/client_on_loop.hh"

#include <doctest/doctest.h>

#include <span>
#include <thread>

#include "net/http/asking_under_test.hh"
#include "net/http/scripted_server_under_test.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace std::chrono_literals;
using waymark::daemon::check;
using waymark::daemon::count_open_descriptors;

namespace {

const std::string kKept = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

}  // namespace

TEST_CASE("an answer comes with status, fields and body, or the exchange says why not") {
    struct Row {
        const char* what;
        std::string answer;
        ExchangeStatus status;
        const char* error;
    };
    using enum ExchangeStatus;
    const Row rows[] = {
        {"a length", "HTTP/1.1 503 No\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\nhi", answered,
         ""},
        {"chunks",
         "HTTP/1.1 503 No\r\nRetry-After: 7\r\nTransfer-Encoding: "
         "chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
         answered, ""},
        {"until the end", "HTTP/1.1 503 No\r\nRetry-After: 7\r\n\r\nhi", answered, ""},
        {"nothing", "", lost, "server: closed the connection without an answer"},
        {"half", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", lost,
         "server: closed the connection in the middle of an answer"},
        {"no HTTP", "SSH-2.0-OpenSSH\r\n", malformed, "server: does not answer in HTTP/1.1"},
        {"too much", "HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x'), too_large,
         "server: answers more than allowed"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        ScriptedServer server({{row.answer}});
        Asking asking(server.address(), {.body = 100});
        const ExchangeResult result = asking.ask();
        CHECK(result.status == row.status);
        CHECK(result.error == row.error);
        if (row.status != answered) continue;
        CHECK(result.response.status == 503);
        CHECK(result.response.field("retry-after") == "7");
        CHECK(result.response.body == "hi");
    }
}

TEST_CASE("an answer without an end is given up at its bound, not at the deadline") {
    const Server listener = make_server("127.0.0.1:0");
    Asking asking(listener.address, {.body = 100'000});
    asking.begin({}, Deadline::never());
    std::thread endless([&] {
        const Fd served(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        write_all(served, "HTTP/1.1 200 OK\r\n\r\n", long_deadline());
        const std::string more(10'000, 'x');
        while (write_all(served, more, long_deadline()).status == IoStatus::done) {
        }
    });
    CHECK(asking.finish().status == ExchangeStatus::too_large);
    endless.join();
    CHECK_FALSE(asking.client.is_connected());
}

TEST_CASE("the request is copied before exchange returns, and goes out whole") {
    ScriptedServer server({{kKept}});
    Asking asking(server.address());
    {
        std::string target = "/here?now";
        std::string agent = "test";
        asking.begin({.target = target, .user_agent = agent});
        std::fill(target.begin(), target.end(), '!');
        std::fill(agent.begin(), agent.end(), '!');
    }
    CHECK(asking.finish().status == ExchangeStatus::answered);
    CHECK(server.requests().at(0) == "GET /here?now HTTP/1.1\nHost: server\nUser-Agent: test\n\n");
}

TEST_CASE("the connection is kept for the next request, unless the server says close") {
    const std::string last = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    ScriptedServer server({{kKept, last}, {kKept}});
    Asking asking(server.address());
    CHECK(asking.ask().status == ExchangeStatus::answered);
    CHECK(asking.client.is_connected());
    CHECK(asking.ask().status == ExchangeStatus::answered);
    CHECK_FALSE(asking.client.is_connected());
    CHECK(asking.ask().status == ExchangeStatus::answered);
}

TEST_CASE("an idle connection that the server has ended is found before anything is sent") {
    for (const char* const last_words :
         {"", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"}) {
        CAPTURE(last_words);
        const Server listener = make_server("127.0.0.1:0");
        Asking asking(listener.address);
        asking.begin({});
        asking.loop.run_once(long_deadline());
        Fd served(
            check(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
        put(served, kKept);
        CHECK(asking.finish().status == ExchangeStatus::answered);
        REQUIRE(asking.client.is_connected());
        if (*last_words != '\0') put(served, last_words);
        ::shutdown(served.get(), SHUT_WR);
        const ExchangeResult result = asking.ask();
        CHECK(result.status == ExchangeStatus::closed_idle);
        CHECK(result.error == "server: closed the idle connection");
        CHECK_FALSE(asking.client.is_connected());
        // One request, and no other behind it.
        std::string all(1000, '\0');
        all.resize(
            read_exactly(served, std::as_writable_bytes(std::span(all)), long_deadline()).count);
        CHECK(all == "GET / HTTP/1.1\r\nHost: server\r\n\r\n");
    }
}

TEST_CASE("bytes behind an answer close the connection, so that they are not the next answer") {
    ScriptedServer server({{"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n"}});
    Asking asking(server.address());
    CHECK(asking.ask().status == ExchangeStatus::answered);
    CHECK_FALSE(asking.client.is_connected());
}

TEST_CASE("a redirect is an answer like any other") {
    const Server elsewhere = make_server("127.0.0.1:0");
    ScriptedServer server({{"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://" +
                            elsewhere.address.to_string() + "/\r\nContent-Length: 0\r\n\r\n"}});
    Asking asking(server.address());
    CHECK(asking.ask().response.status == 307);
    CHECK(wait_readable(elsewhere.socket, Deadline::after(0s)) == Ready::timed_out);
}

TEST_CASE("a server that is not there is named, with the cause") {
    const Server refusing = make_server("127.0.0.1:0", false);
    Asking asking(refusing.address);
    const ExchangeResult result = asking.ask();
    CHECK(result.status == ExchangeStatus::not_connected);
    CHECK(result.error == refusing.address.to_string() + ": Connection refused");
}

TEST_CASE("the deadline ends each step, and leaves no descriptor behind") {
    const Server listener = make_server("127.0.0.1:0");
    const SilentServer silent;
    Asking asking(listener.address);
    Asking connecting(silent.server.address);
    const int before = count_open_descriptors();

    CHECK(connecting.ask({}, short_deadline()).status == ExchangeStatus::not_connected);

    const ExchangeResult unanswered = asking.ask({}, short_deadline());
    CHECK(unanswered.status == ExchangeStatus::timed_out);
    CHECK(unanswered.error == "server: does not answer");

    // More than the kernel takes for a peer that reads nothing.
    const std::string body(20'000'000, 'x');
    const ExchangeResult untaken =
        asking.ask({.method = "POST", .body = body}, Deadline::after(200ms));
    CHECK(untaken.status == ExchangeStatus::timed_out);
    CHECK(untaken.error == "server: does not take the request");

    CHECK_FALSE(asking.client.is_connected());
    CHECK(count_open_descriptors() == before);
}

TEST_CASE("an answer that drips does not outlive the deadline") {
    const Server listener = make_server("127.0.0.1:0");
    Asking asking(listener.address);
    asking.begin({}, Deadline::after(200ms));
    asking.loop.run_once(long_deadline());
    const Fd served(
        check(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    put(served, "HTTP/1.1 200 OK\r\nX: ");
    while (asking.tasks.size() > 0) {
        std::this_thread::sleep_for(1ms);  // or it would be a field that is too long
        put(served, "x");
        asking.loop.run_once(Deadline::after(1ms));
    }
    CHECK(asking.result->status == ExchangeStatus::timed_out);
}

TEST_CASE("the loop serves others meanwhile") {
    const Server listener = make_server("127.0.0.1:0");
    Asking asking(listener.address);
    asking.begin({});
    bool is_served = false;
    Timer timer(asking.loop.timers(), [&] { is_served = !asking.result; });
    timer.set(Deadline::after(0s));
    while (!is_served) asking.loop.run_once(long_deadline());
    const Fd served(
        check(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    put(served, kKept);
    CHECK(asking.finish().status == ExchangeStatus::answered);
}

TEST_CASE("a task that is destroyed while it waits leaves nothing open but the client's own") {
    const Server listener = make_server("127.0.0.1:0");
    const int before = count_open_descriptors();
    {
        Asking asking(listener.address);
        asking.begin({});
        asking.loop.run_once(long_deadline());
        asking.tasks.destroy_all();
    }
    CHECK(count_open_descriptors() == before);
}
