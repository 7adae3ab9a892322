#include "net/http/cgi_process.hh"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "daemon/error.hh"

namespace waymark::net::http {

using daemon::ExitStatus;
using daemon::Fd;

namespace {

// What the child is to be, as posix_spawn wants it. Its functions give errors and set no errno.
class SpawnPlan {
  public:
    SpawnPlan() {
        ensure(::posix_spawnattr_init(&attributes));
        ensure(::posix_spawn_file_actions_init(&actions));
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ensure(::posix_spawnattr_setsigmask(&attributes, &none));
        ensure(::posix_spawnattr_setsigdefault(&attributes, &all));
        ensure(::posix_spawnattr_setpgroup(&attributes, 0));
        ensure(::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }

    void put(const Fd& fd, int number) {
        ensure(::posix_spawn_file_actions_adddup2(&actions, fd.get(), number));
    }
    void go_to(const std::string& directory) {
        ensure(::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str()));
    }

    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;

  private:
    static void ensure(int error) {
        if (error != 0) daemon::fail(error, "posix_spawn");
    }
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

CgiProcess::CgiProcess(const Command& command) {
    daemon::Pipe in = daemon::make_pipe();
    daemon::Pipe out = daemon::make_pipe();
    daemon::Pipe err = daemon::make_pipe();
    SpawnPlan plan;
    plan.put(in.reading, STDIN_FILENO);
    plan.put(out.writing, STDOUT_FILENO);
    plan.put(err.writing, STDERR_FILENO);
    plan.go_to(command.directory);

    std::vector<std::string> arguments = {command.file};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = command.environment;
    const std::vector<char*> argv = pointers_to(arguments);
    const std::vector<char*> envp = pointers_to(environment);
    const int error = ::posix_spawn(&pid_, command.file.c_str(), &plan.actions, &plan.attributes,
                                    argv.data(), envp.data());
    if (error != 0) daemon::fail(error, "start", command.file);
    ended = daemon::open_process(pid_);
    if (!ended) {
        const int reason = errno;
        collect();
        daemon::fail(reason, "pidfd_open", command.file);
    }
    input = std::move(in.writing);
    output = std::move(out.reading);
    errors = std::move(err.reading);
}

CgiProcess::~CgiProcess() {
    if (pid_ != -1) collect();
}

bool CgiProcess::has_ended() const {
    siginfo_t information{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &information, WEXITED | WNOHANG | WNOWAIT) ==
               0 &&
           information.si_pid == pid_;
}

void CgiProcess::kill() const {
    ::kill(-pid_, SIGKILL);
}

ExitStatus CgiProcess::collect() {
    kill();
    int status = 0;
    while (::waitpid(pid_, &status, 0) == -1 && errno == EINTR) {
    }
    pid_ = -1;
    return ExitStatus::from_wait(status);
}

}  // namespace waymark::net::http
