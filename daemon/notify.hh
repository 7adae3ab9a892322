// Tells a service manager how we are (sd_notify(3)): one datagram of lines like READY=1 to the
// socket that it named in the environment variable NOTIFY_SOCKET. A program that is started by hand
// has no such variable, and then nothing is sent. No library is needed for this.

#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace waymark::daemon {

class ServiceNotifier {
  public:
    // Takes the address out of the environment, so that no child of ours speaks in our name.
    static ServiceNotifier from_environment();

    // `address` is a path, or "@name" for an abstract socket (unix(7)); empty for nobody.
    explicit ServiceNotifier(std::string address) : address_(std::move(address)) {}

    // Whether somebody listens to us at all.
    bool has_manager() const { return !address_.empty(); }

    // Sends lines such as "READY=1" or "STOPPING=1\nSTATUS=...". A manager that is busy is waited
    // for, but no longer than kPatience: one that misses READY=1 ends the service for not starting.
    // False if nobody took them; a service goes on without its manager.
    static constexpr std::chrono::seconds kPatience{5};
    bool send(std::string_view lines) const;

  private:
    std::string address_;
};

}  // namespace waymark::daemon
