// What to do with one service when something happens to it: a table of state and event. It forks
// nothing, waits for nothing and reads no clock, so it can be tested whole; the program round it
// starts the process, sends the signals, and hands in what happened and when.
//
//   down      not running and not wanted           up        running and ready
//   starting  running, not ready yet               stopping  asked to end, still running
//   failed    wanted, but ended; waits to be started again
//
// A service that ends although it is wanted is started again, after 1, 2, 4 ... 60 seconds if it
// keeps ending (s6-supervise and its like); sooner only if somebody says that he wants it. After 60 seconds of health the
// first restart is immediate and the count begins anew. Only a service that has never been up is
// given up, because then a person is waiting for the answer.

#pragma once

#include <chrono>
#include <string_view>

#include "daemon/deadline.hh"

namespace waymark::daemon {

enum class ServiceState { down, starting, up, stopping, failed };

enum class ServiceEvent {
    start_wanted,  // somebody wants it to run
    ready,         // it said that it can be used
    exited,        // its process has ended, or could not be started
    stop_wanted,   // somebody wants it to end in good order
    kill_wanted,   // somebody does not want to wait any longer
    timer,         // the deadline that the supervisor asked for has come
};

enum class ServiceAction {
    nothing,
    spawn,           // start the process; if that fails, report `exited`
    send_terminate,  // SIGTERM
    send_kill,       // SIGKILL
    give_up,         // it failed before it was ever up: end the program with an error
};

std::string_view name_of(ServiceState state);

struct ServiceTimes {
    std::chrono::milliseconds start{10'000};          // from spawn to ready; SIGKILL after it
    std::chrono::milliseconds stop{10'000};           // from SIGTERM to the end; SIGKILL after it
    std::chrono::milliseconds first_back_off{1'000};  // doubles with each failure in a row
    std::chrono::milliseconds longest_back_off{60'000};
    std::chrono::milliseconds healthy{60'000};  // up for so long: the failures before are forgotten
};

class Supervisor {
  public:
    using Instant = Deadline::Clock::time_point;

    explicit Supervisor(ServiceTimes times = {}) : times_(times) {}

    // Tells what has happened, and gets what to do now. An event that means nothing in the present
    // state is ignored: a timer may be late, and a service may say twice that it is ready.
    ServiceAction handle(ServiceEvent event, Instant now);

    ServiceState state() const { return state_; }
    // When to hand in `timer`. Changes with every event.
    Deadline next_timer() const { return next_timer_; }
    // Whether it has ever said that it can be used; if not, it is given up when it ends.
    bool was_ever_up() const { return was_ever_up_; }
    // Failures in a row, for status pages.
    int failures() const { return failures_; }

  private:
    // What each cell of the table does besides the change of state; one function each.
    enum class Step;
    struct Cell;
    static const Cell kTable[5][6];

    ServiceAction take(Step step, Instant now);
    ServiceAction spawn(Instant now);
    ServiceAction terminate(Instant now);
    ServiceAction back_off(Instant now);
    std::chrono::milliseconds pause() const;

    ServiceTimes times_;
    ServiceState state_ = ServiceState::down;
    Deadline next_timer_;
    Instant up_since_{};
    int failures_ = 0;
    bool was_ever_up_ = false;
    bool wanted_again_ = false;
};

}  // namespace waymark::daemon
