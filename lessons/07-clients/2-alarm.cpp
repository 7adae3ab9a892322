// A deadline for a program of one thread, which forks for each task: alarm(2). The kernel sends
// SIGALRM after a second; the handler raises a flag, and connect(2) fails with EINTR. The handler
// is set without SA_RESTART. With it the kernel starts connect again, and the alarm has changed
// nothing.
//
// Look at: the first child has its second and ends. The second, with SA_RESTART, has its flag
// raised and still waits.

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "alarm_child.hh"
#include "daemon/signals.hh"
#include "net/silent_under_test.hh"

namespace {

using namespace waymark::daemon;
using namespace waymark::net;

//#region alarm
void connect_for_a_second(const Address& address, int flags) {
    SignalFlag too_late;
    const ScopedSignalHandler handler(SIGALRM, too_late, flags);  // SA_RESTART, or not  //@ 1
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::alarm(1);                                                                  //@ 2
    const int result = ::connect(socket.get(), address.data(), address.size());  //@ 3
    const int error_number = errno;
    ::alarm(0);  //@ 4
    std::printf("   connect: %s; the flag: %d\n",
                result == 0 ? "connected" : std::strerror(error_number), too_late.count());
}
//#endregion alarm

void show(const char* what, int flags, const Address& address) {
    waymark::demo::connect_in_a_child(
        what, [&] { connect_for_a_second(address, flags); },
        [](pid_t) { std::puts("   three seconds later it still waits in connect"); });
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const SilentServer silent;
    show("1. SIGALRM after a second", 0, silent.server.address);
    show("2. the same with SA_RESTART", SA_RESTART, silent.server.address);
}
