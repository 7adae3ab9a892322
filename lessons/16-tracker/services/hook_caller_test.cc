#include "services/hook_caller.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "net/silent_under_test.hh"
#include "net/tls_under_test.hh"
#include "services/caller.hh"
#include "services/web_hook_signature.hh"
#include "unix_time.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace std::chrono_literals;
using daemon::Deadline;

namespace {

using Networks = std::vector<std::string>;
using Receiving = std::function<net::Task<>(net::Stream&)>;

// A caller, and a receiver that does what a test says, both on one loop.
struct Posting {
    net::EventLoop loop;
    net::Server server = net::make_server("127.0.0.1:0");
    std::vector<HookAnswer> answers;
    HookCaller caller;
    Receiving receive;
    const net::TlsServerContext* tls = nullptr;
    std::string seen;  // by the receiver
    int connections = 0;
    std::vector<std::unique_ptr<net::Stream>> streams;
    net::TaskGroup receivers;

    explicit Posting(Receiving its_receive, Networks networks = {"127.0.0.0/8"},
                     HookCaller::Options options = {})
        : caller(loop, WebHookNetworks(networks), std::move(options),
                 [this](const HookAnswer& answer) { answers.push_back(answer); }),
          receive(std::move(its_receive)) {
        const int flags = ::fcntl(server.socket.get(), F_GETFL);
        REQUIRE(::fcntl(server.socket.get(), F_SETFL, flags | O_NONBLOCK) == 0);
    }

    void accept() {
        daemon::Fd socket(
            ::accept4(server.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!socket) return;
        ++connections;
        if (tls)
            streams.push_back(
                std::make_unique<net::TlsStream>(loop, std::move(socket), tls->accept()));
        else
            streams.push_back(std::make_unique<net::Stream>(loop, std::move(socket)));
        receivers.start(receive(*streams.back()));
    }

    // What the caller says of one post.
    HookAnswer post(const std::string& url, std::string body = R"({"type":"test"})") {
        caller.post({7, 3, url, "key", "event-7-a", std::move(body)});
        while (answers.empty()) {
            accept();
            loop.run_once(Deadline::after(10ms));
        }
        CHECK(answers.size() == 1);
        CHECK(answers[0].post == 7);
        CHECK(caller.under_way() == 0);
        return answers[0];
    }
    std::string url(const std::string& scheme = "http", const std::string& target = "/x?y") {
        return scheme + "://127.0.0.1:" + std::to_string(server.address.port()) + target;
    }
};

net::Task<> read_into(net::Stream& stream, std::string& seen, std::string_view until) {
    std::array<char, 4096> buffer;
    while (seen.find(until) == seen.npos) {
        const net::Transfer got = co_await stream.read_some(buffer, Deadline::never());
        if (got.outcome != net::Outcome::done) co_return;
        seen.append(buffer.data(), got.bytes);
    }
}

// Reads the whole request, and answers.
net::Task<> say(net::Stream& stream, std::string& seen, std::string answer) {
    const net::Transfer secured = co_await stream.handshake(Deadline::never());
    if (secured.outcome != net::Outcome::done) co_return;
    net::Task<> reading = read_into(stream, seen, R"({"type":"test"})");
    co_await reading;
    const net::Transfer sent = co_await stream.write_all(answer, 20s);
    static_cast<void>(sent);
}

// The answer to a receiver that says this.
HookAnswer answer_to(const std::string& said) {
    std::string seen;
    Posting posting([&](net::Stream& stream) { return say(stream, seen, said); });
    return posting.post(posting.url());
}

std::string field_of(const std::string& request, const std::string& name) {
    const std::size_t at = request.find("\r\n" + name + ": ");
    REQUIRE_MESSAGE(at != request.npos, request);
    const std::size_t begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

}  // namespace

TEST_CASE("a post is JSON, has an id, and is signed") {
    std::string seen;
    Posting posting(
        [&](net::Stream& stream) { return say(stream, seen, "HTTP/1.1 204 No Content\r\n\r\n"); });
    const HookAnswer answer = posting.post(posting.url());
    CHECK(answer.is_taken);
    CHECK(answer.said == "status 204");
    CHECK(seen.starts_with("POST /x?y HTTP/1.1\r\nHost: 127.0.0.1:"));
    CHECK(field_of(seen, "Content-Type") == "application/json");
    CHECK(field_of(seen, "Content-Length") == "15");
    CHECK(field_of(seen, "Connection") == "close");
    CHECK(field_of(seen, "webhook-id") == "event-7-a");
    const std::int64_t seconds = std::stoll(field_of(seen, "webhook-timestamp"));
    CHECK(std::abs(seconds - unix_now() / 1000) < 3600);
    CHECK(field_of(seen, "webhook-signature") ==
          hook_signature("key", "event-7-a", seconds, R"({"type":"test"})"));
    CHECK(seen.ends_with("\r\n\r\n{\"type\":\"test\"}"));
    CHECK(posting.caller.posted() == 1);
}

TEST_CASE("taken is what a status of 200 to 299 says, and nothing else") {
    for (const char* said :
         {"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "HTTP/1.0 299 \n\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 x\r\n"}) {
        CAPTURE(said);
        CHECK(answer_to(said).is_taken);
    }
    struct Row {
        const char* said;
        const char* words;
    };
    for (const Row& row :
         {Row{"HTTP/1.1 500 Oh\r\n\r\n", "status 500"}, Row{"HTTP/1.1 404 \r\n", "status 404"},
          Row{"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
              "status 302: redirects are not followed, name the last address"},
          Row{"HTTP/1.1 101 Switching\r\n\r\n", "status 101"},
          Row{"SSH-2.0-OpenSSH\r\n", "it does not answer in HTTP/1.1"},
          Row{"HTTP/1.1 2000 x\r\n", "it does not answer in HTTP/1.1"},
          Row{"HTTP/1.1 x00 x\r\n", "it does not answer in HTTP/1.1"},
          Row{"HTTP/2 200\r\n", "it does not answer in HTTP/1.1"}}) {
        CAPTURE(row.said);
        const HookAnswer answer = answer_to(row.said);
        CHECK_FALSE(answer.is_taken);
        CHECK(answer.said == row.words);
    }
}

TEST_CASE("a redirect is not followed") {
    std::string seen;
    Posting posting([&](net::Stream& stream) {
        return say(stream, seen, "HTTP/1.1 307 x\r\nLocation: /elsewhere\r\n\r\n");
    });
    CHECK_FALSE(posting.post(posting.url()).is_taken);
    posting.accept();
    CHECK(posting.connections == 1);
}

TEST_CASE("an answer without an end, and provisional ones without end, are given up") {
    CHECK(answer_to("HTTP/1.1 200" + std::string(100'000, 'x')).said == "its answer has no end");
    std::string provisional;
    while (provisional.size() < 100'000) provisional += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(answer_to(provisional).said == "its answer has no end");
}

TEST_CASE("who ends the connection, or says nothing, has not taken it") {
    Posting closing([](net::Stream& stream) -> net::Task<> {
        stream.shutdown_write();
        co_return;
    });
    CHECK(closing.post(closing.url()).said == "it ended the connection without an answer");
    Posting silent([](net::Stream&) -> net::Task<> { co_return; }, {"127.0.0.0/8"},
                   {.patience = 100ms});
    CHECK(silent.post(silent.url()).said == "it does not answer in time");
    CHECK(silent.caller.failed() == 1);
}

TEST_CASE("the deadline is for all of it: who drips gains no time") {
    Posting posting(
        [](net::Stream& stream) -> net::Task<> {
            for (const char byte : std::string_view("HTTP/1.1 200 OK\r\n\r\n")) {
                co_await sleep_for(stream.loop(), 50ms);
                const net::Transfer sent = co_await stream.write_all({&byte, 1}, 20s);
                if (sent.outcome != net::Outcome::done) break;
            }
        },
        {"127.0.0.0/8"}, {.patience = 200ms});
    const HookAnswer answer = posting.post(posting.url());
    CHECK_FALSE(answer.is_taken);
    CHECK(answer.said == "it does not answer in time");
}

TEST_CASE("who takes the request a little at a time gains none, either") {
    Posting posting(
        [](net::Stream& stream) -> net::Task<> {
            std::vector<char> piece(64 * 1024);
            for (auto got = net::Outcome::done; got == net::Outcome::done;) {
                co_await sleep_for(stream.loop(), 20ms);
                const net::Transfer read = co_await stream.read_some(piece, Deadline::after(60s));
                got = read.outcome;
            }
        },
        {"127.0.0.0/8"}, {.patience = 200ms});
    // More than is read within the patience, while each piece comes within it.
    const HookAnswer answer = posting.post(posting.url(), std::string(20'000'000, 'x'));
    CHECK(answer.said == "it does not take the request");
}

TEST_CASE("nobody who listens, and a name that is none, are said") {
    Posting posting([](net::Stream&) -> net::Task<> { co_return; });
    const net::Server refusing = net::make_server("127.0.0.1:0", false);
    const std::string refused =
        posting.post("http://127.0.0.1:" + std::to_string(refusing.address.port()) + "/").said;
    CHECK(refused.find("refused") != std::string::npos);
    Posting broken([](net::Stream&) -> net::Task<> { co_return; });
    CHECK(broken.post("http://a b/").said.find("not an address") != std::string::npos);
}

TEST_CASE("where hooks may not go, nobody is called") {
    for (const Networks& networks : {Networks{"public"}, Networks{"10.0.0.0/8"}, Networks{}}) {
        Posting posting([](net::Stream&) -> net::Task<> { co_return; }, networks);
        const std::string said = posting.post(posting.url()).said;
        CHECK(said.find("may not go there") != std::string::npos);
        // Which address it is that a name stands for is not told.
        CHECK(said.find("127") == std::string::npos);
        posting.accept();
        CHECK(posting.connections == 0);
    }
    // By name as well: it is the address that counts.
    Posting by_name([](net::Stream&) -> net::Task<> { co_return; }, {"public"});
    const std::string port = std::to_string(by_name.server.address.port());
    CHECK(by_name.post("https://localhost:" + port + "/").said.find("may not go there") !=
          std::string::npos);
    by_name.accept();
    CHECK(by_name.connections == 0);
}

TEST_CASE("https is for whom the certificate is of, and for nobody else") {
    const net::Authority authority;
    const net::TlsServerContext good({.identity = authority.server()});
    const net::TlsServerContext other(
        {.identity = authority.issue("other", net::server_of({"other.example"}))});
    HookCaller::Options options;
    options.tls.authorities = authority.file("authority.pem");
    std::string seen;
    const auto taking = [&](net::Stream& stream) {
        return say(stream, seen, "HTTP/1.1 200 OK\r\n\r\n");
    };
    Posting posting(taking, {"127.0.0.0/8"}, options);
    posting.tls = &good;
    CHECK(posting.post(posting.url("https")).said == "status 200");
    CHECK(seen.starts_with("POST /x?y"));
    seen.clear();
    Posting wrong(taking, {"127.0.0.0/8"}, options);
    wrong.tls = &other;
    CHECK_FALSE(wrong.post(wrong.url("https")).is_taken);
    Posting unknown(taking);  // an authority that nobody here trusts
    unknown.tls = &good;
    const HookAnswer answer = unknown.post(unknown.url("https"));
    CHECK_FALSE(answer.is_taken);
    CAPTURE(answer.said);
    CHECK(answer.said.find("certificate") != std::string::npos);
    CHECK(seen.empty());
}

TEST_CASE("what is under way can be given up, and nothing is told of it") {
    Posting posting([](net::Stream&) -> net::Task<> { co_return; });
    posting.caller.post({7, 3, posting.url(), "key", "id", "{}"});
    while (posting.connections == 0) {
        posting.accept();
        posting.loop.run_once(Deadline::after(10ms));
    }
    CHECK(posting.caller.under_way() == 1);
    posting.caller.stop();
    CHECK(posting.caller.under_way() == 0);
    CHECK(posting.answers.empty());
}
