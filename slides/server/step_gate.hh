// Where a demo stops until the lecturer goes on. A program finds the gate's path in its environment
// as WAYMARK_STEPS; at the end of a step it connects to it (unix(7)) and reads to the end of the
// file, which is "Next". Nothing is sent. So no descriptor is inherited that a slide about
// descriptors would show, children and daemons may do the same, and the end of the keeper lets
// everybody through.

#pragma once

#include <filesystem>
#include <vector>

#include "daemon/fd.hh"

namespace waymark::slides {

class StepGate {
  public:
    static constexpr const char* kVariable = "WAYMARK_STEPS";

    // Makes the socket in `folder`. Where its path is too long for a socket's name there is no
    // gate, and demos run on as they do without one. Throws std::system_error.
    explicit StepGate(const std::filesystem::path& folder);

    // "" without a gate.
    const std::filesystem::path& path() const { return path_; }
    // For poll(2): readable when somebody comes. -1 without a gate.
    int descriptor() const { return listener_.get(); }

    // Takes in who has come, without waiting, and forgets who is gone; how many came.
    std::size_t take_in();
    bool is_waiting() const { return !waiting_.empty(); }
    // Lets through all that wait.
    void open() { waiting_.clear(); }

  private:
    std::filesystem::path path_;
    daemon::Fd listener_;
    std::vector<daemon::Fd> waiting_;
};

}  // namespace waymark::slides
