// The decisions of lesson 07 held against a model that remembers when each address began: hundreds
// of short histories, with questions on both sides of each instant.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <string>

#include "advice.hh"
#include "daemon/deadline.hh"
#include "net/connect_race.hh"

using namespace waymark::course::check;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::net::ConnectRace;
using Clock = Deadline::Clock;
using Milliseconds = std::chrono::milliseconds;

namespace {

const Clock::time_point kBegin = Clock::time_point(1000s);

// What is right, from the contract.
struct DecisionsModel {
    std::size_t addresses;
    std::optional<Milliseconds> deadline;
    std::size_t begun = 0, failed = 0;
    Milliseconds last_begin{0};
    bool failed_since = false;

    bool is_late(Milliseconds now) const { return deadline && now >= *deadline; }
    bool is_due(Milliseconds now) const {
        if (begun == addresses) return false;
        if (begun == 0) return true;
        return !is_late(now) && (failed_since || now >= last_begin + 250ms);
    }
    void begin(Milliseconds now) {
        ++begun;
        last_begin = now;
        failed_since = false;
    }
    // "at once", "250" or "never".
    std::string wake_up(Milliseconds now) const {
        if (is_due(now) || is_late(now)) return "at once";
        std::optional<Milliseconds> at = deadline;
        if (begun < addresses) {
            const Milliseconds next = last_begin + 250ms;
            at = at ? std::min(*at, next) : next;
        }
        return at ? fmt::format("{}", at->count()) : "never";
    }
};

std::string in_words(Deadline wake_up, Milliseconds now) {
    if (wake_up.is_never()) return "never";
    if (wake_up.expired(kBegin + now)) return "at once";
    return fmt::format("{}", (wake_up.instant() - kBegin) / 1ms);
}

Causes causes_of_next(const DecisionsModel& model, bool begins, Milliseconds now) {
    if (begins) {
        if (model.begun == model.addresses) return kNotTaken;
        return model.is_late(now) ? Causes(kDeadlineLost) : Causes(kAllAtOnce);
    }
    if (model.begun == 0) return model.is_late(now) ? Causes(kClockFirst) : Causes(kNotTaken);
    return model.failed_since ? Causes(kFailureWaits) : Causes(kOneByOne);
}

void one_history(std::mt19937& random) {
    DecisionsModel model{1 + random() % 5, std::nullopt};
    if (random() % 3 != 0) {
        const int deadlines[] = {-5, 0, 1, 249, 250, 251, 400, 1000};
        model.deadline = Milliseconds(deadlines[random() % 8]);
    }
    ConnectRace race(model.addresses,
                     model.deadline ? Deadline(kBegin + *model.deadline) : Deadline::never());
    Milliseconds now{0};
    std::string history =
        fmt::format("{} addresses, deadline {}", model.addresses,
                    model.deadline ? fmt::format("{}", model.deadline->count()) : "never");
    for (int act = 0; act < 14; ++act) {
        const int steps[] = {0, 0, 1, 100, 248, 249, 250, 251, 600};
        now += Milliseconds(steps[random() % 9]);
        if (model.begun > model.failed && random() % 3 == 0) {
            race.failed();
            ++model.failed;
            model.failed_since = true;
            history += fmt::format("; one fails at {}", now.count());
        } else {
            const std::optional<std::size_t> place = race.next(kBegin + now);
            history += fmt::format("; next at {}", now.count());
            expect_equal(place.has_value(), model.is_due(now), "one begins (" + history + ")",
                         causes_of_next(model, place.has_value(), now));
            if (place) {
                expect_equal(*place, model.begun, "its place (" + history + ")", kNotTaken);
                model.begin(now);
            }
        }
        expect_equal(race.begun(), model.begun, "how many have begun (" + history + ")", kNotTaken);
        expect_equal(race.is_lost(), model.failed == model.addresses, "lost (" + history + ")",
                     kLost);
        expect_equal(in_words(race.wake_up(), now), model.wake_up(now),
                     "when it wakes up (" + history + ")",
                     model.failed_since ? Causes{kWakeUp, kFailureWaits} : Causes(kWakeUp));
    }
}

}  // namespace

TEST_CASE("hundreds of races are decided as by a model") {
    step("ask 400 races of up to five addresses, at instants on both sides of each that matters");
    if_it_crashes(kWakeUp, "signed integer overflow");
    std::mt19937 random(7);
    for (int turn = 0; turn < 400; ++turn) one_history(random);
}
