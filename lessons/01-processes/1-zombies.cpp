// The wrong way: start children and forget them. Each has ended long ago, and each is still there,
// as a zombie (state Z), because nobody has asked how it ended.
//
// Look at the column STAT, and at what kill -9 changes: nothing. With a number of seconds as
// argument each picture stays for that long, so that `ps -ef` in a second terminal shows it, too.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "lessons/course/time_to_look.hh"

namespace {

constexpr int kChildren = 3;

//#region fire-and-forget
pid_t fire_and_forget() {
    const pid_t pid = ::fork();  //@ 1
    if (pid == 0) ::_exit(0);    // the child: done at once  //@ 2
    return pid;                  // the parent: goes on and never looks back  //@ 3
}
//#endregion fire-and-forget

// The letter and the name in /proc/PID/stat, as ps(1) shows them: "12 (name) Z 11 ...".
void print_process(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line)) {
        std::printf("%7d  gone\n", pid);
        return;
    }
    const std::size_t end = line.rfind(')');
    const std::size_t start = line.find('(') + 1;
    const char state = line[end + 2];
    std::printf("%7d %7d  %c    %s%s\n", pid, ::getpid(), state,
                line.substr(start, end - start).c_str(), state == 'Z' ? " <defunct>" : "");
}

void print_processes(const std::vector<pid_t>& pids) {
    std::printf("    PID    PPID  STAT COMMAND\n");
    for (const pid_t pid : pids) print_process(pid);
}

// Ended, but not collected: WNOWAIT leaves the zombie as it is.
void wait_until_ended(pid_t pid) {
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
}

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::vector<pid_t> pids;
    for (int i = 0; i < kChildren; ++i) {
        pids.push_back(fire_and_forget());
        if (pids.back() != -1) continue;
        std::perror("fork");  // below, kill(-1) would be for everybody
        return 111;
    }
    for (const pid_t pid : pids) wait_until_ended(pid);
    std::printf("1. %d children have ended. Nobody has waited for them:\n", kChildren);
    print_processes(pids);
    if (argument_count > 1)
        std::printf("   in a second terminal: ps -o pid,ppid,stat,comm --ppid %d\n", ::getpid());
    time_to_look();

    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    std::printf("2. After kill -9. What is dead cannot be killed:\n");
    print_processes(pids);

    time_to_look();

    //#region one-wait-each
    for (const pid_t pid : pids) ::waitpid(pid, nullptr, 0);
    //#endregion one-wait-each
    std::printf("3. After one waitpid(2) for each:\n");
    print_processes(pids);
    waymark::demo::end_step();
}
