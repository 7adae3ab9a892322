// What signals mean to httpd, on an event loop: SIGTERM and SIGINT end it, in order the first time
// and at once the second; SIGHUP has the logs opened anew, and the files of TLS read.

#pragma once

#include <chrono>
#include <functional>

#include "daemon/deadline.hh"
#include "daemon/signals.hh"
#include "net/event_loop.hh"
#include "worker.hh"

namespace waymark::httpd {

class SignalWatch final : private net::EventLoop::Watcher {
  public:
    // `stop` is called with the deadline by which all must have ended: `patience` from then, and
    // now when it is asked for again. To be made before there are threads.
    SignalWatch(net::EventLoop& loop, Shared& shared, std::chrono::milliseconds patience,
                std::function<void(daemon::Deadline)> stop);
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    ~SignalWatch();

  private:
    bool on_ready(std::uint32_t events) override;

    net::EventLoop& loop_;
    Shared& shared_;
    std::chrono::milliseconds patience_;
    std::function<void(daemon::Deadline)> stop_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGHUP};
};

}  // namespace waymark::httpd
