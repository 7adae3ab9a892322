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
    // At least `size` bytes, aligned for what asks for no more than std::max_align_t: a coroutine
    // keeps nothing with a stricter alignas across a wait. give() takes them back with the same
    // size, on any thread.
    static void* take(std::size_t size);
    static void give(void* frame, std::size_t size) noexcept;
};

}  // namespace waymark::net
