#include "line_output.hh"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "daemon/error.hh"
#include "local_host.hh"
#include "syslog_reader.hh"

namespace waymark::logrelay {

using daemon::Deadline;

namespace {

constexpr std::chrono::milliseconds kLook{10};  // between two looks whether there is room

bool stdout_has_room() {
    pollfd out{STDOUT_FILENO, POLLOUT, 0};
    return ::poll(&out, 1, 0) == 1;
}

// A pipe that has room takes a line of PIPE_BUF bytes at once; a longer one may wait here.
void write_line(std::string_view line) {
    std::string rest = std::string(line) + '\n';
    while (!rest.empty()) {
        const ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (count == -1 && errno != EINTR) daemon::fail(errno, "write", "standard output");
        if (count > 0) rest.erase(0, static_cast<std::size_t>(count));
    }
}

}  // namespace

LineOutput::LineOutput(net::EventLoop& loop, const ClientOptions& options, daemon::Log& log)
    : loop_(loop), options_(options), log_(log), own_host_(own_host_name()), nobody_(loop) {
    if (options.is_to_stdout()) return;
    local_ = std::make_unique<LocalLog>(options.to, [this](std::uint64_t count) {
        const std::string text =
            fmt::format("{} messages were lost here: the system log took nothing", count);
        return line_of(read_syslog(own_message(own_host_, "LOST", text), {}));
    });
}

std::string LineOutput::line_of(const SyslogMessage& message) const {
    return options_.form == LineForm::local ? to_local_form(message, own_host_)
                                            : to_rfc5424(message);
}

bool LineOutput::hand_over_now(std::string_view line) {
    if (!put(line)) return false;
    ++handed_over_;
    note_up();
    return true;
}

net::Task<void> LineOutput::hand_over(std::string_view line) {
    const Deadline deadline = !local_    ? Deadline::never()
                              : is_down_ ? Deadline(loop_.now())
                                         : Deadline::after(options_.hand_over_time, loop_.now());
    while (!hand_over_now(line)) {
        if (deadline.expired()) {
            note_down();
            local_->give_up_one();
            co_return;
        }
        const Deadline next_look = Deadline::after(kLook);
        co_await nobody_.wait(next_look);
    }
}

bool LineOutput::put(std::string_view line) {
    if (local_) return local_->put(line);
    if (!stdout_has_room()) return false;
    write_line(line);
    return true;
}

void LineOutput::note_down() {
    const int reason = errno;
    if (std::exchange(is_down_, true)) return;
    lost_before_ = local_->lost();
    log_.warning("{} takes nothing: {}; messages are given up", options_.to,
                 daemon::error_text(reason));
}

void LineOutput::note_up() {
    if (!std::exchange(is_down_, false)) return;
    log_.notice("{} takes messages again; {} were lost", options_.to,
                local_->lost() - lost_before_);
}

}  // namespace waymark::logrelay
