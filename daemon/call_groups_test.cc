// What each group of calls is for: something that goes with it and not without.

#include "daemon/call_groups.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <vector>

#include "daemon/call_filter.hh"
#include "daemon/children_under_test.hh"

using namespace waymark::daemon;

namespace {

const std::vector<CallGroup> kAll{
    CallGroup::process,       CallGroup::memory,         CallGroup::threads,
    CallGroup::time,          CallGroup::signals,        CallGroup::descriptors,
    CallGroup::waiting,       CallGroup::conversation,   CallGroup::accepting,
    CallGroup::sockets,       CallGroup::connecting,     CallGroup::files_to_read,
    CallGroup::files_beneath, CallGroup::files_to_write, CallGroup::file_names};

std::vector<CallGroup> all_but(CallGroup left_out) {
    std::vector<CallGroup> groups = kAll;
    std::erase(groups, left_out);
    return groups;
}

// What `action` left in errno behind a filter, or 0, in a process of its own. It says so by its
// exit status: that takes no memory and no descriptor.
int error_behind(const std::vector<CallGroup>& groups, const std::function<long()>& action) {
    return status_of([&] {
               allow_only(groups);
               errno = 0;
               const int error_number = action() == -1 ? errno : 0;
               return static_cast<int>(::syscall(SYS_exit_group, error_number));
           })
        .code();
}

template <typename... Arguments>
std::function<long()> call(long number, Arguments... arguments) {
    return [=] { return ::syscall(number, arguments...); };
}

}  // namespace

// The calls are made by number: what the C library makes of a function may change.
TEST_CASE("each group gives what it is for, and no other group gives it") {
    struct Sample {
        CallGroup group;
        std::function<long()> action;
        int otherwise = 0;  // errno where it is allowed: the arguments make little sense
    };
    static const open_how how{O_WRONLY, 0, 0};
    static const timespec now{0, 0};
    const Sample samples[] = {
        {CallGroup::memory,
         call(SYS_mmap, 0L, 4096L, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L)},
        {CallGroup::threads, call(SYS_membarrier, 0L, 0L, 0L)},
        {CallGroup::time, call(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0L, &now, 0L)},
        {CallGroup::signals, call(SYS_rt_sigprocmask, SIG_BLOCK, 0L, 0L, 8L)},
        {CallGroup::descriptors, call(SYS_dup, 1L)},
        {CallGroup::descriptors, call(SYS_fcntl, 1L, F_GETFL, 0L)},
        {CallGroup::waiting, call(SYS_epoll_create1, 0L)},
        {CallGroup::conversation, call(SYS_sendto, 0L, "", 0L, 0L, 0L, 0L), ENOTSOCK},
        {CallGroup::accepting, call(SYS_accept4, -1L, 0L, 0L, 0L), EBADF},
        {CallGroup::sockets, call(SYS_socket, AF_UNIX, SOCK_STREAM, 0L)},
        {CallGroup::sockets, call(SYS_socket, AF_INET, SOCK_STREAM, 0L)},
        {CallGroup::connecting, call(SYS_connect, -1L, 0L, 0L), EBADF},
        {CallGroup::files_to_read, call(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY)},
        {CallGroup::files_to_read, call(SYS_faccessat, AT_FDCWD, "/dev/null", R_OK)},
        {CallGroup::files_beneath, call(SYS_openat2, AT_FDCWD, "/dev/null", &how, sizeof how)},
        {CallGroup::files_to_write, call(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY)},
        {CallGroup::files_to_write, call(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR)},
        {CallGroup::files_to_write, call(SYS_fdatasync, -1L), EBADF},
        {CallGroup::files_to_write, call(SYS_flock, -1L, LOCK_EX), EBADF},
        {CallGroup::files_to_write, call(SYS_fcntl, -1L, F_SETLK, 0L), EBADF},
        {CallGroup::file_names, call(SYS_unlinkat, AT_FDCWD, "", 0L), ENOENT},
        {CallGroup::process, call(SYS_getrandom, 0L, 0L, 0L)},
    };
    for (std::size_t i = 0; i < std::size(samples); ++i) {
        CAPTURE(i);
        const Sample& sample = samples[i];
        CHECK(error_behind({sample.group, CallGroup::process}, sample.action) == sample.otherwise);
        if (sample.group != CallGroup::process)  // without it nobody can say how it went
            CHECK(error_behind(all_but(sample.group), sample.action) == EPERM);
    }
}

TEST_CASE("with all groups there is no other program, no other process and no other name space") {
    for (const long number :
         {SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
          SYS_pidfd_open, SYS_pidfd_getfd, SYS_pidfd_send_signal, SYS_kcmp, SYS_unshare, SYS_setns,
          SYS_wait4, SYS_bind, SYS_listen})
        CHECK(error_behind(kAll, call(number, -1L, -1L, -1L, -1L, -1L, -1L)) == EPERM);
    CHECK(error_behind(kAll, call(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L)) == EPERM);
    for (const long flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC,
                            CLONE_NEWUTS, CLONE_NEWCGROUP}) {
        const long flags = flag | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
        CHECK(error_behind(kAll, call(SYS_clone, flags, 0L, 0L, 0L, 0L)) == EPERM);
    }
    static clone_args process{};
    CHECK(error_behind(kAll, call(SYS_clone3, &process, sizeof process)) == ENOSYS);
}

TEST_CASE("with all groups the kernel, its mounts and its own ids are out of reach") {
    for (const long number :
         {SYS_init_module,     SYS_finit_module,   SYS_kexec_load,  SYS_bpf,
          SYS_perf_event_open, SYS_mount,          SYS_umount2,     SYS_pivot_root,
          SYS_chroot,          SYS_open_tree,      SYS_move_mount,  SYS_fsopen,
          SYS_fsconfig,        SYS_fsmount,        SYS_fspick,      SYS_setuid,
          SYS_setgid,          SYS_setresuid,      SYS_setresgid,   SYS_setreuid,
          SYS_setregid,        SYS_setfsuid,       SYS_setfsgid,    SYS_setgroups,
          SYS_capset,          SYS_io_uring_setup, SYS_userfaultfd, SYS_keyctl,
          SYS_memfd_create})
        CHECK(error_behind(kAll, call(number, -1L, -1L, -1L, -1L, -1L, -1L)) == EPERM);
    constexpr long kOfAKernelToCome = 1'000;
    CHECK(error_behind(kAll, call(kOfAKernelToCome)) == EPERM);
}

TEST_CASE("no memory can be had in which code runs") {
    constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    const long executable = PROT_READ | PROT_EXEC;
    CHECK(error_behind(kAll, call(SYS_mmap, 0L, 4096L, executable, kAnonymous, -1L, 0L)) == EPERM);
    CHECK(error_behind(kAll, [&] {
              void* const page = ::mmap(nullptr, 4096, PROT_READ, kAnonymous, -1, 0);
              return ::syscall(SYS_mprotect, page, 4096L, executable);
          }) == EPERM);
}

TEST_CASE("a process may signal itself and nobody else") {
    CHECK(error_behind(kAll, [] { return ::kill(::getpid(), 0); }) == 0);
    CHECK(error_behind(kAll, [] { return ::syscall(SYS_tgkill, ::getpid(), ::gettid(), 0); }) == 0);
    CHECK(error_behind(kAll, [] { return ::kill(::getppid(), 0); }) == EPERM);
    CHECK(error_behind(kAll, [] { return ::kill(-1, 0); }) == EPERM);
    CHECK(error_behind(kAll, [] { return ::kill(0, 0); }) == EPERM);
    const pid_t parent = ::getpid();
    CHECK(error_behind(kAll, call(SYS_tgkill, parent, parent, 0L)) == EPERM);
    CHECK(error_behind(kAll, call(SYS_tkill, parent, 0L)) == EPERM);
    CHECK(error_behind(kAll, call(SYS_rt_sigqueueinfo, parent, 0L, 0L)) == EPERM);
    CHECK(error_behind(kAll, call(SYS_fcntl, 1L, F_SETOWN, parent)) == EPERM);
}

TEST_CASE("reading a file is not writing it") {
    const std::vector<CallGroup> reader = all_but(CallGroup::files_to_write);
    for (const long flags : {O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC, O_WRONLY, O_RDWR})
        CHECK(error_behind(reader, call(SYS_openat, AT_FDCWD, "/dev/null", flags)) == EPERM);
}

TEST_CASE("limits can be read and not set, and only sockets of known families be made") {
    static rlimit limit{0, 0};
    CHECK(error_behind(kAll, call(SYS_prlimit64, 0L, RLIMIT_NOFILE, 0L, &limit)) == 0);
    CHECK(error_behind(kAll, call(SYS_prlimit64, 0L, RLIMIT_NOFILE, &limit, 0L)) == EPERM);
    CHECK(error_behind(kAll, call(SYS_socket, AF_PACKET, SOCK_RAW, 0L)) == EPERM);
    CHECK(error_behind(kAll, call(SYS_socket, AF_NETLINK, SOCK_RAW, 0L)) == EPERM);
}
