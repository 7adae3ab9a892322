#include "daemon/error.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "daemon/children_under_test.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark::daemon;

TEST_CASE("a refused call names the call, the object and the reason") {
    try {
        check(::open("/no/such/file", O_RDONLY | O_CLOEXEC), "open", "/no/such/file");
        FAIL("open succeeded");
    } catch (const std::system_error& error) {
        CHECK(error.code().value() == ENOENT);
        CHECK(std::string(error.what()) == "open /no/such/file: No such file or directory");
    }
}

TEST_CASE("a result that is not -1 passes through check") {
    CHECK(check(0, "call") == 0);
    CHECK(check(7, "call") == 7);
    CHECK(check(7L, "call") == 7L);
}

TEST_CASE("what was thrown has words, whatever it is") {
    CHECK(message_of(std::make_exception_ptr(UsageError("say --data DIR"))) == "say --data DIR");
    CHECK(message_of(std::make_exception_ptr(5)) ==
          "something was thrown that is no std::exception");
}

TEST_CASE("run_main tells a wrong command from a failing system by the exit code") {
    CHECK(run_main("test", [] { return 0; }) == kExitOk);
    CHECK(run_main("test", [] { return 3; }) == 3);
    CHECK(run_main("test", []() -> int { throw UsageError("say --data DIR"); }) == kExitUsage);
    CHECK(run_main("test", []() -> int { fail(ENOSPC, "write", "disk"); }) == kExitSystem);
}

TEST_CASE("what a name brings along does not reach the terminal, but line ends stay") {
    CHECK(output_of(STDERR_FILENO, [] {
              print_error("who\a", "open \x1b[2Jname\x7f:\nwhy\ttab \xc3\xa4");
              return 0;
          }) == "who\\x07: open \\x1b[2Jname\\x7f:\nwhy\ttab \xc3\xa4\n");
}

TEST_CASE("run_main turns what is no std::exception into an exit code, too") {
    CHECK(run_main("test", []() -> int { throw 3; }) == kExitSystem);
}

namespace {

// Whoever starts a program decides what its stderr is.
const std::function<void()> kUselessErrors[] = {
    [] { ::dup2(::open("/dev/full", O_WRONLY | O_CLOEXEC), STDERR_FILENO); },
    [] { ::close(STDERR_FILENO); },
    [] { ::dup2(make_pipe().writing.get(), STDERR_FILENO); },  // nobody reads
    [] {
        const TemporaryFolder folder;
        ::dup2(::open(folder.file("it").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600),
               STDERR_FILENO);
        const rlimit no_file{0, 0};
        ::setrlimit(RLIMIT_FSIZE, &no_file);
    },
};

}  // namespace

TEST_CASE("the exit code stands although stderr cannot be written") {
    for (const std::function<void()>& spoil : kUselessErrors) {
        const ExitStatus wrong_command = status_of([&] {
            spoil();
            return run_main("test", []() -> int { throw UsageError("say --data DIR"); });
        });
        CHECK(wrong_command.describe() == "exit status 100");
        const ExitStatus failed = status_of([&] {
            spoil();
            return run_main("test", []() -> int { throw 3; });
        });
        CHECK(failed.describe() == "exit status 111");
    }
}

TEST_CASE("a child that cannot say what it threw does not go on with its parent's code") {
    for (const std::function<void()>& spoil : kUselessErrors) {
        const Pipe pipe = make_pipe();
        Children children;
        try {
            const pid_t pid = children.start([&]() -> int {
                spoil();
                throw 3;
            });
            CHECK(only_status(children, pid).describe() == "exit status 111");
        } catch (...) {  // only the child gets here
            ::_exit(42);
        }
    }
}
