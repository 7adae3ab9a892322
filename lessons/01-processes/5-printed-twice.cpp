// The wrong way: fork with something in a buffer, and end the child with exit(3). fork(2) copies
// all of the memory, so the buffer of stdio, too, and the list of atexit functions. Both processes
// then write the buffer and run the list.
//
// Look at the left column: how many processes wrote the line. (Through a pipe or into a file
// stdio keeps everything until the end; to a terminal it writes each line at once, so the mistake
// hides until the day on which somebody redirects the output. The demo sets the buffer itself.)

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "lessons/course/end_step.hh"

namespace {

void say_goodbye() {
    std::printf("atexit: temporary files removed\n");
}

//#region exit
[[noreturn]] void wrong() {
    std::atexit(say_goodbye);
    std::printf("order 17 accepted\n");  // stays in the buffer
    const pid_t pid = ::fork();
    if (pid == 0) std::exit(0);  // writes the copied buffer, runs the copied list
    ::waitpid(pid, nullptr, 0);
    std::exit(0);
}
//#endregion exit

//#region underscore-exit
[[noreturn]] void right() {
    std::atexit(say_goodbye);
    std::printf("order 17 accepted\n");
    std::fflush(nullptr);  // nothing is left that could be copied
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::printf("the child's own words\n");
        std::fflush(nullptr);  // _exit(2) would drop them
        ::_exit(0);            // and runs no list
    }
    ::waitpid(pid, nullptr, 0);
    std::exit(0);
}
//#endregion underscore-exit

int count(const std::string& text, const std::string& line) {
    int times = 0;
    for (std::size_t at = 0; (at = text.find(line, at)) != text.npos; at += line.size()) ++times;
    return times;
}

// Runs `program` in a process whose standard output is a pipe, as in `program | less`.
std::string output_of(void (*program)()) {
    std::fflush(nullptr);  // or this demo would do what it warns of
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) == -1) std::exit(111);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        program();
    }
    ::close(ends[1]);
    std::string text;
    char part[256];
    for (ssize_t length = 0; (length = ::read(ends[0], part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(length));
    ::close(ends[0]);
    ::waitpid(pid, nullptr, 0);
    return text;
}

void show(const char* title, const std::string& text) {
    std::printf("%s\n", title);
    for (const char* line :
         {"order 17 accepted", "the child's own words", "atexit: temporary files removed"})
        if (const int times = count(text, line)) std::printf("   %d x  %s\n", times, line);
    waymark::demo::end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOFBF, BUFSIZ);  // as into a pipe or a file, on a terminal, too
    show("1. fork with a full buffer, child ends with exit(3):", output_of(wrong));
    show("2. fflush before fork, child ends with _exit(2):", output_of(right));
}
