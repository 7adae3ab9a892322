// The socket at which clients arrive: socket(2), bind(2), listen(2), accept4(2) and what each of
// them can say. It never blocks: select or poll may call a listener readable, and the client may be
// gone when accept is called (accept(2), NOTES); a blocking accept would then wait for the next
// one. A client that goes away early, and a system that is out of descriptors, are results: neither
// ends a server.
//
// One listener may be shared by processes that fork after it was made; each client goes to one.

#pragma once

#include <string_view>
#include <system_error>

#include "daemon/fd.hh"
#include "net/address.hh"

namespace waymark::net {

using daemon::Fd;

// socket(2), bind(2) or listen(2) refused. what() is "bind 127.0.0.1:80: Address already in use; "
// and what a person can do.
class ListenError : public std::system_error {
  public:
    ListenError(int error_number, std::string_view call, const Address& address);
    const char* what() const noexcept override { return message_.c_str(); }

  private:
    std::string message_;
};

enum class AcceptStatus {
    accepted,
    would_block,  // nobody is waiting
    again,        // this client is gone or was refused below us; ask for the next
    exhausted,    // no descriptors or memory: pause (net/accept_back_off)
};

struct AcceptResult {
    AcceptStatus status;
    Fd socket;             // non-blocking, close-on-exec; owns nothing unless accepted
    Address peer;          // as the system says it: call unmapped() before comparing
    int error_number = 0;  // why not
    bool dropped = false;  // exhausted: one client was taken from the queue and closed
};

// "[::]:80" and "*:80" take both families, IPv4 peers as ::ffff:a.b.c.d, unless ipv6_only is asked
// for; then "0.0.0.0:80" may be bound beside it.
enum class Families { both, ipv6_only };

class Listener {
  public:
    static constexpr int kBacklog = 511;  // cut at net.core.somaxconn (listen(2))

    // Binds and listens. Port 0 lets the kernel choose; address() has its choice. A Unix socket's
    // file gets mode 0600, less what the umask takes, and the group that any new file in its folder
    // gets: the process's, or the folder's if that has the set-group-ID bit. Whoever wants others
    // in, changes both afterwards. Where the mode cannot be set, nothing is bound. An abstract
    // socket has no file: other local users may connect. A file left by an ended server is
    // replaced, if it is a socket, of any kind, and nobody is there (two servers that start at once
    // are kept apart by the pid file, not here). Throws ListenError, which has advice, or another
    // std::system_error.
    explicit Listener(const Address& address, Families families = Families::both,
                      int backlog = kBacklog);

    // Takes over a listening stream socket from a parent or a service manager, and makes it
    // non-blocking and close-on-exec. Throws std::system_error if it is something else.
    static Listener adopt(Fd socket);

    // Takes one client, or says why not; never waits. When descriptors have run out, it closes the
    // spare one that it keeps, takes a client with it, hangs up and so answers at once somebody who
    // would have waited in vain. Bound a loop over this: `again` may come many times in a row.
    // Throws std::system_error when the listener itself is broken.
    AcceptResult accept_one();

    const Address& address() const { return address_; }
    const Fd& fd() const { return socket_; }

    // Closes this process's descriptors; others that have the listener still listen. For a child
    // that serves one client (net/client_process). address() stays; accept_one() throws. The file
    // of a Unix socket stays, too (net/socket_file).
    void close();

  private:
    explicit Listener(Fd socket);
    bool drop_one();

    Fd socket_;
    Address address_;
    Fd spare_;
};

// What an errno of accept4(2) means; `failure` is our own fault. accepted is not among them.
enum class AcceptErrorKind { would_block, again, exhausted, failure };
AcceptErrorKind classify_accept_error(int error_number);

// What a person can do after `call` failed; empty if nothing comes to mind.
std::string_view listen_advice(int error_number, const Address& address);

}  // namespace waymark::net
