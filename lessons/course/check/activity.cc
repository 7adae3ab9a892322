#include "lessons/course/check/activity.hh"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

namespace {

// Of a thread of this process, or the first thread of another one. /proc has a folder for each
// thread, also for those that its list does not show (proc(5)).
long sleeps_so_far(pid_t thread) {
    return std::atol(status_line(thread, "voluntary_ctxt_switches").c_str());
}

// The first number of /proc/ID/schedstat, of one thread: not of those that wait for a processor.
std::chrono::nanoseconds time_on_processor(pid_t thread) {
    std::int64_t nanoseconds = 0;
    std::ifstream("/proc/" + std::to_string(thread) + "/schedstat") >> nanoseconds;
    return std::chrono::nanoseconds(nanoseconds);
}

// By number: the faults of the case are for the learner's calls.
void sleep_a_moment() {
    constexpr timespec kMoment{0, 1'000'000};
    ::syscall(SYS_nanosleep, &kMoment, nullptr);
}

// On a busy machine a thread on its way to sleep may wait for a processor for a while; one that
// does not sleep uses it.
bool comes_to_rest(pid_t thread) {
    constexpr std::chrono::milliseconds kBusy{100};
    constexpr int kMostLooks = 2000;
    const std::chrono::nanoseconds before = time_on_processor(thread);
    for (int look = 0; look < kMostLooks; ++look) {
        if (process_state(thread) != 'R') return true;
        if (time_on_processor(thread) - before > kBusy) return false;
        sleep_a_moment();
    }
    return false;
}

}  // namespace

std::chrono::nanoseconds processor_time(pid_t process) {
    clockid_t clock = 0;
    timespec time{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) == -1)
        return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Waiting how_it_waits(pid_t process) {
    constexpr int kLooksUntilAsleep = 20;
    constexpr std::chrono::milliseconds kBusy{250};
    const std::chrono::nanoseconds before = processor_time(process);
    int asleep = 0;
    Waiting waiting = Waiting::asleep;
    eventually([&] {
        const char state = process_state(process);
        if (state == 'S') ++asleep;
        if (state == '\0' || state == 'Z' || state == 'X')
            waiting = Waiting::ended;
        else if (processor_time(process) - before > kBusy)
            waiting = Waiting::busy;
        return asleep == kLooksUntilAsleep || waiting != Waiting::asleep;
    });
    return waiting;
}

bool settles(const std::function<bool()>& condition) {
    constexpr std::chrono::seconds kBusy{1};
    const std::chrono::nanoseconds before = processor_time(::getpid());
    bool settled = false;
    eventually([&] {
        settled = condition();
        return settled || processor_time(::getpid()) - before > kBusy;
    });
    return settled;
}

bool rest(const std::vector<pid_t>& threads) {
    constexpr int kLooks = 50;
    constexpr int kMostLooks = 2000;
    constexpr int kMostSleeps = 8;
    const auto awake = [](pid_t thread) { return process_state(thread) == 'R'; };
    return std::ranges::all_of(threads, comes_to_rest) && [&] {
        std::vector<long> before;
        for (const pid_t thread : threads) before.push_back(sleeps_so_far(thread));
        // One that was woken and waits for a processor cannot show how often it wakes up: such a
        // look is none.
        for (int quiet = 0, look = 0; quiet < kLooks && look < kMostLooks; ++look) {
            sleep_a_moment();
            if (std::ranges::none_of(threads, awake)) ++quiet;
        }
        for (std::size_t i = 0; i < threads.size(); ++i)
            if (!comes_to_rest(threads[i]) || sleeps_so_far(threads[i]) - before[i] > kMostSleeps)
                return false;
        return true;
    }();
}

}  // namespace waymark::course::check
