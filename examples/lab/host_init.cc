#include "host_init.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/quiet_write.hh"
#include "daemon/signals.hh"
#include "namespaces.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;

// The keeper may have ended before the kernel was asked to kill this process with it.
void end_with(const Fd& keeper) {
    check(::prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl PR_SET_PDEATHSIG");
    pollfd ended{keeper.get(), POLLIN, 0};
    if (::poll(&ended, 1, 0) != 0) ::_exit(daemon::kExitSystem);
}

// A container may have /proc/sys read-only or hide it. Most of these settings are a comfort, and a
// host without them is still a host; what is missing shows where it is used (`lab check`).
void set(const std::string& name, const std::string& value) {
    const Fd file(::open(("/proc/sys/net/" + name).c_str(), O_WRONLY | O_CLOEXEC));
    if (file) daemon::write_quietly(file.get(), value);
}

void configure_kernel(const Host& host) {
    set("ipv4/ping_group_range", "0 0");       // icmp(7): ping without a raw socket
    set("ipv6/conf/default/accept_dad", "0");  // nobody else can have our address: no second's wait
    set("ipv6/conf/default/router_solicitations", "0");
    set("ipv6/conf/default/accept_ra", "0");
    if (host.number == 0) set("ipv6/conf/default/disable_ipv6", "1");
    if (host.number != kGateway) return;
    set("ipv4/ip_forward", "1");
    set("ipv6/conf/all/forwarding", "1");
}

// What is mounted here stays here. A new proc(5), so that ps shows this host's processes; where the
// system hides parts of /proc it may not be mounted (EPERM), and then the old one stays.
void mount_files(const std::string& hosts_path) {
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount", "/");
    check(::mount(hosts_path.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr), "mount",
          "/etc/hosts");
    ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
}

void forget_standard_descriptors() {
    const Fd nothing(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    for (const int number : {0, 1, 2}) check(::dup2(nothing.get(), number), "dup2");
}

// Signals without a handler do not reach process 1 from inside its namespace, so nothing in the
// host can end this loop.
[[noreturn]] void collect_orphans() {
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    for (;;) {
        ::sigwaitinfo(&child_ended, nullptr);
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    }
}

[[noreturn]] void run_init(const Host& host, const Fd& keeper, const std::string& hosts_path,
                           Fd told) noexcept {
    try {
        daemon::reset_all_signals();
        const daemon::SignalMask mask({SIGCHLD});
        end_with(keeper);
        ::prctl(PR_SET_NAME, host.name.c_str());  // what ps -e shows
        check(::sethostname(host.name.data(), host.name.size()), "sethostname");
        mount_files(hosts_path);
        configure_kernel(host);
        forget_standard_descriptors();
        daemon::close_all_but({told.get()});
        daemon::write_quietly(told.get(), "ready");
        told.reset();
        collect_orphans();
    } catch (const std::exception& error) {
        daemon::write_quietly(told.get(), error.what());
    }
    ::_exit(daemon::kExitSystem);
}

}  // namespace

StartedHost start_host(const Host& host, const Fd& keeper, const std::string& hosts_path) {
    daemon::Pipe pipe = daemon::make_pipe();
    const pid_t pid = fork_into(kHostNamespaces);
    if (pid == 0) run_init(host, keeper, hosts_path, std::move(pipe.writing));
    pipe.writing.reset();
    StartedHost started{host, pid, daemon::open_process(pid)};
    check(started.process.get(), "pidfd_open", host.name);
    std::array<char, 512> told{};
    ssize_t count = 0;
    while ((count = ::read(pipe.reading.get(), told.data(), told.size())) == -1 && errno == EINTR) {
    }
    const std::string words(told.data(), static_cast<std::size_t>(check(count, "read", host.name)));
    if (words != "ready")
        throw std::runtime_error(fmt::format("{} did not start: {}", host.name,
                                             words.empty() ? "it was killed" : words));
    return started;
}

}  // namespace waymark::lab
