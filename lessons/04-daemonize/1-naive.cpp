// A server that was only put into the background: fork, and the parent ends. It still belongs to
// the session of the terminal that it was started in. The window is closed, twice:
//
//   started by a script, which has no job control: the server is in the group that runs in the
//   foreground of the terminal. SIGHUP goes to the shell, and when that ends to this group;
//   started at a prompt: a shell with job control gives each job a group of its own. That of the
//   server is not in the foreground, and SIGHUP passes it by. It lives, and its terminal does not:
//   what it writes there is refused (EIO), and who started it decides whether it dies.
//
// The terminal is the demo's own, so that yours stays open.

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/04-daemonize/terminal.hh"
#include "lessons/course/time_to_look.hh"

using namespace waymark::daemon;

namespace {

void say(const char* who) {
    fmt::print("{:<16} pid {:>5} session {:>5} group {:>5} {}\n", who, ::getpid(), ::getsid(0),
               ::getpgrp(), ::tcgetpgrp(STDIN_FILENO) == ::getpgrp() ? "fg" : "bg");
    std::fflush(stdout);
}

//#region naive
// What many programs do when they are asked to run "in the background".
void go_into_the_background() {
    if (check(::fork(), "fork") != 0) ::_exit(0);
}
//#endregion naive

// The pipes between the demo and the processes that it starts.
struct Pipes {
    Pipe server = make_pipe();  // the server's process id
    Pipe prompt = make_pipe();  // a byte when the prompt is back
    Pipe window = make_pipe();  // its end: the window is closed, and the shell gone
};

void write_to_the_terminal() {
    if (::write(STDIN_FILENO, "a warning\n", 10) == -1)
        fmt::print("the naive server lives; its terminal: {}\n", error_text(errno));
    std::fflush(stdout);
}

[[noreturn]] void run_the_command(Pipes& pipes, bool job_control) {
    if (job_control) check(::setpgid(0, 0), "setpgid");
    say("the command");
    go_into_the_background();
    say("the naive server");
    const pid_t pid = ::getpid();
    pipes.window.writing.reset();
    if (::write(pipes.server.writing.get(), &pid, sizeof pid) == -1) ::_exit(1);
    char none = 0;
    if (::read(pipes.window.reading.get(), &none, 1) == 0) write_to_the_terminal();
    ::_exit(0);
}

[[noreturn]] void run_the_shell(Terminal& terminal, Pipes& pipes, bool job_control) {
    terminal.become_its_shell();
    say("the shell");
    const pid_t command = check(::fork(), "fork");
    if (command == 0) run_the_command(pipes, job_control);
    pipes.window.writing.reset();
    int status = 0;
    check(::waitpid(command, &status, 0), "waitpid");
    fmt::print("the command ended: {}; the prompt is back\n",
               ExitStatus::from_wait(status).describe());
    std::fflush(stdout);
    check(::write(pipes.prompt.writing.get(), "x", 1), "write");
    ::poll(nullptr, 0, -1);  // waits for the next line to be typed
    ::_exit(0);
}

ExitStatus wait_for(const char* who, pid_t pid) {
    int status = 0;
    check(::waitpid(pid, &status, 0), "waitpid");
    const ExitStatus ended = ExitStatus::from_wait(status);
    fmt::print("{:<16} pid {:>5}  {}\n", who, pid, ended.describe());
    std::fflush(stdout);
    return ended;
}

// Whether the server was killed when the window was closed.
bool close_the_window(bool job_control, const waymark::demo::TimeToLook& time_to_look) {
    Terminal terminal;
    Pipes pipes;
    const pid_t shell = check(::fork(), "fork");
    if (shell == 0) run_the_shell(terminal, pipes, job_control);
    pid_t server = 0;
    char byte = 0;
    check(::read(pipes.server.reading.get(), &server, sizeof server), "read");
    check(::read(pipes.prompt.reading.get(), &byte, 1), "read");
    time_to_look();
    fmt::print("--- the window of {} is closed ---\n", terminal.name());
    std::fflush(stdout);
    terminal.close();
    wait_for("the shell", shell);
    pipes.window.writing.reset();
    return wait_for("the naive server", server).killed();
}

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");  // the server's end is ours to see
    fmt::print("1. started by a script:\n\n");
    std::fflush(stdout);  // or each child would write it once more
    const bool killed = close_the_window(false, time_to_look);
    time_to_look();
    fmt::print("\n2. started at a prompt, with job control:\n\n");
    std::fflush(stdout);
    const bool killed_too = close_the_window(true, time_to_look);
    time_to_look();
    return killed && !killed_too ? 0 : 1;
}
