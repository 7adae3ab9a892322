#include "daemon/scoreboard.hh"

#include <sys/mman.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <new>

#include "daemon/error.hh"

namespace waymark::daemon {

// A cache line each: neighbours that write would wait for one another.
struct alignas(64) Scoreboard::Slot {
    std::atomic<std::uint32_t> crew = 0;
    std::atomic<std::uint32_t> busy = 0;
    std::atomic<std::uint64_t> served = 0;
    std::atomic<bool> leaving = false;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);

Scoreboard::Scoreboard(std::size_t slots) : size_(slots) {
    assert(slots > 0);
    void* const memory = ::mmap(nullptr, slots * sizeof(Slot), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) fail(errno, "mmap", "scoreboard");
    slots_ = new (memory) Slot[slots];
}

// The slots have nothing to destroy.
Scoreboard::~Scoreboard() {
    ::munmap(slots_, size_ * sizeof(Slot));
}

Scoreboard::Score Scoreboard::read(std::size_t slot) const {
    assert(slot < size_);
    const Slot& from = slots_[slot];
    return {from.crew.load(), from.busy.load(), from.served.load(), from.leaving.load()};
}

void Scoreboard::clear(std::size_t slot) {
    assert(slot < size_);
    Slot& cleared = slots_[slot];
    cleared.crew.store(0);
    cleared.busy.store(0);
    cleared.served.store(0);
    cleared.leaving.store(false);
}

void Scoreboard::join(std::size_t slot) {
    assert(slot < size_);
    slots_[slot].crew.fetch_add(1);
}

void Scoreboard::leave(std::size_t slot) {
    assert(slot < size_);
    slots_[slot].leaving.store(true);
}

Scoreboard::Busy::Busy(Scoreboard& board, std::size_t slot) : slot_(board.slots_[slot]) {
    slot_.busy.fetch_add(1);
}

Scoreboard::Busy::~Busy() {
    slot_.served.fetch_add(1);
    slot_.busy.fetch_sub(1);
}

}  // namespace waymark::daemon
