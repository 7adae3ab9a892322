// Some children of one process: started, asked which have ended, ended in order. The slides run
// their demos with it, and for the reason of child_process.hh not with daemon::Children: in a
// learner's copy that module is the exercise, and decks are to run before anybody has written it.

#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "daemon/deadline.hh"
#include "lessons/course/child_process.hh"

namespace waymark::course {

class ChildGroup {
  public:
    struct Ended {
        pid_t pid;
        Ending ending;
    };

    // The child gets SIGTERM when this process ends (PR_SET_PDEATHSIG). Throws std::system_error.
    pid_t start(const std::function<int()>& body);
    // Collects those that have ended, without waiting. One that somebody else collected is
    // forgotten.
    std::vector<Ended> reap();
    // Whether it was started here and not yet collected.
    bool has(pid_t pid) const { return children_.contains(pid); }
    bool empty() const { return children_.empty(); }
    // SIGTERM to all, also to those that are stopped; at `grace` SIGKILL to the rest. None is left.
    void end_all(daemon::Deadline grace);

  private:
    std::map<pid_t, std::unique_ptr<ChildProcess>> children_;
};

}  // namespace waymark::course
