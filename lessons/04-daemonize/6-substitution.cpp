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
#include <sys/prctl.h>
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

// The server: `start` KEEP-OR-NULL TOLD STOP. It tells its number and runs until the other end of
// STOP is closed.
int run_the_command(std::string_view output, int told, int stop) {
    fmt::print("started");
    std::fflush(stdout);
    if (check(::fork(), "fork") != 0) ::_exit(0);
    check(::setsid(), "setsid");
    if (check(::fork(), "fork") != 0) ::_exit(0);
    if (output == "null") put_null_on_0_to_2();
    const pid_t self = ::getpid();
    char none = 0;
    check(::write(told, &self, sizeof self), "write");
    (void)!::read(stop, &none, 1);
    return 0;
}

struct Pipes {
    Pipe told = make_pipe();
    Pipe stop = make_pipe();
};

pid_t start_the_shell(const char* output, const Pipes& pipes) {
    std::fflush(stdout);
    const pid_t shell = check(::fork(), "fork");
    if (shell != 0) return shell;
    const int told = ::dup(pipes.told.writing.get());  // a copy that exec leaves open
    const int stop = ::dup(pipes.stop.reading.get());
    ::execl("/bin/sh", "sh", "-c",
            "result=$(\"$0\" start \"$1\" \"$2\" \"$3\"); echo \"   sh: result is '$result'\"",
            link_of("/proc/self/exe").c_str(), output, std::to_string(told).c_str(),
            std::to_string(stop).c_str(), nullptr);
    ::_exit(127);
}

void show(const char* output) {
    Pipes pipes;
    fmt::print("   $ result=$(server start)\n");
    const pid_t shell = start_the_shell(output, pipes);
    pid_t daemon = 0;
    check(::read(pipes.told.reading.get(), &daemon, sizeof daemon), "read");
    const std::string its_output = link_of(fmt::format("/proc/{}/fd/1", daemon));
    const bool has_the_pipe = its_output.starts_with("pipe:");
    if (!has_the_pipe) check(::waitpid(shell, nullptr, 0), "waitpid");
    fmt::print("   the daemon {} runs; its standard output: {}\n", daemon, its_output);
    if (has_the_pipe) {
        ::poll(nullptr, 0, 500);  // time for the shell to go on, if it could
        const bool goes_on = ::waitpid(shell, nullptr, WNOHANG) == shell;
        fmt::print("   half a second later the shell {}\n",
                   goes_on ? "has gone on" : "still waits");
        waymark::demo::end_step();
        fmt::print("   the daemon is stopped; only now:\n");
        std::fflush(stdout);
        pipes.stop.writing.reset();
        if (!goes_on) check(::waitpid(shell, nullptr, 0), "waitpid");
    } else {
        waymark::demo::end_step();
    }
    pipes.stop.writing.reset();
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count == 5)
        return run_the_command(arguments[2], std::atoi(arguments[3]), std::atoi(arguments[4]));
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");  // the daemon's end is ours to see
    fmt::print("1. a daemon that keeps its standard output\n");
    show("keep");
    fmt::print("2. a daemon with /dev/null on 0 to 2\n");
    show("null");
    waymark::demo::end_step();
}
