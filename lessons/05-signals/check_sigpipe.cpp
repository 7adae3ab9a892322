// Lesson 05: a write to a peer that is gone.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <semaphore>
#include <string>
#include <thread>

#include "advice.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"

using namespace waymark::daemon;
using namespace waymark::course::check;

static int write_to_nobody() {
    Pipe pipe = make_pipe();
    pipe.reading.reset();
    return ::write(pipe.writing.get(), "x", 1) == -1 ? errno : 0;
}

// What has been done about SIGPIPE, if not that it is ignored.
static const Advice& why_it_kills() {
    const int status = in_a_process([] {
        ignore_sigpipe();
        sigset_t mask;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
        return ::sigismember(&mask, SIGPIPE);
    });
    return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? kPipeBlocked : kPipe;
}

TEST_CASE("a write to a peer that is gone fails and kills nobody") {
    step("ignore SIGPIPE and write to a pipe that nobody reads");
    const int status = in_a_process([] {
        std::binary_semaphore ignored(0);
        int seen_in_thread = 0;
        std::thread other([&] {
            ignored.acquire();
            seen_in_thread = write_to_nobody();
        });
        ignore_sigpipe();
        const int seen = write_to_nobody();
        ignored.release();
        other.join();
        return seen == EPIPE ? seen_in_thread : seen;
    });
    expect(!WIFSIGNALED(status), "the process", "lives on",
           "ended by signal " + show(WTERMSIG(status)),
           WIFSIGNALED(status) ? why_it_kills() : kPipe);
    expect_equal(WEXITSTATUS(status), EPIPE, "the error of the write (32 is EPIPE)", kPipe);
    step("ignore it, then set all signals to their default, as a child does; ignore it again");
    const int again = in_a_process([] {
        ignore_sigpipe();
        reset_all_signals();
        ignore_sigpipe();
        return write_to_nobody();
    });
    expect(!WIFSIGNALED(again), "the process", "lives on",
           "ended by signal " + show(WTERMSIG(again)), kPipeOnce);
}

TEST_CASE("to ignore SIGPIPE changes nothing else") {
    const SignalsAsFound as_found({SIGPIPE});
    step("call ignore_sigpipe(), and look at what is ignored, handled and blocked");
    const auto seen = [] {
        std::string text;
        for (const char* line : {"SigBlk", "SigIgn", "SigCgt"}) {
            const auto set = std::stoull("0" + status_line(::getpid(), line), nullptr, 16);
            text += std::string(line) + " " + std::to_string(set & ~(1ULL << (SIGPIPE - 1))) + " ";
        }
        return text;
    };
    const std::string before = seen();
    ignore_sigpipe();
    expect_equal(seen(), before, "the other signals", kMoreIgnored);
}
