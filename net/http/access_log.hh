// The access log: one line for each answer, in the combined format that Apache and nginx write and
// that log analysers read:
//
//     192.0.2.7 - - [29/Nov/2026:07:25:54 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/7.88.1"
//
// One line is one write(2) to the end of the file, so lines of several threads and processes do not
// mix. What clients send is escaped as in daemon/log_line, quotes as well, and cut: nobody writes a
// line of his own. Times are UTC. The length is that of the body as the answer's head tells it; of
// an answer that was broken off, less was sent.

#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/fd.hh"
#include "daemon/log_line.hh"
#include "net/http/exchange.hh"

namespace waymark::net::http {

// Appends the line, with its end. For a request that could not be read, its parts are "-".
void append_combined(daemon::LineBuffer& line, const Exchange& exchange, int status,
                     std::chrono::system_clock::time_point now);

class AccessLog {
  public:
    // Opens the file at its end, and makes it if it is not there (mode 0640). Throws
    // std::system_error.
    explicit AccessLog(std::string path);
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    // From any thread. A line that the system does not take is lost and counted; of one that is
    // taken in part, the rest is lost, and the next line begins a line of its own. SIGPIPE and
    // SIGXFSZ must be ignored.
    void write(const Exchange& exchange, int status) noexcept;

    // Opens the file at its path anew, after it was renamed. If that fails the old one stays in
    // use, and the error number is returned; 0: it is open. From any thread: no other one finds it
    // closed.
    int reopen() noexcept;

    const std::string& path() const { return path_; }
    long lost() const { return lost_.load(); }

  private:
    std::string path_;
    daemon::Fd file_;
    std::atomic<long> lost_ = 0;
    std::atomic<bool> is_torn_ = false;
};

}  // namespace waymark::net::http
