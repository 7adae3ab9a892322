// Lesson 04: does the person read why it does not start: whatever the daemon says, and whatever
// step the system has refused?

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lessons/04-daemonize/advice.hh"
#include "lessons/04-daemonize/started.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;

namespace {

// What the person reads when a daemon dies without a word.
std::string words_about_silence() {
    Started started({});
    ::kill(started.daemon(kParentFirst), SIGKILL);
    started.command_status();
    return started.errors();
}

// 111 was to come, and it was 100: is it so with each failure, or does the child call a refusal so?
const Advice& why_a_hundred() {
    Started started({});
    started.daemon(kParentFirst);
    started.ask("failed 111 no port");
    return started.command_status() == "exit status 111" ? kRefusalIsUsage : kOneCode;
}

constexpr std::string_view kAtExit = "an exit function";

void register_for_the_end() {
    std::atexit([] { (void)!::write(STDERR_FILENO, kAtExit.data(), kAtExit.size()); });
}

// One call is refused after `after` that went well.
struct Refusal {
    Call call;
    int error;
    int after;
    const char* what;
};

void expect_failed_start(Started& started, const std::string& silence) {
    started.expect_none(kPassedOver);
    const std::string status = started.command_status();
    expect_equal(status, "exit status 111", "the command's end",
                 status == "exit status 100" ? why_a_hundred() : kPassedOver);
    // Its last words, too: the child that was refused something may end after the command.
    eventually([] { return std::ranges::all_of(children_of(::getpid()), is_zombie); });
    const std::string errors = started.errors();
    expect(errors.find(kAtExit) == errors.npos,
           "what the child that was refused printed at its end", "nothing", kAtExit, kExit);
    expect(std::ranges::count(errors, '\n') <= 1, "what the person reads", "one line", show(errors),
           kSaidBeside);
    expect(!errors.empty() && errors != silence, "what the person reads", "which step has failed",
           errors.empty() ? "nothing" : "the same as when a daemon dies", kPassedOver);
}

}  // namespace

TEST_CASE("a message of many lines is read to its end") {
    step("start the command; the daemon calls failed(100, ...) with forty lines");
    std::string message;
    for (int line = 1; line <= 40; ++line)
        message +=
            fmt::format("line {} of the file is wrong, and this is what stands there\n", line);
    message += "no more";
    Started started({});
    started.daemon(kParentFirst);
    started.ask("failed 100 " + message);
    started.expect_end("exit status 100", {});
    const std::string errors = started.errors();
    expect(errors == "rosa: " + message + "\n", "what the person reads",
           fmt::format("{} bytes, to \"no more\"", message.size() + 7),
           fmt::format("{} bytes", errors.size()), kCutShort);
}

TEST_CASE("a step that the system refuses is a failed start") {
    const std::string silence = words_about_silence();
    step("start the command, with an exit function and a folder that is not there");
    Started::How how;
    how.before = register_for_the_end;
    how.options.folder = "/no/such/folder";
    Started nowhere(how);
    if_it_hangs(kPassedOver);
    expect_failed_start(nowhere, silence);
    for (const Refusal& refusal : {Refusal{Call::fork, EAGAIN, 0, "the first fork"},
                                   Refusal{Call::fork, EAGAIN, 1, "the second fork"},
                                   Refusal{Call::setsid, EPERM, 0, "setsid"},
                                   Refusal{Call::open, EMFILE, 1, "the second open"},
                                   Refusal{Call::open, EMFILE, 2, "the third open"}}) {
        step(fmt::format("start the command; {} is refused", refusal.what));
        Started::How refused;
        refused.before = register_for_the_end;
        refused.counted = refusal.call;
        refused.faults = [&](Faults& faults) {
            faults.fail(refusal.call, refusal.error, 1, refusal.after);
        };
        Started started(refused);
        // Who does the step by other calls was refused nothing.
        const bool goes_on =
            !started.first_word().empty() && !started.first_word().starts_with("thrown");
        if (goes_on && started.calls() <= refusal.after) continue;
        if_it_hangs(kPassedOver);
        expect_failed_start(started, silence);
        const bool in_the_command = refusal.call == Call::fork && refusal.after == 0;
        if (in_the_command)
            expect(started.first_word() == "thrown", "daemonize()",
                   "throws std::system_error: nothing has been forked, and the caller decides",
                   "ends the caller's program", kEndsTheCaller);
    }
}
