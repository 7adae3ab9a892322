#include "keeper.hh"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <fstream>

#include "daemon/children.hh"
#include "daemon/daemonize.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "namespaces.hh"
#include "network.hh"
#include "programs.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;

class Hosts {
  public:
    Hosts() = default;
    Hosts(const Hosts&) = delete;
    Hosts& operator=(const Hosts&) = delete;
    // Kills each of them, and all of its processes with it, and collects them: then they are gone.
    ~Hosts() {
        for (const StartedHost& host : started_)
            ::syscall(SYS_pidfd_send_signal, host.process.get(), SIGKILL, nullptr, 0);
        for (const StartedHost& host : started_)
            while (::waitpid(host.pid, nullptr, 0) == -1 && errno == EINTR) {
            }
    }

    void start(const std::vector<Host>& hosts, const std::string& hosts_path) {
        const Fd keeper = daemon::open_process(::getpid());
        check(keeper.get(), "pidfd_open");
        for (const Host& host : hosts) started_.push_back(start_host(host, keeper, hosts_path));
    }
    const std::vector<StartedHost>& all() const { return started_; }

  private:
    std::vector<StartedHost> started_;
};

void write_etc_hosts(const State& state, const std::vector<Host>& hosts) {
    std::ofstream out(state.file("etc-hosts"));
    out << hosts_file(hosts);
    if (!out.flush()) daemon::fail(EIO, "write", state.file("etc-hosts"));
}

// Readable at its end: whoever held the other end is gone.
bool is_alone(const Fd& starter) {
    pollfd ended{starter.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) != 0;
}

void wait_for_the_end(daemon::SignalDescriptor& signals) {
    pollfd some{signals.fd().get(), POLLIN, 0};
    while (!signals.next()) ::poll(&some, 1, -1);
}

// In a process of its own, which goes on as the daemon. `starter` has an end when the command has.
int keep(const State& state, unsigned count, const Fd& starter) {
    find_program("ip", "iproute2");
    daemon::PidFile lock = state.lock();
    daemon::Readiness readiness = daemon::daemonize(
        "lab", {.keep = {lock.fd().get(), starter.get()}, .umask = 077});
    try {
        lock.write_pid();
        // Also SIGCHLD: a lab is whole, or it is not there. Its hosts end only when somebody kills
        // their process 1.
        daemon::SignalDescriptor signals({SIGTERM, SIGINT, SIGHUP, SIGCHLD});
        become_root_of_own_namespace();
        const std::vector<Host> planned = plan(count);
        write_etc_hosts(state, planned);
        {
            Hosts hosts;
            hosts.start(planned, state.file("etc-hosts"));
            connect_hosts(hosts.all());
            while (signals.next() == SIGCHLD) {  // of ip(8)
            }
            state.write_hosts(hosts.all());
            if (!is_alone(starter)) {
                readiness.ready();
                wait_for_the_end(signals);
            }
        }
        state.remove(lock);
        return daemon::kExitOk;
    } catch (const std::exception& error) {
        const bool is_usage = dynamic_cast<const daemon::UsageError*>(&error) != nullptr;
        const int code = is_usage ? daemon::kExitUsage : daemon::kExitSystem;
        state.remove(lock);
        readiness.failed(code, error.what());
        return code;
    }
}

}  // namespace

int start_keeper(const State& state, unsigned hosts) {
    daemon::Pipe alive = daemon::make_pipe();
    daemon::Children children;
    const pid_t pid = children.start(
        [&] {
            alive.writing.reset();
            return daemon::run_main("lab", [&] { return keep(state, hosts, alive.reading); });
        },
        0);
    int status = 0;
    while (::waitpid(pid, &status, 0) == -1)
        if (errno != EINTR) daemon::fail(errno, "waitpid");
    const auto ended = daemon::ExitStatus::from_wait(status);
    return ended.exited() ? ended.code() : daemon::kExitSystem;
}

void stop_keeper(const State& state) {
    const std::optional<daemon::LockedProcess> keeper = state.keeper();
    if (!keeper) throw daemon::UsageError("no lab is up: lab up 3");
    daemon::send_signal(*keeper, SIGTERM);
    pollfd ended{keeper->process.get(), POLLIN, 0};
    while (::poll(&ended, 1, -1) == -1 && errno == EINTR) {
    }
}

}  // namespace waymark::lab
