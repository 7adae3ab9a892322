#include "relay_faults.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::lab;
using namespace std::chrono_literals;

namespace {

std::vector<int> lost_of(int datagrams, unsigned percent) {
    std::vector<int> lost;
    for (int number = 1; number <= datagrams; ++number)
        if (is_lost(static_cast<std::uint64_t>(number), percent)) lost.push_back(number);
    return lost;
}

}  // namespace

TEST_CASE("so many percent are lost and evenly spread") {
    CHECK_EQ(lost_of(10, 30), std::vector{4, 7, 10});
    CHECK_EQ(lost_of(10, 50), std::vector{2, 4, 6, 8, 10});
    CHECK_EQ(lost_of(200, 1), std::vector{100, 200});
    CHECK(lost_of(1000, 0).empty());
    CHECK_EQ(lost_of(1000, 100).size(), 1000);
}

TEST_CASE("of any hundred that follow one another the percentage is lost") {
    for (unsigned percent = 0; percent <= 100; ++percent) {
        const std::size_t a_hundred = lost_of(100, percent).size();
        CHECK_EQ(a_hundred, percent);
        for (int start = 1; start < 100; start += 7)
            CHECK_EQ(lost_of(start + 100, percent).size() - lost_of(start, percent).size(),
                     percent);
    }
}

TEST_CASE("the greatest number is as good as any other") {
    CHECK(is_lost(UINT64_MAX - UINT64_MAX % 100, 1));
    CHECK_FALSE(is_lost(UINT64_MAX, 1));
}

TEST_CASE("bytes pass up to the fault that comes first") {
    const RelayFaults none, cut{.cut_after = 1000}, both{.cut_after = 1000, .reset_after = 300};
    CHECK_EQ(bytes_that_pass(none, 1'000'000, 500), 500);
    CHECK_EQ(bytes_that_pass(cut, 0, 500), 500);
    CHECK_EQ(bytes_that_pass(cut, 900, 500), 100);
    CHECK_EQ(bytes_that_pass(cut, 1000, 500), 0);
    CHECK_EQ(bytes_that_pass(cut, 2000, 500), 0);
    CHECK_EQ(bytes_that_pass(both, 0, 500), 300);
}

TEST_CASE("pieces are a twentieth of a second") {
    CHECK_EQ(piece_size({}), 16'384);
    CHECK_EQ(piece_size({.bytes_a_second = 1}), 1);
    CHECK_EQ(piece_size({.bytes_a_second = 20'000}), 1000);
    CHECK_EQ(piece_size({.bytes_a_second = 1'000'000'000'000}), 16'384);
}

TEST_CASE("a way is busy for as long as its rate says") {
    CHECK_EQ(time_for({}, 1000).count(), 0);
    CHECK_EQ(time_for({.bytes_a_second = 20'000}, 1000), 50ms);
    CHECK_EQ(time_for({.bytes_a_second = 1}, 16'384), 16'384s);
}
