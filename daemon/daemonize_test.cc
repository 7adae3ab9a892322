#include "daemon/daemonize.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "daemon/pidfile.hh"
#include "daemon/signals.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// What a starter prints and how it ends, and a channel on which the daemon speaks. The daemon is
// adopted by this process (PR_SET_CHILD_SUBREAPER), so that the test sees its end.
struct Start {
    // `prepare` runs in the starter, `serve` in the daemon.
    explicit Start(
        const std::function<void(Readiness&, Channel&)>& serve,
        const std::function<void()>& prepare = [] {}) {
        REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
        starter = children.start([&] {
            ::dup2(errors.writing.get(), STDERR_FILENO);
            prepare();
            DaemonOptions options;
            options.keep = {ends.second.fd().get()};
            Readiness readiness = daemonize("test", options);
            serve(readiness, ends.second);
            return 0;
        });
        ends.second.close();
        errors.writing.reset();
    }

    // All that starter and daemon have printed. Ends when the daemon is ready or gone.
    std::string printed() {
        std::string output;
        char part[4096];
        for (ssize_t n = 0; (n = ::read(errors.reading.get(), part, sizeof part)) > 0;)
            output.append(part, static_cast<std::size_t>(n));
        return output;
    }

    ~Start() {
        // Every daemon of these tests ends when it is no longer spoken to.
        ends.first.close();
        while (::waitpid(-1, nullptr, 0) > 0) {
        }
    }

    ExitStatus status() {
        siginfo_t info;
        REQUIRE(::waitid(P_PID, static_cast<id_t>(starter), &info, WEXITED | WNOWAIT) == 0);
        return children.reap().at(0).status;
    }

    bool starter_has_ended() const {
        siginfo_t info{};
        const int options = WEXITED | WNOWAIT | WNOHANG;
        REQUIRE(::waitid(P_PID, static_cast<id_t>(starter), &info, options) == 0);
        return info.si_pid == starter;
    }

    std::string next_word() {
        pollfd ready{ends.first.fd().get(), POLLIN, 0};
        ::poll(&ready, 1, 10'000);
        return std::string(ends.first.receive().message);
    }

    Children children;
    ChannelPair ends = make_channel();
    Pipe errors = make_pipe();
    pid_t starter = -1;
};

void wait_for_word(Channel& channel) {
    pollfd word{channel.fd().get(), POLLIN, 0};
    ::poll(&word, 1, -1);
    channel.receive();
}

std::string file_of(int number) {
    std::error_code error;
    return std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", number), error).string();
}

// What the daemon answers when it is asked for one of the fifteen steps.
std::string answer_of(
    const std::function<std::string()>& ask, const std::function<void()>& prepare = [] {}) {
    Start start(
        [&](Readiness& readiness, Channel& channel) {
            readiness.ready();
            wait_for_word(channel);
            channel.send("=" + ask());
            wait_for_word(channel);
        },
        prepare);
    CHECK(start.status().describe() == "exit status 0");
    start.ends.first.send("answer");  // after the starter has ended, and with it the first child
    return start.next_word();
}

}  // namespace

TEST_CASE("step 1: inherited descriptors are closed, those handed in are not") {
    Pipe inherited = make_pipe();
    ::fcntl(inherited.reading.get(), F_SETFD, 0);
    // 0, 1, 2 and the test's channel.
    CHECK(answer_of([] { return std::to_string(count_open_descriptors()); }) == "=4");
    CHECK(answer_of([&] { return file_of(inherited.reading.get()); }) == "=");
}

TEST_CASE("steps 2 and 3: signals have their default actions and none is blocked") {
    const auto ask = [] {
        sigset_t mask;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
        std::string wrong;
        for (int signal = 1; signal < _NSIG; ++signal) {
            struct sigaction action {};
            ::sigaction(signal, nullptr, &action);
            if (action.sa_handler != SIG_DFL || ::sigismember(&mask, signal) == 1)
                wrong += fmt::format("{} ", signal);
        }
        return wrong;
    };
    const auto prepare = [] {
        ::signal(SIGHUP, SIG_IGN);
        ::signal(SIGUSR1, [](int) {});
        sigset_t all;
        ::sigfillset(&all);
        ::sigprocmask(SIG_BLOCK, &all, nullptr);
    };
    CHECK(answer_of(ask, prepare) == "=");
}

TEST_CASE("step 4: of the environment only the harmless part is left") {
    const auto ask = [] {
        const char* path = std::getenv("PATH");
        return fmt::format("{} {}", path ? path : "", std::getenv("SECRET") ? "SECRET" : "");
    };
    const auto prepare = [] {
        ::setenv("PATH", "/bin", 1);
        ::setenv("SECRET", "1", 1);
    };
    CHECK(answer_of(ask, prepare) == "=/bin ");
}

TEST_CASE("steps 5 to 8: a session without terminal, which the daemon does not lead") {
    CHECK(answer_of([] {
              return fmt::format("{} {} {}", ::getsid(0) == ::getpid() ? "leads" : "member",
                                 ::getsid(0) == ::getsid(::getppid()) ? "same" : "own",
                                 ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) == -1
                                     ? "no terminal"
                                     : "terminal");
          }) == "=member own no terminal");
    const std::string here = fmt::format("={}", ::getpid());  // who adopts orphans here
    CHECK(answer_of([] { return std::to_string(::getppid()); }) == here);
}

TEST_CASE("step 9: descriptors 0, 1 and 2 are /dev/null when it is ready") {
    const auto ask = [] { return file_of(0) + " " + file_of(1) + " " + file_of(2); };
    CHECK(answer_of(ask) == "=/dev/null /dev/null /dev/null");
}

TEST_CASE("step 9: they are so, too, when they were closed at the start") {
    const auto ask = [] {
        return fmt::format("{} {} {} {}", file_of(0), file_of(1), file_of(2),
                           count_open_descriptors());
    };
    CHECK(answer_of(ask, [] { ::close_range(0, 2, 0); }) == "=/dev/null /dev/null /dev/null 4");
    CHECK(answer_of(ask, [] { ::close(1); }) == "=/dev/null /dev/null /dev/null 4");
}

TEST_CASE("step 10 and 11: umask and folder do not come from the shell") {
    const auto ask = [] {
        return fmt::format("{:03o} {}", ::umask(0), std::filesystem::current_path().string());
    };
    const auto prepare = [] {
        ::umask(0);
        (void)!::chdir("/tmp");
    };
    CHECK(answer_of(ask, prepare) == "=027 /");
}

TEST_CASE("step 12: the lock of a pid file goes along, and the pid is the daemon's") {
    const TemporaryFolder folder;
    const std::string path = folder.file("pid");
    REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    Children children;
    const pid_t starter = children.start([&]() -> int {
        PidFile file = PidFile::lock(path, Deadline::after(0s));
        DaemonOptions options;
        options.keep = {file.fd().get()};
        Readiness readiness = daemonize("test", options);
        file.write_pid();
        readiness.ready();
        while (true) ::pause();
    });
    int status = -1;
    REQUIRE(::waitpid(starter, &status, 0) == starter);
    CHECK(status == 0);
    const std::optional<LockedProcess> locked = find_locked_process(path);
    REQUIRE(locked);
    CHECK(locked->pid != starter);
    CHECK_FALSE(PidFile::try_lock(path, Deadline::after(0s)));
    CHECK(send_signal(*locked, SIGTERM));
    CHECK(::waitpid(locked->pid, nullptr, 0) == locked->pid);
}

TEST_CASE("steps 14 and 15: the starter ends after ready and not before") {
    Start start([](Readiness& readiness, Channel& channel) {
        fmt::print(stderr, "seen before ready\n");
        channel.send("not ready yet");
        wait_for_word(channel);
        readiness.ready();
        fmt::print(stderr, "not seen after it\n");
        wait_for_word(channel);
    });
    CHECK(start.next_word() == "not ready yet");
    CHECK_FALSE(start.starter_has_ended());
    start.ends.first.send("go on");
    CHECK(start.status().describe() == "exit status 0");
    CHECK(start.printed() == "seen before ready\n");
}

TEST_CASE("a start that fails ends with its code and one line") {
    Start start([](Readiness& readiness, Channel&) {
        readiness.failed(kExitUsage, "port 5055 is taken; stop the other server first");
    });
    CHECK(start.status().describe() == "exit status 100");
    CHECK(start.printed() == "test: port 5055 is taken; stop the other server first\n");
}

TEST_CASE("a daemon that dies before it is ready is a failed start") {
    Start start([](Readiness&, Channel&) { ::raise(SIGKILL); });
    CHECK(start.status().describe() == "exit status 111");
    CHECK(start.printed() == "test: ended before it was ready\n");
}

TEST_CASE("a starter that was killed does not take the daemon along") {
    Start start([](Readiness& readiness, Channel& channel) {
        channel.send("not ready yet");
        wait_for_word(channel);
        readiness.ready();
        channel.send("alive");
        wait_for_word(channel);
    });
    CHECK(start.next_word() == "not ready yet");
    ::kill(start.starter, SIGKILL);
    CHECK(start.status().describe() == "killed by signal 9 (Killed)");
    start.ends.first.send("go on");
    CHECK(start.next_word() == "alive");
}

TEST_CASE("in the foreground the manager is told, and nothing else changes") {
    const std::string name = fmt::format("@waymark_daemonize_{}", ::getpid());
    Fd manager(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
    REQUIRE(::bind(manager.get(), reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    const std::string error_file = file_of(2);
    Readiness readiness = Readiness::foreground();
    readiness.ready();
    readiness.failed(kExitSystem, "no disk\nREADY=1");
    readiness.stopping();
    std::string heard;
    char text[256];
    for (ssize_t n = 0; (n = ::recv(manager.get(), text, sizeof text, 0)) > 0;)
        heard += std::string(text, static_cast<std::size_t>(n)) + ";";
    CHECK(heard == "READY=1;STATUS=no disk;STOPPING=1;");
    CHECK(file_of(2) == error_file);
}
