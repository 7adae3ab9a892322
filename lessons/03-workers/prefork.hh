// Four processes that wait for the clients of one listener, and one client. Used by two demos,
// which differ in one flag of the listener.

#pragma once

#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "counter.hh"
#include "daemon/children.hh"
#include "lessons/course/time_to_look.hh"

namespace waymark::demo {

// The processes are held until all of them have seen that the listener is readable. Without that it
// happens now and then, which is worse.
struct Gates {
    daemon::Pipe all_saw_it = daemon::make_pipe();
    daemon::Pipe go_on = daemon::make_pipe();
    daemon::Pipe stop = daemon::make_pipe();
    void hold() const {
        char byte = 0;
        (void)!::write(all_saw_it.writing.get(), "x", 1);
        (void)!::read(go_on.reading.get(), &byte, 1);
    }
};

inline void say_what_came(const daemon::Fd& client) {
    fmt::print("   process {} {}\n", ::getpid(),
               client ? "has the client" : "finds nobody, and waits in poll again");
    std::fflush(stdout);
}

//#region wait-and-accept
inline int wait_for_clients(const daemon::Fd& listener, const Gates& gates) {
    for (bool first = true;; first = false) {
        pollfd ready[] = {{gates.stop.reading.get(), POLLIN, 0},  //@ 1..
                          {listener.get(), POLLIN, 0}};
        ::poll(ready, 2, -1);                 //@ ..1
        if (ready[0].revents != 0) return 0;  // the stop was heard  //@ 2
        if (first) gates.hold();
        const daemon::Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));  //@ 3
        say_what_came(client);                                                               //@ 4
    }
}
//#endregion wait-and-accept

// The system call in which a process sleeps; /proc/PID/syscall has its number, proc(5).
inline std::string sleeps_in(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/syscall");
    long number = -1;
    file >> number;
    if (number == SYS_accept4) return "accept4";
    if (number == SYS_ppoll) return "poll";
#ifdef SYS_poll  // newer architectures have ppoll alone
    if (number == SYS_poll) return "poll";
#endif
    return "system call " + std::to_string(number);
}

inline int count_in(const std::vector<pid_t>& pids, std::string_view call) {
    int count = 0;
    for (const pid_t pid : pids) count += sleeps_in(pid) == call;
    return count;
}

// For ten seconds at most: on a busy machine a process may need a while until it sleeps.
template <typename Condition>
void wait_until(Condition condition) {
    for (int looks = 0; looks < 1000 && !condition(); ++looks) ::poll(nullptr, 0, 10);
}

inline int show_four_and_a_client(bool nonblocking, const TimeToLook& time_to_look) {
    constexpr int kProcesses = 4;
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Counter counter;
    daemon::set_nonblocking(counter.listener(), nonblocking);
    Gates gates;
    daemon::Children children;
    std::vector<pid_t> pids;
    for (int i = 0; i < kProcesses; ++i)
        pids.push_back(children.start([&] {
            gates.stop.writing.reset();  // or nobody would ever read the end of that pipe
            return wait_for_clients(counter.listener(), gates);
        }));

    fmt::print("1. {} processes poll one {} listener. A client comes.\n", kProcesses,
               nonblocking ? "non-blocking" : "blocking");
    const daemon::Fd client = counter.connect();
    char bytes[kProcesses];
    for (int i = 0; i < kProcesses; ++i) (void)!::read(gates.all_saw_it.reading.get(), bytes, 1);
    fmt::print("2. All of them were woken. All of them call accept4.\n");
    (void)!::write(gates.go_on.writing.get(), "xxxx", kProcesses);
    wait_until([&] { return count_in(pids, "accept4") + count_in(pids, "poll") == kProcesses; });
    const int in_poll = count_in(pids, "poll");
    for (const pid_t pid : pids) fmt::print("   process {} sleeps in {}\n", pid, sleeps_in(pid));
    time_to_look();

    fmt::print("3. Stop: the parent closes a pipe that all of them poll\n");
    gates.stop.writing.reset();
    int heard = 0;
    wait_until([&] {
        for (const daemon::Children::Ended& ended : children.reap())
            heard += ended.status.success();
        return heard >= in_poll;
    });
    ::poll(nullptr, 0, 500);  // for the others, who do not use it
    fmt::print("   {} of {} have heard it; {} still sleep in accept4\n", heard, kProcesses,
               count_in(pids, "accept4"));
    time_to_look();
    return 0;
}

}  // namespace waymark::demo
