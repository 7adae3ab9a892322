// Who descends from whom, read from /proc (proc(5)), and how a whole tree is ended. A program that
// runs other people's programs must be able to say what they left behind: a process whose parent
// ended becomes the child of the nearest ancestor that asked for it (PR_SET_CHILD_SUBREAPER), so
// even a daemon that forked twice stays in sight.
//
// The picture is a snapshot: processes come and go while it is taken. Ending a tree repeats the
// look until nothing is left, and is bounded.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/deadline.hh"

namespace waymark::course {

struct Process {
    pid_t pid;
    pid_t parent;
    pid_t session;
    char state;  // as in /proc/PID/stat: R S D T Z and others
    int threads;
    std::chrono::milliseconds processor_time;  // with that of the children that it has collected
    std::string name;  // at most 15 bytes, as the kernel keeps it

    bool zombie() const { return state == 'Z' || state == 'X'; }
};

// "runs", "sleeps", "zombie" and so on; the letter in words.
std::string state_in_words(char state);

// Processes that lose their parent come to this one from now on. Throws std::system_error.
void become_subreaper();

// All descendants of `ancestor`, parents before children, without itself.
std::vector<Process> descendants_of(pid_t ancestor);

// What they have had of the processors so far.
std::chrono::milliseconds processor_time_of_descendants(pid_t ancestor);

// SIGKILL to all descendants of this process until none is left that is no zombie, and collects
// those that became children of ours. `keep` and what descends from it is left alone (0: nobody).
// False if some are left at the deadline.
bool end_descendants(daemon::Deadline deadline, pid_t keep = 0);

// The same for the descendants of another process: those cannot be collected here.
bool end_descendants_of(pid_t ancestor, daemon::Deadline deadline);

// How often each thread of the descendants of a process has been given a processor, by thread id;
// nothing if one of them has it or waits for it or for a device. The same answer twice: nobody has
// done anything in between. (/proc/PID/task/TID/status: State and the two ctxt_switches.)
std::optional<std::map<pid_t, std::uint64_t>> context_switches_if_asleep(pid_t ancestor);

// What a thread waits for, or the main thread of a process: "waits in read on descriptor 3,
// pipe:[4711]", "is stopped", from /proc/PID/{status,syscall,fd}. As much of it as may be read.
std::string describe_wait(pid_t pid);

struct Thread {
    pid_t process;
    pid_t id;
    std::string name;
};
// The threads of a process, without the one that the thread sanitizer has for itself.
std::vector<Thread> threads_of(pid_t process);

// Whether a signal would run a handler in this thread now.
bool answers_signal(pid_t thread, int signal);

}  // namespace waymark::course
