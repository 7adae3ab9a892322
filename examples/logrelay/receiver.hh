// The client's conversation with its relay: connect, say from where on, take messages and hand them
// over, and when the connection ends, do it again, for ever. While the local log takes nothing,
// nothing is read from the relay either: what comes meanwhile waits there, within its bounds.

#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "client_options.hh"
#include "daemon/log.hh"
#include "daemon/thread_pool.hh"
#include "greeting.hh"
#include "line_output.hh"
#include "net/connect.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/resolve.hh"
#include "net/stream.hh"
#include "net/task_group.hh"
#include "net/timer_queue.hh"
#include "net/tls_context.hh"
#include "octet_frames.hh"

namespace waymark::logrelay {

class Receiver {
  public:
    // All must outlive it. Throws UsageError for a place file with something else in it.
    Receiver(net::EventLoop& loop, const ClientOptions& options, daemon::Log& log);
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    void log_counts();

    // Reads the certificates again, for the next connection. If something is wrong it is logged,
    // and the old ones hold.
    void reload();

    // Writes the place file, if it is time and if there is something new.
    void keep_place();

    // What ended the conversation for good, to be thrown once the loop has stopped.
    const std::exception_ptr& error() const { return error_; }

  private:
    enum class End {
        not_connected,  // and the reason is logged
        no_message,     // it came to an end before a message
        after_messages,
    };

    net::Task<void> run();
    net::Task<End> converse();
    net::Task<std::optional<daemon::Fd>> connect();
    net::Task<bool> greet(net::Stream& stream);
    net::Task<bool> take_messages(net::Stream& stream);
    net::Task<bool> take_frames(std::string_view bytes, FrameReader& frames);
    void say_once(const std::string& what);

    net::EventLoop& loop_;
    const ClientOptions& options_;
    daemon::Log& log_;
    std::optional<net::TlsClientContext> tls_;
    LineOutput output_;
    std::optional<Place> place_;  // reached
    std::optional<Place> kept_;   // in the place file
    bool is_not_kept_ = false;    // and it was said
    std::string said_;            // last, of what kept us from messages
    std::uint64_t connections_ = 0;
    std::uint64_t without_message_ = 0;  // of them, the last in a row
    std::minstd_rand chance_{std::random_device{}()};
    net::Notice nobody_;
    net::Timer keep_place_later_;
    daemon::ThreadPool resolver_{1, 1};
    std::exception_ptr error_;
    net::TaskGroup tasks_;  // last: destroyed first
};

}  // namespace waymark::logrelay
