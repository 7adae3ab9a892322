#include "daemon/back_off.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::daemon;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

const BackOff::Instant kStart{1000s};

// At this time it fails; then it is not to be tried before that time.
struct Line {
    milliseconds at;
    milliseconds not_before;
    int failures;
};

void play(BackOff back_off, const std::vector<Line>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CAPTURE(i);
        back_off.failed(kStart + lines[i].at);
        CHECK((back_off.not_before() == Deadline(kStart + lines[i].not_before)));
        CHECK(back_off.failures() == lines[i].failures);
    }
}

}  // namespace

TEST_CASE("what has never failed may be tried at any time") {
    CHECK(BackOff().not_before().expired(kStart));
    CHECK(BackOff().failures() == 0);
}

TEST_CASE("the first failure is forgiven, the pauses after it double up to the longest") {
    play(BackOff({.first = 1s, .longest = 5s, .healthy = 60s}), {{0s, 0s, 1},
                                                                 {1ms, 1001ms, 2},
                                                                 {1002ms, 3002ms, 3},
                                                                 {3003ms, 7003ms, 4},
                                                                 {7004ms, 12'004ms, 5},
                                                                 {12'005ms, 17'005ms, 6}});
}

TEST_CASE("what fails during the pause belongs to the wave that it is for") {
    play(BackOff(), {{0s, 0s, 1}, {1s, 2s, 2}, {1s, 2s, 2}, {1999ms, 2s, 2}, {2s, 4s, 3}});
}

TEST_CASE("a time without failures forgets them") {
    play(BackOff({.first = 1s, .longest = 60s, .healthy = 10s}),
         {{0s, 0s, 1}, {1s, 2s, 2}, {11'999ms, 13'999ms, 3}, {23'999ms, 23'999ms, 1}});
}

TEST_CASE("the pause itself is no time of health") {
    play(BackOff({.first = 20s, .longest = 20s, .healthy = 10s}),
         {{0s, 0s, 1}, {1s, 21s, 2}, {22s, 42s, 3}, {43s, 63s, 4}});
}

TEST_CASE("a pause neither overflows nor passes the longest") {
    CHECK(doubled_pause(0, 1s, 60s) == 1s);
    CHECK(doubled_pause(5, 1s, 60s) == 32s);
    CHECK(doubled_pause(6, 1s, 60s) == 60s);
    CHECK(doubled_pause(1'000'000, 1s, 60s) == 60s);
    CHECK(doubled_pause(0, 5s, 3s) == 3s);
    CHECK(doubled_pause(1'000'000, 1s, milliseconds::max()) == milliseconds::max());
}

TEST_CASE("a time of health that is longer than the clock never comes") {
    play(BackOff({.first = 1s, .longest = milliseconds::max(), .healthy = milliseconds::max()}),
         {{0s, 0s, 1}, {1s, 2s, 2}, {100h, 100h + 2s, 3}});
}
