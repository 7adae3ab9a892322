#include "door.hh"

#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "daemon/error.hh"

namespace waymark::echo {

using daemon::Fd;

Door::Door(Listener listener, std::function<void()> on_child)
    : listener_(std::move(listener)), on_child_(std::move(on_child)) {
    tell_address(*listener_);
}

Fd Door::next_client() {
    while (true) {
        const bool pauses = !pause_.expired();
        std::array<pollfd, 2> waits = {pollfd{signals_.fd().get(), POLLIN, 0},
                                       pollfd{listener_->fd().get(), POLLIN, 0}};
        const int ready = ::poll(waits.data(), pauses ? 1 : 2, pauses ? pause_.poll_timeout() : -1);
        if (ready == -1 && errno != EINTR) daemon::check(ready, "poll");
        if (waits[0].revents != 0 && !hear_signals()) return Fd();
        if (pauses || waits[1].revents == 0) continue;
        if (Fd client = accept()) return client;
    }
}

bool Door::hear_signals() {
    while (const auto signal = signals_.next()) {
        if (*signal != SIGCHLD) return false;
        if (on_child_) on_child_();
    }
    return true;
}

Fd Door::accept() {
    net::AcceptResult arrival = listener_->accept_one();
    if (arrival.status == net::AcceptStatus::exhausted) pause_ = back_off_.exhausted();
    if (arrival.status != net::AcceptStatus::accepted) return Fd();
    back_off_.succeeded();
    daemon::set_nonblocking(arrival.socket, false);
    return std::move(arrival.socket);
}

}  // namespace waymark::echo
