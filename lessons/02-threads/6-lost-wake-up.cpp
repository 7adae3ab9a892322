// Wrong: bring work without the lock, and notify. The one who waits has looked, and does not sleep
// yet; the notification finds nobody, and then he goes to sleep beside the work. The flag is
// atomic, so there is no data race, and no sanitizer complains. Look at: the work is there, and the
// thread that waits for it sleeps (state S in /proc).
//
// Right: bring work with the lock held. Then nobody can come between the look and the sleep,
// because the lock is held from the one to the other. The bad moment is staged both times.

#include <fmt/core.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include "lessons/course/end_step.hh"

namespace {

using namespace std::chrono_literals;

std::mutex mutex;  // guards work_is_there; one of the two below does not keep to it
std::condition_variable changed;
std::atomic<bool> work_is_there = false;

// What the demo knows of its two threads.
std::atomic<bool> has_looked = false;
std::atomic<bool> is_brought = false;
std::atomic<bool> is_done = false;
std::atomic<pid_t> waiter_id = 0;

// Held until the other one has brought the work; he cannot if he needs the lock, so for a moment.
void between_look_and_sleep(std::chrono::milliseconds at_most) {
    has_looked = true;
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!is_brought && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

//#region wait
void wait_for_work(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex);
    while (!work_is_there) {              // the look
        between_look_and_sleep(at_most);  // the processor may go to another thread here
        changed.wait(lock);               // the sleep
    }
}
//#endregion wait

//#region without-lock
void bring_work() {
    work_is_there = true;
    changed.notify_one();
}
//#endregion without-lock

//#region with-lock
void bring_work_with_lock() {
    {
        const std::lock_guard lock(mutex);
        work_is_there = true;
    }
    changed.notify_one();
}
//#endregion with-lock

char state_of(pid_t thread) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t end = line.rfind(')');
    return end == line.npos ? '-' : line[end + 2];
}

// Asleep at ten looks in a row, or done.
bool sleeps_beside_it() {
    int asleep = 0;
    for (; asleep < 10 && !is_done; std::this_thread::sleep_for(10ms))
        asleep = state_of(waiter_id) == 'S' ? asleep + 1 : 0;
    return !is_done;
}

void show(const char* title, void (*bring)(), std::chrono::milliseconds at_most) {
    work_is_there = has_looked = is_brought = is_done = false;
    fmt::print("{}\n", title);
    std::thread waiter([at_most] {
        waiter_id = static_cast<pid_t>(::syscall(SYS_gettid));
        wait_for_work(at_most);
        is_done = true;
    });
    while (!has_looked) std::this_thread::yield();
    bring();
    is_brought = true;
    const bool sleeps = sleeps_beside_it();
    fmt::print("   work is there: {}; the thread that waits for it {}\n",
               work_is_there ? "yes" : "no", sleeps ? "sleeps (state S)" : "does it");
    waymark::demo::end_step();
    if (sleeps) {
        changed.notify_one();
        while (!is_done) std::this_thread::yield();
        fmt::print("   a second notification wakes it; nobody sends one in a real program\n");
    }
    waiter.join();
}

}  // namespace

int main() {
    show("1. work is brought without the lock", bring_work, 60s);
    show("2. work is brought with the lock held", bring_work_with_lock, 50ms);
}
