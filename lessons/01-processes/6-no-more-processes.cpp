// What zombies lead to. A server starts a program for each request and forgets it; the system gives
// it a number of processes and no more (RLIMIT_NPROC, getrlimit(2); here so few that it takes no
// week). Look at: what runs when fork fails. Nothing does.
//
// Then the same server collects who has ended before it starts another.
//
// The limit counts all processes and threads of one user, and does not hold for root. So the server
// here belongs to a user that has no others if root starts it. It starts 400 processes at most.

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "lessons/course/child_steps.hh"
#include "lessons/course/time_to_look.hh"

namespace {

using namespace waymark::daemon;

constexpr int kProcesses = 20;
constexpr int kMostRequests = 400;
constexpr uid_t kNobodyElse = 64'999;

// Ended, but not collected: WNOWAIT leaves the zombie as it is.
void wait_until_ended(pid_t pid) {
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
}

//#region start
pid_t handle_request() {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);  // the program does its work and ends
    return pid;
}
//#endregion start

//#region collect
void collect_all() {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
}
//#endregion collect

// All threads of this user now, as the kernel counts them for the limit.
rlim_t count_of_this_user() {
    rlim_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        struct stat status {};
        const std::string folder = entry.path().string();
        if (folder.find_first_not_of("0123456789", 6) != folder.npos) continue;
        if (::stat(folder.c_str(), &status) == -1 || status.st_uid != ::getuid()) continue;
        std::error_code gone;
        for (auto task = std::filesystem::directory_iterator(folder + "/task", gone);
             !gone && task != std::filesystem::directory_iterator(); task.increment(gone))
            ++count;
    }
    return count;
}

void limit_processes() {
    if (::getuid() == 0) check(::setuid(kNobodyElse), "setuid");
    ::prctl(PR_SET_DUMPABLE, 1);  // else /proc shows this process as root's still
    const rlim_t most = count_of_this_user() + static_cast<rlim_t>(kProcesses);
    const rlimit limit{most, most};
    check(::setrlimit(RLIMIT_NPROC, &limit), "setrlimit");
}

int count_ended(const std::vector<pid_t>& programs) {
    return static_cast<int>(std::ranges::count_if(programs, [](pid_t program) {
        siginfo_t info{};
        constexpr int kLook = WEXITED | WNOWAIT | WNOHANG;
        return ::waitid(P_PID, static_cast<id_t>(program), &info, kLook) == 0 &&
               info.si_pid == program;
    }));
}

// The programs that were started until fork failed, with why it did.
std::vector<pid_t> serve(bool collects, int most, int& reason) {
    reason = 0;
    std::vector<pid_t> programs;
    while (std::ssize(programs) < most) {
        if (collects) collect_all();
        const pid_t program = handle_request();
        if (program == -1) {
            reason = errno;
            break;
        }
        programs.push_back(program);
        wait_until_ended(program);
    }
    return programs;
}

int run_the_server(waymark::demo::ChildSteps& steps) {
    limit_processes();
    int reason = 0;
    fmt::print("1. a server may start {} processes; it forgets each of them\n", kProcesses);
    const std::vector<pid_t> handled = serve(false, kMostRequests, reason);
    const int ended = count_ended(handled);
    fmt::print("   request {}: fork: {}\n", handled.size() + 1,
               reason != 0 ? error_text(reason) : "ok");
    fmt::print("   {} have ended and were not collected; {} run\n", ended,
               std::ssize(handled) - ended);
    steps.end_step();
    collect_all();
    fmt::print("2. the same, and it collects before each request\n");
    const std::vector<pid_t> handled_too = serve(true, 5 * kProcesses, reason);
    fmt::print("   {} requests, {}\n", handled_too.size(),
               reason == 0 ? "no failure" : error_text(reason));
    collect_all();
    steps.end_step();
    return 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    waymark::demo::ChildSteps steps;
    const pid_t server = check(::fork(), "fork");  // the limit is the server's alone
    if (server == 0)
        ::_exit(run_main("6-no-more-processes", [&] { return run_the_server(steps); }));
    steps.follow(time_to_look);
    int status = 0;
    check(::waitpid(server, &status, 0), "waitpid");
    return ExitStatus::from_wait(status).success() ? 0 : 1;
}
