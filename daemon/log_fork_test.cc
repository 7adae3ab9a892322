// A log in a child that was forked while other threads were logging: whatever lock one of them held
// would be locked there for ever.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "daemon/log.hh"
#include "daemon/log_under_test.hh"

using namespace waymark::daemon;

namespace {

// Two threads that log without a pause for the length of a scope.
class BusyThreads {
  public:
    explicit BusyThreads(Log& log) {
        for (int i = 0; i < 2; ++i)
            threads_.emplace_back([this, &log] {
                while (!is_over_) log.info("from a thread");
            });
    }
    ~BusyThreads() {
        is_over_ = true;
        for (std::thread& thread : threads_) thread.join();
    }

  private:
    std::atomic<bool> is_over_ = false;
    std::vector<std::thread> threads_;
};

// A child that logs one line has ended, and not by the alarm of one that hangs. No Children here:
// they ask that children come before threads.
bool child_logs(Log& log) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::alarm(60);
        log.info("from a child");
        ::_exit(0);
    }
    int status = 0;
    return pid > 0 && ::waitpid(pid, &status, 0) == pid && status == 0;
}

}  // namespace

TEST_CASE("a child that was forked beside threads that log can log") {
    Log log({.target = LogTarget::file, .path = "/dev/null"});
    const BusyThreads threads(log);
    bool all = true;
    for (int i = 0; i < 300 && all; ++i) all = child_logs(log);
    CHECK(all);
}
