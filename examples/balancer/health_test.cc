#include "health.hh"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using waymark::balancer::Health;
using namespace std::chrono_literals;

namespace {

const Health::Instant kStart(1000s);
const Health::Settings kSettings{.fall = 3, .rise = 2, .interval = 2s, .longest = 10s};

// p a good probe, P a bad one; c a connection that was made, C one that was not. Behind each event:
// u up, d down, and v or ^ where it has just gone there.
struct Row {
    std::string_view what;
    std::string_view events;
    std::string_view states;
};

const std::vector<Row> kRows = {
    {"good probes", "ppp", "uuu"},
    {"one bad probe is forgiven", "PpPp", "uuuu"},
    {"three bad probes in a row", "PPP", "uuv"},
    {"connections count as well", "CCC", "uuv"},
    {"both together", "PCP", "uuv"},
    {"a connection that is made forgets failures", "CCcCC", "uuuuu"},
    {"a good probe forgets failures of connections", "CCpCC", "uuuuu"},
    {"one good probe does not mark it up", "PPPp", "uuvd"},
    {"two do", "PPPpp", "uuvd^"},
    {"two that are not in a row do not", "PPPpPp", "uuvddd"},
    {"a connection that was begun before does not mark it up", "PPPcc", "uuvdd"},
    {"a connection that fails late begins the good probes anew", "PPPpCp", "uuvddd"},
    {"after its return it has three failures again", "PPPppPPP", "uuvd^uuv"},
};

char state_after(Health& health, char event, Health::Instant now) {
    const bool is_good = event == 'p' || event == 'c';
    const Health::Change change =
        event == 'p' || event == 'P' ? health.probed(is_good, now) : health.connected(is_good, now);
    if (change == Health::Change::went_down) return health.is_up() ? '?' : 'v';
    if (change == Health::Change::came_up) return health.is_up() ? '^' : '?';
    return health.is_up() ? 'u' : 'd';
}

}  // namespace

TEST_CASE("what happened decides whether it is up") {
    for (const Row& row : kRows) {
        CAPTURE(row.what);
        Health health(kSettings, kStart);
        std::string states;
        Health::Instant now = kStart;
        for (const char event : row.events) states += state_after(health, event, now += 1s);
        CHECK(states == row.states);
    }
}

TEST_CASE("the first probe is due at once, the others an interval after the last") {
    Health health(kSettings, kStart);
    CHECK(health.next_probe().instant() == kStart);
    health.probed(true, kStart + 1s);
    CHECK(health.next_probe().instant() == kStart + 3s);
    health.probed(false, kStart + 4s);
    CHECK(health.next_probe().instant() == kStart + 6s);
}

TEST_CASE("one that is down is asked less and less often, and never less than the longest pause") {
    Health health(kSettings, kStart);
    for (int i = 0; i < 2; ++i) health.probed(false, kStart);
    for (const auto pause : {2s, 4s, 8s, 10s, 10s}) {
        health.probed(false, kStart);
        CHECK(health.next_probe().instant() == kStart + pause);
    }
    CHECK_FALSE(health.is_up());
}

TEST_CASE("a good probe while it is down has the next one after the shortest pause") {
    Health health(kSettings, kStart);
    for (int i = 0; i < 6; ++i) health.probed(false, kStart);
    health.probed(true, kStart);
    CHECK(health.next_probe().instant() == kStart + 2s);
    health.probed(false, kStart);
    CHECK(health.next_probe().instant() == kStart + 2s);
}

TEST_CASE("connections that mark it down have it probed at once, and only those") {
    Health health(kSettings, kStart);
    health.probed(true, kStart);
    health.connected(false, kStart + 1s);
    health.connected(false, kStart + 1s);
    CHECK(health.next_probe().instant() == kStart + 2s);
    health.connected(false, kStart + 1500ms);
    CHECK_FALSE(health.is_up());
    CHECK(health.next_probe().instant() == kStart + 1500ms);
    health.probed(false, kStart + 1600ms);
    CHECK(health.next_probe().instant() == kStart + 3600ms);
    health.connected(false, kStart + 1700ms);  // one that was under way
    CHECK(health.next_probe().instant() == kStart + 3600ms);
}

TEST_CASE("a probe that could not be made says nothing") {
    Health health(kSettings, kStart);
    health.probed(false, kStart);
    health.probed(false, kStart);
    health.not_probed(kStart + 5s);
    CHECK(health.is_up());
    CHECK(health.failures() == 2);
    CHECK(health.next_probe().instant() == kStart + 7s);
}
