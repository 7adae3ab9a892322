// gpsd's client: asks it to watch, and stores where it says that its receiver is. One position a
// second and device is what gpsd sends; there is nothing to acknowledge.

#pragma once

#include <string>

#include "protocols/gpsd.hh"
#include "services/caller.hh"

namespace waymark::tracker {

class GpsdCaller {
  public:
    // `device` is the identifier of the device that is there. The host and the pool must outlive
    // it.
    GpsdCaller(CallerHost& host, daemon::ThreadPool& pool, std::string target, std::string device)
        : host_(host),
          pool_(pool),
          target_(std::move(target)),
          device_(std::move(device)),
          state_(host.log, "gpsd at " + target_) {}

    // Without an end.
    net::Task<> run();
    bool is_connected() const { return state_.is_connected(); }

  private:
    net::Task<std::string> listen(net::Stream& stream);
    bool read_lines(std::string& rest, Decoded& decoded);

    CallerHost& host_;
    daemon::ThreadPool& pool_;
    std::string target_, device_;
    CallState state_;
    CallPause pause_;
    GpsdStream lines_;
    bool told_of_device_ = false;
};

}  // namespace waymark::tracker
