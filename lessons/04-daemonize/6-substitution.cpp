// Wrong: a daemon that keeps the standard output that it was started with. A script starts it with
// result=$(server start). The shell reads from a pipe until its end, and the end comes when the
// last process has closed the writing end. The command has ended long ago; the daemon does not end.
// Look at: who has the pipe, and what the shell does.
//
// Right: /dev/null on 0 to 2. The shell goes on at once, and the daemon runs.
//
// The shell is the real one, /bin/sh; the server is this program again, with `start` as argument.

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

std::string link_of(const std::string& path) {
    return std::filesystem::read_symlink(path).string();
}

//#region output
void put_null_on_0_to_2() {
    const Fd null(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    for (int number = 0; number <= 2; ++number) check(::dup2(null.get(), number), "dup2");
}
//#endregion output

// The daemon ends by SIGTERM, and with the demo, whose end no other descriptor tells
// (pidfd_open(2)).
void stay_until_the_end_of(pid_t demo) {
    const Fd its_end(check(static_cast<int>(::syscall(SYS_pidfd_open, demo, 0)), "pidfd_open"));
    pollfd waiting{its_end.get(), POLLIN, 0};
    ::poll(&waiting, 1, -1);
}

// The server: `start` KEEP-OR-NULL DEMO TOLD. It tells its number through TOLD, and runs.
int run_the_command(std::string_view output, pid_t demo, Fd told) {
    fmt::print("started");
    std::fflush(stdout);
    if (check(::fork(), "fork") != 0) ::_exit(0);
    check(::setsid(), "setsid");
    if (check(::fork(), "fork") != 0) ::_exit(0);
    if (output == "null") put_null_on_0_to_2();
    const pid_t self = ::getpid();
    check(::write(told.get(), &self, sizeof self), "write");
    told.reset();
    stay_until_the_end_of(demo);
    return 0;
}

pid_t start_the_shell(const char* output, const Fd& told) {
    std::fflush(stdout);
    const pid_t shell = check(::fork(), "fork");
    if (shell != 0) return shell;
    const int copy = ::dup(told.get());  // which exec leaves open
    const std::string demo = std::to_string(::getppid());
    ::execl("/bin/sh", "sh", "-c",
            "result=$(\"$0\" start \"$1\" \"$2\" \"$3\"); echo \"   sh: result is '$result'\"",
            link_of("/proc/self/exe").c_str(), output, demo.c_str(), std::to_string(copy).c_str(),
            nullptr);
    ::_exit(127);
}

// Those that have ended; whether the shell is among them.
bool collect(pid_t shell) {
    bool has_ended = false;
    for (pid_t pid; (pid = ::waitpid(-1, nullptr, WNOHANG)) > 0;) has_ended |= pid == shell;
    return has_ended;
}

void show(const char* output) {
    Pipe told = make_pipe();
    fmt::print("   $ result=$(server start)\n");
    const pid_t shell = start_the_shell(output, told.writing);
    pid_t daemon = 0;
    check(::read(told.reading.get(), &daemon, sizeof daemon), "read");
    told = {};
    const std::string its_output = link_of(fmt::format("/proc/{}/fd/1", daemon));
    const bool has_the_pipe = its_output.starts_with("pipe:");
    if (!has_the_pipe) check(::waitpid(shell, nullptr, 0), "waitpid");
    fmt::print("   the daemon {} runs; its standard output: {}\n", daemon, its_output);
    if (has_the_pipe) {
        ::poll(nullptr, 0, 500);  // time for the shell to go on, if it could
        const bool goes_on = collect(shell);
        fmt::print("   half a second later the shell {}\n",
                   goes_on ? "has gone on" : "still waits");
        waymark::demo::end_step();
        fmt::print("   the daemon is stopped; only now:\n");
        std::fflush(stdout);
        ::kill(daemon, SIGTERM);
        if (!goes_on) check(::waitpid(shell, nullptr, 0), "waitpid");
    } else {
        waymark::demo::end_step();
    }
    ::kill(daemon, SIGTERM);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count == 5)
        return run_the_command(arguments[2], std::atoi(arguments[3]), Fd(std::atoi(arguments[4])));
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");  // the daemon's end is ours to see
    fmt::print("1. a daemon that keeps its standard output\n");
    show("keep");
    fmt::print("2. a daemon with /dev/null on 0 to 2\n");
    show("null");
    waymark::demo::end_step();
}
