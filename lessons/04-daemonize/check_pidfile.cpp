// Lesson 04, step 12: one server at a time, and a file that says which. The text in the file proves
// nothing here; what is asked is who holds the lock.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "daemon/error.hh"
#include "lessons/04-daemonize/advice.hh"
#include "lessons/04-daemonize/started.hh"

using namespace waymark::course::check;
using waymark::daemon::Deadline;
using waymark::daemon::Fd;
using waymark::daemon::PidFile;
using waymark::daemon::read_locked_pid;

namespace {

class Folder {
  public:
    Folder() {
        char name[] = "/tmp/waymark_pidfile_XXXXXX";
        if (::mkdtemp(name) == nullptr) waymark::daemon::fail(errno, "mkdtemp", name);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file() const { return path_ + "/rosa.pid"; }

  private:
    std::string path_;
};

std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void put_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
}

Started::How server_of(const Folder& folder) {
    Started::How how;
    how.in_foreground = true;
    how.pid_path = folder.file();
    return how;
}

bool is_free(const Folder& folder) {
    return PidFile::try_lock(folder.file(), Deadline::after(std::chrono::seconds(0))).has_value();
}

void expect_taken(const Folder& folder, const Advice& advice) {
    expect(!is_free(folder), "the lock for a second server", "refused", "given", advice);
}

void expect_refused(Started& server, const char* which) {
    expect(server.first_word() == "refused", which, "refused", "runs beside the first", kNoLock);
}

void expect_holder(const Folder& folder, pid_t pid, const Advice& advice) {
    const std::optional<pid_t> holder = read_locked_pid(folder.file());
    expect_equal(holder.value_or(0), pid, "who holds the file, by the word of the kernel", advice);
}

void expect_text(const Folder& folder, pid_t pid, const Advice& advice) {
    expect_equal(text_of(folder.file()), fmt::format("{}\n", pid), "the text of the file", advice);
}

// A read lease: who opens the file for writing waits in open(2) until it is given up, with the
// file already chosen (fcntl(2), "Leases"). So the check can act between their open and their lock.
class Lease {
  public:
    explicit Lease(const std::string& path)
        : file_(waymark::daemon::check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open", path)) {
        ::sigemptyset(&asked_);
        ::sigaddset(&asked_, SIGIO);
        ::sigprocmask(SIG_BLOCK, &asked_, &before_);
        granted_ = ::fcntl(file_.get(), F_SETLEASE, F_RDLCK) == 0;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
        give_up();
        const timespec at_once{0, 0};
        while (::sigtimedwait(&asked_, nullptr, &at_once) == SIGIO) {
        }
        ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    }
    bool granted() const { return granted_; }
    // Whether somebody waits in open(2), at most three seconds from now.
    bool is_asked_for() const {
        const timespec limit{3, 0};
        return ::sigtimedwait(&asked_, nullptr, &limit) == SIGIO;
    }
    void give_up() { ::fcntl(file_.get(), F_SETLEASE, F_UNLCK); }

  private:
    Fd file_;
    sigset_t asked_;
    sigset_t before_;
    bool granted_ = false;
};

}  // namespace

TEST_CASE("a second server is refused whatever the file says") {
    const Folder folder;
    step("a server locks the file and writes its pid");
    Started first(server_of(folder));
    const pid_t pid = first.daemon(kStaleBelieved);
    first.ask("write pid");
    expect_holder(folder, pid, kLockDropped);
    step("a second server tries");
    Started second(server_of(folder));
    expect_refused(second, "the second server");
    expect_text(folder, pid, kLoserEmpties);
    for (const char* text : {"", "1\n", "garbage", "999999999\n"}) {
        step(fmt::format("somebody writes {} into the file; another server tries", show(text)));
        put_text(folder.file(), text);
        Started other(server_of(folder));
        expect_refused(other, "the other server");
        expect_holder(folder, pid, kNoLock);
    }
}

TEST_CASE("a file that nobody has locked stops nobody") {
    for (const std::string& text : {fmt::format("{}\n", ::getpid()), std::string("1\n"),
                                    std::string("garbage"), std::string(40, '7') + "\n"}) {
        const Folder folder;
        step(fmt::format("a file of an earlier server says {}", show(text)));
        put_text(folder.file(), text);
        step("a server locks it and writes its pid");
        Started server(server_of(folder));
        const pid_t pid = server.daemon(kStaleBelieved);
        server.ask("write pid");
        expect_text(folder, pid, kOldText);
    }
}

TEST_CASE("a killed server leaves a file that stops nobody") {
    const Folder folder;
    step("a server locks the file, writes its pid and is killed");
    Started first(server_of(folder));
    const pid_t pid = first.daemon(kStaleBelieved);
    first.ask("write pid");
    ::kill(pid, SIGKILL);
    first.command_status();
    expect(std::filesystem::exists(folder.file()), "the file", "still there", "gone",
           kStaleBelieved);
    step("the next server starts");
    Started next(server_of(folder));
    next.daemon(kStaleBelieved);
}

TEST_CASE("the pid file is locked and names the daemon (step 12)") {
    const Folder folder;
    step("the command locks the file and daemonizes; the daemon writes its pid and is ready");
    Started::How how;
    how.pid_path = folder.file();
    Started started(how);
    const pid_t pid = started.daemon(kNoLock);
    expect_equal(text_of(folder.file()), "", "the text before write_pid()", kWrongPid);
    started.ask("write pid");
    started.ask("ready");
    started.expect_end("exit status 0", kNoLock);
    step("the command has ended: a second server tries");
    expect_taken(folder, kNotInherited);
    step("who is it?");
    expect_text(folder, pid, kWrongPid);
    expect_holder(folder, pid, kWrongPid);
    step("the daemon ends: its file is gone");
    started.end();
    expect(!std::filesystem::exists(folder.file()), "the file", "removed", "still there",
           kOthersRemoved);
}

TEST_CASE("a file that somebody put in its place stays") {
    const Folder folder;
    step("a server locks the file and writes its pid");
    Started server(server_of(folder));
    server.daemon(kOthersRemoved);
    server.ask("write pid");
    step("the file is removed by hand, and another file is made at its path");
    std::filesystem::remove(folder.file());
    put_text(folder.file(), "another's\n");
    step("the server ends");
    server.end();
    expect_equal(text_of(folder.file()), "another's\n", "the text of the other file",
                 kOthersRemoved);
}

TEST_CASE("a child of the server that ends removes nothing") {
    const Folder folder;
    step("a server locks the file and writes its pid");
    Started server(server_of(folder));
    const pid_t pid = server.daemon(kOthersRemoved);
    server.ask("write pid");
    step("it forks a child, which ends with all destructors run");
    server.ask("child");
    expect(std::filesystem::exists(folder.file()), "the file of the server", "still there", "gone",
           kOthersRemoved);
    expect_text(folder, pid, kOthersRemoved);
    expect_taken(folder, kOthersRemoved);
}

TEST_CASE("a lock on a file that was removed meanwhile counts for nothing") {
    const Folder folder;
    put_text(folder.file(), "");
    Lease lease(folder.file());
    if (!lease.granted()) skip("the file system of /tmp gives no leases");
    step("a server has opened the file and not yet locked it");
    Started server(server_of(folder));
    if (!lease.is_asked_for()) skip("the program did not open the file for writing");
    step("just then the file is removed, as the last server does at its end");
    std::filesystem::remove(folder.file());
    lease.give_up();
    server.daemon(kLostFile);
    step("the server has its lock; a second server tries");
    expect_taken(folder, kLostFile);
}
