// A child of the course's own programs. It does a part of what daemon::Children does, and must
// stand alone: in a learner's copy of the repository daemon/children is the exercise, and the
// program that judges an exercise cannot be built on it.

#pragma once

#include <sys/types.h>

#include <csignal>
#include <functional>
#include <optional>
#include <string>

#include "daemon/fd.hh"

namespace waymark::course {

// How a process ended, from the status that wait(2) gives.
class Ending {
  public:
    explicit Ending(int wait_status) : wait_status_(wait_status) {}
    bool killed() const;
    bool success() const { return exited_with(0); }
    bool exited_with(int code) const;
    // "exit status 3", "killed by signal 9 (Killed)".
    std::string describe() const;
    // As wait(2) gave it, for who hands it on.
    int status() const { return wait_status_; }

  private:
    int wait_status_;
};

class ChildProcess {
  public:
    // Forks; the child runs `body` with default signals, ends with its result, and gets
    // `parent_death_signal` when this process ends. Throws std::system_error.
    explicit ChildProcess(const std::function<int()>& body, int parent_death_signal = SIGKILL);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    // Kills it, if it runs, and collects it, if nobody has.
    ~ChildProcess();

    pid_t pid() const { return pid_; }
    // Readable when it has ended (pidfd_open(2)).
    const daemon::Fd& process() const { return process_; }
    // Waits for its end and collects it; to be called once. Throws std::system_error.
    Ending wait();
    // Without waiting: whether it has ended, and then how; nothing if somebody else collected it.
    bool has_ended() const;
    std::optional<Ending> collect();
    // To this very child, whatever has become of its number.
    void signal(int signal) const;

  private:
    pid_t pid_;
    daemon::Fd process_;
};

}  // namespace waymark::course
