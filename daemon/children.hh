// Child processes that run a function of this program, and what became of them. Who starts a child
// must also collect it (wait(2)): until then the kernel keeps it as a zombie, with its exit status.
//
// A child here never comes back into its parent's code: it runs its function and ends with
// _exit(2). What is refused: process ids that are not our own children. kill(2) with -1 would
// signal every process that we may signal, and 0 our own group.

#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::daemon {

// How a process ended: by its own exit code, or killed by a signal. Never both.
class ExitStatus {
  public:
    // From the status that wait(2) gives, WIFEXITED or WIFSIGNALED.
    static ExitStatus from_wait(int wait_status) { return ExitStatus(wait_status); }

    bool exited() const;
    bool killed() const;
    int code() const;          // only if exited()
    int signal() const;        // only if killed()
    bool core_dumped() const;  // only if killed()
    bool success() const { return exited() && code() == 0; }

    // In words: "exit status 3", "killed by signal 9 (Killed)".
    std::string describe() const;

    friend bool operator==(ExitStatus a, ExitStatus b) = default;

  private:
    explicit ExitStatus(int wait_status) : wait_status_(wait_status) {}
    int wait_status_;
};

// A descriptor that names a process whatever becomes of its number (pidfd_open(2)), close-on-exec;
// poll(2) says readable when the process has ended. Owns nothing if there is no such process.
Fd open_process(pid_t pid);

class Children {
  public:
    struct Ended {
        pid_t pid;
        ExitStatus status;
    };

    // SIGCHLD must not be ignored: the kernel then throws the exit statuses away. A program may
    // inherit that from whoever started it, so it is set back to its default here. A handler stays.
    Children();
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;
    // Ends the children that are left, without grace, and collects them: none outlives its owner.
    ~Children();

    // Starts a process that runs `body` and ends with its result as exit status. What it throws is
    // printed (print_error), and becomes exit status 100 (UsageError) or 111. The child has default
    // signal actions and an empty mask, no other children, and gets `parent_death_signal` when the
    // thread that started it ends (PR_SET_PDEATHSIG; 0 for none). It runs no destructor of the
    // parent's objects and no atexit handler. What either of the two prints with stdio is written
    // once, also what was still in a buffer. Start children before threads: only the calling thread
    // exists in the child, and a lock that another one held stays locked. Throws std::system_error
    // if fork(2) fails.
    pid_t start(const std::function<int()>& body, int parent_death_signal = SIGTERM);

    // Collects every child that has ended, without waiting. Call it once for each SIGCHLD: signals
    // merge, so one of them may stand for many children. Only our own children are asked for:
    // waitpid(-1) would also take the status of a child that another part of the program waits for.
    // A child that somebody else has collected is forgotten; that is no error, and a process that
    // has its number meanwhile is left alone, as in signal_all().
    std::vector<Ended> reap();

    // Sends `signal` to all of them, or to one; a number that is not in running() is left alone. A
    // child that has ended meanwhile is no error. A process that got the number of a child that
    // somebody else collected is not meant, and not hit: the descriptor names the child. Only where
    // there was no descriptor to spare it goes by number.
    void signal_all(int signal);
    void signal_one(pid_t pid, int signal);

    // SIGTERM to all (a stopped one is continued, so that it can hear it), then waits until all
    // have ended or `grace` has come, then SIGKILL to the rest. Returns when no child is left.
    std::vector<Ended> terminate_all(Deadline grace);

    // Those started and not yet collected.
    const std::set<pid_t>& running() const { return running_; }

  private:
    // In the parent: `pid` is a child now. Keeps it in running_, and a descriptor of it.
    void note(pid_t pid);

    // In the child: asks for the parent-death signal, runs `body`, and gives the exit status, also
    // of a body that throws. `parent` is the process that forked.
    int result_of(const std::function<int()>& body, int parent_death_signal, pid_t parent) noexcept;

    // Strikes off running_ whom somebody else has collected, as far as there are descriptors that
    // tell it. waitpid(2) goes by number: it would take the status of a stranger, or wait for him.
    void forget_collected();

    // Sleeps until `pid` has ended or `deadline` has come. It may return earlier; look again.
    void sleep_until_ended(pid_t pid, Deadline deadline) const;

    std::set<pid_t> running_;
    std::map<pid_t, Fd> processes_;  // of them; what is not in running_ any more is of no meaning
};

}  // namespace waymark::daemon
