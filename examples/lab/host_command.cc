#include "host_command.hh"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "namespaces.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;

[[noreturn]] void become(const StartedHost& host, const Words& words, const Fd& parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd ended{parent.get(), POLLIN, 0};
    if (::poll(&ended, 1, 0) != 0) ::_exit(daemon::kExitSystem);  // it was quicker than prctl
    daemon::reset_all_signals();
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    daemon::print_error("lab", fmt::format("{}: {}: {}", host.host.name, words.front(),
                                           daemon::error_text(errno)));
    ::_exit(daemon::kExitUsage);
}

// Signals are taken by sigwaitinfo(2), one after the other, so none can fall between two steps.
int wait_for(pid_t command, const sigset_t& heard) {
    for (;;) {
        const int signal = ::sigwaitinfo(&heard, nullptr);
        if (signal == SIGTERM || signal == SIGHUP) ::kill(command, signal);
        int status = 0;
        if (::waitpid(command, &status, WNOHANG) != command) continue;
        const auto ended = daemon::ExitStatus::from_wait(status);
        return ended.exited() ? ended.code() : 128 + ended.signal();
    }
}

}  // namespace

int run_on_host(const StartedHost& host, const Words& words) {
    const Fd self = daemon::open_process(::getpid());
    check(self.get(), "pidfd_open");
    const std::filesystem::path folder = std::filesystem::current_path();
    enter(host.process, CLONE_NEWUSER | kHostNamespaces);
    check(::chdir(folder.c_str()), "chdir", folder.string());  // setns(2) went to the host's root
    sigset_t heard;
    sigemptyset(&heard);
    for (const int signal : {SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&heard, signal);
    const daemon::SignalMask mask(heard);
    // Not before the terminal's signals can no longer end this process and, with it, the command.
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGQUIT, SIG_IGN);
    // Only what is forked from here on is in the host's pid namespace.
    const pid_t command = check(::fork(), "fork");
    if (command == 0) become(host, words, self);
    return wait_for(command, heard);
}

}  // namespace waymark::lab
