// Four hundred requests arrive at once; each needs something slow for 20 ms. First every request
// gets a thread of its own. Look at how many threads there are at once, and at the stacks that the
// system must set aside: both were chosen by whoever sent the requests.
//
// Then a crew of eight does the same work from a queue with sixteen places. Look at the threads and
// the stacks now, and at the requests that found no place: they were told so at once. It takes
// longer. What has a bound, and was chosen by us, is what the server may use up.

#include <fmt/core.h>
#include <pthread.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "daemon/thread_pool.hh"

namespace {

constexpr int kRequests = 400;
constexpr std::size_t kCrew = 8;
constexpr std::size_t kPlaces = 16;

std::atomic<int> served = 0;
std::atomic<int> in_work = 0;
std::atomic<int> most_in_work = 0;

void do_something_slow() {
    const timespec pause{0, 20'000'000};  // stands for a disk, a database, another server
    ::nanosleep(&pause, nullptr);
}

void serve() {
    const int now = ++in_work;
    int most = most_in_work;
    while (now > most && !most_in_work.compare_exchange_weak(most, now)) {
    }
    do_something_slow();
    --in_work;
    ++served;
}

std::size_t stack_mebibytes() {
    pthread_attr_t attributes;
    std::size_t bytes = 0;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_getstacksize(&attributes, &bytes);
    ::pthread_attr_destroy(&attributes);
    return bytes >> 20;
}

//#region per-event
void a_thread_for_each() {
    std::vector<std::thread> threads;
    for (int i = 0; i < kRequests; ++i) threads.emplace_back(serve);
    for (std::thread& thread : threads) thread.join();
}
//#endregion per-event

//#region crew
void a_fixed_crew() {
    waymark::daemon::ThreadPool crew(kCrew, kPlaces);
    int told_to_wait = 0;
    for (int i = 0; i < kRequests; ++i) {
        if (crew.try_submit(serve)) continue;
        ++told_to_wait;
        crew.submit(serve);  // this one has patience: it waits for a place
    }
    crew.stop(waymark::daemon::ThreadPool::AtStop::drain);
    fmt::print("  {} found every place taken, and were told so at once\n", told_to_wait);
}
//#endregion crew

void show(void (*serve_all)()) {
    served = most_in_work = 0;
    const auto start = std::chrono::steady_clock::now();
    serve_all();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    const auto most = static_cast<std::size_t>(most_in_work.load());
    fmt::print("  {} served in {:.0f} ms by at most {} threads, with {} MiB of stacks\n",
               served.load(), taken.count(), most, most * stack_mebibytes());
}

}  // namespace

int main() {
    fmt::print("a thread for each of {} requests\n", kRequests);
    show(a_thread_for_each);
    fmt::print("a crew of {} and a queue with {} places\n", kCrew, kPlaces);
    show(a_fixed_crew);
}
