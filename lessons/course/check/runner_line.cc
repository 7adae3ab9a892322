#include "lessons/course/check/runner_line.hh"

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <string>

namespace waymark::course::check {

namespace {

constexpr char kVariable[] = "WAYMARK_RESULT_FD=";

int runner = -1;
pid_t runners_process = 0;
char first_word[kWordLength];

// The C library's own: no definition of the same name in this program stands in front of it.
long (*call_by_number)(long, ...) = nullptr;

// The number behind the variable, which is taken out of the environment: here, and so also in
// /proc/self/environ, which shows this memory.
WAYMARK_BEFORE_EVERYTHING int take_descriptor(char** environment) {
    for (char** entry = environment; *entry != nullptr; ++entry) {
        int same = 0;
        while (kVariable[same] != '\0' && (*entry)[same] == kVariable[same]) ++same;
        if (kVariable[same] != '\0') continue;
        int number = 0;
        for (char* text = *entry + same; *text != '\0'; ++text) number = number * 10 + *text - '0';
        for (char* text = *entry; *text != '\0'; ++text) *text = 'x';
        for (; *entry != nullptr; ++entry) entry[0] = entry[1];
        return number;
    }
    return -1;
}

}  // namespace

WAYMARK_BEFORE_EVERYTHING void listen_to_runner(char** environment,
                                                char (&last_word)[kWordLength]) {
    runner = take_descriptor(environment);
    if (runner == -1) return;
    call_by_number = reinterpret_cast<long (*)(long, ...)>(::dlsym(RTLD_NEXT, "syscall"));
    char* const words[] = {first_word, last_word};
    for (int place = 0; place < 2; ++place)
        call_by_number(SYS_recvfrom, runner, words[place], kWordLength, MSG_WAITALL, nullptr,
                       nullptr);
    call_by_number(SYS_shutdown, runner, SHUT_RD);
    runners_process = static_cast<pid_t>(call_by_number(SYS_getppid));
}

bool runner_listens() {
    return runner != -1;
}

pid_t runner_process() {
    return runners_process;
}

void tell_runner(std::string_view line) {
    tell_runner({first_word, kWordLength}, line);
}

void tell_runner(std::string_view word, std::string_view line) {
    std::string text(word);
    text += line;
    // A runner that is gone cannot be told; without the flag SIGPIPE would end the case.
    call_by_number(SYS_sendto, runner, text.data(), text.size(), MSG_NOSIGNAL, nullptr, 0);
}

}  // namespace waymark::course::check
