// What a case sees of a log: its file, in a folder of the case's own; a system log of the case's
// own; and the calls that put descriptors in their places.

#pragma once

#include <fmt/core.h>
#include <sys/resource.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "advice.hh"
#include "daemon/fd.hh"
#include "daemon/log.hh"

namespace waymark::course::check {

using daemon::Fd;
using daemon::Log;
using daemon::LogOptions;
using daemon::LogTarget;
using daemon::Severity;

// Removed with all that is in it.
class Folder {
  public:
    Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();
    std::string at(std::string_view name) const { return path_ + "/" + std::string(name); }
    std::string log() const { return at("log"); }

  private:
    std::string path_;
};

// A log with the program's name "test", in the folder's file.
LogOptions to_file(const Folder& folder, Severity level = Severity::info);
LogOptions to_syslog(const Folder& folder);

std::string contents_of(const std::string& path);
// Without their ends; what has no end is the last one, with "(no line end)" behind it.
std::vector<std::string> lines_of(const std::string& path);

// The line has the head of this process, this severity and this message. `causes` is for a message
// that is another one.
void expect_line(std::string_view line, Severity severity, std::string_view message,
                 const Causes& causes);
// The file has these messages, all with severity info or, where they begin with "log: ", warning.
void expect_lines(const std::string& path, const std::vector<std::string>& messages,
                  const Causes& causes);
std::string told(long lost);

// Datagrams at folder.log(), as syslogd has them at /dev/log.
class SystemLog {
  public:
    explicit SystemLog(const Folder& folder);
    SystemLog(const SystemLog&) = delete;
    SystemLog& operator=(const SystemLog&) = delete;
    ~SystemLog();
    // "(nothing)" if none waits.
    std::string next();

  private:
    std::string path_;
    Fd socket_;
};

// From now on, and for good in this process, what opens a file for writing must be close-on-exec
// from birth: open(2) gives this errno otherwise. False where the kernel has no such filter
// (seccomp(2)).
inline constexpr int kNotFromBirth = ENOTUNIQ;
bool refuse_late_close_on_exec();

struct Unspeakable {};  // a line with it is lost without a write

// How long files may get that this process writes, as far as whoever runs the check lets them grow.
void room_for(rlim_t bytes);
// How a process ended that gives the number of lost lines: "2 lines lost".
std::string in_words(int status);

// As long as it lives, calls of this process are counted. One at a time.
class PlaceCalls {
  public:
    PlaceCalls();
    PlaceCalls(const PlaceCalls&) = delete;
    PlaceCalls& operator=(const PlaceCalls&) = delete;
    ~PlaceCalls();
    int connects() const;
    int dup2s() const;  // and dup3 without O_CLOEXEC
    int dup3s() const;
    void fail_dup3(int error);
};

}  // namespace waymark::course::check

template <>
struct fmt::formatter<waymark::course::check::Unspeakable> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const waymark::course::check::Unspeakable&, fmt::format_context& context) const
        -> decltype(context.out()) {
        throw std::runtime_error("no words for it");
    }
};
