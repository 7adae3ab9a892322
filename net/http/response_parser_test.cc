#include "net/http/response_parser.hh"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace waymark::net::http;
using enum ResponseStatus;
using namespace std::string_literals;

namespace {

// As a connection brings it: `step` bytes at a time, then the end if it is still incomplete.
ResponseParser parse(std::string_view answer, std::size_t step, ResponseLimits limits = {}) {
    ResponseParser parser("GET", limits);
    for (std::size_t at = 0; at < answer.size() && !parser.status(); at += step)
        parser.take(answer.substr(at, step));
    parser.end(true);
    return parser;
}

}  // namespace

// What each kind of answer means is in client_test, for the same table with a connection.
TEST_CASE("an answer is the same however its bytes are cut") {
    struct Row {
        const char* answer;
        ResponseStatus status;
        const char* body;
        bool is_kept;  // if complete
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello", complete, "hello", true},
        {"HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\nhello", complete,
         "hello", false},
        {"HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n"
         "0\r\nX: trailer\r\n\r\n",
         complete, "hello", true},
        {"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\nhell", cut, "hell", false},
        {"HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell", cut, "hell",
         false},
        {"HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhello\r\n", malformed,
         "h", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.answer);
        for (std::size_t step = 1; step <= std::string_view(row.answer).size(); ++step) {
            CAPTURE(step);
            ResponseParser parser = parse(row.answer, step);
            CHECK(parser.status() == row.status);
            CHECK(parser.response().body == row.body);
            CHECK(parser.response().field("x") == "y");
            if (row.status == complete) CHECK(parser.response().keeps_alive == row.is_kept);
        }
    }
}

TEST_CASE("a damaged answer is the same however its bytes are cut, and holds no more than it has") {
    const std::string whole[] = {
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n"
        "X: trailer\r\n\r\n"};
    const std::string bytes = "\r\n:;0159aF -,\0\x80"s;
    std::minstd_rand random(7);
    for (int round = 0; round < 5'000; ++round) {
        std::string answer = whole[round % 2];
        for (unsigned faults = random() % 4 + 1; faults > 0; --faults) {
            const std::size_t at = random() % answer.size();
            if (random() % 3 == 0)
                answer.erase(at, random() % 4 + 1);
            else
                answer.insert(at, 1, bytes[random() % bytes.size()]);
        }
        CAPTURE(answer);
        ResponseParser at_once = parse(answer, answer.size());
        ResponseParser bit_by_bit = parse(answer, random() % 3 + 1);
        REQUIRE(at_once.status() == bit_by_bit.status());
        CHECK(at_once.response().status == bit_by_bit.response().status);
        CHECK(at_once.response().fields.size() == bit_by_bit.response().fields.size());
        if (at_once.status() == complete)
            CHECK(at_once.response().body == bit_by_bit.response().body);
        CHECK(at_once.response().body.size() <= answer.size());
    }
}

TEST_CASE("each bound holds, and what just keeps to it is taken") {
    const auto state = [](const std::string& answer, ResponseLimits limits = {}) {
        return parse(answer, 1000, limits).status();
    };
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const auto fields = [&](std::size_t count) {
        std::string answer = ok;
        for (std::size_t i = 0; i < count; ++i) answer += "A: b\r\n";
        return answer + "\r\n";
    };
    CHECK(state(fields(100)) == complete);
    CHECK(state(fields(101)) == too_large);

    const auto line = [&](std::size_t size, const char* end) {
        return ok + "A:" + std::string(size - 2, 'x') + end + end;
    };
    for (const char* const end : {"\n", "\r\n"}) {
        CHECK(state(line(8192, end)) == complete);
        CHECK(state(line(8193, end)) == too_large);
    }
    CHECK(state(ok + std::string(9000, 'x')) == too_large);

    const auto informational = [&](int count) {
        std::string answer;
        for (int i = 0; i < count; ++i) answer += "HTTP/1.1 102 Wait\r\n\r\n";
        return answer + ok + "\r\n";
    };
    CHECK(state(informational(15)) == complete);
    CHECK(state(informational(16)) == malformed);

    const ResponseLimits five{.body = 5};
    CHECK(state(ok + "Content-Length: 5\r\n\r\nhello", five) == complete);
    CHECK(state(ok + "Content-Length: 6\r\n\r\n", five) == too_large);
    CHECK(state(ok + "\r\nhello", five) == complete);
    CHECK(state(ok + "\r\nhello!", five) == too_large);
    const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n";
    CHECK(state(chunked + "2\r\nlo\r\n0\r\n\r\n", five) == complete);
    CHECK(state(chunked + "3\r\n", five) == too_large);
}

TEST_CASE("between chunks a peer may not go on for ever") {
    ResponseParser parser("GET");
    parser.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    std::size_t sent = 0;
    for (; !parser.status(); ++sent) {
        REQUIRE(sent < 100'000);
        parser.take("x");
    }
    CHECK(parser.status() == malformed);
}

TEST_CASE("a length that is told reserves nothing") {
    ResponseParser parser("GET", {.body = std::size_t{1} << 40});
    parser.take("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nx");
    CHECK_FALSE(parser.status());
    CHECK(parser.response().body.capacity() < 10'000);
}

TEST_CASE("what follows an answer is not taken, and the connection is not kept") {
    ResponseParser parser("GET");
    parser.take("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(parser.status() == complete);
    CHECK(parser.response().keeps_alive);
    parser.take("HTTP/1.1 500 No\r\n\r\n");
    parser.end(true);
    CHECK(parser.status() == complete);
    CHECK(parser.response().status == 200);
    CHECK(parser.response().body == "hi");
    CHECK_FALSE(parser.response().keeps_alive);
}

TEST_CASE("an end says whether anything had come, and whether it may be believed") {
    const auto ended = [](std::string_view answer, bool is_in_order) {
        ResponseParser parser("GET");
        parser.take(answer);
        parser.end(is_in_order);
        return parser.status();
    };
    CHECK(ended("", true) == not_begun);
    CHECK(ended("H", true) == cut);
    CHECK(ended("HTTP/1.1 200 OK\r\n\r\nall", true) == complete);
    CHECK(ended("HTTP/1.1 200 OK\r\n\r\nall", false) == cut);
}

TEST_CASE("an answer to HEAD has no body, whatever its length says") {
    ResponseParser parser("HEAD");
    parser.take("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    CHECK(parser.status() == complete);
}
