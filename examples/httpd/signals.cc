#include "signals.hh"

#include <signal.h>
#include <sys/epoll.h>

#include <utility>

namespace waymark::httpd {

SignalWatch::SignalWatch(net::EventLoop& loop, Shared& shared, std::chrono::milliseconds patience,
                         std::function<void(daemon::Deadline)> stop)
    : loop_(loop), shared_(shared), patience_(patience), stop_(std::move(stop)) {
    loop_.add(signals_.fd(), EPOLLIN, *this);
}

SignalWatch::~SignalWatch() {
    loop_.remove(signals_.fd(), *this);
}

bool SignalWatch::on_ready(std::uint32_t) {
    bool took = false;
    while (const std::optional<int> signal = signals_.next()) {
        took = true;
        if (*signal == SIGHUP)
            shared_.reload();
        else
            stop_(daemon::Deadline::after(std::exchange(patience_, {})));
    }
    return took;
}

}  // namespace waymark::httpd
