// What others can do to a pid file who may reach it, and what they cannot.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/children_under_test.hh"
#include "daemon/pidfile.hh"
#include "daemon/pidfile_under_test.hh"

using namespace waymark::daemon;

namespace {

// What a server leaves that is killed.
void leave_file(const std::string& path) {
    Server server(path);
    REQUIRE(server.report == "locked");
    ::kill(server.pid, SIGKILL);
    wait_until_ended(server.pid);
}

bool read_lock(const Fd& file, off_t byte) {
    struct flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return ::fcntl(file.get(), F_SETLK, &lock) == 0;
}

mode_t mode_of(const std::string& path) {
    struct stat file {};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    return file.st_mode & 0777;
}

}  // namespace

TEST_CASE("another user cannot open a pid file, and so cannot lock what a server left") {
    if (::geteuid() != 0) {
        fmt::print("SKIP: another user and the pid file: needs root, to become another user\n");
        return;
    }
    const Folder folder;
    std::filesystem::permissions(folder.path, std::filesystem::perms(0755));
    leave_file(folder.file());
    const ExitStatus other = status_of([&] {
        if (::setuid(65533) == -1) return 1;
        return ::open(folder.file().c_str(), O_RDONLY | O_CLOEXEC) == -1 && errno == EACCES ? 0 : 2;
    });
    CHECK(other.describe() == "exit status 0");
}

TEST_CASE("a pid file is its owner's alone, whatever the umask and the file before") {
    for (const mode_t mask : {0U, 022U, 0777U}) {
        CAPTURE(mask);
        const Folder folder;
        const mode_t before = ::umask(mask);
        CHECK(PidFile::try_lock(folder.file(), at_once()));
        ::umask(before);
        CHECK(mode_of(folder.file()) == 0600);
    }
    const Folder folder;
    std::ofstream(folder.file()) << "77\n";
    ::chmod(folder.file().c_str(), 0666);
    PidFile file = PidFile::lock(folder.file(), at_once());
    CHECK(mode_of(folder.file()) == 0600);
    file.write_pid();
    CHECK(mode_of(folder.file()) == 0600);
}

TEST_CASE("who only read-locks the file is not taken for the server") {
    const Folder folder;
    leave_file(folder.file());
    Pipe locked = make_pipe();
    Children children;
    const pid_t reader = children.start([&] {
        const Fd file(::open(folder.file().c_str(), O_RDONLY | O_CLOEXEC));
        return read_lock(file, 0) && read_lock(file, 1) && send_byte(locked) ? sleep_for_ever() : 1;
    });
    wait_for_byte(locked);
    CHECK(read_locked_pid(folder.file()).value_or(0) != reader);
}

TEST_CASE("without a descriptor to spare a server is not taken for one that is not there") {
    const Folder folder;
    const Server server(folder.file());
    const ExitStatus asked = status_of([&] {
        // Room for the file, but not for the process.
        const int next = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        const rlimit few{static_cast<rlim_t>(next) + 1, limit.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
        int answer = 1;
        try {
            answer = find_locked_process(folder.file()) ? 2 : 3;
        } catch (const std::system_error& error) {
            ::setrlimit(RLIMIT_NOFILE, &limit);  // the sanitizer needs some to look at `error`
            answer = error.code().value() == EMFILE ? 0 : 4;
        }
        return answer;
    });
    CHECK(asked.describe() == "exit status 0");
}
