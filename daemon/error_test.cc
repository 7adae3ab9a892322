#include "daemon/error.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

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
