// Of the doctor: limits, kernel, ports, file system.

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/child_process.hh"
#include "lessons/course/doctor.hh"
#include "lessons/course/file_watch.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using daemon::Fd;
using State = Health::State;

std::string in_words(rlim_t limit) {
    return limit == RLIM_INFINITY ? "unlimited" : std::to_string(limit);
}

Health look_at_limit(int resource, const char* what, rlim_t least, const char* cannot,
                     const char* cure) {
    rlimit limit{};
    daemon::check(::getrlimit(static_cast<__rlimit_resource>(resource), &limit), "getrlimit", what);
    Health health{State::good, what,
                  fmt::format("{}, at most {}", in_words(limit.rlim_cur), in_words(limit.rlim_max)),
                  "", ""};
    if (limit.rlim_cur >= least) return health;
    health.state = State::limited;
    health.cannot = cannot;
    health.cure = cure;
    return health;
}

// One event, from a file that is made beside the learner's.
Health look_at_inotify(const fs::path& work) {
    Health health{State::good, "inotify", "a save is seen at once", "", ""};
    const fs::path file = work / fmt::format(".doctor-{}", ::getpid());
    const Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    const bool watched =
        inotify && ::inotify_add_watch(inotify.get(), work.c_str(), IN_CLOSE_WRITE) != -1;
    const std::string refused = watched ? "" : daemon::error_text(errno);
    std::ofstream(file) << "x";
    pollfd event{inotify.get(), POLLIN, 0};
    constexpr int kOneSecond = 1000;
    const bool came = watched && ::poll(&event, 1, kOneSecond) == 1;
    fs::remove(file);
    if (came && events_are_reliable(work)) return health;
    health.state = State::limited;
    health.seen =
        !watched ? refused
        : came   ? fmt::format("{} is on a file system where not every save is seen", work.string())
                 : "no event came";
    health.cannot = "watch looks twice a second instead of at every save";
    health.cure = watched ? "put the checkout on a local file system"
                          : "sysctl fs.inotify.max_user_instances=1024";
    return health;
}

Health look_at_port(std::uint16_t port, const char* what, const char* option) {
    Health health{State::good, fmt::format("port {}", port), "is free", "", ""};
    const Fd socket(daemon::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const int on = 1;
    daemon::check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
                  "setsockopt SO_REUSEADDR");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::listen(socket.get(), 1) == 0)
        return health;
    health.state = State::limited;
    health.seen = daemon::error_text(errno);
    health.cannot = fmt::format("'./waymark start' for {}", what);
    health.cure = fmt::format("./waymark start {} ANOTHER", option);
    return health;
}

Health look_at_ipv6() {
    Health health{State::good, "IPv6", "::1 is there", "", ""};
    const Fd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    if (socket &&
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return health;
    health.state = State::limited;
    health.seen = daemon::error_text(errno);
    health.cannot = "what the tests say of IPv6 skips";
    health.cure = "sysctl net.ipv6.conf.lo.disable_ipv6=0";
    return health;
}

// Whether a verdict can say what a program that hangs waits for.
Health look_at_ptrace() {
    Health health{State::good, "/proc/PID/syscall", "can be read of a child", "", ""};
    const ChildProcess child([] { return ::pause(); });
    std::ifstream file(fmt::format("/proc/{}/syscall", child.pid()));
    std::string line;
    if (std::getline(file, line) && !line.empty()) return health;
    health.state = State::limited;
    health.seen = "cannot be read";
    health.cannot = "a check that hangs does not say in which call";
    health.cure = "sysctl kernel.yama.ptrace_scope=1; in a container: --cap-add SYS_PTRACE";
    return health;
}

Health look_at_pidfd() {
    Health health{State::good, "pidfd_open", "the kernel has it", "", ""};
    if (daemon::open_process(::getpid())) return health;
    health.state = State::broken;
    health.seen = "the kernel does not have it";
    health.cannot = "checks, demos and the server";
    health.cure = "a kernel of 5.3 or later";
    return health;
}

Health look_at_namespaces() {
    Health health{State::good, "user namespaces", "a process can have its own network", "", ""};
    ChildProcess child([] { return ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : 1; });
    if (child.wait().success()) return health;
    health.state = State::limited;
    health.seen = "are refused";
    health.cannot = "experiments with a network of one's own";
    health.cure = "sysctl kernel.unprivileged_userns_clone=1, or run as root";
    return health;
}

Health look_at_space(const fs::path& folder) {
    constexpr double kGibibyte = 1024.0 * 1024 * 1024;
    constexpr double kNeeded = 2;
    const double free = static_cast<double>(fs::space(folder).available) / kGibibyte;
    Health health{State::good, "disk", fmt::format("{:.1f} GiB are free", free), "", ""};
    if (free >= kNeeded) return health;
    health.state = State::limited;
    health.cannot = "the builds with sanitizers, which take about that much";
    health.cure = "make room for 2 GiB; './waymark clean' removes what is built";
    return health;
}

}  // namespace

std::vector<Health> look_at_system(const fs::path& work) {
    fs::create_directories(work);
    constexpr rlim_t kDescriptors = 1024;
    constexpr rlim_t kProcesses = 512;
    return {look_at_pidfd(),
            look_at_limit(RLIMIT_NOFILE, "descriptors", kDescriptors,
                          "comparisons with a thousand connections", "ulimit -n 4096"),
            look_at_limit(RLIMIT_NPROC, "processes", kProcesses,
                          "worker pools; it counts all processes of this user", "ulimit -u 4096"),
            look_at_inotify(work),
            look_at_ptrace(),
            look_at_namespaces(),
            look_at_port(8080, "the pages", "--port-web"),
            look_at_port(5055, "the devices", "--port-devices"),
            look_at_ipv6(),
            look_at_space(work)};
}

}  // namespace waymark::course
