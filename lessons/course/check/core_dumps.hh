// Children that have left a core, without one: a real core takes as much disk as its process had
// memory, and goes wherever the machine's owner has said (core(5)). While a CoresAreTold exists, in
// this process or one that it forks, each wait tells of a child that a signal has ended as of one
// that left a core: WCOREDUMP in the status of waitpid(2) and its like, CLD_DUMPED by waitid(2).

#pragma once

namespace waymark::course::check {

// One at a time.
class CoresAreTold {
  public:
    CoresAreTold();
    CoresAreTold(const CoresAreTold&) = delete;
    CoresAreTold& operator=(const CoresAreTold&) = delete;
    ~CoresAreTold();
};

// For the waits (interposed.cc).
bool cores_are_told();

}  // namespace waymark::course::check
