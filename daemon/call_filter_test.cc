// The filter of system calls, in processes that get one.

#include "daemon/call_filter.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "daemon/privileges_under_test.hh"

using namespace waymark::daemon;

namespace {

constexpr CallGroup kSmallProgram[] = {CallGroup::process, CallGroup::memory, CallGroup::signals,
                                       CallGroup::descriptors};

std::string open_for_reading() {
    const Fd file(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
    return reason_of(file.get());
}

}  // namespace

TEST_CASE("what is not allowed fails, and the process goes on") {
    CHECK(answer_of([] {
              allow_only(kSmallProgram);
              return open_for_reading() + ", and it goes on";
          }) == kRefused + ", and it goes on");
    CHECK(answer_of(open_for_reading) == "done");  // control
}

TEST_CASE("no program starts behind the filter") {
    const auto run_true = [] {
        char name[] = "true";
        char* const arguments[] = {name, nullptr};
        char* const environment[] = {nullptr};
        ::execve("/bin/true", arguments, environment);
        return error_text(errno);
    };
    CHECK(answer_of([&] {
              allow_only(kSmallProgram);
              return run_true();
          }) == kRefused);
    CHECK(
        answer_of(run_true).empty());  // control: unfiltered it becomes /bin/true, which is silent
}

TEST_CASE("the C library's threads work where threads are allowed, and fail cleanly where not") {
    const auto run_thread = [] {
        int seen = 0;
        std::thread([&] { seen = 7; }).join();
        return std::to_string(seen);
    };
    CHECK(answer_of([&] {
              allow_only({CallGroup::process, CallGroup::memory, CallGroup::signals,
                          CallGroup::descriptors, CallGroup::threads});
              return run_thread();
          }) == "7");
    CHECK(answer_of([&] {
              allow_only(kSmallProgram);
              return run_thread();
          }) == kRefused);
}

TEST_CASE("the filter holds in threads that are started behind it") {
    CHECK(answer_of([] {
              allow_only({CallGroup::process, CallGroup::memory, CallGroup::signals,
                          CallGroup::descriptors, CallGroup::threads});
              std::string answer;
              std::thread([&] { answer = open_for_reading(); }).join();
              return answer;
          }) == kRefused);
}

TEST_CASE("a second filter is refused, and the first stays") {
    CHECK(answer_of([] {
              allow_only(kSmallProgram);
              try {
                  allow_only({CallGroup::files_to_read});
              } catch (const std::system_error& error) {
                  return error_text(error.code().value()) + ", " + open_for_reading();
              }
              return std::string("a second filter");
          }) == kRefused + ", " + kRefused);
}

TEST_CASE("a filtered process has no new privileges") {
    CHECK(answer_of([] {
              allow_only({CallGroup::process, CallGroup::memory, CallGroup::signals,
                          CallGroup::descriptors, CallGroup::files_to_read});
              return status_line("NoNewPrivs") + " " + status_line("Seccomp");
          }) == "1 2");
}
