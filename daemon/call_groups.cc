#include "daemon/call_groups.hh"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <initializer_list>

namespace waymark::daemon {

namespace {

// The bits of `mask` in argument number `index` are those of `value`. The kernel takes most
// arguments as 32 bits and ignores what stands above them, and so does this.
scmp_arg_cmp bits(unsigned index, std::uint64_t mask, std::uint64_t value) {
    return {index, SCMP_CMP_MASKED_EQ, mask, value};
}

scmp_arg_cmp is(unsigned index, std::uint64_t value) {
    return bits(index, UINT32_MAX, value);
}

scmp_arg_cmp is_null(unsigned index) {
    return {index, SCMP_CMP_EQ, 0, 0};
}

// All that is no start of a thread is the start of a process, and a user name space would make its
// founder root in it.
constexpr std::uint64_t kThreadFlags = CLONE_VM | CLONE_THREAD;
constexpr std::uint64_t kNewNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                         CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

// F_SETOWN and its like are not among them: they send signals to others.
constexpr int kDescriptorCommands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD,
                                       F_SETFD, F_GETFL,         F_SETFL};
constexpr int kLockCommands[] = {F_GETLK,     F_SETLK,     F_SETLKW,
                                 F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW};

CallRule command_of_fcntl(int command) {
    return {SCMP_SYS(fcntl), is(1, static_cast<std::uint64_t>(command))};
}

// The flags are argument 1 of open(2) and 2 of openat(2).
constexpr std::uint64_t kWaysToWrite = O_ACCMODE | O_CREAT | O_TRUNC;

std::vector<CallRule> rules(std::initializer_list<int> calls,
                            std::initializer_list<CallRule> limited = {}) {
    std::vector<CallRule> all(limited);
    for (const int call : calls) all.push_back({call});
    return all;
}

std::vector<CallRule> rules_of_descriptors() {
    // The newer C libraries' fstat(3). What file is meant then can be said by a path, too.
    const CallRule file_status{SCMP_SYS(newfstatat), bits(3, AT_EMPTY_PATH, AT_EMPTY_PATH)};
    std::vector<CallRule> all =
        rules({SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
               SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(sendfile),
               SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(dup), SCMP_SYS(dup2),
               SCMP_SYS(dup3), SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(fstat)},
              {file_status});
    for (const int command : kDescriptorCommands) all.push_back(command_of_fcntl(command));
    return all;
}

std::vector<CallRule> rules_of_writing() {
    std::vector<CallRule> all = rules({SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync),
                                       SCMP_SYS(fdatasync), SCMP_SYS(flock)},
                                      {{SCMP_SYS(open), bits(1, O_ACCMODE, O_WRONLY)},
                                       {SCMP_SYS(open), bits(1, O_ACCMODE, O_RDWR)},
                                       {SCMP_SYS(openat), bits(2, O_ACCMODE, O_WRONLY)},
                                       {SCMP_SYS(openat), bits(2, O_ACCMODE, O_RDWR)}});
    for (const int command : kLockCommands) all.push_back(command_of_fcntl(command));
    return all;
}

std::vector<CallRule> rules_of_signals() {
    const auto self = static_cast<std::uint64_t>(::getpid());
    return rules({SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
                  SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigaltstack),
                  SCMP_SYS(restart_syscall)},
                 {{SCMP_SYS(kill), is(0, self)}, {SCMP_SYS(tgkill), is(0, self)}});
}

}  // namespace

std::vector<CallRule> rules_of(CallGroup group) {
    switch (group) {
        case CallGroup::process:
            return rules({SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(getpid),
                          SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
                          SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrusage),
                          SCMP_SYS(getrlimit), SCMP_SYS(getrandom), SCMP_SYS(uname),
                          SCMP_SYS(sysinfo), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity)},
                         {{SCMP_SYS(prlimit64), is_null(2)},  // which asks only
                          {SCMP_SYS(prctl), is(0, PR_SET_NAME)}});
        case CallGroup::memory:
            return rules({SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)},
                         {{SCMP_SYS(mmap), bits(2, PROT_EXEC, 0)},
                          {SCMP_SYS(mprotect), bits(2, PROT_EXEC, 0)}});
        case CallGroup::threads:
            return rules({SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier)},
                         {{SCMP_SYS(clone), bits(0, kThreadFlags | kNewNamespaces, kThreadFlags)}});
        case CallGroup::time:
            return rules({SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
                          SCMP_SYS(time), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep)});
        case CallGroup::signals:
            return rules_of_signals();
        case CallGroup::descriptors:
            return rules_of_descriptors();
        case CallGroup::waiting:
            return rules({SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
                          SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(poll),
                          SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6)});
        case CallGroup::conversation:
            return rules(
                {SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
                 SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
                 SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(socketpair)},
                {{SCMP_SYS(ioctl), is(1, SIOCOUTQ)}});
        case CallGroup::accepting:
            return rules({SCMP_SYS(accept), SCMP_SYS(accept4)});
        case CallGroup::sockets:
            return rules({}, {{SCMP_SYS(socket), is(0, AF_UNIX)},
                              {SCMP_SYS(socket), is(0, AF_INET)},
                              {SCMP_SYS(socket), is(0, AF_INET6)}});
        case CallGroup::connecting:
            return rules({SCMP_SYS(connect)});
        case CallGroup::files_to_read:
            return rules(
                {SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
                 SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
                 SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(getdents64), SCMP_SYS(fadvise64)},
                {{SCMP_SYS(open), bits(1, kWaysToWrite, O_RDONLY)},
                 {SCMP_SYS(openat), bits(2, kWaysToWrite, O_RDONLY)}});
        case CallGroup::files_beneath:
            return rules({SCMP_SYS(openat2)});
        case CallGroup::files_to_write:
            return rules_of_writing();
        case CallGroup::file_names:
            return rules({SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename),
                          SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(chmod),
                          SCMP_SYS(fchmod), SCMP_SYS(fchmodat)});
    }
    return {};
}

}  // namespace waymark::daemon
