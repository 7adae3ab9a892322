// The calls of which a listener is made, as the check sees them: each is noted with its arguments,
// and one of them fails if the case says so. accept4(2) is planned by Faults (check/faults.hh).

#pragma once

#include <string>
#include <vector>

namespace waymark::course::check {

enum class SocketCall { none, socket, bind, listen, setsockopt, shutdown };

struct NotedCall {
    SocketCall call;
    int first;   // socket: the type with its flags; setsockopt: the level; listen: the backlog
    int second;  // setsockopt: the option; shutdown: which end
    int value;   // setsockopt: what it was set to, where that is a number
};

// As long as it lives the calls of this process are noted. One at a time.
class SocketCalls {
  public:
    SocketCalls();
    SocketCalls(const SocketCalls&) = delete;
    SocketCalls& operator=(const SocketCalls&) = delete;
    ~SocketCalls();

    // After `after` calls of this kind that go well, the next one fails with `error`.
    void fail(SocketCall call, int error, int after = 0);

    const std::vector<NotedCall>& all() const;
    int count(SocketCall call) const;
};

std::string name_of(SocketCall call);

}  // namespace waymark::course::check
