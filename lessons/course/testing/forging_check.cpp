// A check whose learner does not want to pass but to be told passed: a static object, which runs
// before the main function, tries what WAYMARK_FORGE names. The only case fails, so "passed" would
// be forged. Where it gets into the runner's memory it prints "got in". No lesson's check.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include "lessons/course/check/events.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;

namespace {

const std::string kPassed = "{\"event\":\"end\",\"passed\":\"yes\"}\n";
constexpr int kMostDescriptors = 256;

void write_everywhere(const std::string& text) {
    for (int fd = 3; fd < kMostDescriptors; ++fd) (void)!::write(fd, text.data(), text.size());
}

void write_to_the_named_one() {
    const char* number = std::getenv("WAYMARK_RESULT_FD");
    if (number != nullptr) (void)!::write(std::atoi(number), kPassed.data(), kPassed.size());
    ::_exit(0);
}

void look_into_proc_environ() {
    std::ostringstream text;
    text << std::ifstream("/proc/self/environ").rdbuf();
    const std::size_t place = text.str().find("WAYMARK_RESULT_FD=");
    if (place != std::string::npos)
        (void)!::write(std::atoi(text.str().c_str() + place + 18), kPassed.data(), kPassed.size());
    ::_exit(0);
}

// Whatever the runner has sent or the check has said is said once more, with "passed" behind it.
void listen_and_repeat() {
    char heard[4096];
    for (int fd = 3; fd < kMostDescriptors; ++fd) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        const int again = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        for (const int from : {again, fd}) {
            ssize_t length = ::recv(from, heard, sizeof heard, MSG_DONTWAIT);
            if (length <= 0) length = from == again ? ::read(from, heard, sizeof heard) : 0;
            for (ssize_t begin = 0; begin < length; begin += 32)
                write_everywhere(std::string(heard + begin, 32) + kPassed);
        }
        if (again != -1) ::close(again);
    }
    ::_exit(0);
}

void reach_into_the_runner() {
    const std::string memory = "/proc/" + std::to_string(::getppid()) + "/mem";
    if (::open(memory.c_str(), O_RDWR | O_CLOEXEC) != -1) std::puts("got in by its memory");
    char target[256];
    const std::string descriptor = "/proc/" + std::to_string(::getppid()) + "/fd/2";
    if (::readlink(descriptor.c_str(), target, sizeof target) != -1)
        std::puts("got in by its descriptors");
    if (::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr) == 0) {
        ::ptrace(PTRACE_DETACH, ::getppid(), nullptr, nullptr);
        std::puts("got in by ptrace");
    }
    std::fflush(stdout);
    ::_exit(0);
}

// As the first process of the check was started, but with a descriptor that may be the right one.
void start_the_check_again() {
    if (std::getenv("WAYMARK_FORGED") != nullptr) return;
    ::setenv("WAYMARK_FORGED", "1", 1);
    char program[] = "/proc/self/exe";
    char name[] = "a case that passes";
    char* const arguments[] = {program, name, nullptr};
    for (int fd = 3; fd < kMostDescriptors; ++fd) {
        if (::fcntl(fd, F_GETFD) == -1) continue;
        ::setenv("WAYMARK_RESULT_FD", std::to_string(fd).c_str(), 1);
        if (::fork() == 0) ::execv(program, arguments);
    }
    ::sleep(1);
    ::_exit(0);
}

void run_a_case_of_its_own() {
    doctest::Context context;
    context.setOption("reporters", "events");
    context.setOption("test-case", "a case that passes");
    context.run();
    ::_exit(0);
}

void call_the_checks_functions() {
    send_event(Event("case").set("name", "fails"));
    send_event(Event("end").set("passed", "yes"));
    ::_exit(0);
}

void at_exit() {
    std::atexit([] {
        write_everywhere(kPassed);
        ::_exit(0);
    });
}

void end_the_runner() {
    ::kill(::getppid(), SIGKILL);
    ::_exit(0);
}

// What the name in the environment asks for.
struct Forger {
    Forger() {
        static const std::map<std::string, std::function<void()>> ways = {
            {"the named descriptor", write_to_the_named_one},
            {"every descriptor",
             [] {
                 write_everywhere(kPassed);
                 ::_exit(0);
             }},
            {"/proc/self/environ", look_into_proc_environ},
            {"/proc/self/fd", listen_and_repeat},
            {"the runner's memory", reach_into_the_runner},
            {"the check once more", start_the_check_again},
            {"a case of its own", run_a_case_of_its_own},
            {"the check's functions", call_the_checks_functions},
            {"the way out", at_exit},
            {"the end of the runner", end_the_runner},
        };
        const char* name = std::getenv("WAYMARK_FORGE");
        const auto way = ways.find(name == nullptr ? "" : name);
        if (way != ways.end()) way->second();
    }
} forger;

const Advice kPlanted{"a planted mistake", "It was planted.", "README.md#planted; fork(2)"};

}  // namespace

TEST_CASE("fails") {
    step("fail");
    expect_equal(1, 2, "the number", kPlanted);
}

TEST_CASE("a case that passes") {
    step("pass");
    expect_equal(1, 1, "the number", kPlanted);
}
