// System calls that fail on demand. The check is linked in front of the C library, so the calls
// that the learner's file makes come here first; here they are counted, and a planned one fails or
// does less than it was asked for, in a way that a seed repeats exactly. Real calls behind it, no
// model.
//
// Calls that the C library makes inside itself (posix_spawn, fopen) do not come here.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace waymark::course::check {

enum class Call {
    fork,     // fork, _Fork
    waitpid,  // waitpid, wait, wait3, wait4, waitid
    read,     // read, recv, recvfrom, recvmsg, recvmmsg, readv, pread, preadv, preadv2
    write,    // write, send, sendto, sendmsg, sendmmsg, writev, pwrite, pwritev, pwritev2
    accept,   // accept, accept4
    open,     // open, openat
    poll,     // poll, ppoll, select, pselect, epoll_wait, epoll_pwait, epoll_pwait2
    pause,    // pause, sigsuspend, sigtimedwait, sigwaitinfo, nanosleep, clock_nanosleep, and
              // sigwait, which never fails
    sigmask,  // pthread_sigmask, sigprocmask
    pipe,     // pipe, pipe2
    kill,     // kill, and pidfd_send_signal by its number; a look (signal 0) is none
    setsid,
    sigaction,
    lock,           // flock, and fcntl where it takes or gives back a lock
    thread_create,  // pthread_create; gives the error instead of setting errno
    cond_wait,      // pthread_cond_wait, _timedwait, _clockwait; a planned one wakes without reason
    kCount
};

// The plan of one case; what it changed ends with its scope. One at a time.
class Faults {
  public:
    explicit Faults(std::uint64_t seed = 1);
    Faults(const Faults&) = delete;
    Faults& operator=(const Faults&) = delete;
    ~Faults();

    // After `after` calls that go well, `times` calls fail with `error` (EAGAIN for fork, EMFILE
    // for accept, EINTR for most).
    void fail(Call call, int error, int times = 1, int after = 0);

    // About one call in `one_in` is interrupted (EINTR), chosen by the seed; never three in a row,
    // so that a loop round the call always ends. With 1 each call is interrupted twice and then
    // goes well.
    void interrupt(Call call, int one_in);

    // read and write, and all that count as them, move between 1 and `most` bytes, chosen by the
    // seed.
    void shorten(int most);

    // Runs `action` when the next such call is entered, once: a signal raised there comes between
    // the program's last look and its wait, and not somewhere near. The action may make calls.
    // Of cond_wait, it runs with the lock of the condition held.
    void before(Call call, std::function<void()> action);

    // The same when such a call has come back, before its caller goes on. Of sigaction,
    // sigmask, and fork (in the parent).
    void after(Call call, std::function<void()> action);

    // Runs `action` in the next child, before its fork has returned there: what a parent does at
    // that moment comes before anything that the child does.
    void in_the_child(std::function<void()> action);

    // The next `times` waits of this kind that have a time-out end with it at once, as if the time
    // had passed. Waits without one are left alone: so a program that looks again is let, and one
    // that gives up is seen. Of poll, pause and cond_wait. Of waitpid: the next looks (WNOHANG) see
    // nobody, until there is a wait in earnest.
    void expire(Call call, int times);

    // Waits of this kind that have a time-out never come to it. Who looks every ten milliseconds,
    // in case it has missed something, then misses it for good. Of poll and cond_wait.
    void time_stands_still(Call call);

    // How many signals were sent by kill(2) to a number that no process has (ESRCH) since the scope
    // began. A look (signal 0) is none.
    int signals_to_nobody() const;

    // How often the learner's process (or its threads) made the call since the scope began. Forked
    // children count for themselves.
    int calls(Call call) const;
};

}  // namespace waymark::course::check
