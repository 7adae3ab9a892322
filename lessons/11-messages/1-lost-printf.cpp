// printf() puts words into a buffer of the process; when they go out is another matter.
//
// Wrong: a message by printf to a pipe, in a process that ends by _exit; one to a terminal that was
// closed. printf says that all is well. Look at what the reader gets, and who is told of the error.

#include <fcntl.h>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

constexpr const char* kWords = "I am up\n";

// What a child has to say on its standard output, and what comes at the other end.
void listen_to(const char* title, const std::function<int()>& say) {
    waymark::daemon::Pipe out = waymark::daemon::make_pipe();
    waymark::daemon::Pipe answer = waymark::daemon::make_pipe();
    //#region child
    const pid_t child = start([&] {
        ::dup2(out.writing.get(), STDOUT_FILENO);  //@ 2
        const int said = say();
        (void)!::write(answer.writing.get(), &said, sizeof said);
    });  // and then it calls _exit(0)  //@ 3
    //#endregion child
    out.writing.reset();
    wait_for(child);
    int said = 0;
    (void)!::read(answer.reading.get(), &said, sizeof said);
    char text[100];
    const ssize_t got = ::read(out.reading.get(), text, sizeof text);
    fmt::print("{}\n   it said {} bytes; the reader got {}\n", title, said, got);
    end_step();
}

//#region printf
int by_printf() {
    return std::printf("%s", kWords);  //@ 1
}
//#endregion printf

//#region write
int by_write() {
    return static_cast<int>(::write(STDOUT_FILENO, kWords, 8));
}
//#endregion write

void to_a_closed_terminal() {
    Fd master(check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
    check(::grantpt(master.get()), "grantpt");
    check(::unlockpt(master.get()), "unlockpt");
    std::FILE* const terminal = std::fopen(::ptsname(master.get()), "we");
    check(terminal == nullptr ? -1 : 0, "fopen");
    master.reset();
    const int said = std::fprintf(terminal, "I am up");
    const int flushed = std::fflush(terminal);
    const int reason = errno;
    fmt::print("2. fprintf to a terminal whose window was closed\n");
    fmt::print("   it said {} bytes; fflush: {}\n", said,
               flushed == 0 ? "done" : error_text(reason));
    std::fclose(terminal);
    end_step();
}

}  // namespace

int main() {
    listen_to("1. printf to a pipe, and _exit", by_printf);
    to_a_closed_terminal();
    listen_to("3. write to a pipe, and _exit", by_write);
}
