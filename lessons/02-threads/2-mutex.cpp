// The same count as in step 1, three times: with nothing, with a mutex, with an atomic number. The
// last two count every event; the first is repeated until it has lost some, 100 times at most. Look
// at the prices: a lock that two threads want all the time is the slowest of the three, so hold it
// for the few lines that need it, and no longer.

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>

#include "lessons/course/end_step.hh"

namespace {

constexpr int kEventsPerThread = 5'000'000;

//#region mutex
std::mutex mutex;  // guards counter  //@ 1
int counter = 0;

void count_with_mutex() {
    for (int i = 0; i < kEventsPerThread; ++i) {
        const std::lock_guard lock(mutex);  // one thread at a time, until the closing brace  //@ 2
        ++counter;                          //@ 3
    }
}
//#endregion mutex

//#region atomic
std::atomic<int> atomic_counter = 0;

void count_with_atomic() {
    for (int i = 0; i < kEventsPerThread; ++i) ++atomic_counter;  // read, add, write as one step
}
//#endregion atomic

volatile int plain_counter = 0;

void count_with_nothing() {
    for (int i = 0; i < kEventsPerThread; ++i) plain_counter = plain_counter + 1;
}

struct Count {
    int counted;
    std::chrono::duration<double, std::milli> taken;
};

Count count_with_two_threads(void (*count)(), const std::function<int()>& result) {
    std::latch both(2);
    const auto count_together = [&] {
        both.arrive_and_wait();
        count();
    };
    const auto start = std::chrono::steady_clock::now();
    std::thread first(count_together);
    std::thread second(count_together);
    first.join();
    second.join();
    return {result(), std::chrono::steady_clock::now() - start};
}

// With one processor nothing may be lost for a while.
Count count_with_nothing_until_some_are_lost() {
    constexpr int kMostTries = 100;
    Count last{};
    for (int tries = 0; tries < kMostTries; ++tries) {
        plain_counter = 0;
        last = count_with_two_threads(count_with_nothing, [] { return plain_counter; });
        if (last.counted < 2 * kEventsPerThread) break;
    }
    return last;
}

void show(const char* name, const Count& count) {
    fmt::print("{:12} {:9} of {} counted, {:6.0f} ms\n", name, count.counted, 2 * kEventsPerThread,
               count.taken.count());
    waymark::demo::end_step();
}

}  // namespace

int main() {
    show("with nothing", count_with_nothing_until_some_are_lost());
    show("with a mutex", count_with_two_threads(count_with_mutex, [] { return counter; }));
    show("atomic", count_with_two_threads(count_with_atomic, [] { return atomic_counter.load(); }));
}
