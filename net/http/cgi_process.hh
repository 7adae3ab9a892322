// A CGI program that runs: a child in a process group of its own, with three pipes. Whatever it
// starts itself is in its group, unless it takes pains to leave it, and ends with it.
//
// It is started by posix_spawn(3): a child of fork(2) in a process with threads may hold a lock of
// a thread that does not exist in it, and fork copies the page tables of a large server. Of our
// descriptors it has the three pipes alone, and no signal is blocked or ignored in it.

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "daemon/children.hh"
#include "daemon/fd.hh"

namespace waymark::net::http {

class CgiProcess {
  public:
    struct Command {
        std::string file;  // executed, without a search along PATH
        std::string directory;
        std::vector<std::string> arguments;  // after the file
        std::vector<std::string> environment;
    };

    // Throws std::system_error if there is no process to be had, or the file cannot be executed.
    // SIGCHLD must not be ignored (wait(2), NOTES). 0, 1 and 2 must be open in this process.
    explicit CgiProcess(const Command& command);
    CgiProcess(const CgiProcess&) = delete;
    CgiProcess& operator=(const CgiProcess&) = delete;
    // Kills the group, and collects the process.
    ~CgiProcess();

    // To be taken by whoever reads and writes: what the program reads, writes, and complains of.
    daemon::Fd input;
    daemon::Fd output;
    daemon::Fd errors;
    // Readable once the program has ended (pidfd_open(2)).
    daemon::Fd ended;

    bool has_ended() const;
    // SIGKILL to all of its group. A group lives as long as its leader is not collected, so no
    // other one is hit.
    void kill() const;
    // Kills the group, waits for the program, and tells how it ended: by itself, if it had ended.
    daemon::ExitStatus collect();

  private:
    pid_t pid_ = -1;
};

}  // namespace waymark::net::http
