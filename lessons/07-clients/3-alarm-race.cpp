// Wrong, then right: the alarm that fires before the call. alarm(2) and connect(2) are two steps,
// and on a busy machine a second can pass between them. The handler runs, the flag is raised, and
// then connect waits for two minutes. Here the program lets the signal come exactly there. The cure
// for a plain connect is a timer that does not fire once, but again and again (setitimer(2),
// it_interval).
//
// Look at: the flag of the first is raised, and it sleeps in connect. The second is woken by the
// next alarm.

#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "alarm_child.hh"
#include "daemon/signals.hh"
#include "net/silent_under_test.hh"

namespace {

using namespace waymark::daemon;
using namespace waymark::net;

//#region alarm-race
void report(int result, const SignalFlag& too_late) {
    std::printf("   connect: %s; alarms: %s\n", result == 0 ? "connected" : std::strerror(errno),
                too_late.count() > 1 ? "more than one" : "one");
}

void alarm_once(const Address& address) {
    SignalFlag too_late;
    const ScopedSignalHandler handler(SIGALRM, too_late);
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::alarm(1);                                         //@ 1
    while (!too_late.raised()) ::poll(nullptr, 0, 10);  // the machine is busy  //@ 2
    report(::connect(socket.get(), address.data(), address.size()), too_late);  //@ 3
}
//#endregion alarm-race

//#region alarm-again
void alarm_again_and_again(const Address& address) {
    SignalFlag too_late;
    const ScopedSignalHandler handler(SIGALRM, too_late);
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const itimerval times{{0, 100'000}, {1, 0}};  // after a second, then every tenth  //@ 1
    ::setitimer(ITIMER_REAL, &times, nullptr);
    while (!too_late.raised()) ::poll(nullptr, 0, 10);  // the machine is busy  //@ 2
    report(::connect(socket.get(), address.data(), address.size()), too_late);  //@ 3
    const itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);  // or it interrupts all that follows  //@ 4
}
//#endregion alarm-again

std::string state_of(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("State:")) return line.substr(7);
    return "gone";
}

void show(const char* what, void (*connect)(const Address&), const Address& address) {
    waymark::demo::connect_in_a_child(
        what, [&] { connect(address); },
        [](pid_t pid) {
            std::printf("   two seconds after its alarm; state: %s\n", state_of(pid).c_str());
        });
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const SilentServer silent;
    show("1. one alarm, and it comes before the call", alarm_once, silent.server.address);
    show("2. an alarm every tenth of a second from then on", alarm_again_and_again,
         silent.server.address);
}
