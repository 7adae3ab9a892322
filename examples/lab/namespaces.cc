#include "namespaces.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>

#include "daemon/error.hh"

namespace waymark::lab {

namespace {

struct Switch {
    const char* file;
    const char* name;
    int forbids;  // the value that means no
    const char* cure;
};

// The switches by which systems say no, and what a person with root can do. Debian and its
// derivatives have the second, Ubuntu from 24.04 on the third.
constexpr Switch kSwitches[] = {
    {"/proc/sys/user/max_user_namespaces", "user.max_user_namespaces", 0, "15000"},
    {"/proc/sys/kernel/unprivileged_userns_clone", "kernel.unprivileged_userns_clone", 0, "1"},
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
     "kernel.apparmor_restrict_unprivileged_userns", 1, "0"},
};

constexpr const char* kWithout = "without rights: lab relay --help";

[[noreturn]] void refuse(const std::string& call, int error_number) {
    for (const Switch& one : kSwitches) {
        std::ifstream file(one.file);
        int value = 0;
        if (file >> value && value == one.forbids)
            throw daemon::UsageError(
                fmt::format("this system lets users have no namespaces: {0} is {1}; as root: "
                            "sysctl -w {0}={2}; {3}",
                            one.name, value, one.cure, kWithout));
    }
    throw daemon::UsageError(fmt::format(
        "this system lets users have no namespaces: {}: {}; a container or a seccomp filter may "
        "forbid it, or user.max_user_namespaces is used up: run lab outside of it; {}",
        call, daemon::error_text(error_number), kWithout));
}

void write_file(const std::string& path, const std::string& text) {
    const daemon::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), text.data(), text.size()) != std::ssize(text))
        refuse("write " + path, errno);
}

}  // namespace

void become_root_of_own_namespace() {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (::unshare(CLONE_NEWUSER) == -1) refuse("unshare CLONE_NEWUSER", errno);
    // Group ids may be mapped without a right only by who gives up setgroups(2): a group can also
    // forbid something (mode 0604), and dropping it would be a way round that.
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", fmt::format("0 {} 1", user));
    write_file("/proc/self/gid_map", fmt::format("0 {} 1", group));
}

// By number: clone(2) of glibc wants a stack and a function. Without CLONE_VM and with no stack the
// system call is fork(2).
pid_t fork_into(int namespaces) {
    const auto flags = static_cast<unsigned long>(namespaces | SIGCHLD);
    const long pid = ::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr);
    if (pid == -1 && (errno == EPERM || errno == ENOSPC)) refuse("clone", errno);
    return static_cast<pid_t>(daemon::check(pid, "clone"));
}

void enter(const daemon::Fd& process, int which) {
    daemon::check(::setns(process.get(), which), "setns");
}

}  // namespace waymark::lab
