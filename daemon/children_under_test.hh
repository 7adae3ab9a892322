// For tests: children that a test starts and whose end, status and output it looks at. Nothing here
// sleeps: a child is waited for until it has ended, or until it says by a byte that it is ready.

#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "daemon/children.hh"
#include "daemon/fd.hh"

namespace waymark::daemon {

inline int sleep_for_ever() {
    while (true) ::pause();
}

// Waits until the child has ended, without collecting it.
inline void wait_until_ended(pid_t pid) {
    siginfo_t info;
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

inline ExitStatus only_status(Children& children, pid_t pid) {
    wait_until_ended(pid);
    const std::vector<Children::Ended> ended = children.reap();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].pid == pid);
    return ended[0].status;
}

inline ExitStatus status_of(const std::function<int()>& body) {
    Children children;
    return only_status(children, children.start(body));
}

// Everything that a child writes to `descriptor` until it has ended.
inline std::string output_of(int descriptor, const std::function<int()>& body) {
    Children children;
    Pipe pipe = make_pipe();
    children.start([&] {
        ::dup2(pipe.writing.get(), descriptor);
        pipe.writing.reset();
        return body();
    });
    pipe.writing.reset();
    std::string output;
    char part[4096];
    for (ssize_t n = 0; (n = ::read(pipe.reading.get(), part, sizeof part)) > 0;)
        output.append(part, static_cast<std::size_t>(n));
    return output;
}

inline void wait_for_byte(const Pipe& pipe) {
    char byte = 0;
    REQUIRE(::read(pipe.reading.get(), &byte, 1) == 1);
}

inline bool send_byte(const Pipe& pipe) {
    return ::write(pipe.writing.get(), "x", 1) == 1;
}

}  // namespace waymark::daemon
