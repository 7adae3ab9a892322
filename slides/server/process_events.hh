// Each fork, exec and exit among the descendants of this process, as the kernel tells them
// (perf_event_open(2): records of tasks, from a counter that counts nothing). A look at /proc sees
// what is there at that moment; of a process that lives for a millisecond it sees nothing.
//
// Why not ptrace(2): it stops what it watches, a signal that is ignored interrupts it all the same,
// its parent's wait waits for us, and no other tracer can look, the leak sanitizer for example.
// Nothing of that is so here.
//
// It is refused where kernel.perf_event_paranoid is above 2 and we are not root, and in many
// containers. Then is_open() is false, and /proc is all there is. Threads are not told, and a
// process that has become another user's by exec may be passed over.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/fd.hh"

namespace waymark::slides {

struct ProcessEvent {
    enum class Kind { fork, exec, exit };
    Kind kind;
    pid_t pid;
    pid_t parent = 0;     // of fork
    std::string command;  // of exec: the name that the kernel keeps, at most 15 bytes
    std::chrono::steady_clock::time_point at;
};

class ProcessEvents {
  public:
    // Of what this process forks from now on, and of what that forks; unless `ask` is false.
    explicit ProcessEvents(bool ask = true);
    ~ProcessEvents();
    ProcessEvents(const ProcessEvents&) = delete;
    ProcessEvents& operator=(const ProcessEvents&) = delete;

    bool is_open() const { return !rings_.empty(); }
    // What has come since the last call, in the order of time.
    std::vector<ProcessEvent> take();
    // How many records the kernel had no room for; before Linux 6.0 those of which it has told since.
    std::uint64_t missed() const;

  private:
    // One for each processor: the kernel writes without asking another one.
    struct Ring {
        daemon::Fd counter;
        void* memory;
    };
    bool add_ring(int processor);
    void close();
    void take_ring(const Ring& ring, std::vector<ProcessEvent>& events);
    void take_record(const std::vector<char>& record, std::vector<ProcessEvent>& events);

    std::vector<Ring> rings_;
    std::size_t page_bytes_;
    bool can_ask_missed_ = true;
    std::uint64_t missed_ = 0;  // as records told
};

}  // namespace waymark::slides
