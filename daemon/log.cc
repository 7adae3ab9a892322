#include "daemon/log.hh"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "daemon/error.hh"
#include "daemon/log_line.hh"
#include "daemon/quiet_write.hh"

namespace waymark::daemon {

namespace {

constexpr int kDaemonFacility = 3;           // RFC 5424, table 1
constexpr std::size_t kLongestProgram = 48;  // there, section 6

std::string shown_name(std::string_view program) {
    LineBuffer name;
    append_escaped(name, program.substr(0, kLongestProgram));
    return {name.data(), name.size()};
}

bool connect_to(const Fd& socket, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

void append_head(LineBuffer& line, const LogOptions& options, Severity severity) {
    const auto now = std::chrono::system_clock::now();
    const auto out = std::back_inserter(line);
    switch (options.target) {
        case LogTarget::journal:  // which adds time and process itself
            fmt::format_to(out, "<{}>", static_cast<int>(severity));
            return;
        case LogTarget::syslog:
            fmt::format_to(out, "<{}>", kDaemonFacility * 8 + static_cast<int>(severity));
            append_syslog_time(line, now);
            fmt::format_to(out, " {}[{}]: ", options.program, ::getpid());
            return;
        case LogTarget::standard_error:
        case LogTarget::file:
            append_iso_time(line, now);
            fmt::format_to(out, " {}[{}] {}: ", options.program, ::getpid(), name_of(severity));
            return;
    }
}

}  // namespace

//#region exercise-11
namespace {

Fd open_log_file(const std::string& path) {
    // O_APPEND: each write goes to the end, whoever else writes or has cut the file short.
    constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
    return Fd(::open(path.c_str(), kFlags, 0640));
}

bool send_line(const Fd& socket, std::string_view line) {
    return ::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) != -1;
}

}  // namespace

//#region write
void Log::write(Severity severity, fmt::string_view format, fmt::format_args arguments) noexcept {
    if (!wants(severity)) return;
    // The caller may still want to look at the errno of the failure that it is logging.
    const int saved_errno = errno;  //@ 1
    try {
        // One more than is written, so that it is seen to be cut.
        std::array<char, kLongestLine + 1> message;
        const auto formatted =
            fmt::vformat_to_n(message.data(), message.size(), format, arguments);  //@ 2
        write_line(severity, {message.data(), std::min(formatted.size, message.size())});
    } catch (...) {
        ++lost_;        //@ 3
        ++unreported_;  //@ 3
    }
    errno = saved_errno;  //@ 1
}
//#endregion write

// The line about lost ones is written at every level: somebody who asked for errors only wants to
// know that one is missing. If it is lost itself, its number goes into the next one.
void Log::write_line(Severity severity, std::string_view message) {
    if (!deliver(severity, message)) {
        ++lost_;
        ++unreported_;
        return;
    }
    const long lost = unreported_.exchange(0);
    if (lost == 0) return;
    // No memory is asked for: there may be none, and the number would be forgotten.
    std::array<char, 64> words;
    const auto end = fmt::format_to(words.data(), "log: {} lines before this one were lost", lost);
    if (!deliver(Severity::warning, {words.data(), static_cast<std::size_t>(end - words.data())}))
        unreported_ += lost;
}

bool Log::deliver(Severity severity, std::string_view message) {
    LineBuffer line;
    // Of the line before a part may be there: without an end, this one would be its end.
    const bool is_behind_a_part = is_torn_.exchange(false);
    if (is_behind_a_part) line.push_back('\n');
    append_head(line, options_, severity);
    append_escaped(line, message);
    // A datagram ends by itself.
    if (options_.target == LogTarget::syslog)
        return send_to_syslog({line.data(), line.size()});
    line.push_back('\n');
    const std::string_view text(line.data(), line.size());
    const std::size_t written = write_quietly(fd_ ? fd_.get() : STDERR_FILENO, text);
    if (written == 0 ? is_behind_a_part : written < text.size()) is_torn_ = true;
    return written == text.size();
}

//#region syslog
// A full queue (EAGAIN) is not cured by connecting again; everything else may mean
// that the system log is new and has made a new socket at the path.
bool Log::send_to_syslog(std::string_view line) {
    if (send_line(fd_, line)) return true;  //@ 1
    if (errno == EAGAIN || errno == ENOBUFS) return false;  //@ 2
    return connect_to(fd_, options_.path) && send_line(fd_, line);  //@ 3
}
//#endregion syslog

//#region reopen
bool Log::reopen() {
    if (options_.target != LogTarget::file) return true;
    const Fd opened = open_log_file(options_.path);  //@ 1
    // dup3 puts the new file under the old number in one step: no thread ever finds it closed.
    if (opened && ::dup3(opened.get(), fd_.get(), O_CLOEXEC) != -1) {  //@ 2
        reopen_failed_ = false;
        return true;
    }
    const int reason = errno;  //@ 3
    if (!reopen_failed_.exchange(true))
        error("log: cannot open {} again: {}; going on with the old file", options_.path,  //@ 3
              error_text(reason));
    return false;
}
//#endregion reopen
//#endregion exercise-11

namespace {

Fd open_target(const LogOptions& options) {
    switch (options.target) {
        case LogTarget::standard_error:
        case LogTarget::journal:
            return Fd();  // number 2 is not ours
        case LogTarget::file: {
            Fd file = open_log_file(options.path);
            check(file.get(), "open", options.path);
            return file;
        }
        case LogTarget::syslog:
            return Fd(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                            "socket", "for the system log"));
    }
    return Fd();
}

}  // namespace

Log::Log(LogOptions options) : options_(std::move(options)), level_(options_.level) {
    if (options_.target == LogTarget::syslog && options_.path.empty()) options_.path = "/dev/log";
    options_.program = shown_name(options_.program);
    fd_ = open_target(options_);
}

void Log::take_over(const Fd& file) {
    if (options_.target == LogTarget::file) check(::dup3(file.get(), fd_.get(), O_CLOEXEC), "dup3");
}

}  // namespace waymark::daemon
