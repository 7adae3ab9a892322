// Connections to several addresses that are under way at the same time, without any waiting: who
// owns this object waits (net/connect by poll(2), net/connect_on_loop on an event loop) and calls
// advance() when a socket is writable or look_again() has come. When to begin with which address is
// decided in net/connect_race.
//
// Nothing is left open: a socket that has failed is closed at once, the losers with the winner's
// result, everything with this object.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "daemon/fd.hh"
#include "net/connect.hh"
#include "net/connect_race.hh"

namespace waymark::net {

class ConnectAttempts {
  public:
    // In the order of alternate_families().
    ConnectAttempts(std::span<const Address> addresses, Deadline deadline);

    // Begins with each address that is due, and asks each socket under way how it went. Never
    // waits. Throws std::system_error when another address would not help (connect_to_any).
    void advance();

    // One is connected, all have failed, or the deadline had come at the last advance().
    bool is_over() const;

    // The sockets whose writability says that there is something to ask; valid until the next
    // advance().
    std::vector<const Fd*> waiting() const;
    // At the latest then advance() has something to do.
    Deadline look_again() const;

    // Once, when it is over. What has not answered is a failure of its own kind: timed_out, or
    // not_tried.
    ConnectResult take_result(SocketMode mode);

  private:
    struct Attempt {
        std::size_t place;  // in addresses_
        Fd socket;          // owns nothing when it has failed
        bool is_queue_full = false;
    };

    void begin(std::size_t place);
    void call_connect(Attempt& attempt);
    void ask(Attempt& attempt);
    void settle(Attempt& attempt, int error_number);
    void fail(Attempt& attempt, int error_number);

    std::vector<Address> addresses_;
    ConnectRace race_;
    std::vector<Attempt> under_way_;
    std::optional<Attempt> winner_;
    std::vector<ConnectFailure> failures_;
    bool is_too_late_ = false;
};

}  // namespace waymark::net
