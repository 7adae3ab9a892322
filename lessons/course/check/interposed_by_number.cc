// A signal that is sent by a descriptor of the process (pidfd_send_signal(2)): daemon/children
// makes that call by its number, since older C libraries have no function for it. In front of the C
// library's like those in interposed.cc, so that a plan which waits for a kill(2) sees this one,
// too. It reaches the process that the descriptor names and no other, so there is nobody to
// protect.

#include <signal.h>
#include <sys/syscall.h>

#include "lessons/course/check/fault_plan.hh"
#include "lessons/course/check/real_call.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_fails;
using waymark::course::check::real_call;

auto* real() {
    static auto* const function = real_call<long(long, ...)>("syscall");
    return function;
}

}  // namespace

extern "C" {

// All six places, whatever the call has: so it is the C library's. Named otherwise here, since
// <unistd.h> says that what follows the number may be anything. Weak, for a check may have one of
// its own: that of lesson 14 makes up who is asked.
[[gnu::weak]] long call_by_its_number(long number, long a, long b, long c, long d, long e,
                                      long f) __asm__("syscall");

long call_by_its_number(long number, long a, long b, long c, long d, long e, long f) {
    constexpr long kLook = 0;  // no signal is sent
    if (number == SYS_pidfd_send_signal && b != kLook && call_fails(Call::kill)) return -1;
    return real()(number, a, b, c, d, e, f);
}

// Of glibc 2.36 and later.
int pidfd_send_signal(int process, int signal, siginfo_t* info, unsigned flags) noexcept {
    if (signal != 0 && call_fails(Call::kill)) return -1;
    return static_cast<int>(real()(SYS_pidfd_send_signal, static_cast<long>(process),
                                   static_cast<long>(signal), info, static_cast<long>(flags)));
}

}  // extern "C"
