// The parent of a case: a process between the case and its runner, which does nothing but wait. Who
// writes their first kill(2) may signal getppid(), and that must not be `./waymark` itself, with
// the learner's shell waiting for it, nor the grader with everybody's points.
//
// What it is not: a lock. A program that looks for the runner in /proc and ends it can do so.

#pragma once

#include <functional>
#include <optional>

#include "daemon/fd.hh"
#include "lessons/course/child_process.hh"

namespace waymark::course {

class KeptCase {
  public:
    // Runs `body` in a child of the keeper; it is killed when the keeper ends. Throws
    // std::system_error.
    explicit KeptCase(const std::function<int()>& body);

    pid_t keeper() const { return keeper_.pid(); }
    // Readable when the case has ended, or its keeper.
    const daemon::Fd& process() const { return keeper_.process(); }
    bool has_ended() const { return keeper_.has_ended(); }
    // How the case ended; nothing if somebody ended the keeper first. To be called once. Throws
    // std::system_error.
    std::optional<Ending> wait();

  private:
    daemon::Pipe status_ = daemon::make_pipe();
    ChildProcess keeper_;
};

}  // namespace waymark::course
