// Lesson 04, step 12, continued: the deadline, and what is refused.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>

#include "lessons/04-daemonize/pid_folder.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/processes.hh"

using namespace waymark::course::check;
using waymark::daemon::Fd;

namespace {

unsigned mode_of(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777U : 0;
}

void expect_closed_to_others(const Folder& folder) {
    expect_equal(fmt::format("{:04o}", mode_of(folder.file())), "0600", "the mode of the file",
                 kOpenToOthers);
}

// Locks byte 1 of the file, as a server does, in a process of its own.
class OtherHolder {
  public:
    explicit OtherHolder(const std::string& path) {
        Gate locked;
        pid_ = waymark::daemon::check(::fork(), "fork");
        if (pid_ == 0) {
            const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
            struct flock second_byte {};
            second_byte.l_type = F_WRLCK;
            second_byte.l_start = 1;
            second_byte.l_len = 1;
            if (::fcntl(file.get(), F_SETLK, &second_byte) == 0) locked.open();
            for (;;) ::pause();
        }
        locked.wait();
    }
    OtherHolder(const OtherHolder&) = delete;
    OtherHolder& operator=(const OtherHolder&) = delete;
    ~OtherHolder() {
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) == -1 && errno == EINTR) {
        }
    }

  private:
    pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("a lock that is held is waited for until the deadline") {
    const Folder folder;
    step("a server has the lock; a second one may wait for it half a minute");
    Started first(server_of(folder));
    first.daemon(kNoLock);
    Started::How how = server_of(folder);
    how.patience = std::chrono::seconds(30);
    Started second(how);
    const Waiting waiting = how_it_waits(second.command());
    expect(waiting != Waiting::ended, "the second server", "tries on", "has given up", kDeadline);
    expect(waiting != Waiting::busy, "the second server", "sleeps between two tries",
           "uses the processor all the time", kBusyWait);
    step("the first server ends");
    first.end();
    if_it_hangs(kLongPause);
    expect(second.first_word() != "refused", "the second server", "has the lock now",
           "has given up", kDeadline);
    second.daemon(kDeadline);
    step("a third may wait twenty milliseconds");
    how.patience = std::chrono::milliseconds(20);
    if_it_hangs(kDeadline);
    Started third(how);
    expect_refused(third, "the third server");
}

TEST_CASE("the number of tries ends nothing") {
    const Folder folder;
    step("a server may wait for ever; fifty times the lock is held by another, and then free");
    Started::How how = server_of(folder);
    how.patience = std::chrono::milliseconds::max();
    if_it_hangs(kLongPause);
    how.lock_faults = [](Faults& faults) {
        faults.fail(Call::lock, EAGAIN, 50);
        for (const Call call : {Call::poll, Call::pause}) faults.expire(call, 1000);
    };
    Started server(how);
    expect(server.first_word() != "refused", "the server", "has the lock", "has given up",
           kDeadline);
    server.daemon(kDeadline);
}

TEST_CASE("the lock is the one that every server asks for") {
    const Folder folder;
    step("somebody has the open file description lock on byte 0 of the file; a server tries");
    const Fd file(::open(folder.file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    struct flock first_byte {};
    first_byte.l_type = F_WRLCK;
    first_byte.l_len = 1;
    waymark::daemon::check(::fcntl(file.get(), F_OFD_SETLK, &first_byte), "fcntl", folder.file());
    Started server(server_of(folder));
    expect_refused(server, "the server", kOtherLock);
}

TEST_CASE("a file that cannot be used is an error") {
    const Folder folder;
    step("the folder of the path is not there");
    Started::How how = server_of(folder);
    how.pid_path += "/no/such/folder";
    Started nowhere(how);
    expect(nowhere.first_word().starts_with("thrown "), "try_lock", "throws (ENOTDIR)",
           nowhere.first_word(), kTakenForHeld);
    expect_system_error("try_lock", nowhere.first_word());
    step("the path is a link to a file of somebody else's");
    const std::string other = folder.file() + ".other";
    put_text(other, "another's\n");
    std::filesystem::create_symlink(other, folder.file());
    Started linked(server_of(folder));
    expect(linked.first_word().starts_with("thrown "), "try_lock", "throws (ELOOP)",
           linked.first_word(), {kOpenToOthers, kTakenForHeld});
    expect_equal(text_of(other), "another's\n", "the text of the other file", kOpenToOthers);
    step("the system has no room for a lock (ENOLCK)");
    const Folder second;
    Started::How without = server_of(second);
    without.lock_faults = [](Faults& faults) { faults.fail(Call::lock, ENOLCK, 10); };
    Started unlocked(without);
    expect(unlocked.first_word().starts_with("thrown "), "try_lock", "throws (ENOLCK)",
           unlocked.first_word(), kTakenForHeld);
}

TEST_CASE("a number that could not be written whole is an error") {
    const Folder folder;
    step("a server has the lock; a process of somebody else holds byte 1 of the file");
    put_text(folder.file(), "4711\n");
    {
        Started server(server_of(folder));
        server.daemon(kNoLock);
        const OtherHolder other(folder.file());
        if_it_hangs(kWaitsForLock);
        const std::string answer = server.ask("write pid");
        expect(answer != "done", "write_pid()", "throws", "returns", kUnchecked);
        expect_system_error("write_pid()", answer);
        expect_equal(text_of(folder.file()), "4711\n", "the text of the file", kLoserEmpties);
        step("that server ends: it has written nothing");
        server.end();
        expect(std::filesystem::exists(folder.file()), "the file", "still there", "gone",
               kWriterEarly);
    }
    step("no more may be written into any file (RLIMIT_FSIZE)");
    {
        Started server(server_of(folder));
        server.daemon(kNoLock);
        const std::string answer = server.ask("write without-room");
        expect(answer != "done", "write_pid()", "throws", "returns", kUnchecked);
        expect_system_error("write_pid()", answer);
    }
    step("the system writes two bytes of what it is given, if that is write(2)");
    Started server(server_of(folder));
    const pid_t pid = server.daemon(kNoLock);
    if (server.ask("write in-pieces") == "done") expect_text(folder, pid, kUnchecked);
}

TEST_CASE("who has written nothing removes nothing") {
    const Folder folder;
    step("a server locks the file, and ends before it has written its pid");
    put_text(folder.file(), "");
    Started server(server_of(folder));
    server.daemon(kOthersRemoved);
    server.end();
    expect(std::filesystem::exists(folder.file()), "the file", "still there", "gone",
           kOthersRemoved);
}
TEST_CASE("the file is closed to others") {
    const Folder folder;
    step("a server makes the file; the umask is 000");
    Started::How how = server_of(folder);
    how.before = [] { ::umask(0); };
    {
        Started server(how);
        const pid_t pid = server.daemon(kOpenToOthers);
        expect_closed_to_others(folder);
        step("look at its descriptors: a program that it starts shall not have the file");
        for (const int number : descriptors_of(pid))
            expect(
                file_of(pid, number) != folder.file() || (flags_of(pid, number) & O_CLOEXEC) != 0,
                "the descriptor of the file", "close-on-exec", "inherited by every program",
                kOpenToOthers);
    }
    step("a file of mode 0644 is there already");
    put_text(folder.file(), "");
    ::chmod(folder.file().c_str(), 0644);
    Started next(how);
    next.daemon(kOpenToOthers);
    expect_closed_to_others(folder);
}
