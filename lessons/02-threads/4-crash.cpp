// Three threads of one server each talk to a client; the fourth does something wrong. Look at what
// becomes of the three. The server is a child process, so that this program lives to tell.
//
// First the fourth reads through a null pointer: the signal is for the thread, death is for the
// process. Then it throws, and nobody catches: std::terminate, the same end. Last the same throw
// happens in a piece of work: its future carries it to whoever asked, and the three talk on. On a
// slide each server stands still before the mistake, so that its threads can be seen.

#include <fmt/core.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "daemon/thread_pool.hh"
#include "lessons/course/end_step.hh"

namespace {

constexpr int kClients = 3;

void read_through_null() {
    waymark::demo::end_step();
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

void throw_something() {
    waymark::demo::end_step();
    throw std::runtime_error("the file has 3 columns, not 4");
}

// Serving gives the number of conversations that came to their end.
using Serve = int (*)(void (*mistake)());

//#region crash
int serve_with_threads(void (*mistake)()) {
    std::latch all_talk(kClients + 1);
    std::latch over(1);
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i)  //@ 1..
        threads.emplace_back([&] {
            all_talk.arrive_and_wait();
            over.wait();
        });                     //@ ..1
    threads.emplace_back([&] {  //@ 2..
        all_talk.arrive_and_wait();
        mistake();  // in one thread of four
    });             //@ ..2
    threads.back().join();
    over.count_down();
    for (int i = 0; i < kClients; ++i) threads[static_cast<std::size_t>(i)].join();
    return kClients;
}
//#endregion crash

//#region carried
int serve_with_crew(void (*mistake)()) {
    std::latch all_talk(kClients + 1), over(1);
    waymark::daemon::ThreadPool crew(kClients + 1, 10);
    std::vector<std::future<void>> talks;
    for (int i = 0; i < kClients; ++i)
        talks.push_back(crew.submit([&] { all_talk.arrive_and_wait(), over.wait(); }));
    std::future<void> answer = crew.submit([&] {  //@ 1..
        all_talk.arrive_and_wait();
        mistake();
    });  //@ ..1
    try {
        answer.get();                        //@ 2
    } catch (const std::exception& error) {  //@ 3..
        fmt::print("  whoever asked was told: {}\n", error.what());
    }  //@ ..3
    over.count_down();
    for (std::future<void>& talk : talks) talk.get();
    return kClients;
}
//#endregion carried

void in_a_server(const char* title, Serve serve, void (*mistake)()) {
    fmt::print("{}\n", title);
    std::fflush(stdout);
    const pid_t server = ::fork();
    if (server == 0) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would tell of it in its own way
        fmt::print("  all {} conversations came to their end\n", serve(mistake));
        std::fflush(stdout);
        ::_exit(0);
    }
    int status = 0;
    if (server == -1 || ::waitpid(server, &status, 0) == -1) std::perror("4-crash");
    if (WIFSIGNALED(status))
        fmt::print("  signal {} ended the process, and {} conversations with it\n",
                   WTERMSIG(status), kClients);
    waymark::demo::end_step();
}

}  // namespace

int main() {
    in_a_server("1. one thread reads through a null pointer", serve_with_threads,
                read_through_null);
    in_a_server("2. one thread throws", serve_with_threads, throw_something);
    in_a_server("3. one piece of work throws", serve_with_crew, throw_something);
}
