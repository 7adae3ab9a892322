#include "daemon/log.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

#include "daemon/children.hh"
#include "daemon/error.hh"

using namespace waymark::daemon;

namespace {

struct Folder {
    Folder() {
        char name[] = "/tmp/waymark_log_XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file() const { return path + "/server.log"; }
    std::string path;
};

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

LogOptions to_file(const Folder& folder) {
    return {.target = LogTarget::file, .path = folder.file(), .program = "test"};
}

std::string message_of(const std::string& line) {
    return line.substr(line.find("]") + 2);
}

// `form` as the shell matches file names: ? is one character, * any number.
bool matches(const std::string& line, const char* form) {
    return ::fnmatch(form, line.c_str(), 0) == 0;
}

// A system log of our own.
struct SystemLog {
    explicit SystemLog(const std::string& path) : path_(path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        socket = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~SystemLog() { ::unlink(path_.c_str()); }
    std::optional<std::string> next() {
        char text[8192];
        const ssize_t length = ::recv(socket.get(), text, sizeof text, 0);
        if (length == -1) return std::nullopt;
        return std::string(text, static_cast<std::size_t>(length));
    }
    std::string path_;
    Fd socket;
};

// Runs `body` in a child whose stderr is a pipe, and returns what came out.
std::string stderr_of(const std::function<int()>& body) {
    Children children;
    Pipe pipe = make_pipe();
    children.start([&] {
        ::dup2(pipe.writing.get(), STDERR_FILENO);
        return body();
    });
    pipe.writing.reset();
    std::string output;
    char part[4096];
    for (ssize_t n = 0; (n = ::read(pipe.reading.get(), part, sizeof part)) > 0;)
        output.append(part, static_cast<std::size_t>(n));
    return output;
}

ExitStatus status_of(const std::function<int()>& body) {
    Children children;
    const pid_t pid = children.start(body);
    siginfo_t info;
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
    return children.reap().at(0).status;
}

}  // namespace

TEST_CASE("a line has time, program, process, severity and message") {
    const Folder folder;
    Log log(to_file(folder));
    log.info("listening on port {}", 5055);
    const char* form = "20*-*-*T??:*:*.???Z test[[]*[]] info: listening on port 5055";
    REQUIRE(lines_of(folder.file()).size() == 1);
    CHECK(matches(lines_of(folder.file())[0], form));
}

TEST_CASE("the level decides what is written and can be changed") {
    const Folder folder;
    Log log(to_file(folder));
    log.debug("one");
    CHECK_FALSE(log.wants(Severity::debug));
    log.set_level(Severity::debug);
    log.debug("two");
    log.set_level(Severity::error);
    log.warning("three");
    log.notice("three");
    log.error("four");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 2);
    CHECK(message_of(lines[0]) == "debug: two");
    CHECK(message_of(lines[1]) == "error: four");
}

TEST_CASE("text from outside is an argument, and cannot make a line") {
    const Folder folder;
    Log log(to_file(folder));
    log.info("user {}", "{} %s\nroot[1] info: all is well");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 1);
    CHECK(message_of(lines[0]) == "info: user {} %s\\x0aroot[1] info: all is well");
}

TEST_CASE("errno is the same before and after a line, written or lost") {
    Log log({.target = LogTarget::syslog, .path = "/no/such/socket"});
    errno = ENOSPC;
    log.error("write: {}", error_text(errno));
    CHECK(errno == ENOSPC);
    CHECK(log.lost() == 1);
}

TEST_CASE("lines of several threads and processes stay whole") {
    const Folder folder;
    Log log(to_file(folder));
    const std::string text(500, 'x');
    const auto write_many = [&] {
        for (int i = 0; i < 200; ++i) log.info("{}", text);
        return 0;
    };
    {
        Children children;
        const pid_t pid = children.start(write_many);
        std::thread first(write_many);
        std::thread second(write_many);
        first.join();
        second.join();
        siginfo_t info;
        REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
    }
    const std::vector<std::string> lines = lines_of(folder.file());
    CHECK(lines.size() == 600);
    for (const std::string& line : lines) CHECK(message_of(line) == "info: " + text);
}

TEST_CASE("a child writes its own process number") {
    const Folder folder;
    Log log(to_file(folder));
    log.info("parent");
    status_of([&] {
        log.info("child");
        return 0;
    });
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find(fmt::format("[{}]", ::getpid())) != std::string::npos);
    CHECK(lines[1].find(fmt::format("[{}]", ::getpid())) == std::string::npos);
}

TEST_CASE("after a rotation and reopen the new file is used, under the same number") {
    const Folder folder;
    Log log(to_file(folder));
    const int number = log.fd().get();
    log.info("one");
    std::filesystem::rename(folder.file(), folder.path + "/old");
    log.info("two");
    CHECK(log.reopen());
    log.info("three");
    CHECK(lines_of(folder.path + "/old").size() == 2);
    CHECK(lines_of(folder.file()).size() == 1);
    CHECK(log.fd().get() == number);
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a reopen that fails keeps the old file and says so once") {
    const Folder folder;
    std::filesystem::create_directory(folder.path + "/sub");
    const std::string moved = folder.path + "/moved";
    Log log({.target = LogTarget::file, .path = folder.path + "/sub/log"});
    std::filesystem::rename(folder.path + "/sub", moved);
    CHECK_FALSE(log.reopen());
    CHECK_FALSE(log.reopen());
    log.info("still here");
    const std::vector<std::string> lines = lines_of(moved + "/log");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("No such file or directory; going on with the old file") !=
          std::string::npos);
    CHECK(message_of(lines[1]) == "info: still here");
    std::filesystem::rename(moved, folder.path + "/sub");
    CHECK(log.reopen());
}

TEST_CASE("a rotation under load loses and tears no line") {
    const Folder folder;
    Log log(to_file(folder));
    std::atomic<bool> stop = false;
    std::atomic<std::size_t> written = 0;
    std::thread writer([&] {
        while (!stop) {
            log.info("line");
            ++written;
        }
    });
    for (int i = 0; i < 50; ++i) {
        std::filesystem::rename(folder.file(), fmt::format("{}.{}", folder.file(), i));
        CHECK(log.reopen());
    }
    stop = true;
    writer.join();
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path))
        for (const std::string& line : lines_of(entry.path())) {
            CHECK(message_of(line) == "info: line");
            ++found;
        }
    CHECK(found == written);
}

TEST_CASE("a file that was cut short is written from its new end") {
    const Folder folder;
    Log log(to_file(folder));
    log.info("one");
    std::filesystem::resize_file(folder.file(), 0);
    log.info("two");
    REQUIRE(lines_of(folder.file()).size() == 1);
    CHECK(message_of(lines_of(folder.file())[0]) == "info: two");
}

TEST_CASE("a log file that cannot be opened at the start is an error with its name") {
    CHECK_THROWS_WITH_AS(Log({.target = LogTarget::file, .path = "/no/such/log"}),
                         "open /no/such/log: No such file or directory", std::system_error);
}

TEST_CASE("a full disk is counted, and reported when there is room") {
    Log full({.target = LogTarget::file, .path = "/dev/full"});
    full.info("one");
    full.info("two");
    CHECK(full.lost() == 2);

    const Folder folder;
    const ExitStatus status = status_of([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        Log log(to_file(folder));
        const rlimit none{0, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &none);
        log.info("one");
        log.info("two");
        const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &room);
        log.info("three");
        return log.lost() == 2 ? 0 : 1;
    });
    CHECK(status.describe() == "exit status 0");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 2);
    CHECK(message_of(lines[0]) == "info: three");
    CHECK(message_of(lines[1]) == "warning: log: 2 lines before this one were lost");
}

TEST_CASE("stderr has two forms: with time, or with the severity for the service manager") {
    const std::string plain = stderr_of([] {
        Log({.program = "test"}).warning("low {}", "battery");
        return 0;
    });
    CHECK(matches(plain, "2*Z test[[]*[]] warning: low battery\n"));
    const std::string journal = stderr_of([] {
        Log({.target = LogTarget::journal}).warning("low {}", "battery");
        return 0;
    });
    CHECK(journal == "<4>low battery\n");
}

TEST_CASE("a reader of stderr that went away does not kill") {
    const auto write_to_nobody = [](const std::function<int()>& write) {
        return status_of([&] {
            Pipe pipe = make_pipe();
            ::dup2(pipe.writing.get(), STDERR_FILENO);
            pipe.reading.reset();
            return write();
        });
    };
    const ExitStatus careful = write_to_nobody([] {
        Log log({});
        log.error("who hears me?");
        return log.lost() == 1 ? 0 : 1;
    });
    CHECK(careful.describe() == "exit status 0");
    const ExitStatus careless = write_to_nobody([] {
        (void)!::write(STDERR_FILENO, "x", 1);
        return 0;
    });
    CHECK(careless.describe() == "killed by signal 13 (Broken pipe)");
}

TEST_CASE("the system log gets facility, severity, time, program and message in one datagram") {
    const Folder folder;
    SystemLog system(folder.path + "/log");
    Log log({.target = LogTarget::syslog, .path = folder.path + "/log", .program = "test"});
    log.warning("low\nbattery");
    const char* form = "<28>[A-Z]?? [ 1-3]? ??:??:?? test[[]*[]]: low\\\\x0abattery";
    CHECK(matches(system.next().value(), form));
    CHECK_FALSE(system.next());
}

TEST_CASE("a system log that is down is counted, and found again when it returns") {
    const Folder folder;
    Log log({.target = LogTarget::syslog, .path = folder.path + "/log", .program = "test"});
    log.info("nobody");
    {
        SystemLog first(folder.path + "/log");
        log.info("one");
        CHECK(first.next()->ends_with("]: one"));
        CHECK(first.next()->ends_with("log: 1 lines before this one were lost"));
        log.info("two");
        CHECK(first.next()->ends_with("]: two"));
    }
    log.info("nobody");
    log.info("nobody");
    CHECK(log.lost() == 3);
    SystemLog second(folder.path + "/log");
    log.info("three");
    CHECK(second.next()->ends_with("]: three"));
    CHECK(second.next()->ends_with("log: 2 lines before this one were lost"));
}

// A blocking send would hang this test.
TEST_CASE("a system log that does not read blocks nobody") {
    const Folder folder;
    SystemLog system(folder.path + "/log");
    Log log({.target = LogTarget::syslog, .path = folder.path + "/log", .program = "test"});
    for (int i = 0; i < 2000; ++i) log.info("line {}", i);
    CHECK(log.lost() > 0);
    long received = 0;
    while (system.next()) ++received;
    CHECK(received + log.lost() == 2000);
    log.info("again");
    CHECK(system.next()->ends_with("again"));
}
