// Pieces that checks about processes are made of: what a process looks like from outside, and how
// two processes are kept in order without sleeping.

#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/fd.hh"

namespace waymark::course::check {

// One-way gate between processes, made before the fork: who waits goes on when
// somebody opens it, or when every process that could open it is gone. Both ends are close-on-exec.
class Gate {
  public:
    Gate();
    void open();            // to be called once
    bool wait();            // true: opened; false: nobody is left to open it
    void forget_opening();  // in a process that will not open it: its death must not be waited for
    int waiting_fd() const { return pipe_.reading.get(); }
    int opening_fd() const { return pipe_.writing.get(); }

  private:
    daemon::Pipe pipe_;
};

// The letter of /proc/PID/stat (R S D T Z), or 0 if there is no such process.
char process_state(pid_t pid);
bool is_zombie(pid_t pid);

// Waits in poll(2) until the process has ended (it may be a zombie afterwards); false after ten
// seconds.
bool wait_until_ended(pid_t pid);

// Zombies included.
std::vector<pid_t> children_of(pid_t parent);

// A line of /proc/PID/status ("SigBlk"), without its name and white space; empty if it is not
// there.
std::string status_line(pid_t pid, std::string_view name);

// Runs `body` in a process of the check's own, which is collected here, and gives its wait status.
// For what must not be done to the check itself: a signal, a limit. The body tells no story (no
// step, no expect); it gives a number, and the check says what that means.
int in_a_process(const std::function<int()>& body);

}  // namespace waymark::course::check
