#include "message_ring.hh"

#include <doctest/doctest.h>

#include <string>

using waymark::logrelay::MessageRing;

TEST_CASE("messages have the numbers in which they came, from 1 on") {
    MessageRing ring({.messages = 3, .bytes = 100});
    CHECK(ring.first() == 1);
    CHECK(ring.next() == 1);
    ring.add("one");
    ring.add("two");
    CHECK(ring.first() == 1);
    CHECK(ring.next() == 3);
    CHECK(ring.at(1) == "one");
    CHECK(ring.at(2) == "two");
    CHECK(ring.bytes() == 6);
}

TEST_CASE("one more than the limit pushes the oldest out, and the others keep their numbers") {
    MessageRing ring({.messages = 3, .bytes = 100});
    for (const char* text : {"1", "2", "3", "4", "5"}) ring.add(text);
    CHECK(ring.first() == 3);
    CHECK(ring.next() == 6);
    CHECK(ring.at(3) == "3");
    CHECK(ring.at(5) == "5");
    CHECK(ring.bytes() == 3);
}

TEST_CASE("bytes are a limit of their own, up to which all stay") {
    MessageRing ring({.messages = 100, .bytes = 10});
    ring.add("12345");
    ring.add("67890");
    CHECK(ring.first() == 1);
    ring.add("x");
    CHECK(ring.first() == 2);
    CHECK(ring.bytes() == 6);
}

TEST_CASE("the newest is kept, also when it alone is too large") {
    MessageRing ring({.messages = 100, .bytes = 10});
    ring.add("1");
    ring.add(std::string(50, 'x'));
    CHECK(ring.first() == 2);
    CHECK(ring.next() == 3);
    CHECK(ring.at(2).size() == 50);
    ring.add("2");
    CHECK(ring.first() == 3);
    CHECK(ring.bytes() == 1);
}

TEST_CASE("a message stays where it is while others are added") {
    MessageRing ring({.messages = 1000, .bytes = 1'000'000});
    ring.add("first");
    const std::string* first = &ring.at(1);
    for (int i = 0; i < 999; ++i) ring.add("other");
    CHECK(&ring.at(1) == first);
    CHECK(*first == "first");
}
