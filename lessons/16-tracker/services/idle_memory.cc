#include "services/idle_memory.hh"

#include <malloc.h>

#include <utility>

namespace waymark::tracker {

void IdleMemory::look(std::uint64_t done) {
    if (std::exchange(done_, done) != done)
        quiet_ = 0;
    else if (quiet_ < kQuietLooks && ++quiet_ == kQuietLooks)
        give_back();
}

void IdleMemory::give_back() {
    release_();
    ::malloc_trim(0);
    log_.debug("idle: memory that the work before needed is given back");
}

}  // namespace waymark::tracker
