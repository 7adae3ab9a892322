// Asks each back end from time to time whether it is well, and so wakes those that are down. The
// question is a connection; with `send` and `expect` also a request, and words that the answer must
// hold: a server whose port is open may still serve nobody.
//
// When to ask is decided in health.hh.

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "back_ends.hh"
#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/task_group.hh"

namespace waymark::balancer {

class Prober {
  public:
    // The answer is looked at up to here.
    static constexpr std::size_t kLongestAnswer = 4096;

    struct Settings {
        std::chrono::milliseconds deadline{1'000};  // for the whole question
        std::string send;
        std::string expect;        // empty: a connection is enough
        bool sends_proxy = false;  // a LOCAL header first (proxy_header.hh)
    };

    // All must outlive it. Begins with those that are there, and hears of those that are added.
    Prober(net::EventLoop& loop, daemon::Log& log, BackEnds& back_ends, Settings settings);

  private:
    net::Task<void> watch(std::shared_ptr<BackEnd> back_end);
    // Empty if it is well, or what is wrong.
    net::Task<std::string> ask(const BackEnd& back_end);
    net::Task<std::string> converse(net::Stream& stream, daemon::Deadline deadline);

    net::EventLoop& loop_;
    daemon::Log& log_;
    BackEnds& back_ends_;
    Settings settings_;
    net::TaskGroup tasks_;
};

// "GET / HTTP/1.0\r\n\r\n" as a person writes it on a command line: \r, \n, \t, \\, \xHH become the
// bytes. Throws UsageError for another letter behind a backslash.
std::string unescaped(std::string_view text);

}  // namespace waymark::balancer
