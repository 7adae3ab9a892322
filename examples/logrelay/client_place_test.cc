#include "client_place.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::logrelay;

namespace {

std::string own_message(std::string_view kind, const std::string& text) {
    return std::string(kind) + ":" + text.substr(0, text.find(' '));
}

struct Served {
    MessageRing ring{{.messages = 4, .bytes = 1000}};
    ClientPlace place{ring, 7, own_message};

    void add(int from, int to) {
        for (int i = from; i <= to; ++i) ring.add("m" + std::to_string(i));
    }
    std::string next(std::size_t most = 1000) {
        std::string stream;
        place.take(stream, most);
        return stream;
    }
};

Greeting from(const std::string& words) {
    return read_greeting("from " + words).value();
}

}  // namespace

TEST_CASE("a client has what comes after it, in order, as frames") {
    Served served;
    served.add(1, 2);
    ClientPlace late(served.ring, 7, own_message);
    served.add(3, 4);
    std::string stream;
    late.take(stream, 1000);
    CHECK(stream == "2 m32 m4");
    CHECK_FALSE(late.has_more());
    CHECK(served.next() == "2 m12 m22 m32 m4");
    CHECK(served.next() == "");
    CHECK(served.place.sent() == 4);
    CHECK(served.place.dropped() == 0);
}

TEST_CASE("a piece ends behind the message with which it is long enough") {
    Served served;
    served.add(1, 4);
    CHECK(served.next(1) == "2 m1");
    CHECK(served.next(5) == "2 m22 m3");
    CHECK(served.place.has_more());
    CHECK(served.next(5) == "2 m4");
}

TEST_CASE("what was pushed out is counted, and told where it is missing") {
    Served served;
    served.add(1, 2);
    CHECK(served.next(1) == "2 m1");
    served.add(3, 8);  // 5 to 8 are left
    CHECK(served.next() == "9 DROPPED:32 m52 m62 m72 m8");
    CHECK(served.place.dropped() == 3);
    CHECK(served.place.sent() == 5);
    served.add(9, 9);
    CHECK(served.next() == "2 m9");  // told once
}

TEST_CASE("whoever asks for places has them, and the place of a gap is that of the last missing") {
    Served served;
    served.place.go_to(from("now"));
    served.add(1, 6);
    CHECK(served.next() == "13 7.2 DROPPED:26 7.3 m36 7.4 m46 7.5 m56 7.6 m6");
}

TEST_CASE("who comes back goes on behind the place that he names") {
    Served served;
    served.add(1, 4);
    served.place.go_to(from("7.2"));
    CHECK(served.next() == "6 7.3 m36 7.4 m4");
    served.place.go_to(from("7.4"));
    CHECK(served.next() == "");
    served.place.go_to(from("oldest"));
    CHECK(served.next(1) == "6 7.1 m1");
}

TEST_CASE("who comes back too late is told how many are gone") {
    Served served;
    served.add(1, 9);
    served.place.go_to(from("7.2"));
    CHECK(served.next(1) == "13 7.5 DROPPED:3");
    CHECK(served.next(1) == "6 7.6 m6");
}

TEST_CASE("a place of another run, or one that is to come, is told to be none, and all is given") {
    for (const char* place : {"6.2", "7.5"}) {
        Served served;
        served.add(1, 4);
        served.place.go_to(from(place));
        CHECK(served.next(1) == "17 7.0 RESTARTED:the");
        CHECK(served.next(1) == "6 7.1 m1");
    }
}
