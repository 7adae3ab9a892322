// The calls that lock files, defined in front of the C library's like those in interposed.cc. The
// interesting moment is the one before: whoever comes between a program's open and its lock has
// removed the file.

#include <fcntl.h>
#include <sys/file.h>

#include <cstdarg>

#include "lessons/course/check/fault_plan.hh"
#include "lessons/course/check/real_call.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_fails;
using waymark::course::check::real_call;

bool is_about_locks(int command) {
    return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
           command == F_OFD_SETLKW;
}

}  // namespace

extern "C" {

// Its third argument is a number, a pointer or nothing; one register holds any of them.
int fcntl(int fd, int command, ...) {
    static auto* const real = real_call<int(int, int, ...)>("fcntl");
    va_list more;
    va_start(more, command);
    void* const argument = va_arg(more, void*);
    va_end(more);
    return is_about_locks(command) && call_fails(Call::lock) ? -1 : real(fd, command, argument);
}

int flock(int fd, int operation) noexcept {
    static auto* const real = real_call<int(int, int)>("flock");
    return call_fails(Call::lock) ? -1 : real(fd, operation);
}

}  // extern "C"
