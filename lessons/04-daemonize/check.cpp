// Lesson 04: does the shell learn that the daemon is up, or that it is not? Every case starts a
// command as a shell does and looks at how it ends and at what it leaves behind. The numbers in the
// names of the cases are the steps of daemon(7), "SysV Daemons"; more of them are in
// check_leaving.cpp, step 12 in check_pidfile.cpp. Failed starts are in check_leaving_refused.cpp.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "lessons/04-daemonize/advice.hh"
#include "lessons/04-daemonize/advice_word.hh"
#include "lessons/04-daemonize/manager_socket.hh"
#include "lessons/04-daemonize/started.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;

namespace {

// The daemon answers, and its command took it for dead: before a word could come, or with it?
// If before it: has it waited at all?
const Advice& why_taken_for_dead() {
    Started::How how;
    how.faults = [](Faults& faults) {
        faults.before(Call::poll, [command = ::getpid()] {
            if (::getpid() == command) (void)!::write(STDERR_FILENO, "waits;", 6);
        });
    };
    Started again(how);
    again.daemon(kNothingForked);
    if (how_it_waits(again.command()) != Waiting::ended) return kWordForDeath;
    return again.errors().starts_with("waits;") ? kChannelClosed : kNotWaited;
}

// What the person reads of a message when stderr has a buffer.
std::string read_through_a_buffer() {
    Started::How how;
    how.before = Started::give_stderr_a_buffer;
    Started started(how);
    started.daemon(kParentFirst);
    started.ask("failed 100 no port");
    started.command_status();
    return started.errors();
}

}  // namespace

TEST_CASE("the command ends with 0 and the daemon goes on (steps 5 and 15)") {
    step("start the command; daemonize() returns in one process");
    Started started({});
    const pid_t pid = started.daemon(kNothingForked);
    // Who waits with waitpid(2) for the first child, and that is the daemon, waits for ever.
    expect(relations_of(pid).session != pid, "the leader of its session",
           "another process, which has ended", "the daemon",
           started.calls() > 1 ? kSessionLate : kNoSecondFork);
    step("the daemon calls ready()");
    if_it_hangs(kOneListener);
    started.ask("ready");
    step("the shell waits for the command");
    if_it_hangs(kMiddleStays, "waits in waitpid");
    const std::string end = started.command_status();
    expect_equal(end, "exit status 0", "the command's end",
                 end == "exit status 111" ? why_taken_for_dead() : kWordForDeath);
    expect_equal(started.ask("hello"), "done", "the daemon's answer after that", kNothingForked);
    step("the daemon ends: no other process of it is left");
    started.end();
    const bool none_left =
        eventually([] { return std::ranges::all_of(children_of(::getpid()), is_zombie); });
    expect(none_left, "processes left", "none", "one that goes on", kMiddleStays);
}

TEST_CASE("the command waits for the word of the daemon (steps 14 and 15)") {
    step("start the command; the daemon is there, but not ready");
    Started started({});
    started.daemon(kParentFirst);
    const Waiting waiting = how_it_waits(started.command());
    if (waiting == Waiting::ended)
        fail("the command", "waits", "has ended",
             started.command_status() == "exit status 111" ? why_taken_for_dead() : kParentFirst);
    expect(waiting != Waiting::busy, "the command", "sleeps while it waits",
           "uses the processor all the time", kBusyWait);
    step("the daemon finds its port taken and calls failed(100, ...)");
    started.ask("failed 100 the port {} is %s taken, 100 %");
    step("the shell hears it");
    if_it_hangs(kOneListener);
    const std::string status = started.command_status();
    const std::string errors = started.errors();
    const bool heard = errors.find("the port") != errors.npos;
    expect_equal(status, "exit status 100", "the command's end",
                 status == "exit status 0"      ? kParentFirst
                 : status.starts_with("kill")   ? kAsFormat
                 : status != "exit status 111"  ? kOneCode
                 : heard                        ? kOneCode
                 : errors.starts_with("rosa: ") ? kWordForDeath
                                                : kAsFormat);
    step("the person reads it on stderr");
    const std::string expected = "rosa: the port {} is %s taken, 100 %\n";
    const bool and_more = errors.starts_with("rosamunde") ||
                          (errors.starts_with(expected.substr(0, expected.size() - 1)) &&
                           errors.size() > expected.size());
    expect_equal(errors, expected, "what it printed there",
                 errors + "\n" == expected                 ? kNoLineEnd
                 : errors.find("dthe port") != errors.npos ? kFirstByte
                 : and_more                                ? kEndOfView
                 : errors.find("the port") != errors.npos  ? kAsFormat
                                                           : kUnsaid);
    expect_equal(started.printed(), "", "what it printed on stdout", kUnsaid);
    step("the same, where the program has given stderr a buffer (setvbuf)");
    expect_equal(read_through_a_buffer(), "rosa: no port\n", "what the person reads",
                 kLeftInBuffer);
}

TEST_CASE("without a message nothing is printed") {
    step("start the command; the daemon calls failed(100, \"\")");
    Started started({});
    started.daemon(kParentFirst);
    started.ask("failed 100 ");
    started.expect_end("exit status 100", {});
    expect_equal(started.errors(), "", "what the person reads", kLineTooMuch);
}

TEST_CASE("the command waits for its own child and no other") {
    step("a program that has a child already becomes a daemon, and is ready");
    Started::How how;
    how.before = [] {
        if (::fork() == 0)
            for (;;) ::pause();
    };
    Started started(how);
    if_it_hangs(kOthersAwaited);
    started.daemon(kOthersAwaited);
    started.ask("ready");
    started.expect_end("exit status 0", {});
}

TEST_CASE("the command waits as long as the daemon takes") {
    step("start the command; whatever time-out its wait has is over at once, ten times");
    Started::How how;
    how.faults = [](Faults& faults) {
        for (const Call call : {Call::poll, Call::pause}) faults.expire(call, 10);
    };
    Started started(how);
    started.daemon(kGivesUp);
    const Waiting waiting = how_it_waits(started.command());
    expect(waiting != Waiting::ended, "the command", "waits on", "has ended", kGivesUp);
    started.ask("ready");
    started.expect_end("exit status 0", {});
}

TEST_CASE("nobody's exit functions are run on the way (steps 8 and 15)") {
    step("start the command with a function registered for the end of the program (atexit)");
    Started::How how;
    how.before = [] {
        std::atexit([] { (void)!::write(STDERR_FILENO, "an exit function\n", 17); });
    };
    Started started(how);
    const pid_t pid = started.daemon(kNothingForked);
    if_it_hangs(kMiddleStays);
    eventually([&] { return relations_of(pid).parent == ::getpid(); });
    expect_equal(started.errors(), "", "what the process between printed at its end", kExit);
    step("the daemon is ready and the command ends");
    started.ask("ready");
    started.expect_end("exit status 0", {});
    expect_equal(started.errors(), "", "what the command printed at its end", kExit);
}

// The first process stands still before it waits, until the daemon has said its word and has closed
// its end.
TEST_CASE("a word that comes with the end of the channel is a word") {
    step("start the command; before it looks, the daemon calls ready()");
    Started::How how;
    how.faults = [](Faults& faults) {
        const pid_t command = ::getpid();
        for (const Call call : {Call::poll, Call::read})
            faults.before(call, [command] {
                if (::getpid() == command) ::raise(SIGSTOP);
            });
    };
    Started started(how);
    started.daemon(kParentFirst);
    started.ask("ready");
    eventually([&] {
        ::kill(started.command(), process_state(started.command()) == 'T' ? SIGCONT : 0);
        const char state = process_state(started.command());
        return state == 'Z' || state == '\0';
    });
    started.expect_end("exit status 0", kWordForDeath);
}

// Each wait of every process on the way, so that none is met by luck alone.
TEST_CASE("interrupted waits end nothing") {
    constexpr int kTimes = 20;
    for (const auto& [call, name] : {std::pair{Call::poll, "poll or its like"},
                                     {Call::waitpid, "wait for a process"},
                                     {Call::read, "read"}}) {
        step(fmt::format("start the command; each {} is interrupted {} times (EINTR)", name,
                         kTimes));
        Started::How how;
        how.faults = [call](Faults& faults) { faults.fail(call, EINTR, kTimes); };
        Started started(how);
        const pid_t pid = started.daemon(kInterrupted);
        // The process between has ended, and the command sleeps: it waits for the word by now.
        eventually([&] { return relations_of(pid).parent == ::getpid(); });
        expect(how_it_waits(started.command()) != Waiting::ended, "the command", "waits on",
               "has ended", kInterrupted);
        started.ask("ready");
        started.expect_end("exit status 0", kInterrupted);
    }
}

TEST_CASE("the person sees what is printed until it is ready (steps 9 and 14)") {
    step("start the command with something printed that still waits in its buffers");
    Started::How how;
    how.before = [] {
        Started::give_stderr_a_buffer();
        std::fputs("from the buffer\n", stdout);
        std::fputs("from the buffer of stderr\n", stderr);
    };
    Started started(how);
    const pid_t pid = started.daemon(kErrorsAtWrongTime);
    expect_equal(started.printed(), "from the buffer\n", "what the person sees", kBuffers);
    expect_equal(started.errors(), "from the buffer of stderr\n", "what the person sees on stderr",
                 kBuffers);
    step("the daemon prints to stderr");
    started.ask("print a warning");
    expect_equal(started.errors(), "a warning\n", "what the person sees", kErrorsAtWrongTime);
    step("the daemon calls ready()");
    const std::string errors_go_to = started.ask("ready");
    expect_equal(errors_go_to, "/dev/null", "what its descriptor 2 leads to when it says the word",
                 file_of(pid, 1) == "/dev/null" ? kErrorsAtWrongTime : kNotReopened);
    step("it prints again");
    started.ask("print a secret");
    started.expect_end("exit status 0", {});
    expect_equal(started.errors(), "", "what the person sees", kErrorsAtWrongTime);
    expect_equal(started.printed(), "", "what the person sees on stdout", kBuffers);
}

TEST_CASE("the last step changes descriptor 2 and nothing else") {
    step("between daemonize() and ready() the daemon sets itself up: 0 and 1, umask, folder");
    Started started({});
    const pid_t pid = started.daemon(kMoreThanErrors);
    started.ask("settle");
    step("the daemon calls ready()");
    started.ask("ready");
    started.expect_end("exit status 0", {});
    for (const int number : {0, 1})
        expect_equal(file_of(pid, number), "/dev/zero",
                     fmt::format("what descriptor {} leads to", number), kMoreThanErrors);
    expect_equal(status_line(pid, "Umask"), "0123", "its umask", kMoreThanErrors);
    expect_equal(folder_of(pid), "/proc", "its folder", kMoreThanErrors);
    expect_equal(file_of(pid, 2), "/dev/null", "what descriptor 2 leads to", kCopyOfAnother);
}

TEST_CASE("in the foreground the manager hears it and nothing else changes") {
    step("be a manager: a socket, and its name in NOTIFY_SOCKET");
    const ManagerSocket manager;
    Started::How how;
    how.in_foreground = true;
    how.before = [&] { ::setenv("NOTIFY_SOCKET", manager.name().c_str(), 1); };
    Started started(how);
    const pid_t pid = started.daemon(kOneListener);
    expect_equal(pid, started.command(), "the process", kOneListener);
    step("the service calls ready()");
    const std::string errors = file_of(pid, 2);
    started.ask("ready");
    expect_equal(manager.hear(), "READY=1", "what the manager hears", kOneListener);
    expect_equal(file_of(pid, 2), errors, "what descriptor 2 leads to", kOneListener);
}
