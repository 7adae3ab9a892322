#include "lessons/course/child_group.hh"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "daemon/fd.hh"
#include "lessons/course/process_tree.hh"

using waymark::course::ChildGroup;
using waymark::daemon::Deadline;

namespace {

// Until all that were started have ended and been told.
std::vector<ChildGroup::Ended> all_of(ChildGroup& group, std::size_t count) {
    std::vector<ChildGroup::Ended> all;
    while (all.size() < count) {
        for (const ChildGroup::Ended& ended : group.reap()) all.push_back(ended);
        ::poll(nullptr, 0, 2);
    }
    return all;
}

}  // namespace

TEST_CASE("those that have ended are told once, with how they ended") {
    ChildGroup group;
    const pid_t three = group.start([] { return 3; });
    const pid_t killed = group.start([] {
        ::raise(SIGKILL);
        return 0;
    });
    CHECK(group.has(three));
    for (const ChildGroup::Ended& ended : all_of(group, 2))
        CHECK(ended.ending.describe() ==
              (ended.pid == killed ? "killed by signal 9 (Killed)" : "exit status 3"));
    CHECK_FALSE(group.has(three));
    CHECK(group.reap().empty());
}

TEST_CASE("at the end of the grace none is left, not even one that is stopped or does not listen") {
    ChildGroup group;
    auto ready = waymark::daemon::make_pipe();
    group.start([&] {
        ::signal(SIGTERM, SIG_IGN);
        [[maybe_unused]] const auto told = ::write(ready.writing.get(), "x", 1);
        for (;;) ::pause();
        return 0;
    });
    char byte = 0;
    REQUIRE(::read(ready.reading.get(), &byte, 1) == 1);
    group.start([] {
        ::raise(SIGSTOP);
        return 0;
    });
    group.end_all(Deadline::after(std::chrono::milliseconds(50)));
    CHECK(waymark::course::descendants_of(::getpid()).empty());
}
