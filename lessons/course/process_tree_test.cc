#include "lessons/course/process_tree.hh"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "daemon/children.hh"
#include "daemon/fd.hh"

using waymark::course::become_subreaper;
using waymark::course::descendants_of;
using waymark::course::describe_wait;
using waymark::course::end_descendants;
using waymark::course::Process;
using waymark::daemon::Deadline;
using waymark::daemon::make_pipe;
using waymark::daemon::Pipe;

namespace {

Deadline soon() {
    return Deadline::after(std::chrono::seconds(10));
}

bool contains(const std::vector<Process>& processes, pid_t pid) {
    return std::ranges::any_of(processes,
                               [pid](const Process& process) { return process.pid == pid; });
}

// A child that starts a grandchild, says its number, and (unless `stays`) ends. Both wait on a pipe
// that nobody writes to.
struct Family {
    pid_t child;
    pid_t grandchild;
};

Family make_family(bool stays) {
    Pipe word = make_pipe();
    const pid_t child = ::fork();
    if (child == 0) {
        const pid_t grandchild = ::fork();
        if (grandchild == 0) {
            ::setsid();
            for (;;) ::pause();
        }
        if (::write(word.writing.get(), &grandchild, sizeof grandchild) == -1) ::_exit(1);
        while (stays) ::pause();
        ::_exit(0);
    }
    Family family{child, 0};
    REQUIRE(::read(word.reading.get(), &family.grandchild, sizeof family.grandchild) > 0);
    return family;
}

}  // namespace

TEST_CASE("children and their children are descendants, the process itself is none") {
    const Family family = make_family(true);
    const std::vector<Process> found = descendants_of(::getpid());
    CHECK(contains(found, family.child));
    CHECK(contains(found, family.grandchild));
    CHECK_FALSE(contains(found, ::getpid()));
    CHECK(contains(descendants_of(family.child), family.grandchild));
    CHECK(end_descendants(soon()));
    CHECK(descendants_of(::getpid()).empty());
}

TEST_CASE("who lost its parent stays in sight of the subreaper and is ended") {
    become_subreaper();
    const Family family = make_family(false);
    REQUIRE(::waitpid(family.child, nullptr, 0) == family.child);
    CHECK(contains(descendants_of(::getpid()), family.grandchild));
    CHECK(end_descendants(soon()));
    CHECK_FALSE(contains(descendants_of(::getpid()), family.grandchild));
}

TEST_CASE("a child that nobody waited for is a zombie, and can be spared with its family") {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
    const std::vector<Process> found = descendants_of(::getpid());
    REQUIRE(contains(found, child));
    CHECK(found.front().zombie());
    const Family spared = make_family(true);
    CHECK(end_descendants(soon(), spared.child));
    CHECK(contains(descendants_of(::getpid()), spared.grandchild));
    CHECK_FALSE(contains(descendants_of(::getpid()), child));
    CHECK(end_descendants(soon()));
}

TEST_CASE("what a process waits for is said in words") {
    Pipe never = make_pipe();
    const pid_t child = ::fork();
    if (child == 0) {
        char byte = 0;
        (void)!::read(never.reading.get(), &byte, 1);
        ::_exit(0);
    }
    std::string words;
    for (int look = 0; look < 5000 && words.find("read") == words.npos; ++look) {
        words = describe_wait(child);
        ::usleep(1000);
    }
    CHECK(end_descendants(soon()));
    if (words == "waits") {
        MESSAGE("SKIP: /proc/PID/syscall: may not be read here");
        return;
    }
    CHECK_MESSAGE(words.find("waits in read on descriptor") == 0, words);
}
