// The steps of a daemon, one at a time; after each, who this process is. Look at the columns: after
// setsid the process leads a session and has no terminal; after the second fork it leads nothing,
// and whoever adopts orphans has become its parent. At the end it opens a terminal on purpose, and
// still has none.
// The library's version is daemon/daemonize.cc.

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "daemon/pidfile.hh"
#include "lessons/04-daemonize/terminal.hh"
#include "lessons/course/time_to_look.hh"

using namespace waymark::daemon;
using waymark::demo::TimeToLook;

namespace {

std::optional<TimeToLook> time_to_look;
int output = -1;  // a descriptor above 2: number 1 becomes /dev/null on the way

// Below /dev, where all of them are here.
std::string device_of(int number) {
    const auto file = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", number));
    return file.lexically_relative("/dev").string();
}

void show(const char* step) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    const std::string line = fmt::format(
        "{:<14} {:>5} {:>5} {:>5} {:<4} {:<4} {:03o} {:<4} {}\n", step, ::getpid(), ::getppid(),
        ::getsid(0), ::getsid(0) == ::getpid() ? "yes" : "no", has_terminal() ? "yes" : "none",
        mask, std::filesystem::current_path().string(), device_of(0));
    if (::write(output, line.data(), line.size()) == -1) ::_exit(1);
    (*time_to_look)();
}

//#region steps
void become_a_daemon(const std::string& pid_path) {
    if (check(::fork(), "fork") != 0) ::_exit(0);
    show("fork");
    check(::setsid(), "setsid");
    show("setsid");
    if (check(::fork(), "fork") != 0) ::_exit(0);
    while (::getppid() == ::getsid(0)) ::poll(nullptr, 0, 1);  // only to show the new parent
    show("fork again");
    check(::chdir("/"), "chdir");
    show("chdir /");
    ::umask(027);
    show("umask 027");
    const Fd null(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    for (int number = 0; number <= 2; ++number) check(::dup2(null.get(), number), "dup2");
    show("null on 0 to 2");
    PidFile file = PidFile::lock(pid_path, Deadline::after(std::chrono::seconds(0)));
    file.write_pid();
    show("pid file");
}
//#endregion steps

[[noreturn]] void run_the_command(const Terminal& other, const std::string& pid_path) {
    show("(as started)");
    become_a_daemon(pid_path);
    const Fd opened(::open(other.name().c_str(), O_RDWR | O_CLOEXEC));  // without O_NOCTTY
    show("opens terminal");
    ::_exit(0);
}

[[noreturn]] void run_the_shell(Terminal& window, const Terminal& other,
                                const std::string& pid_path) {
    window.become_its_shell();
    check(::chdir("/tmp"), "chdir");
    Pipe done = make_pipe();  // ends with the daemon, which inherits it
    const pid_t command = check(::fork(), "fork");
    if (command == 0) run_the_command(other, pid_path);
    check(::waitpid(command, nullptr, 0), "waitpid");  // the prompt is back
    done.writing.reset();
    char byte = 0;
    (void)!::read(done.reading.get(), &byte, 1);  // a shell stays; its end would be a hang-up
    ::_exit(0);
}

}  // namespace

int main(int argument_count, char** arguments) {
    time_to_look.emplace(argument_count, arguments);
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    fmt::print("who adopts orphans here: {}\n\n{:<14} {:>5} {:>5} {:>5} lead tty  um. dir  fd 0\n",
               ::getpid(), "after the step", "pid", "ppid", "sid");
    std::fflush(stdout);
    output = check(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10), "fcntl");
    const std::string pid_path =
        std::filesystem::temp_directory_path() / fmt::format("waymark-steps-{}.pid", ::getpid());
    Terminal window, other;
    if (check(::fork(), "fork") == 0) run_the_shell(window, other, pid_path);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    return 0;
}
