// Wrong: three plain calls of connect(2), side by side. One host refuses, to one there is no way,
// and one does not answer: a listener whose queue is full drops what else arrives, as a firewall
// does, or a machine that is switched off. Each child has a clock of its own.
//
// Look at: two of the clocks stop before they have begun. The third goes on until the demo ends the
// child; left alone, the system gives up after two minutes (tcp(7), tcp_syn_retries).

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>

#include "lessons/course/end_step.hh"
#include "net/silent_under_test.hh"

namespace {

using namespace waymark::net;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

long milliseconds_since(Clock::time_point start) {
    return (Clock::now() - start) / 1ms;
}

//#region plain-connect
void plain_connect(const char* name, const Address& address) {
    const Clock::time_point start = Clock::now();
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int result = ::connect(socket, address.data(), address.size());  //@ 1
    const char* said = result == 0 ? "connected" : std::strerror(errno);   //@ 2
    std::printf("   %-11s %s\n   %-11s after %ld ms\n", name, said, "", milliseconds_since(start));
}
//#endregion plain-connect

pid_t start_child(const char* name, const Address& address) {
    std::fflush(stdout);
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, name);
    plain_connect(name, address);
    std::fflush(stdout);
    ::_exit(0);
}

bool has_ended(pid_t pid) {
    return ::waitpid(pid, nullptr, WNOHANG) == pid;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const Server refusing = make_server("127.0.0.1:0", false);  // a port on which nobody listens
    const SilentServer silent;
    std::puts("1. refused, and no way");
    ::waitpid(start_child("refused", refusing.address), nullptr, 0);
    // A connection to everybody is none (RFC 9293, 3.9.2.3); the kernel says that it has no way.
    ::waitpid(start_child("unreachable", Address::parse("127.255.255.255:80")), nullptr, 0);
    waymark::demo::end_step();
    std::puts("2. no answer");
    const pid_t pid = start_child("silent", silent.server.address);
    int seconds = 0;
    for (; seconds < 4 && !has_ended(pid); ++seconds) {
        std::printf("   %-11s %d s\n", "silent", seconds);
        ::poll(nullptr, 0, 1000);
    }
    std::printf(has_ended(pid) ? "3. it has ended\n" : "3. after %d s it still waits\n", seconds);
    waymark::demo::end_step();
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    std::puts("4. ended it with SIGKILL\n   the system gives up after two minutes");
}
