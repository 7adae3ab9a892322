// The system calls that faults.hh can let fail, defined here and so in front of the C library's.
// Each asks the plan and then makes the real call. open(2) has arguments that depend on its flags;
// kill(2) is watched always: a check runs with the learner's rights, and kill(-1, ...) would end
// whatever else they have running, kill(getppid(), ...) the runner, and the shell's prompt with it.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "lessons/course/check/core_dumps.hh"
#include "lessons/course/check/events.hh"
#include "lessons/course/check/fault_plan.hh"
#include "lessons/course/check/real_call.hh"
#include "lessons/course/check/runner_line.hh"

namespace {

using waymark::course::check::begin_the_child;
using waymark::course::check::Call;
using waymark::course::check::call_done;
using waymark::course::check::call_fails;
using waymark::course::check::clock_is_fast;
using waymark::course::check::cores_are_told;
using waymark::course::check::Event;
using waymark::course::check::KeptSets;
using waymark::course::check::length_of;
using waymark::course::check::patience;
using waymark::course::check::real_call;
using waymark::course::check::runner_process;
using waymark::course::check::send_event;
using waymark::course::check::shortened;
using waymark::course::check::signal_to_nobody;
using waymark::course::check::time_has_passed;
using waymark::course::check::time_is_up;
using waymark::course::check::wait_fast;

// A look that was told to see nobody. Behind a wait in earnest they see who has ended.
bool sees_nobody(int options) {
    if ((options & WNOHANG) != 0) return time_is_up(Call::waitpid);
    time_has_passed(Call::waitpid);
    return false;
}

// What a wait gives, and with it the status that it has stored.
pid_t with_core(pid_t pid, int* status) {
    if (pid > 0 && status != nullptr && WIFSIGNALED(*status) && cores_are_told())
        *status |= WCOREFLAG;
    return pid;
}

int with_core(int result, siginfo_t* info) {
    if (result == 0 && info != nullptr && info->si_code == CLD_KILLED && cores_are_told())
        info->si_code = CLD_DUMPED;
    return result;
}

}  // namespace

extern "C" {

pid_t fork() noexcept {
    static auto* const real = real_call<pid_t()>("fork");
    const pid_t pid = call_fails(Call::fork) ? -1 : real();
    if (pid == 0) begin_the_child();
    if (pid > 0) call_done(Call::fork);
    return pid;
}

// fork(2) without the handlers of pthread_atfork; glibc 2.34 has it.
pid_t _Fork() noexcept {
    static auto* const real = real_call<pid_t()>("_Fork");
    const pid_t pid = call_fails(Call::fork) ? -1 : real();
    if (pid == 0) begin_the_child();
    if (pid > 0) call_done(Call::fork);
    return pid;
}

pid_t waitpid(pid_t pid, int* status, int options) {
    static auto* const real = real_call<pid_t(pid_t pid, int* status, int options)>("waitpid");
    if (call_fails(Call::waitpid)) return -1;
    return sees_nobody(options) ? 0 : with_core(real(pid, status, options), status);
}

pid_t wait(int* status) {
    static auto* const real = real_call<pid_t(int* status)>("wait");
    if (call_fails(Call::waitpid)) return -1;
    time_has_passed(Call::waitpid);
    return with_core(real(status), status);
}

pid_t wait3(int* status, int options, rusage* usage) noexcept {
    static auto* const real = real_call<pid_t(int* status, int options, rusage* usage)>("wait3");
    if (call_fails(Call::waitpid)) return -1;
    return sees_nobody(options) ? 0 : with_core(real(status, options, usage), status);
}

pid_t wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
    static auto* const real =
        real_call<pid_t(pid_t pid, int* status, int options, rusage* usage)>("wait4");
    if (call_fails(Call::waitpid)) return -1;
    return sees_nobody(options) ? 0 : with_core(real(pid, status, options, usage), status);
}

int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
    static auto* const real =
        real_call<int(idtype_t type, id_t id, siginfo_t * info, int options)>("waitid");
    if (call_fails(Call::waitpid)) return -1;
    if (!sees_nobody(options)) return with_core(real(type, id, info, options), info);
    if (info != nullptr) info->si_pid = 0;
    return 0;
}

ssize_t read(int fd, void* bytes, size_t length) {
    static auto* const real = real_call<ssize_t(int fd, void* bytes, size_t length)>("read");
    return call_fails(Call::read) ? -1 : real(fd, bytes, shortened(length));
}

ssize_t recv(int fd, void* bytes, size_t length, int flags) {
    static auto* const real =
        real_call<ssize_t(int fd, void* bytes, size_t length, int flags)>("recv");
    return call_fails(Call::read) ? -1 : real(fd, bytes, shortened(length), flags);
}

ssize_t write(int fd, const void* bytes, size_t length) {
    static auto* const real = real_call<ssize_t(int fd, const void* bytes, size_t length)>("write");
    return call_fails(Call::write) ? -1 : real(fd, bytes, shortened(length));
}

ssize_t send(int fd, const void* bytes, size_t length, int flags) {
    static auto* const real =
        real_call<ssize_t(int fd, const void* bytes, size_t length, int flags)>("send");
    return call_fails(Call::write) ? -1 : real(fd, bytes, shortened(length), flags);
}

int accept(int fd, sockaddr* peer, socklen_t* length) {
    static auto* const real = real_call<int(int fd, sockaddr* peer, socklen_t* length)>("accept");
    return call_fails(Call::accept) ? -1 : real(fd, peer, length);
}

int accept4(int fd, sockaddr* peer, socklen_t* length, int flags) {
    static auto* const real =
        real_call<int(int fd, sockaddr* peer, socklen_t* length, int flags)>("accept4");
    return call_fails(Call::accept) ? -1 : real(fd, peer, length, flags);
}

int poll(pollfd* descriptors, nfds_t count, int milliseconds) {
    static auto* const real =
        real_call<int(pollfd * descriptors, nfds_t count, int milliseconds)>("poll");
    if (call_fails(Call::poll)) return -1;
    if (clock_is_fast())
        if (const auto seen =
                wait_fast(length_of(milliseconds), [&] { return real(descriptors, count, 0); }))
            return *seen;
    return milliseconds > 0 && time_is_up(Call::poll)
               ? 0
               : real(descriptors, count, patience(milliseconds));
}

int ppoll(pollfd* descriptors, nfds_t count, const timespec* time, const sigset_t* mask) {
    static auto* const real = real_call<int(pollfd * descriptors, nfds_t count,
                                            const timespec* time, const sigset_t* mask)>("ppoll");
    if (call_fails(Call::poll)) return -1;
    const timespec none{};
    if (clock_is_fast())
        if (const auto seen =
                wait_fast(length_of(time), [&] { return real(descriptors, count, &none, mask); }))
            return *seen;
    return time && time_is_up(Call::poll) ? 0 : real(descriptors, count, patience(time), mask);
}

int select(int count, fd_set* reading, fd_set* writing, fd_set* other, timeval* time) {
    static auto* const real =
        real_call<int(int count, fd_set* reading, fd_set* writing, fd_set* other, timeval* time)>(
            "select");
    if (call_fails(Call::poll)) return -1;
    if (clock_is_fast()) {
        const KeptSets sets(reading, writing, other);
        const timespec length{time ? time->tv_sec : 0, time ? time->tv_usec * 1000 : 0};
        const auto look = [&] {
            sets.put_back();
            timeval none{};
            return real(count, reading, writing, other, &none);
        };
        if (const auto seen = wait_fast(length_of(time ? &length : nullptr), look)) return *seen;
        sets.put_back();
    }
    if (time == nullptr || !time_is_up(Call::poll))
        return real(count, reading, writing, other, patience(time));
    for (fd_set* set : {reading, writing, other})
        if (set != nullptr) FD_ZERO(set);
    return 0;
}

int epoll_wait(int fd, epoll_event* events, int most, int milliseconds) {
    static auto* const real =
        real_call<int(int fd, epoll_event* events, int most, int milliseconds)>("epoll_wait");
    if (call_fails(Call::poll)) return -1;
    if (clock_is_fast())
        if (const auto seen =
                wait_fast(length_of(milliseconds), [&] { return real(fd, events, most, 0); }))
            return *seen;
    return milliseconds > 0 && time_is_up(Call::poll)
               ? 0
               : real(fd, events, most, patience(milliseconds));
}

int pipe(int* ends) noexcept {
    static auto* const real = real_call<int(int* ends)>("pipe");
    return call_fails(Call::pipe) ? -1 : real(ends);
}

int pipe2(int* ends, int flags) noexcept {
    static auto* const real = real_call<int(int* ends, int flags)>("pipe2");
    return call_fails(Call::pipe) ? -1 : real(ends, flags);
}

pid_t setsid() noexcept {
    static auto* const real = real_call<pid_t()>("setsid");
    return call_fails(Call::setsid) ? -1 : real();
}

int sigaction(int number, const struct sigaction* action, struct sigaction* previous) noexcept {
    static auto* const real =
        real_call<int(int number, const struct sigaction* action, struct sigaction* previous)>(
            "sigaction");
    if (call_fails(Call::sigaction)) return -1;
    const int result = real(number, action, previous);
    call_done(Call::sigaction);
    return result;
}

int open(const char* path, int flags, ...) {
    static auto* const real = real_call<int(const char*, int, ...)>("open");
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return call_fails(Call::open) ? -1 : real(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
    static auto* const real = real_call<int(int, const char*, int, ...)>("openat");
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return call_fails(Call::open) ? -1 : real(folder, path, flags, mode);
}

int kill(pid_t pid, int signal) noexcept {
    static auto* const real = real_call<int(pid_t, int)>("kill");
    if (signal != 0 && call_fails(Call::kill)) return -1;
    const bool everybody = pid == -1;
    if (!everybody && (pid != runner_process() || signal == 0)) {
        const int result = real(pid, signal);
        if (result == -1 && errno == ESRCH && pid > 0 && signal != 0) signal_to_nobody();
        return result;
    }
    send_event(Event(everybody ? "kill-everybody" : "kill-the-runner"));
    errno = EPERM;
    return -1;
}

}  // extern "C"
