// The two logs of httpd, and how all its threads and processes hear that the files were renamed:
// by a number that they share (shared_count.hh). SIGHUP comes to one process, which counts it up;
// each other one sees it before its next line, and opens its files anew.

#pragma once

#include <atomic>
#include <optional>
#include <string_view>

#include "daemon/log.hh"
#include "daemon/severity.hh"
#include "net/http/access_log.hh"
#include "options.hh"
#include "shared_count.hh"

namespace waymark::httpd {

class Logs {
  public:
    // Throws std::system_error if a file cannot be opened. To be made before the user is changed
    // and before any fork.
    explicit Logs(const Options& options);

    // From any thread of any process that was forked from this one.
    void answered(const net::http::Exchange& exchange, int status) noexcept;
    void say(daemon::Severity severity, std::string_view message) noexcept;
    bool wants(daemon::Severity severity) const { return severity <= level_; }
    bool has_access_log() const { return access_.has_value(); }

    // All processes open their files anew, this one at once. What cannot be opened is told once in
    // the error log, and the old file stays in use.
    void reopen() noexcept;

  private:
    void follow() noexcept;

    std::optional<net::http::AccessLog> access_;
    std::optional<daemon::Log> errors_;
    const daemon::Severity level_;
    SharedCount renamed_;
    std::atomic<bool> has_failed_ = false;
};

}  // namespace waymark::httpd
