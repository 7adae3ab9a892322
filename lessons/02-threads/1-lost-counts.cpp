// Two threads count the same events in one plain variable. Each adds one ten million times, so
// that twenty million should come out. Look at the number that does: it is too small, and
// seldom the same twice. `++counter` is three steps (read, add, write), and both threads take
// them at once.
//
// C++ calls this a data race, and anything may happen. `volatile` keeps the compiler from counting
// in a register, so that what happens is what the processors do. It cures nothing, as you see.

#include <fmt/core.h>

#include <barrier>
#include <thread>

#include "lessons/course/end_step.hh"

namespace {

constexpr int kEventsPerThread = 10'000'000;
constexpr int kRounds = 5;

//#region race
volatile int counter = 0;  //@ 1

void count_events(int events) {
    for (int i = 0; i < events; ++i) {
        const int seen = counter;  //@ 2
        counter = seen + 1;        //@ 3
    }
}
//#endregion race

// The first thread is stopped once between its read and its write, while the other one counts a few
// events. The system does so at any moment; on a quiet machine with one processor one might wait
// for it. How many they are is another number in each round, and so is what comes out.
int count_with_two_threads(int round) {
    counter = 0;
    const int before = 1'000 * round, meanwhile = 100 * round;
    std::barrier turn(2);
    std::thread first([&] {
        turn.arrive_and_wait();
        const int seen = counter;
        turn.arrive_and_wait();
        turn.arrive_and_wait();
        counter = seen + 1;
        turn.arrive_and_wait();
        count_events(kEventsPerThread - 1);
    });
    std::thread second([&] {
        count_events(before);
        turn.arrive_and_wait();
        turn.arrive_and_wait();
        count_events(meanwhile);
        turn.arrive_and_wait();
        turn.arrive_and_wait();
        count_events(kEventsPerThread - before - meanwhile);
    });
    first.join();
    second.join();
    return counter;
}

}  // namespace

int main() {
    constexpr int kExpected = 2 * kEventsPerThread;
    int lost = 0;
    for (int round = 1; round <= kRounds; ++round) {
        const int counted = count_with_two_threads(round);
        lost += kExpected - counted;
        fmt::print("round {}: {} events, {} were counted, {} are lost\n", round, kExpected, counted,
                   kExpected - counted);
        waymark::demo::end_step();
    }
    fmt::print("{} events are lost, and no thread did anything wrong by itself\n", lost);
}
