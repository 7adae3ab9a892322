// Where a client's lines go: the local log (local_log), or standard output. Whoever waits for room
// does it on the event loop, so that the client still hears a signal.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "client_options.hh"
#include "daemon/log.hh"
#include "local_log.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/task.hh"
#include "syslog_message.hh"

namespace waymark::logrelay {

class LineOutput {
  public:
    // Loop, options and log must outlive it. Throws UsageError for a path that cannot be a
    // socket's.
    LineOutput(net::EventLoop& loop, const ClientOptions& options, daemon::Log& log);

    // True: it is handed over. False: hand_over() must be asked.
    bool hand_over_now(std::string_view line);
    // Waits for a local log that takes nothing, but no longer than hand_over_time. Then the line is
    // given up, and so is at once whatever comes until the log takes something again. Standard
    // output is waited for without a bound. `line` stays the caller's until this is done. Both
    // throw std::system_error if standard output is gone.
    net::Task<void> hand_over(std::string_view line);

    // In the form that is asked for.
    std::string line_of(const SyslogMessage& message) const;

    std::uint64_t handed_over() const { return handed_over_; }
    std::uint64_t lost() const { return local_ ? local_->lost() : 0; }

  private:
    bool put(std::string_view line);
    void note_down();
    void note_up();

    net::EventLoop& loop_;
    const ClientOptions& options_;
    daemon::Log& log_;
    std::string own_host_;
    std::unique_ptr<LocalLog> local_;  // null for standard output
    net::Notice nobody_;               // for waits that only a deadline ends
    bool is_down_ = false;             // something was given up, and nothing was taken since
    std::uint64_t lost_before_ = 0;    // as is_down_ began
    std::uint64_t handed_over_ = 0;
};

}  // namespace waymark::logrelay
