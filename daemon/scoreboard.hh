// How busy each worker process is, in memory that all of them share (mmap(2), MAP_SHARED). The
// workers write, their parent reads and decides how many there should be. Only lock-free atomics: a
// worker may be killed in the middle of anything, and a lock that a dead process holds stays
// locked.
//
// It is a guess the moment it is read, and good enough for a decision made every second. It refuses
// to be the truth about which worker lives: that only wait(2) knows.

#pragma once

#include <cstddef>
#include <cstdint>

namespace waymark::daemon {

class Scoreboard {
    struct Slot;

  public:
    // Room for `slots` workers (at least 1). Made before fork(2), which is how the others get it.
    // Throws std::system_error.
    explicit Scoreboard(std::size_t slots);
    Scoreboard(const Scoreboard&) = delete;
    Scoreboard& operator=(const Scoreboard&) = delete;
    ~Scoreboard();

    struct Score {
        unsigned crew = 0;  // threads that are up
        unsigned busy = 0;  // those of them with a client
        std::uint64_t served = 0;
        bool leaving = false;  // takes no more clients
    };
    Score read(std::size_t slot) const;
    std::size_t size() const { return size_; }

    // By the parent, before it starts a worker in a slot: the one before may have been killed while
    // it was busy.
    void clear(std::size_t slot);

    // By a worker: one more thread of the crew is up; no more clients are taken.
    void join(std::size_t slot);
    void leave(std::size_t slot);

    // A thread is busy for the length of a scope, and has served one client at its end.
    class Busy {
      public:
        Busy(Scoreboard& board, std::size_t slot);
        Busy(const Busy&) = delete;
        Busy& operator=(const Busy&) = delete;
        ~Busy();

      private:
        Slot& slot_;
    };

  private:
    std::size_t size_;
    Slot* slots_;
};

}  // namespace waymark::daemon
