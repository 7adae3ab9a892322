// Between the plan (faults.cc) and the calls it is applied to (interposed.cc).

#pragma once

#include <dlfcn.h>
#include <sys/select.h>
#include <time.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>

#include "lessons/course/check/faults.hh"

namespace waymark::course::check {

// Counts the call; sets errno and gives true if the plan lets it fail.
bool call_fails(Call call);

// In a child that has just been forked: what the plan has for it.
void begin_the_child();

// To be asked before a wait that has a time-out: true if it ends with it.
bool time_is_up(Call call);

// There was one that had the time: from here on none ends so.
void time_has_passed(Call call);

// No time-out of this kind comes.
bool time_stands_still(Call call);

// The time-out that poll and its like really wait for: none, if time stands still. 0 is no wait and
// stays.
template <typename Time>
const Time* patience(const Time* time) {
    return time_stands_still(Call::poll) ? nullptr : time;
}
template <typename Time>
Time* patience(Time* time) {
    return time_stands_still(Call::poll) ? nullptr : time;
}
inline int patience(int milliseconds) {
    return milliseconds > 0 && time_stands_still(Call::poll) ? -1 : milliseconds;
}

// Of the fast clock (fast_clock.hh): whether it runs, its time, the instant so long after now, and
// one jump, to the next event but not beyond `end`.
bool clock_is_fast();
void show_fast_clock(clockid_t clock, timespec* time);  // in place of the true time that is there
std::chrono::nanoseconds instant_after(std::chrono::nanoseconds time);
enum class Jump { end, event, signal };
Jump jump_to_event(std::chrono::nanoseconds end);

// A wait on the fast clock: `look` is the real call with a time-out of zero. Nothing if the call
// has to wait in earnest, without a time-out: no event is left.
template <typename Look>
std::optional<int> wait_fast(std::chrono::nanoseconds time, Look look) {
    if (time < time.zero()) {
        errno = EINVAL;
        return -1;
    }
    const std::chrono::nanoseconds end = instant_after(time);
    for (;;) {
        const int count = look();
        if (count != 0 || time <= time.zero()) return count;
        switch (jump_to_event(end)) {
            case Jump::event:
                break;
            case Jump::signal:
                errno = EINTR;
                return -1;
            case Jump::end:
                if (time == time.max()) return std::nullopt;
                return look();
        }
    }
}

inline std::chrono::nanoseconds length_of(const timespec* time) {
    if (time == nullptr) return std::chrono::nanoseconds::max();
    return std::chrono::seconds(time->tv_sec) + std::chrono::nanoseconds(time->tv_nsec);
}
inline std::chrono::nanoseconds length_of(int milliseconds) {
    if (milliseconds < 0) return std::chrono::nanoseconds::max();
    return std::chrono::milliseconds(milliseconds);
}

// What select was given, for another look: it changes its sets.
class KeptSets {
  public:
    KeptSets(fd_set* reading, fd_set* writing, fd_set* other) : sets_{reading, writing, other} {
        for (int i = 0; i < 3; ++i)
            if (sets_[i] != nullptr) kept_[i] = *sets_[i];
    }
    void put_back() const {
        for (int i = 0; i < 3; ++i)
            if (sets_[i] != nullptr) *sets_[i] = kept_[i];
    }

  private:
    fd_set* sets_[3];
    fd_set kept_[3];
};

// The call has come back. errno stays as it is.
void call_done(Call call);

// How many of `length` bytes the plan lets through; at least one of one.
std::size_t shortened(std::size_t length);

// A signal was sent to a number that no process has.
void signal_to_nobody();

}  // namespace waymark::course::check
