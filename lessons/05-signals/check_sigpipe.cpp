// Lesson 05: a write to a peer that is gone.

#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <semaphore>
#include <string>
#include <system_error>
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

// In a child: from now on the kernel changes the action of no signal, by whichever function it is
// asked, and says ENOMEM, which it never says here of itself.
static bool refuse_actions() {
    const sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigaction, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{std::size(filter), const_cast<sock_filter*>(filter)};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_CASE("a refusal to ignore SIGPIPE is thrown") {
    constexpr int kNoFilter = 201;
    constexpr int kOther = 202;
    step("a filter of system calls refuses to change what signals do (ENOMEM); ignore SIGPIPE");
    const int status = in_a_process([] {
        if (!refuse_actions()) return kNoFilter;
        try {
            ignore_sigpipe();
        } catch (const std::system_error& refused) {
            return refused.code().value();
        } catch (...) {
            return kOther;
        }
        return 0;
    });
    const int error = WIFEXITED(status) ? WEXITSTATUS(status) : kOther;
    if (error == kNoFilter) skip("this system does not let a process filter its calls (seccomp)");
    expect(error != kOther, "what ignore_sigpipe() throws", "std::system_error",
           "another exception", kOtherException);
    expect(error != 0, "ignore_sigpipe()", "throws std::system_error", "returns", kUnchecked);
    expect_equal(error, ENOMEM, "the number that is thrown (12 is ENOMEM)", kOtherNumber);
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
