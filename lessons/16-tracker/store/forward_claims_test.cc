// Several trackers that send on what commands have stored in their database: each fix is one's at a
// time, and what one has not sent is another's in the end.

#include <doctest/doctest.h>

#include <future>
#include <optional>
#include <string>
#include <vector>

#include "store/forwarding.hh"
#include "store/sequence.hh"
#include "store/table_rows.hh"
#include "store/trackers_under_test.hh"

using namespace waymark::tracker;

namespace {

using Seconds = std::vector<UnixMillis>;
constexpr UnixMillis kNow = Tracker::kNow, kMinute = 60'000;
const std::string kThere = "http://there.example";

Seconds seconds_of(const std::vector<FixToSend>& fixes) {
    Seconds seconds;
    for (const FixToSend& each : fixes) seconds.push_back((each.fix.time_ms - kNoon) / 1000);
    return seconds;
}

// Two trackers that forward to one server, and three fixes of a command.
struct TwoForward : TwoTrackers {
    TwoForward() {
        for (Tracker* const each : {&a, &b}) keep(*each);
        for (int second = 0; second < 3; ++second) command.send(second, 900 + second);
    }
    void keep(Tracker& tracker) {
        tracker.store.change([](Connection& it) { Forwarding(it).keep({kThere}); });
    }
    Seconds claim(Tracker& tracker, UnixMillis now = kNow) {
        std::vector<FixToSend> fixes;
        tracker.store.change([&](Connection& it) {
            // It may see what it then does not get, and never the other way round.
            const bool may_claim = Forwarding(it).may_claim(kThere, now);
            fixes = Forwarding(it).claim(kThere, now);
            CHECK((may_claim || fixes.empty()));
        });
        if (!fixes.empty()) handed_out = fixes;
        return seconds_of(fixes);
    }
    bool may_claim(Tracker& tracker, UnixMillis now = kNow) {
        bool may = false;
        tracker.store.look([&](Connection& it) { may = Forwarding(it).may_claim(kThere, now); });
        return may;
    }
    void note(Tracker& tracker, const FixPlace& place, UnixMillis now = kNow) {
        tracker.store.change(
            [&](Connection& it) { Forwarding(it).note(kThere, {.place = place, .sent = 1}, now); });
    }
    void give_back(Tracker& tracker) {
        tracker.store.change([](Connection& it) { Forwarding(it).give_back(kThere); });
    }
    Forwarding::State state(Tracker& tracker) {
        std::optional<Forwarding::State> state;
        tracker.store.look([&](Connection& it) { state = Forwarding(it).state(kThere); });
        return state.value();
    }
    // Where a store begins into which all of it is moved: the sequence.
    std::int64_t place_of_all() {
        Connection look(database.location(), Connection::Access::read_write);
        for (const MovedTable& table : moved_tables()) {
            if (table.name != "forwarding") continue;
            TableRows rows(look, table, std::nullopt);
            const MovedRow row = *rows.next();
            CHECK(rows.next() == nullptr);
            return std::get<std::int64_t>(row[1]);
        }
        return -1;
    }

    Tracker command{database.location(), {}};
    std::vector<FixToSend> handed_out;  // of the last claim
};

}  // namespace

TEST_CASE("what a command has stored is sent on by who asks first, and the rest by who asks next" *
          doctest::skip(!on_postgresql())) {
    TwoForward two;
    CHECK(two.may_claim(two.b));
    CHECK(two.claim(two.a) == Seconds{0, 1, 2});
    CHECK_FALSE(two.may_claim(two.b));
    CHECK(two.claim(two.b).empty());
    CHECK(two.claim(two.a) == Seconds{0, 1, 2});
    two.give_back(two.b);  // it has nothing to give
    CHECK(two.claim(two.b).empty());
    two.note(two.a, two.handed_out[0].place);
    two.give_back(two.a);
    CHECK(two.claim(two.b) == Seconds{1, 2});
    CHECK(two.claim(two.a).empty());
    two.note(two.b, two.handed_out[1].place);
    two.give_back(two.b);
    for (Tracker* const each : {&two.a, &two.b}) {
        CHECK_FALSE(two.may_claim(*each));
        CHECK(two.claim(*each).empty());
        CHECK(two.state(*each).sent == 1);
    }
    // To claim nothing holds nothing.
    two.command.send(3, 904);
    CHECK(two.claim(two.a) == Seconds{3});
}

TEST_CASE("what a tracker held that has died is another's, and its own at once when it is back" *
          doctest::skip(!on_postgresql())) {
    TwoForward two;
    constexpr UnixMillis kLongest = Forwarding::kLongestClaim;
    two.claim(two.a);
    const std::vector<FixToSend> in_hand = two.handed_out;
    two.note(two.a, in_hand[0].place, kNow + kMinute);
    CHECK(two.claim(two.b, kNow + kMinute + kLongest).empty());
    {
        Tracker back(two.database.location(), "a");
        CHECK(two.claim(back, kNow + 2 * kMinute) == Seconds{1, 2});
    }
    CHECK(two.claim(two.b, kNow + 2 * kMinute + kLongest).empty());
    const UnixMillis late = kNow + 2 * kMinute + kLongest + 1;
    CHECK(two.claim(two.b, late) == Seconds{1, 2});
    // It was only slow. What it has sent is sent, and is no reason to take the rest from the other.
    Tracker slow(two.database.location(), "a");
    two.note(slow, in_hand[1].place, late);
    CHECK(two.claim(slow, late).empty());
    CHECK(two.claim(two.b, late) == Seconds{2});
}

TEST_CASE("a claim by a clock that was far ahead ends, and by one that differs as clocks do, not" *
          doctest::skip(!on_postgresql())) {
    TwoForward two;
    two.claim(two.a, kNow + 4 * kMinute);
    CHECK(two.claim(two.b).empty());
    two.claim(two.a, kNow + 6 * kMinute);
    CHECK(two.claim(two.b) == Seconds{0, 1, 2});
}

TEST_CASE("of two that claim at the same moment one gets it, and what was sent meanwhile nobody" *
          doctest::skip(!on_postgresql())) {
    TwoForward two;
    bool is_sent = false;
    SUBCASE("the other has it") {}
    SUBCASE("the other had it") {
        is_sent = true;
    }
    std::future<Seconds> other;
    two.a.store.change([&](Connection& it) {
        Forwarding forwarding(it);
        const std::vector<FixToSend> fixes = forwarding.claim(kThere, kNow);
        REQUIRE(fixes.size() == 3);
        other = std::async(std::launch::async, [&] {
            std::vector<FixToSend> got;
            two.b.store.change([&](Connection& its) { got = Forwarding(its).claim(kThere, kNow); });
            return seconds_of(got);
        });
        two.await_a_wait(other);
        if (!is_sent) return;
        forwarding.note(kThere, {.place = fixes[1].place, .sent = 2}, kNow);
        forwarding.give_back(kThere);
    });
    CHECK(other.get() == (is_sent ? Seconds{2} : Seconds{}));
}

TEST_CASE("a place in the order of another tracker is noted by nobody but that one" *
          doctest::skip(!on_postgresql())) {
    TwoForward two;
    two.b.send(10, 2000);
    const auto next = [&] {
        std::vector<FixToSend> fixes;
        two.b.store.look([&](Connection& it) { fixes = Forwarding(it).next(kThere); });
        return fixes;
    };
    REQUIRE(next().size() == 1);
    two.note(two.a, next()[0].place);
    CHECK(two.state(two.a).sent == 0);
    CHECK(next().size() == 1);
    two.note(two.b, next()[0].place);
    CHECK(next().empty());
}

TEST_CASE("a destination begins behind what commands have stored, or came with the rows of a file" *
          doctest::skip(!on_postgresql())) {
    TwoForward two;
    Connection direct(two.database.location(), Connection::Access::read_write);
    const auto without_place_of_commands = [&] {
        direct.execute(
            "DELETE FROM forwarding WHERE writer IN (SELECT number FROM writer WHERE name = "
            "'command')");
    };
    without_place_of_commands();
    direct.execute("DELETE FROM forwarding");
    two.keep(two.a);
    CHECK(two.claim(two.a).empty());
    without_place_of_commands();
    two.keep(two.a);
    CHECK(two.claim(two.a) == Seconds{0, 1, 2});
}

TEST_CASE("who goes on alone begins where something waits, and where nothing does, at the end" *
          doctest::skip(!on_postgresql())) {
    TwoForward two;
    two.claim(two.a);
    for (const std::size_t sent : {1, 2}) {
        two.note(two.a, two.handed_out[sent].place);
        CHECK(two.place_of_all() == two.handed_out[sent].place.sequence);
    }
    two.b.send(10, 2000);
    CHECK(two.place_of_all() == two.state(two.b).place.sequence);
    std::vector<FixToSend> fixes;
    two.b.store.look([&](Connection& it) { fixes = Forwarding(it).next(kThere); });
    two.note(two.b, fixes.at(0).place);
    CHECK(two.place_of_all() == fixes[0].place.sequence);
}
