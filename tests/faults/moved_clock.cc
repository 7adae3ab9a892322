// The clock of a program, moved while it runs: to be preloaded (ld.so(8), LD_PRELOAD). The file
// that WAYMARK_CLOCK names has two numbers of eight bytes: by how many seconds the time of day is
// moved, and by how many the clocks that nobody can set. It is mapped at the start, so that it is
// there for a process that may open no file any more, and whoever writes it moves the clocks of all
// of them.
//
// What the kernel itself measures stays as it is: the times of files, and how long a wait lasts.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

struct Moved {
    std::int64_t of_day_s;
    std::int64_t monotonic_s;
};

Moved* moved = nullptr;

// A clock that is not moved would make every test pass.
__attribute__((constructor)) void map_file() {
    const char* const path = std::getenv("WAYMARK_CLOCK");
    const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    void* const mapped =
        file == -1 ? MAP_FAILED : ::mmap(nullptr, sizeof(Moved), PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) {
        std::perror("moved_clock: the file of WAYMARK_CLOCK");
        std::_Exit(111);
    }
    ::close(file);
    moved = static_cast<Moved*>(mapped);
}

std::int64_t seconds_of(clockid_t clock) {
    if (moved == nullptr) return 0;  // before the constructor
    switch (clock) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
        case CLOCK_TAI:
            return std::atomic_ref(moved->of_day_s).load(std::memory_order_relaxed);
        case CLOCK_MONOTONIC:
        case CLOCK_MONOTONIC_COARSE:
        case CLOCK_MONOTONIC_RAW:
        case CLOCK_BOOTTIME:
            return std::atomic_ref(moved->monotonic_s).load(std::memory_order_relaxed);
        default:
            return 0;
    }
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const long result = ::syscall(SYS_clock_gettime, clock, now);
    if (result == 0) now->tv_sec += seconds_of(clock);
    return static_cast<int>(result);
}

extern "C" time_t time(time_t* now) noexcept {
    timespec moved_now{};
    ::clock_gettime(CLOCK_REALTIME, &moved_now);
    if (now != nullptr) *now = moved_now.tv_sec;
    return moved_now.tv_sec;
}

extern "C" int gettimeofday(timeval* now, void*) noexcept {
    timespec moved_now{};
    ::clock_gettime(CLOCK_REALTIME, &moved_now);
    *now = {.tv_sec = moved_now.tv_sec, .tv_usec = moved_now.tv_nsec / 1000};
    return 0;
}
