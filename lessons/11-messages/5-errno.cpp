// Why did it fail? The reason is in errno, until somebody else makes a call.
//
// Wrong: a line is logged between the failure and the use of its reason, and the logging fails for
// another one. Look at what is told as the reason.

#include <fcntl.h>
#include <string.h>

#include <csignal>

#include "by_hand.hh"
#include "daemon/log.hh"

using namespace waymark::demo;

namespace {

//#region careless
void log_carelessly(int number, const char* message) {
    (void)!::write(number, message, ::strlen(message));
}
//#endregion careless

void show(const char* title, const std::function<void()>& log) {
    fmt::print("{}\n", title);
    //#region reason
    errno = 0;
    const Fd file(::open("/no/such/file", O_RDONLY | O_CLOEXEC));  //@ 1
    log();                                                         //@ 2
    fmt::print("   open failed: {}\n", ::strerror(errno));         //@ 3
    //#endregion reason
    end_step();
}

void show_words() {
    fmt::print("3. the reason by its name, and in words\n");
    //#region words
    fmt::print("   {}: {}\n", ::strerrorname_np(ENOENT), error_text(ENOENT));
    //#endregion words
}

}  // namespace

int main() {
    std::signal(SIGPIPE, SIG_IGN);
    waymark::daemon::Pipe gone = waymark::daemon::make_pipe();
    gone.reading.reset();
    show("1. a log that leaves its own errno",
         [&] { log_carelessly(gone.writing.get(), "no file"); });
    const Fd terminal(check(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), "fcntl"));
    check(::dup2(gone.writing.get(), STDERR_FILENO), "dup2");
    waymark::daemon::Log log({.program = "server"});
    show("2. daemon::Log, whose reader has gone, too", [&] { log.error("no file"); });
    fmt::print("   lines lost: {}\n", log.lost());
    check(::dup2(terminal.get(), STDERR_FILENO), "dup2");
    show_words();
}
