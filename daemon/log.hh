// Where a daemon speaks when its terminal is gone: stderr, the journal, a file, or the system log.
//
// A log must not be the reason that a process dies or stands still. A reader that went away
// (SIGPIPE), a full disk (ENOSPC), a file that may not grow (SIGXFSZ), a system log that is down or
// does not read: the line is lost and counted, and the next line that gets through is followed by
// one that says how many were lost. Of a lost line a part may stand there, on a line of its own.
// Only stderr and a file may block, for as long as write(2) does.
//
// One line is one write(2), and short enough for a pipe to take it whole (daemon/log_line.hh), so
// lines of several processes and threads do not mix. There is no lock: the kernel orders the
// writes, and a fork copies none in its locked state (but for syslog: local time has tzset(3)'s).
// Messages are fmt strings known at compile time; text from outside is only ever an argument, and
// is escaped (daemon/log_line.hh).

#pragma once

#include <fmt/core.h>

#include <atomic>
#include <string>
#include <string_view>

#include "daemon/fd.hh"
#include "daemon/severity.hh"

namespace waymark::daemon {

enum class LogTarget {
    standard_error,  // with time, program and severity
    journal,         // stderr read by a service manager: "<4>message" (sd-daemon(3))
    file,
    syslog,  // datagrams to a local socket, in the form of syslog(3)
};

struct LogOptions {
    LogTarget target = LogTarget::standard_error;
    std::string path = {};  // of the file, or of the socket; "/dev/log" if empty
    std::string program = "waymark";  // the first 48 bytes of it, escaped (RFC 5424, APP-NAME)
    Severity level = Severity::info;
};

class Log {
  public:
    // Throws std::system_error if the file cannot be opened; a FIFO waits for a reader (reopen(),
    // too). A system log that is not there is no error: it may come.
    explicit Log(LogOptions options);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    template <typename... Arguments>
    void error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(Severity::error, format, fmt::make_format_args(arguments...));
    }
    template <typename... Arguments>
    void warning(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(Severity::warning, format, fmt::make_format_args(arguments...));
    }
    template <typename... Arguments>
    void notice(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(Severity::notice, format, fmt::make_format_args(arguments...));
    }
    template <typename... Arguments>
    void info(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(Severity::info, format, fmt::make_format_args(arguments...));
    }
    template <typename... Arguments>
    void debug(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(Severity::debug, format, fmt::make_format_args(arguments...));
    }

    // Whether a message of this severity would be written; for messages that are dear to make.
    bool wants(Severity severity) const {
        return severity <= level_.load(std::memory_order_relaxed);
    }
    void set_level(Severity level) { level_.store(level, std::memory_order_relaxed); }

    // Opens the file at its path anew, after it was renamed by log rotation (SIGHUP). If that fails
    // the old file stays in use, and the first failure of a row is logged there. False on failure;
    // true for other targets, which need none.
    bool reopen();

    // The same with a file that another process has opened, for one that may open none: one log
    // hands out its file, and another takes it over, which leaves it to the caller, too. Null for a
    // log that writes to no file; such a log takes none over.
    const Fd* file() const { return options_.target == LogTarget::file ? &fd_ : nullptr; }
    void take_over(const Fd& file);

    // Lines that were lost since the start.
    long lost() const { return lost_.load(); }

    // For daemonize, which closes all descriptors that it is not told to keep.
    const Fd& fd() const { return fd_; }

  private:
    // Never throws, and leaves errno as it was.
    void write(Severity severity, fmt::string_view format, fmt::format_args arguments) noexcept;
    void write_line(Severity severity, std::string_view message);
    bool deliver(Severity severity, std::string_view message);
    bool send_to_syslog(std::string_view line);

    LogOptions options_;
    Fd fd_;
    std::atomic<Severity> level_;
    std::atomic<long> lost_ = 0;
    std::atomic<long> unreported_ = 0;
    std::atomic<bool> reopen_failed_ = false;
    std::atomic<bool> is_torn_ = false;
};

}  // namespace waymark::daemon
