#include "daemon/daemonize.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"

namespace waymark::daemon {

//#region exercise-04
namespace {

void put_null_on(int number) {
    const Fd null(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    check(::dup2(null.get(), number), "dup2", "/dev/null");
}

//#region wait-for-the-word
// What the first process does from now on: it waits for the word of the last and ends. The word is
// the exit code, one byte, and the message.
[[noreturn]] void wait_and_end(std::string_view program, Channel daemon, pid_t first_child) {
    while (::waitpid(first_child, nullptr, 0) == -1 && errno == EINTR) {
    }
    pollfd word{daemon.fd().get(), POLLIN, 0};
    while (::poll(&word, 1, -1) == -1 && errno == EINTR) {
    }
    const Channel::Received received = daemon.receive();
    if (received.result != Channel::Result::done) {
        print_error(program, "ended before it was ready");
        ::_exit(kExitSystem);
    }
    const std::string_view message = received.message.substr(1);
    if (!message.empty()) print_error(program, message);
    // Not exit(3): what is registered to be done at the end is the daemon's to do.
    ::_exit(static_cast<unsigned char>(received.message.front()));
}
//#endregion wait-for-the-word

//#region leave-session
// A session of its own has no terminal. Its leader would acquire one by opening
// it; so the leader ends, and the process that stays can never be one.
void leave_session() {
    check(::setsid(), "setsid");                         //@ 1
    if (check(::fork(), "fork") != 0) ::_exit(kExitOk);  //@ 2
}
//#endregion leave-session

}  // namespace

//#region the-steps
Readiness daemonize(std::string_view program, const DaemonOptions& options) {
    open_standard_descriptors();  //@ 1..
    close_all_but(options.keep);
    reset_all_signals();
    clean_environment(options.environment);  //@ ..1
    std::fflush(nullptr);  // or both processes write what is in the buffers  //@ 2
    ChannelPair ends = make_channel();
    const pid_t first_child = check(::fork(), "fork");  //@ 3..
    if (first_child != 0) {
        ends.second.close();
        wait_and_end(program, std::move(ends.first), first_child);
    }  //@ ..3
    //#endregion the-steps
    //#region after-the-fork
    ends.first.close();
    Readiness readiness(std::move(ends.second), ServiceNotifier(""));
    try {  //@ 1..
        leave_session();
        put_null_on(STDIN_FILENO);
        put_null_on(STDOUT_FILENO);
        ::umask(options.umask);
        check(::chdir(options.folder.c_str()), "chdir", options.folder);  //@ ..1
    } catch (const std::exception& error) {                               //@ 2..
        // Not thrown on: the caller's code would run in two processes.
        readiness.failed(kExitSystem, error.what());
        ::_exit(kExitSystem);
    }  //@ ..2
    return readiness;
    //#endregion after-the-fork
}

//#region say-ready
void Readiness::ready() {
    notifier_.send("READY=1");
    if (!starter_) return;
    put_null_on(STDERR_FILENO);
    tell_starter(kExitOk, "");
}
//#endregion say-ready
//#endregion exercise-04

}  // namespace waymark::daemon
