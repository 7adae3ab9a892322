#include "daemon/supervisor.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::daemon;
using namespace std::chrono_literals;
using Action = ServiceAction;
using Event = ServiceEvent;
using State = ServiceState;

namespace {

const Supervisor::Instant kStart{1000s};
constexpr std::chrono::milliseconds kNever{-1};

// One line of a conversation: at this time this happens; this is the answer.
struct Line {
    std::chrono::milliseconds at;
    Event event;
    Action action;
    State state;
    std::chrono::milliseconds next_timer;  // kNever for none
};

void play(Supervisor& supervisor, const std::vector<Line>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CAPTURE(i);
        const Line& line = lines[i];
        CHECK(static_cast<int>(supervisor.handle(line.event, kStart + line.at)) ==
              static_cast<int>(line.action));
        CHECK(name_of(supervisor.state()) == name_of(line.state));
        const Deadline wanted =
            line.next_timer == kNever ? Deadline::never() : Deadline(kStart + line.next_timer);
        CHECK((supervisor.next_timer() == wanted));
    }
}

void play(const std::vector<Line>& lines) {
    Supervisor supervisor;
    play(supervisor, lines);
}

// A service that has come up.
Supervisor up_at(std::chrono::milliseconds at) {
    Supervisor supervisor;
    supervisor.handle(Event::start_wanted, kStart + at);
    supervisor.handle(Event::ready, kStart + at);
    return supervisor;
}

Supervisor in_state(State state) {
    Supervisor supervisor;
    if (state == State::down) return supervisor;
    supervisor.handle(Event::start_wanted, kStart);
    if (state == State::starting) return supervisor;
    supervisor.handle(Event::ready, kStart);
    if (state == State::stopping) supervisor.handle(Event::stop_wanted, kStart);
    if (state == State::failed) supervisor.handle(Event::exited, kStart);
    return supervisor;
}

}  // namespace

TEST_CASE("a service starts, is up, and stops") {
    play({
        {0s, Event::start_wanted, Action::spawn, State::starting, 10s},
        {1s, Event::ready, Action::nothing, State::up, kNever},
        {5s, Event::stop_wanted, Action::send_terminate, State::stopping, 15s},
        {6s, Event::exited, Action::nothing, State::down, kNever},
        {7s, Event::start_wanted, Action::spawn, State::starting, 17s},
    });
}

TEST_CASE("a service that never was up is given up when it ends") {
    play({
        {0s, Event::start_wanted, Action::spawn, State::starting, 10s},
        {1s, Event::exited, Action::give_up, State::failed, kNever},
        {2s, Event::timer, Action::nothing, State::failed, kNever},
    });
}

TEST_CASE("a service that is not ready in time is killed, and its end counts as a failure") {
    play({
        {0s, Event::start_wanted, Action::spawn, State::starting, 10s},
        {10s, Event::timer, Action::send_kill, State::starting, kNever},
        {11s, Event::exited, Action::give_up, State::failed, kNever},
    });
}

TEST_CASE("a service that does not stop in time is killed, once") {
    Supervisor supervisor = up_at(0s);
    play(supervisor, {
                         {0s, Event::stop_wanted, Action::send_terminate, State::stopping, 10s},
                         {9s, Event::timer, Action::nothing, State::stopping, 10s},
                         {10s, Event::timer, Action::send_kill, State::stopping, kNever},
                         {11s, Event::timer, Action::nothing, State::stopping, kNever},
                         {12s, Event::exited, Action::nothing, State::down, kNever},
                     });
}

TEST_CASE("who does not want to wait has it killed") {
    Supervisor supervisor = up_at(0s);
    play(supervisor, {
                         {1s, Event::stop_wanted, Action::send_terminate, State::stopping, 11s},
                         {2s, Event::kill_wanted, Action::send_kill, State::stopping, kNever},
                         {3s, Event::exited, Action::nothing, State::down, kNever},
                     });
}

TEST_CASE("the first restart after a healthy run is immediate") {
    Supervisor supervisor = up_at(0s);
    play(supervisor, {
                         {60s, Event::exited, Action::spawn, State::starting, 70s},
                         {61s, Event::ready, Action::nothing, State::up, kNever},
                         {62s, Event::exited, Action::nothing, State::failed, 63s},
                     });
}

TEST_CASE("a run just short of health is followed by a pause") {
    Supervisor supervisor = up_at(0s);
    play(supervisor, {{59'999ms, Event::exited, Action::nothing, State::failed, 60'999ms}});
}

TEST_CASE("a crash loop is slowed down from one second to sixty and no further") {
    Supervisor supervisor = up_at(0s);
    std::chrono::seconds now = 0s;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
        play(supervisor,
             {
                 {now, Event::exited, Action::nothing, State::failed, now + pause},
                 {now + pause - 1ms, Event::timer, Action::nothing, State::failed, now + pause},
                 {now + pause, Event::timer, Action::spawn, State::starting, now + pause + 10s},
             });
        now += pause;
    }
    CHECK(supervisor.failures() == 9);
}

TEST_CASE("being ready for a moment does not end a crash loop, being healthy does") {
    Supervisor supervisor = up_at(0s);
    play(supervisor, {
                         {0s, Event::exited, Action::nothing, State::failed, 1s},
                         {1s, Event::timer, Action::spawn, State::starting, 11s},
                         {2s, Event::ready, Action::nothing, State::up, kNever},
                         {3s, Event::exited, Action::nothing, State::failed, 5s},
                         {5s, Event::timer, Action::spawn, State::starting, 15s},
                         {6s, Event::ready, Action::nothing, State::up, kNever},
                         {66s, Event::exited, Action::spawn, State::starting, 76s},
                         {67s, Event::exited, Action::nothing, State::failed, 68s},
                     });
}

TEST_CASE("a failure of thousands of times in a row does not overflow the pause") {
    Supervisor supervisor = up_at(0s);
    auto now = kStart;
    for (int i = 0; i < 5000; ++i) {
        supervisor.handle(Event::exited, now);
        now = supervisor.next_timer().instant();
        CHECK(supervisor.handle(Event::timer, now) == Action::spawn);
    }
    supervisor.handle(Event::exited, now);
    CHECK((supervisor.next_timer() == Deadline::after(60s, now)));
}

TEST_CASE("a start while it is stopping comes after the end, unless it is stopped again") {
    Supervisor supervisor = up_at(0s);
    play(supervisor, {
                         {0s, Event::stop_wanted, Action::send_terminate, State::stopping, 10s},
                         {1s, Event::start_wanted, Action::nothing, State::stopping, 10s},
                         {2s, Event::exited, Action::spawn, State::starting, 12s},
                         {3s, Event::ready, Action::nothing, State::up, kNever},
                         {4s, Event::stop_wanted, Action::send_terminate, State::stopping, 14s},
                         {5s, Event::start_wanted, Action::nothing, State::stopping, 14s},
                         {6s, Event::stop_wanted, Action::nothing, State::stopping, 14s},
                         {7s, Event::exited, Action::nothing, State::down, kNever},
                     });
}

TEST_CASE("a stop during the pause ends the restarts, a start does not wait for it") {
    Supervisor stopped = in_state(State::failed);
    play(stopped, {
                      {0s, Event::stop_wanted, Action::nothing, State::down, kNever},
                      {1s, Event::timer, Action::nothing, State::down, kNever},
                  });
    Supervisor started = in_state(State::failed);
    play(started, {{0s, Event::start_wanted, Action::spawn, State::starting, 10s}});
}

TEST_CASE("an end that was wanted is no failure") {
    Supervisor supervisor = up_at(0s);
    supervisor.handle(Event::stop_wanted, kStart);
    supervisor.handle(Event::exited, kStart);
    CHECK(supervisor.failures() == 0);
}

// A second process beside a running one is the fault that the table must never commit.
TEST_CASE("only a service without a process is started, only one with a process is signalled") {
    for (const State state :
         {State::down, State::starting, State::up, State::stopping, State::failed})
        for (const Event event : {Event::start_wanted, Event::ready, Event::stop_wanted,
                                  Event::kill_wanted, Event::timer}) {
            Supervisor supervisor = in_state(state);
            REQUIRE(name_of(supervisor.state()) == name_of(state));
            const Action action = supervisor.handle(event, kStart + 1h);
            CAPTURE(name_of(state));
            CAPTURE(static_cast<int>(event));
            const bool runs = state != State::down && state != State::failed;
            if (runs) CHECK(action != Action::spawn);
            if (!runs) CHECK(action != Action::send_terminate);
            if (!runs) CHECK(action != Action::send_kill);
        }
}

TEST_CASE("times that are longer than the clock never come") {
    constexpr auto kLongest = std::chrono::milliseconds::max();
    Supervisor supervisor({.start = kLongest,
                           .stop = kLongest,
                           .first_back_off = 1s,
                           .longest_back_off = kLongest,
                           .healthy = kLongest});
    play(supervisor,
         {{0s, Event::start_wanted, Action::spawn, State::starting, kNever},
          {1s, Event::ready, Action::nothing, State::up, kNever},
          {100h, Event::exited, Action::nothing, State::failed, 100h + 1s},
          {100h + 1s, Event::timer, Action::spawn, State::starting, kNever},
          {100h + 2s, Event::stop_wanted, Action::send_terminate, State::stopping, kNever}});
}
