// Lesson 04: does the program leave the terminal, and everything else that it was started with? The
// daemon is looked at from outside, in /proc.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "lessons/04-daemonize/advice.hh"
#include "lessons/04-daemonize/started.hh"
#include "lessons/04-daemonize/terminal.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;

namespace {

unsigned long long bit(int signal) {
    return 1ULL << (signal - 1);
}

unsigned long long signals_in(pid_t pid, const char* line) {
    return std::stoull("0" + status_line(pid, line), nullptr, 16);
}

// What the case about signals begins with.
bool has_signals_of_starter(pid_t pid) {
    const auto kept =
        signals_in(pid, "SigIgn") | signals_in(pid, "SigCgt") | signals_in(pid, "SigBlk");
    return (kept & (bit(SIGHUP) | bit(SIGUSR1) | bit(SIGTERM) | bit(SIGRTMAX))) != 0;
}

void expect_null(pid_t pid, int number, const Advice& advice) {
    const std::string file = file_of(pid, number);
    expect_equal(file.empty() ? "(closed)" : file, "/dev/null",
                 fmt::format("what descriptor {} leads to", number), advice);
    expect((flags_of(pid, number) & O_CLOEXEC) == 0, fmt::format("descriptor {}", number),
           "open also in a program that the daemon starts", "closed by its exec", kClosedByExec);
    const int direction = flags_of(pid, number) & O_ACCMODE;
    const int wanted = number == STDIN_FILENO ? O_RDONLY : O_WRONLY;
    expect(direction == O_RDWR || direction == wanted, fmt::format("descriptor {}", number),
           number == STDIN_FILENO ? "may be read from" : "may be written to", "may not",
           kOneDirection);
}

unsigned seen_umask(pid_t pid) {
    return static_cast<unsigned>(std::stoul("0" + status_line(pid, "Umask"), nullptr, 8));
}

// It is not the one that was asked for: the shell's, or one of its own? The shell's is told by bits
// that nobody chooses.
const Advice& whose_umask() {
    constexpr unsigned kShells = 0104;
    Started::How how;
    how.options.umask = 0;
    how.before = [] { ::umask(kShells); };
    Started again(how);
    return (seen_umask(again.ready(kUmaskKept)) & kShells) != 0 ? kUmaskKept : kNotAsked;
}

}  // namespace

TEST_CASE("inherited descriptors are closed and those to keep stay open (step 1)") {
    step(
        "start the command with descriptors 40, 41, 1500 and 3000 open, and a limit that is lower "
        "by now (RLIMIT_NOFILE 256); 41 is to be kept");
    Started::How how;
    how.options.keep = {41};
    how.before = [] {
        ::dup2(STDIN_FILENO, 40);
        ::dup2(STDIN_FILENO, 41);
        rlimit most{};
        ::getrlimit(RLIMIT_NOFILE, &most);
        most.rlim_cur = most.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &most);
        for (const int number : {1500, 3000}) ::dup2(STDIN_FILENO, number);
        most.rlim_cur = 256;
        ::setrlimit(RLIMIT_NOFILE, &most);
    };
    Started started(how);
    const pid_t pid = started.ready(kInherited);
    step("look at /proc/PID/fd of the daemon");
    expect_equal(file_of(pid, 40), "", "descriptor 40", kInherited);
    expect(!file_of(pid, 41).empty(), "descriptor 41", "open", "closed", kKeepClosed);
    const std::vector<int> numbers = descriptors_of(pid);
    const auto above = std::ranges::count_if(numbers, [](int number) { return number > 2; });
    const bool null_left = std::ranges::any_of(
        numbers, [pid](int number) { return number > 2 && file_of(pid, number) == "/dev/null"; });
    expect(above == 2, "its descriptors above 2", "two: 41, and the one that it speaks with",
           show(numbers),
           null_left               ? kNullLeft
           : numbers.back() > 1024 ? kUpToALimit
                                   : kInherited);
}

TEST_CASE("signals have their default actions and none is blocked (steps 2 and 3)") {
    step(
        "start the command: SIGHUP, SIGCHLD and SIGRTMAX ignored, a handler for SIGUSR1, SIGTERM "
        "blocked");
    Started::How how;
    how.before = [] {
        ::signal(SIGHUP, SIG_IGN);
        ::signal(SIGRTMAX, SIG_IGN);
        ::signal(SIGCHLD, SIG_IGN);  // who waits for a child is then told that there is none
        ::signal(SIGUSR1, [](int) {});
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
    };
    Started started(how);
    const pid_t pid = started.daemon(kSignalsKept);
    step("look at /proc/PID/status of the command, which waits");
    how_it_waits(started.command());
    expect(!has_signals_of_starter(started.command()),
           "SIGHUP, SIGUSR1, SIGTERM and SIGRTMAX there", "at their default, and not blocked",
           "at least one is as the starter left it",
           has_signals_of_starter(pid) ? kSignalsKept : kSignalsLate);
    started.ready(kSignalsKept);
    step("look at /proc/PID/status of the daemon");
    const auto ignored = signals_in(pid, "SigIgn");
    const auto caught = signals_in(pid, "SigCgt");
    // The command ignored these as well.
    const bool by_itself = (ignored & (bit(SIGCHLD) | bit(SIGRTMAX))) == 0;
    expect(ignored == 0, "ignored signals (SigIgn)", "none", fmt::format("{:x}", ignored),
           by_itself ? kIgnoresAgain : kSignalsKept);
    expect((caught & bit(SIGUSR1)) == 0, "SIGUSR1", "its default action", "the command's handler",
           kSignalsKept);
    const auto blocked = signals_in(pid, "SigBlk");
    expect(blocked == 0, "blocked signals (SigBlk)", "none", fmt::format("{:x}", blocked),
           kSignalsKept);
}

TEST_CASE("of the environment only what was asked for is left (step 4)") {
    for (const char* kept : {"PATH", "EDITOR"}) {
        step(fmt::format("start the command with PATH, EDITOR and SECRET; {} and TZ are to be kept",
                         kept));
        Started::How how;
        how.options.environment = {kept, "TZ"};
        how.before = [] {
            ::setenv("PATH", "/odd", 1);
            ::setenv("EDITOR", "/odd", 1);
            ::setenv("SECRET", "1", 1);
            ::unsetenv("TZ");
        };
        Started started(how);
        started.ready(kEnvironmentKept);
        step("ask the daemon for its environment");
        const std::string seen = started.ask("environment");
        const bool of_the_person = seen.find("SECRET") != seen.npos;
        expect_equal(seen, fmt::format("has {}=/odd", kept), "its answer",
                     of_the_person ? kEnvironmentKept : kNotAsked);
    }
}

TEST_CASE("it lives in a session of its own that it does not lead (steps 6 to 8)") {
    step("start the command");
    Started started({});
    const pid_t pid = started.ready(kNoSession);
    step("look at the session of the daemon");
    const Relations relations = relations_of(pid);
    expect(relations.session != ::getsid(0), "its session", "a new one", "that of the shell",
           kNoSession);
    expect(relations.session != pid, "the leader of its session",
           "another process, which has ended", "the daemon",
           started.calls() > 1 ? kSessionLate : kNoSecondFork);
    step("look at its parent");
    if_it_hangs(kMiddleStays);
    const bool adopted = eventually([&] { return relations_of(pid).parent == ::getpid(); });
    expect(adopted, "its parent", "who adopts orphans (here: the check)", "a process between",
           kMiddleStays);
}

TEST_CASE("closing the terminal does not end it (step 6)") {
    step("open a terminal and start the command in it");
    Terminal terminal;
    Started::How how;
    how.before = [&] { terminal.become_its_shell(); };
    Started started(how);
    const pid_t pid = started.daemon(kNoSession);
    expect(relations_of(pid).terminal == 0, "its terminal", "none", "the command's", kNoSession);
    started.ask("ready");
    step("the command ends, and with it the session; then the terminal closes");
    started.expect_end("exit status 0", kNoSession);
    terminal.close();
    expect_equal(started.ask("hello"), "done", "the daemon's answer after that", kNoSession);
}

TEST_CASE("opening a terminal does not give it one (step 7)") {
    step("start the command");
    const Terminal terminal;
    Started started({});
    started.ready(kNoSecondFork);
    step("the daemon opens a terminal that nobody has, without O_NOCTTY");
    expect_equal(started.ask("open " + terminal.name()), "has no terminal", "the daemon after that",
                 kNoSecondFork);
}

TEST_CASE("descriptors 0 to 2 lead to the null device (step 9)") {
    step("start the command; the daemon is there, but not ready");
    Started started({});
    const pid_t pid = started.daemon(kNotReopened);
    expect_null(pid, 0, kNotReopened);
    expect_null(pid, 1, kNotReopened);
    step("the daemon calls ready()");
    started.ask("ready");
    expect_null(pid, 2, kErrorsAtWrongTime);
}

TEST_CASE("it may be started with descriptors 0 to 2 closed (step 9)") {
    step("start the command without 0, 1 and 2");
    Started::How how;
    how.before = [] { ::close_range(0, 2, 0); };
    Started started(how);
    if_it_hangs(kClosedAtStart);
    const pid_t pid = started.ready(kClosedAtStart);
    step("look at the descriptors of the daemon");
    for (const int number : {0, 1, 2}) expect_null(pid, number, kClosedAtStart);
}

TEST_CASE("its umask is the one that was asked for (step 10)") {
    for (const auto& [shells, wanted] : {std::pair{0U, 027U}, {0U, 077U}, {022U, 0U}}) {
        step(fmt::format("start the command with umask {:03o}; the daemon shall have {:03o}",
                         shells, wanted));
        Started::How how;
        how.options.umask = wanted;
        how.before = [shells] { ::umask(shells); };
        Started started(how);
        const pid_t pid = started.ready(kUmaskKept);
        if (seen_umask(pid) == wanted) continue;
        fail("its umask", fmt::format("{:04o}", wanted), fmt::format("{:04o}", seen_umask(pid)),
             whose_umask());
    }
}

TEST_CASE("its folder is not the one that it was started in (step 11)") {
    for (const char* folder : {"/", "/proc"}) {
        step(fmt::format("start the command in /tmp; the daemon shall be in {}", folder));
        Started::How how;
        how.options.folder = folder;
        how.before = [] { (void)!::chdir("/tmp"); };
        Started started(how);
        const pid_t pid = started.ready(kFolderKept);
        expect_equal(folder_of(pid), folder, "its folder",
                     folder_of(pid) == "/tmp" ? kFolderKept : kNotAsked);
    }
}

TEST_CASE("what is opened as root is used as nobody (step 13)") {
    if (::geteuid() != 0) skip("only root can become another user");
    const passwd* nobody = ::getpwnam("nobody");
    if (!nobody) skip("this system has no user nobody");
    step("start the command as root; the daemon drops its rights before it is ready");
    Started started({});
    const pid_t pid = started.daemon(kRootKept);
    expect_equal(started.ask("become nobody"), "done", "the daemon's answer", kRootKept);
    started.ask("ready");
    started.expect_end("exit status 0", kRootKept);
    step("look at its real, effective, saved and file system user");
    expect_equal(status_line(pid, "Uid"), fmt::format("{0}\t{0}\t{0}\t{0}", nobody->pw_uid),
                 "its users", kRootKept);
}
