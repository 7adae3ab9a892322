#include "lessons/course/case_keeper.hh"

#include <unistd.h>

#include <cerrno>

#include "daemon/error.hh"

namespace waymark::course {

namespace {

// So few bytes are written and read whole (pipe(7), PIPE_BUF).
int keep(const std::function<int()>& body, const daemon::Fd& told) {
    ChildProcess child(body);
    const int status = child.wait().status();
    ssize_t written = -1;
    while ((written = ::write(told.get(), &status, sizeof status)) == -1 && errno == EINTR) {
    }
    daemon::check(written, "write");
    return 0;
}

}  // namespace

KeptCase::KeptCase(const std::function<int()>& body)
    : keeper_([&] { return keep(body, status_.writing); }) {
    status_.writing.reset();
}

std::optional<Ending> KeptCase::wait() {
    keeper_.wait();
    daemon::set_nonblocking(status_.reading, true);  // who was left behind may hold its other end
    int status = 0;
    ssize_t count = -1;
    while ((count = ::read(status_.reading.get(), &status, sizeof status)) == -1 &&
           errno == EINTR) {
    }
    if (count != sizeof status) return std::nullopt;
    return Ending(status);
}

}  // namespace waymark::course
