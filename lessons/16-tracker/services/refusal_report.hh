// A receiver's word to the store of whom it refused: a second after the first, and then once a
// second at most, with kMost cases of each second. So a flood of strangers is a few kilobytes. What
// nobody takes, because no store is there, is said when one is.

#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "net/event_loop.hh"
#include "services/refusals.hh"

namespace waymark::tracker {

class RefusalReport {
  public:
    // Gives a message to the store; false if there is none.
    using Tell = std::function<bool(std::string_view message)>;

    // Loop and refusals must outlive it.
    RefusalReport(net::EventLoop& loop, Refusals& refusals, Tell tell);
    RefusalReport(const RefusalReport&) = delete;
    RefusalReport& operator=(const RefusalReport&) = delete;

    static constexpr std::chrono::milliseconds kBetweenReports{1000};

  private:
    void plan();
    void report();
    bool tell();

    net::EventLoop& loop_;
    Refusals& refusals_;
    Tell tell_;
    bool is_planned_ = false;
    net::Timer timer_;
};

}  // namespace waymark::tracker
