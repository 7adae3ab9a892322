// Where a daemon speaks, once its terminal is gone. Above: what a line begins with (append_head),
// and connect_to for the system log's socket. Below: how a log comes to be. daemon/log.hh has the
// promises; write_quietly() (daemon/quiet_write.hh) writes without SIGPIPE and SIGXFSZ, goes on
// after EINTR and after a part, and gives how many bytes were written.

namespace {

// Write this. Opens the file for appending, creates it if it is not there (mode 0640), close-on-exec
// from birth. An empty Fd and errno if that fails.
Fd open_log_file(const std::string&) {
    errno = ENOSYS;
    return Fd();
}

// Write this. One send(2) of the whole line, which neither waits nor raises SIGPIPE. True if it was
// sent; false, with errno, if not.
bool send_line(const Fd&, std::string_view) {
    errno = ENOSYS;
    return false;
}

}  // namespace

// Write this. Everything that info(), error() and the others are given comes here.
//
//   A severity that the level leaves out (wants()) does nothing.
//   Otherwise: the message is formatted, fmt::vformat_to_n, of which the first kLongestLine + 1
//   bytes are enough, and given to write_line(). Nothing is thrown, also if a formatter throws: then
//   the line counts as lost (lost_ and unreported_). errno is as before, in every case.
void Log::write(Severity, fmt::string_view, fmt::format_args) noexcept {}

// Write this. Delivers one line. If that fails, lost_ and unreported_ are one more. If it goes well,
// and lines were lost before it, a line follows, with severity warning whatever the level is:
//
//   log: 3 lines before this one were lost
//
// unreported_ is 0 then; if this line itself cannot be delivered, its number goes into the next one,
// and lost_ stays. Several threads do this at once: each lost line is told of once.
void Log::write_line(Severity, std::string_view) {}

// Write this. One line: append_head, append_escaped, and '\n' where the target is not the system
// log, whose datagrams end by themselves. One write for all of it: write_quietly to fd_, or to
// STDERR_FILENO where fd_ owns nothing; for the system log send_to_syslog. True if all of it is out.
//
// Where only a part of the line was written (is_torn_), the next line that is written begins with
// '\n': so the part stands on a line of its own, also when lines between them were lost as a whole,
// and after reopen().
bool Log::deliver(Severity severity, std::string_view) {
    LineBuffer line;
    append_head(line, options_, severity);
    return false;
}

// Write this. send_line(); if that fails: a full queue (EAGAIN, ENOBUFS) is no reason to connect
// again, the line is lost. After any other failure connect_to(fd_, options_.path), and send_line()
// once more. Never waits. True if it was sent.
bool Log::send_to_syslog(std::string_view) {
    static_cast<void>(&connect_to);
    static_cast<void>(&send_line);
    return false;
}

// Write this. For a log that is no file: true, and nothing is done. For a file: the file that has
// options_.path now takes the place of the old one, under the same descriptor number and in one step
// (dup3(2)), close-on-exec; lines that other threads write meanwhile go to one of the two. True.
//
// If that fails: false, and the old file stays in use. The first failure of a row is logged there:
//
//   error("log: cannot open {} again: {}; going on with the old file", options_.path, the reason)
//
// with the reason in words, daemon::error_text(the errno of the call that failed). reopen_failed_
// remembers that; a reopen that goes well ends the row. No descriptor is left open.
bool Log::reopen() {
    return false;
}
