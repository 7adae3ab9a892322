// What the tests of the slides run: one source, and each program does what its own name says. They
// behave badly on purpose, each in one way.

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace {

//#region lines
int print_lines() {
    for (int i = 1; i <= 3; ++i) {  //@ 1..
        std::printf("line \x1b[1;32m%d\x1b[0m of 3, pid %d\n", i, ::getpid());
        ::usleep(50'000);  //@ ..1
    }                      //@ 2
    return 7;
}  //@ 3
//#endregion lines

[[noreturn]] void wait_for_ever() {
    while (true) ::pause();
}

// A child that ends and is never collected, and a grandchild that leaves session and terminal,
// ignores SIGTERM and loses its parent.
int make_family() {
    if (::fork() == 0) ::_exit(3);
    const pid_t orphan_maker = ::fork();
    if (orphan_maker == 0) {
        if (::fork() == 0) {
            ::setsid();
            ::signal(SIGTERM, SIG_IGN);
            ::signal(SIGHUP, SIG_IGN);
            for (int number = 0; number < 3; ++number) ::close(number);
            wait_for_ever();
        }
        ::_exit(0);
    }
    std::printf("parent %d has a zombie\n", ::getpid());
    wait_for_ever();
}

int echo_line() {
    char line[100] = "";
    if (std::fgets(line, sizeof line, stdin) == nullptr) return 1;
    std::printf("you typed: %s", line);
    return 0;
}

sockaddr_un meeting_place() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "server.socket");
    return address;
}

int serve_for_ever() {
    const sockaddr_un address = meeting_place();
    ::usleep(700000);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return 1;
    ::listen(listener, 5);
    std::printf("listening\n");
    while (true) {
        const int client = ::accept(listener, nullptr, nullptr);
        if (::write(client, "hello\n", 6) == 6) std::printf("answered one\n");
        ::close(client);
    }
}

// A page may call the client as soon as the run has begun, which is before the server listens: then
// there is no socket yet (ENOENT), or nobody listens at it (ECONNREFUSED). Waits a minute for that.
bool connect_when_it_listens(int client) {
    const sockaddr_un address = meeting_place();
    for (int look = 0; look < 6000; ++look) {
        if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
            return true;
        if (errno != ENOENT && errno != ECONNREFUSED) return false;
        ::usleep(10'000);
    }
    return false;
}

int call_server() {
    const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (!connect_when_it_listens(server)) return 1;
    char answer[20] = "";
    const ssize_t count = ::read(server, answer, sizeof answer - 1);
    std::printf("the server says: %.*s", static_cast<int>(count), answer);
    return 0;
}

int ignore_sigterm() {
    ::signal(SIGTERM, SIG_IGN);
    std::printf("deaf\n");
    wait_for_ever();
}

int flood() {
    while (true) std::printf("a line that is followed by another one of the same kind\n");
}

int spin() {
    volatile unsigned turns = 0;
    while (true) turns = turns + 1;
}

int fork_without_end() {
    while (true)
        if (::fork() == 0) wait_for_ever();
}

// Children that nobody sees who looks now and then.
int fork_briefly() {
    for (int i = 0; i < 200; ++i) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(0);
        ::waitpid(child, nullptr, 0);
    }
    return 0;
}

// Waits where the slides let a step be looked at (slides/server/step_gate.hh).
void end_step() {
    const char* path = ::getenv("WAYMARK_STEPS");
    if (path == nullptr) return;
    sockaddr_un gate{};
    gate.sun_family = AF_UNIX;
    std::snprintf(gate.sun_path, sizeof gate.sun_path, "%s", path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    char byte;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&gate), sizeof gate) == 0)
        while (::read(fd, &byte, 1) > 0) {
        }
    ::close(fd);
}

// A child reads its pipe until the end, and says so in the one that all share.
[[noreturn]] void read_until_the_end(int own, int shared) {
    char byte;
    while (::read(own, &byte, 1) > 0) {
    }
    ::_exit(::write(shared, "x", 1) == 1 ? 0 : 1);
}

// Two children, a pipe to each, and one that both write; the first child's pipe ends after a step.
int lay_pipes() {
    int to[2][2], shared[2];
    if (::pipe(shared) != 0) return 1;
    for (int i = 0; i < 2; ++i) {
        if (::pipe(to[i]) != 0) return 1;
        if (::fork() == 0) {
            ::close(shared[0]);
            for (int before = 0; before <= i; ++before) ::close(to[before][1]);
            read_until_the_end(to[i][0], shared[1]);
        }
        ::close(to[i][0]);
    }
    ::close(shared[1]);
    std::printf("three pipes\n");
    end_step();
    char byte;
    ::close(to[0][1]);
    if (::read(shared[0], &byte, 1) == 1) ::wait(nullptr);
    std::printf("two pipes\n");
    end_step();
    ::close(to[1][1]);
    ::wait(nullptr);
    return 0;
}

int take_steps() {
    std::printf("1. before\n");
    end_step();
    std::printf("2. after\n");
    end_step();
    return 0;
}

int do_deeds() {
    char line[100] = "";
    do end_step();
    while (std::fgets(line, sizeof line, stdin) != nullptr && std::printf("done: %s", line) > 0 &&
           std::strcmp(line, "end\n") != 0);
    return 0;
}

int hold_a_signal_back() {
    ::signal(SIGUSR1, [](int) {});
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    ::raise(SIGUSR1);
    wait_for_ever();
}

}  // namespace

int main(int, char** arguments) {
    const std::string_view path = arguments[0];
    switch (path[path.rfind('/') + 1]) {
        case '0':
            return spin();
        case '1':
            return print_lines();
        case '2':
            return make_family();
        case '3':
            return echo_line();
        case '4':
            return serve_for_ever();
        case '5':
            return call_server();
        case '6':
            return ignore_sigterm();
        case '7':
            return flood();
        case '8':
            return fork_without_end();
        case 'a':
            return fork_briefly();
        case 'b':
            return take_steps();
        case 'c':
            return hold_a_signal_back();
        case 'g':
            return do_deeds();
        case 'i':
            return lay_pipes();
        default:
            return 2;
    }
}
