// For tests: memory that runs out at the n-th allocation from now, once or from then on, and how
// much is in use. The functions of the C++ library are replaced in the program that includes this
// (once).
//
//     const int failures = at_each_allocation([](Shortage& shortage) {
//         Something something;                      // with all memory that it needs
//         shortage.during([&] { something.go(); }); // what it throws then is of no interest
//         CHECK(something.goes_on());               // with memory again
//     });
//     CHECK(failures > 3);

#pragma once

#include <doctest/doctest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace waymark::net::scarcity {

inline std::atomic<long> allocations_left = -1;  // below zero: as many as there are
inline std::atomic<bool> has_failed = false;
inline std::atomic<bool> stays_gone = false;  // all that follow fail, too
// As the heap has it, its own book-keeping included.
inline std::atomic<std::size_t> bytes_in_use = 0;

// Only one allocation fails: what clears up after it has memory again, as in life it may.
inline void fail_allocation(long number) {
    stays_gone = false;
    allocations_left = number;
    has_failed = false;
}

class Shortage {
  public:
    Shortage(long number, bool until_the_end) : number_(number), until_the_end_(until_the_end) {}

    // Does it with memory that runs out. True if nothing was thrown for want of it.
    template <class Piece>
    bool during(Piece piece) {
        fail_allocation(number_);
        stays_gone = until_the_end_;
        bool was_whole = true;
        try {
            piece();
        } catch (const std::bad_alloc&) {
            was_whole = false;
        }
        has_failed_ = has_failed_ || scarcity::has_failed;
        fail_allocation(-1);
        return was_whole;
    }
    // In one of the pieces.
    bool has_failed() const { return has_failed_; }

  private:
    long number_;
    bool until_the_end_;
    bool has_failed_ = false;
};

// Runs `one` with memory that runs out at the first allocation, at the second and so on, until it
// is enough: one allocation fails, or all from that one on. How often there was not enough.
template <class One>
int at_each_allocation(One one) {
    int failures = 0;
    for (const bool until_the_end : {false, true}) {
        CAPTURE(until_the_end);
        bool has_failed_now = true;
        for (long number = 0; has_failed_now; ++number) {
            CAPTURE(number);
            Shortage shortage(number, until_the_end);
            one(shortage);
            has_failed_now = shortage.has_failed();
            failures += has_failed_now ? 1 : 0;
        }
    }
    return failures;
}

}  // namespace waymark::net::scarcity

void* operator new(std::size_t size) {
    using namespace waymark::net::scarcity;
    if (allocations_left >= 0 && allocations_left-- == 0) {
        if (stays_gone) allocations_left = 0;
        has_failed = true;
        throw std::bad_alloc();
    }
    void* const memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) throw std::bad_alloc();
    bytes_in_use += ::malloc_usable_size(memory);
    return memory;
}
void operator delete(void* memory) noexcept {
    if (memory == nullptr) return;
    waymark::net::scarcity::bytes_in_use -= ::malloc_usable_size(memory);
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}
