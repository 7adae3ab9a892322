// Memory for coroutine frames. A server makes and ends the same few kinds of frames over and over,
// so a freed frame is kept and given to the next coroutine of its size: no lock, no search. The
// pool belongs to a thread; what it keeps is bounded, the rest goes back to the heap.
//
// Under the address sanitizer nothing is kept: a frame that is used after its end must be seen.

#pragma once

#include <cstddef>

namespace waymark::net {

class FramePool {
  public:
    // At least `size` bytes, aligned for any type; give() takes them back with the same size. A
    // frame may be given back on another thread than the one that took it.
    static void* take(std::size_t size);
    static void give(void* frame, std::size_t size) noexcept;
};

}  // namespace waymark::net
