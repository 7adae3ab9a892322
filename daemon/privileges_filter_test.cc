// The filter of system calls, in processes that get one.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "daemon/privileges.hh"
#include "daemon/privileges_under_test.hh"

using namespace waymark::daemon;

TEST_CASE("behind the filter no program starts, and work goes on") {
    const auto run_true = [] {
        char name[] = "true";
        char* const arguments[] = {name, nullptr};
        char* const environment[] = {nullptr};
        ::execve("/bin/true", arguments, environment);
        return error_text(errno);
    };
    CHECK(answer_of([&] {
              forbid_dangerous_calls();
              return run_true();
          }) == kRefused);
    CHECK(
        answer_of(run_true).empty());  // control: unfiltered it becomes /bin/true, which is silent

    CHECK(answer_of([] {
              forbid_dangerous_calls();
              const Pipe pipe = make_pipe();
              std::thread([] {}).join();
              const Fd file(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
              return file ? answer_of(
                                [] { return std::string("has threads, forks, opens, writes"); })
                          : std::string("cannot open");
          }) == "has threads, forks, opens, writes");
}

// Without the filter each of them says something else about arguments like these, or does it.
TEST_CASE("the filter refuses other processes, kernel code, mounts, name spaces and ids") {
    const long calls[] = {SYS_ptrace,
                          SYS_process_vm_readv,
                          SYS_process_vm_writev,
                          SYS_pidfd_getfd,
                          SYS_kcmp,
                          SYS_init_module,
                          SYS_finit_module,
                          SYS_kexec_load,
                          SYS_bpf,
                          SYS_mount,
                          SYS_umount2,
                          SYS_pivot_root,
                          SYS_chroot,
                          SYS_open_tree,
                          SYS_move_mount,
                          SYS_fsopen,
                          SYS_fsconfig,
                          SYS_fsmount,
                          SYS_fspick,
                          SYS_mount_setattr,
                          SYS_unshare,
                          SYS_setns,
                          SYS_setuid,
                          SYS_setgid,
                          SYS_setresuid,
                          SYS_setresgid,
                          SYS_setreuid,
                          SYS_setregid,
                          SYS_setfsuid,
                          SYS_setfsgid,
                          SYS_setgroups,
                          SYS_capset,
                          SYS_execveat,
                          SYS_io_uring_setup,
                          SYS_userfaultfd,
                          SYS_keyctl,
                          SYS_perf_event_open};
    for (const long call : calls) {
        CAPTURE(call);
        CHECK(answer_of([&] {
                  forbid_dangerous_calls();
                  return reason_of(::syscall(call, -1L, -1L, -1L, -1L, -1L, -1L));
              }) == kRefused);
    }
    for (const long flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET}) {
        CAPTURE(flag);
        CHECK(answer_of([&] {
                  forbid_dangerous_calls();
                  const long pid = ::syscall(SYS_clone, flag | SIGCHLD, 0L, 0L, 0L, 0L);
                  if (pid == 0) ::_exit(0);
                  return reason_of(pid);
              }) == kRefused);
    }
    CHECK(answer_of([] {
              forbid_dangerous_calls();
              return reason_of(::syscall(SYS_clone3, 0L, 0L));
          }) == "Function not implemented");
}
