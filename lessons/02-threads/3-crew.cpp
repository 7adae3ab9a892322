// Four hundred requests arrive at once, and each takes its time. First every request gets a thread
// of its own: each thread's stack takes 8 MiB of address space, of which the system gives this
// program one GiB. Look at how many requests get a thread, and at the error that the others get.
// Who chose the number of threads? Whoever sent the requests.
//
// Then a crew of eight does the same work from a queue with sixteen places. Look at the threads and
// the stacks now: who finds no place is told so at once, and comes again. Eight are served at a
// time, and in the end everybody is. What has a bound, and was chosen by us, is what the server may
// use up.

#include <fmt/core.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <system_error>
#include <thread>
#include <vector>

#include "daemon/thread_pool.hh"
#include "lessons/course/end_step.hh"

namespace {

constexpr int kRequests = 400;
constexpr int kCrew = 8;
constexpr int kPlaces = 16;

std::atomic<int> served = 0;
std::atomic<int> in_work = 0;
std::atomic<bool> answers = false;  // of a disk, a database, another server: not yet

void serve() {
    ++in_work;
    answers.wait(false);
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

// Also between one thread and the next: near the limit two must not take memory at once.
void wait_for_in_work(int count) {
    while (in_work < count) std::this_thread::yield();
}

// So that you see it as it is now; then what was waited for is there.
void show_the_peak(int threads) {
    wait_for_in_work(threads);
    fmt::print("   at once: {} threads, with {} MiB of stacks\n", threads,
               static_cast<std::size_t>(threads) * stack_mebibytes());
    waymark::demo::end_step();
    answers = true;
    answers.notify_all();
}

//#region per-event
void start_a_thread_for_each(std::vector<std::thread>& threads) {
    for (int i = 0; i < kRequests; ++i, wait_for_in_work(i))
        threads.emplace_back(serve);  //@ 1
}

void wait_for(std::vector<std::thread>& threads) {
    for (std::thread& thread : threads) thread.join();  //@ 2
}
//#endregion per-event

void a_thread_for_each() {
    std::vector<std::thread> threads;
    try {
        start_a_thread_for_each(threads);
    } catch (const std::system_error& error) {
        fmt::print("   request {}: {}\n", threads.size() + 1, error.code().message());
    }
    show_the_peak(static_cast<int>(threads.size()));
    wait_for(threads);
}

//#region crew
void a_fixed_crew() {
    waymark::daemon::ThreadPool crew(kCrew, kPlaces);  //@ 1
    int told_to_wait = 0;
    for (int i = 0; i < kRequests; ++i) {
        if (!crew.try_submit(serve)) ++told_to_wait;  //@ 2
        if (i < kCrew) wait_for_in_work(i + 1);       // the crew fetches it
    }
    fmt::print("   {} found every place taken, and were told so at once\n", told_to_wait);
    show_the_peak(kCrew);
    for (int i = 0; i < told_to_wait; ++i) crew.submit(serve);  // they have patience  //@ 3
    crew.stop(waymark::daemon::ThreadPool::AtStop::drain);      //@ 4
}
//#endregion crew

std::size_t address_space() {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// What is taken now, and one GiB more. The stacks are the only thing here that comes near it. Half
// a stack is left over at the end, so that what is refused is a thread and nothing small beside it.
void limit_memory() {
    constexpr std::size_t kGibibyte = 1UL << 30;
    const std::size_t before = address_space();
    std::thread one(serve);
    wait_for_in_work(1);
    const std::size_t thread = address_space() - before;
    answers = true;
    answers.notify_all();
    one.join();
    const rlim_t bytes = address_space() + kGibibyte / thread * thread + thread / 2;
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_AS, &limit);
}

void show(void (*serve_all)()) {
    served = in_work = 0;
    answers = false;
    serve_all();
    fmt::print("   {} of {} requests were served\n", served.load(), kRequests);
    waymark::demo::end_step();
}

}  // namespace

int main() {
    limit_memory();
    fmt::print("1. a thread for each of {} requests\n", kRequests);
    show(a_thread_for_each);
    fmt::print("2. a crew of {} and a queue with {} places\n", kCrew, kPlaces);
    show(a_fixed_crew);
}
