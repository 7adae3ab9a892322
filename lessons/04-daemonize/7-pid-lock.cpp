// Wrong: believe the number in a pid file. A server was killed, its file stayed, and the number was
// given to another process (staged here: the file names a bystander). Look at what start and stop
// make of it: a server is refused that does not run, and a stranger would be killed.
//
// Right: ask for the lock. It is the kernel's word, and ends with its holder, however that ended.

#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/pidfile.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

//#region by-number
// What many start scripts do.
bool runs_by_number(const std::string& path) {
    pid_t pid = 0;
    std::ifstream(path) >> pid;
    return pid > 0 && ::kill(pid, 0) == 0;
}
//#endregion by-number

//#region by-lock
bool runs_by_lock(const std::string& path) {
    return read_locked_pid(path).has_value();
}
//#endregion by-lock

std::string text_of(const std::string& path) {
    std::string word;
    std::ifstream(path) >> word;
    return word.empty() ? "nothing" : word;
}

// A process that sleeps until it is killed; `begin` is done first, and told when it is over.
template <typename Begin>
pid_t start(Begin begin) {
    Pipe begun = make_pipe();
    const pid_t pid = check(::fork(), "fork");
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        begun.reading.reset();
        [[maybe_unused]] const auto kept = begin();
        begun.writing.reset();
        for (;;) ::pause();
    }
    char none = 0;
    begun.writing.reset();
    (void)!::read(begun.reading.get(), &none, 1);
    return pid;
}

pid_t start_server(const std::string& path) {
    return start([&path] {
        PidFile file = PidFile::lock(path, Deadline::after(std::chrono::seconds(0)));
        file.write_pid();
        return file;
    });
}

void kill_and_collect(pid_t pid) {
    ::kill(pid, SIGKILL);
    check(::waitpid(pid, nullptr, 0), "waitpid");
}

void show(const char* when, const std::string& path) {
    fmt::print("{}\n   the file says {}; it runs: {} by its number, {} by its lock\n", when,
               text_of(path), runs_by_number(path) ? "yes" : "no",
               runs_by_lock(path) ? "yes" : "no");
    waymark::demo::end_step();
}

void try_to_start(const std::string& path) {
    const std::optional<PidFile> file =
        PidFile::try_lock(path, Deadline::after(std::chrono::seconds(0)));
    fmt::print("   a start that asks for the lock: {}\n",
               file ? "the lock is ours" : "another server runs");
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const std::string path =
        std::filesystem::temp_directory_path() / fmt::format("waymark-lock-{}.pid", ::getpid());
    const pid_t bystander = start([] { return 0; });
    std::ofstream(path) << bystander << "\n";
    show("1. the file of a dead server, its number given to another process", path);
    kill_and_collect(bystander);

    const pid_t server = start_server(path);
    show("2. a server runs, and holds the lock", path);
    try_to_start(path);
    kill_and_collect(server);
    show("3. after kill -9 of the server", path);
    try_to_start(path);
    ::unlink(path.c_str());
}
