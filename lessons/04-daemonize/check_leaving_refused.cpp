// Lesson 04: does the person read why it does not start: whatever the daemon says, and whatever
// step the system has refused?

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/error.hh"
#include "lessons/04-daemonize/advice.hh"
#include "lessons/04-daemonize/advice_word.hh"
#include "lessons/04-daemonize/started.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;

namespace {

// What the person reads when a daemon dies without a word.
std::string words_about_silence(const std::function<void()>& before = [] {}) {
    Started::How how;
    how.before = before;
    Started started(how);
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

// Gives what the person reads.
std::string expect_failed_start(Started& started, const std::string& silence) {
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
    return errors;
}

// The name of a step is what is left without the words of the system, which say why.
void expect_named(std::string errors, int error, std::vector<std::string>& names) {
    const std::string why = waymark::daemon::error_text(error);
    const std::string seen = show(errors);
    if (const std::size_t at = errors.find(why); at != errors.npos) errors.erase(at, why.size());
    expect(std::ranges::find(names, errors) == names.end(), "what the person reads",
           "which step has failed", seen + ", as of another step", kNotNamed);
    names.push_back(errors);
}

}  // namespace

TEST_CASE("a daemon that dies before it is ready is a failed start (step 15)") {
    step("start the command; the daemon is there, but not ready");
    Started started({});
    const pid_t pid = started.daemon(kParentFirst);
    step("kill the daemon with SIGKILL");
    ::kill(pid, SIGKILL);
    step("the shell waits for the command");
    if_it_hangs(kOwnEndKept);
    const std::string status = started.command_status();
    expect_equal(status, "exit status 111", "the command's end",
                 status == "exit status 0"     ? Causes(kSilence)
                 : status.starts_with("still") ? Causes(kOwnEndKept)
                                               : Causes{});
    step("the person reads on stderr that it has failed");
    const std::string errors = started.errors();
    expect(errors.starts_with("rosa: "), "what the command printed there",
           "a line that begins with \"rosa: \"", show(errors), kUnsaid);
    expect(errors.ends_with('\n'), "what it printed there", "a line", show(errors), kNoLineEnd);
    step("the same, where the program has given stderr a buffer (setvbuf)");
    const std::string flushed = words_about_silence(Started::give_stderr_a_buffer);
    expect(flushed.starts_with("rosa: ") && flushed.ends_with('\n'), "what the person reads",
           "a line that begins with \"rosa: \"", show(flushed), kLeftInBuffer);
}

TEST_CASE("a message that nobody reads changes no status") {
    step("start the command; its stderr is a pipe, and the reader of it ends");
    Started started({});
    started.daemon(kParentFirst);
    started.nobody_reads_errors();
    step("the daemon calls failed(100, ...)");
    started.ask("failed 100 no port");
    const std::string end = started.command_status();
    expect_equal(end, "exit status 100", "the command's end",
                 end.starts_with("killed by signal 13") ? Causes(kKilledByItsLine) : Causes{});
}

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
    std::vector<std::string> names;
    expect_named(expect_failed_start(nowhere, silence), ENOENT, names);
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
        const std::string errors = expect_failed_start(started, silence);
        const bool in_the_command = refusal.call == Call::fork && refusal.after == 0;
        const std::string& word = started.first_word();
        if (in_the_command)
            expect(word == "thrown", "daemonize()",
                   "throws std::system_error: nothing has been forked, and the caller decides",
                   word.empty() ? "ends the caller's program" : word,
                   word.empty() ? kEndsTheCaller : kOtherException);
        // The third open is the second one's step once more.
        else if (refusal.after < 2)
            expect_named(errors, refusal.error, names);
    }
}

TEST_CASE("no word is said while descriptor 2 leads elsewhere") {
    step("start the command; the daemon has no descriptor left when it calls ready()");
    Started started({});
    const pid_t pid = started.daemon(kPassedOver);
    started.ask("ready without-descriptors");
    step("look at descriptor 2 if the command ends with 0");
    const bool told = how_it_waits(started.command()) == Waiting::ended &&
                      started.command_status() == "exit status 0";
    if (told) expect_equal(file_of(pid, 2), "/dev/null", "what descriptor 2 leads to", kPassedOver);
}
