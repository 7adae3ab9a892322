// Which address is tried next, and when: the decisions of RFC 8305 section 5 ("Happy Eyeballs"),
// without a socket and without a clock of their own. Tried one after the other, a dead first
// address costs its whole time-out before the living second one is asked. Tried all at once, they
// cost each server of the list a connection. So the next one starts a quarter of a second after the
// one before, or at once when one has failed; whichever answers first has won.
//
// There is ONE deadline for all of them. What is not here: the order of the addresses (net/connect)
// and the connections (net/connect_attempts).

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "daemon/deadline.hh"

namespace waymark::net {

class ConnectRace {
  public:
    using Clock = daemon::Deadline::Clock;

    // RFC 8305 section 8, Connection Attempt Delay: recommended are 250 ms.
    static constexpr std::chrono::milliseconds kStagger{250};

    // For so many addresses, which are named by their places: 0, 1, 2, ...
    ConnectRace(std::size_t addresses, daemon::Deadline deadline)
        : addresses_(addresses), deadline_(deadline) {}

    // The address to begin with now; nothing if none is due. Each comes once, in their order:
    //   - the first at once, also when the deadline has come: a listener that needs no time is met;
    //   - another kStagger after the one before, or at once when one has failed since then;
    //   - none but the first from the deadline on.
    std::optional<std::size_t> next(Clock::time_point now);

    // One that next() has given has failed.
    void failed();

    // Every address has failed: nobody can win any more.
    bool is_lost() const;

    // When next() may have something to say, or it is too late: whichever comes first. An instant
    // of the past if something is due.
    daemon::Deadline wake_up() const;

    daemon::Deadline deadline() const { return deadline_; }
    std::size_t begun() const { return begun_; }

  private:
    std::size_t addresses_;
    daemon::Deadline deadline_;
    std::size_t begun_ = 0;
    std::size_t failed_ = 0;
    Clock::time_point next_start_ = Clock::time_point::min();
};

}  // namespace waymark::net
