#include "lessons/course/check/fast_clock.hh"

#include <time.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "lessons/course/check/fault_plan.hh"

namespace waymark::course::check {

namespace {

using std::chrono::nanoseconds;

// What is to happen at an instant.
struct Appointment {
    std::function<void()> action;  // without one it is a signal
};

bool runs = false;
nanoseconds now{0};  // since it runs
nanoseconds look_takes{0};
std::multimap<nanoseconds, Appointment> appointments;

// When it began, of each clock that was asked for.
std::map<clockid_t, nanoseconds> began;

bool stands_still(clockid_t clock) {
    return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME ||
           clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME ||
           clock == CLOCK_REALTIME_COARSE;
}

}  // namespace

void show_fast_clock(clockid_t clock, timespec* time) {
    if (!runs || !stands_still(clock)) return;
    const nanoseconds shown = began.try_emplace(clock, length_of(time) - now).first->second + now;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(shown);
    time->tv_sec = static_cast<time_t>(seconds.count());
    time->tv_nsec = static_cast<long>((shown - seconds).count());
    now += look_takes;
}

bool clock_is_fast() {
    return runs;
}

Jump jump_to_event(nanoseconds end) {
    if (appointments.empty() || appointments.begin()->first > end) {
        if (end != nanoseconds::max()) now = std::max(now, end);
        return Jump::end;
    }
    const auto node = appointments.extract(appointments.begin());
    now = std::max(now, node.key());
    if (!node.mapped().action) return Jump::signal;
    node.mapped().action();
    return Jump::event;
}

nanoseconds instant_after(nanoseconds time) {
    return time == nanoseconds::max() ? time : now + time;
}

void pass_time(nanoseconds time) {
    if (!runs) return;
    const nanoseconds end = instant_after(time);
    while (jump_to_event(end) != Jump::end) {
    }
}

FastClock::FastClock() {
    assert(!runs);
    now = nanoseconds{0};
    look_takes = nanoseconds{0};
    appointments.clear();
    began.clear();
    runs = true;
}

FastClock::~FastClock() {
    runs = false;
    appointments.clear();
}

void FastClock::at(std::chrono::milliseconds passed, std::function<void()> event) {
    appointments.emplace(passed, Appointment{std::move(event)});
}

void FastClock::interrupt_at(std::chrono::milliseconds passed) {
    appointments.emplace(passed, Appointment{});
}

void FastClock::each_look_takes(nanoseconds time) {
    look_takes = time;
}

std::chrono::milliseconds FastClock::passed() const {
    return std::chrono::floor<std::chrono::milliseconds>(now);
}

}  // namespace waymark::course::check
