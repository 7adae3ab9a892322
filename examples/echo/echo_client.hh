// One client of a server that waits for all of them in one place, and so must never wait for one.
// What send(2) does not take stays here; as long as something stays, nothing more is read. So a
// client that does not read costs one buffer, however much it sends.

#pragma once

#include <span>
#include <string>

#include "daemon/fd.hh"

namespace waymark::echo {

// For what a server must wait; never for both here.
enum class Wait { to_read, to_write };

class EchoClient {
  public:
    // A connected, non-blocking socket.
    explicit EchoClient(daemon::Fd socket) : socket_(std::move(socket)) {}

    // Does what can be done without waiting, at most one read: a client that always has one more
    // byte must not keep the others from their turn. `buffer` is for the length of the call, and
    // may be the same for all clients. False when the client has ended or is gone.
    bool advance(std::span<char> buffer);

    Wait waits() const { return rest_.empty() ? Wait::to_read : Wait::to_write; }

    // Lets its end come, behind what it has sent.
    void end();

    int number() const { return socket_.get(); }

  private:
    // How many of `bytes` were taken; -1 if the connection is gone.
    ssize_t send_some(std::span<const char> bytes);

    daemon::Fd socket_;
    std::string rest_;
};

}  // namespace waymark::echo
