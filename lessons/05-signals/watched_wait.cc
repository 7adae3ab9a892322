#include "watched_wait.hh"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>

#include "daemon/error.hh"
#include "lessons/course/check/processes.hh"

namespace waymark::course::check {

namespace {

// A process that was woken may be without a processor for a while, but then it is not asleep.
constexpr int kLooksUntilAsleep = 25;
constexpr int kMillisecondsBetweenLooks = 2;
constexpr int kLooksInAll = 2000;

// True if it ended, false if it sleeps at every look for a while.
bool ends_before_it_sleeps(pid_t pid, int& status) {
    int asleep = 0;
    for (int look = 0; asleep < kLooksUntilAsleep && look < kLooksInAll; ++look) {
        if (::waitpid(pid, &status, WNOHANG) == pid) return true;
        asleep = process_state(pid) == 'S' ? asleep + 1 : 0;
        ::poll(nullptr, 0, kMillisecondsBetweenLooks);
    }
    return false;
}

void end(pid_t pid, int& status) {
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, &status, 0) == -1 && errno == EINTR) {
    }
}

int result_of(const std::function<int()>& body, WaitBoard& board) {
    try {
        return body();
    } catch (const std::exception& error) {
        std::string(error.what()).copy(board.thrown, sizeof board.thrown - 1);
        return -1;
    }
}

}  // namespace

WatchedWait watch_wait(WaitBoard& board, int signal, const std::function<int()>& body) {
    const pid_t pid = daemon::check(::fork(), "fork");
    if (pid == 0) ::_exit(result_of(body, board));
    WatchedWait seen;
    int status = 0;
    bool ended = ends_before_it_sleeps(pid, status);
    if (!ended && !board.sent) {
        board.other_asleep = board.other.count();
        board.sent = true;
        ::kill(pid, signal);
        ended = ends_before_it_sleeps(pid, status);
    }
    if (!ended) end(pid, status);
    seen.missed = !ended;
    seen.returned = ended && WIFEXITED(status);
    seen.thrown = board.thrown;
    if (seen.returned) seen.result = WEXITSTATUS(status);
    if (ended && WIFSIGNALED(status)) seen.killed_by = WTERMSIG(status);
    return seen;
}

}  // namespace waymark::course::check
