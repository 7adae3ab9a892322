#include "daemon/children.hh"

#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/error.hh"
#include "daemon/signals.hh"

namespace waymark::daemon {

//#region exercise-01
//#region exit-status
bool ExitStatus::exited() const {  //@ 1..
    return WIFEXITED(wait_status_);
}  //@ ..1

bool ExitStatus::killed() const {  //@ 2..
    return WIFSIGNALED(wait_status_);
}  //@ ..2

int ExitStatus::code() const {  //@ 3..
    assert(exited());
    return WEXITSTATUS(wait_status_);
}  //@ ..3

int ExitStatus::signal() const {
    assert(killed());
    return WTERMSIG(wait_status_);
}
//#endregion exit-status

//#region start
pid_t Children::start(const std::function<int()>& body, int parent_death_signal) {
    // What stdio's buffers hold would be in the child's copy, and written twice.
    std::fflush(nullptr);  //@ 1
    const pid_t parent = ::getpid();
    // No signal reaches the child while it still has the parent's handlers.
    const SignalMask mask = SignalMask::all();  //@ 2
    const pid_t pid = check(::fork(), "fork");
    if (pid == 0) {
        reset_all_signals();
        running_.clear();  // they are siblings now, and their own business  //@ 3
        const int code = result_of(body, parent_death_signal, parent);
        // exit(3) would run the parent's atexit functions and destructors again.
        // _exit(2) does not, nor does it write what the child has printed.
        std::fflush(nullptr);  //@ 4..
        ::_exit(code);         //@ ..4
    }
    note(pid);
    return pid;
}
//#endregion start

namespace {

//#region look
struct Look {
    bool still_running;
    std::optional<ExitStatus> status;  // nothing if somebody else has collected it
};

// Asks for the end of `pid`; with `options` 0 it waits for it, with WNOHANG it only looks.
Look look_at(pid_t pid, int options) {
    int status = 0;
    pid_t result = -1;
    while ((result = ::waitpid(pid, &status, options)) == -1 && errno == EINTR) {
    }
    if (result == 0) return {true, std::nullopt};
    // ECHILD is no error of ours: the child is gone, and nobody can say any more how.
    if (result == -1) return {false, std::nullopt};
    return {false, ExitStatus::from_wait(status)};
}
//#endregion look

}  // namespace

//#region reap
std::vector<Children::Ended> Children::reap() {
    forget_collected();  // by somebody else: their numbers may be those of strangers now
    std::vector<Ended> ended;
    for (auto child = running_.begin(); child != running_.end();) {             //@ 1..
        const Look look = look_at(*child, WNOHANG);                             //@ ..1
        if (look.status) ended.push_back({*child, *look.status});               //@ 2
        child = look.still_running ? std::next(child) : running_.erase(child);  //@ 3
    }
    return ended;
}
//#endregion reap

//#region terminate-all
std::vector<Children::Ended> Children::terminate_all(Deadline grace) {
    signal_all(SIGTERM);  //@ 1..
    signal_all(SIGCONT);  // a stopped process gets its SIGTERM only when it goes on  //@ ..1
    std::vector<Ended> ended = reap();
    while (!running_.empty() && !grace.expired()) {  //@ 2..
        sleep_until_ended(*running_.begin(), grace);
        std::ranges::move(reap(), std::back_inserter(ended));
    }                     //@ ..2
    signal_all(SIGKILL);  //@ 3..
    for (const pid_t pid : std::exchange(running_, {})) {
        const Look look = look_at(pid, 0);
        if (look.status) ended.push_back({pid, *look.status});
    }  //@ ..3
    return ended;
}
//#endregion terminate-all
//#endregion exercise-01

}  // namespace waymark::daemon
