#include "net/notice.hh"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::net;
using waymark::daemon::Deadline;
using namespace std::chrono_literals;

namespace {

Task<> wait_once(Notice& notice, Deadline deadline, std::vector<std::string>& log,
                 std::string name) {
    const bool told = co_await notice.wait(deadline);
    log.push_back(name + (told ? " told" : " late"));
}

}  // namespace

TEST_CASE("all who wait go on when they are told, in the order in which they came") {
    EventLoop loop;
    Notice notice(loop);
    std::vector<std::string> log;
    TaskGroup tasks;
    tasks.start(wait_once(notice, Deadline::never(), log, "a"));
    tasks.start(wait_once(notice, Deadline::never(), log, "b"));
    loop.run_once(Deadline::after(1ms));
    CHECK(log.empty());
    notice.tell_all();
    loop.run_once();
    CHECK(log == std::vector<std::string>{"a told", "b told"});
    CHECK(notice.waiting() == 0);
}

TEST_CASE("a deadline ends one wait and leaves the others") {
    EventLoop loop;
    Notice notice(loop);
    std::vector<std::string> log;
    TaskGroup tasks;
    tasks.start(wait_once(notice, Deadline::after(5ms), log, "a"));
    tasks.start(wait_once(notice, Deadline::never(), log, "b"));
    while (log.empty()) loop.run_once();
    CHECK(log == std::vector<std::string>{"a late"});
    CHECK(notice.waiting() == 1);
    notice.tell_all();
    loop.run_once();
    CHECK(log.back() == "b told");
}

TEST_CASE("a coroutine destroyed while it waits is not told") {
    EventLoop loop;
    Notice notice(loop);
    std::vector<std::string> log;
    auto tasks = std::make_unique<TaskGroup>();
    tasks->start(wait_once(notice, Deadline::after(1ms), log, "a"));
    tasks.reset();
    CHECK(notice.waiting() == 0);
    notice.tell_all();
    loop.run_once(Deadline::after(2ms));
    CHECK(log.empty());
}

TEST_CASE("telling nobody is forgotten") {
    EventLoop loop;
    Notice notice(loop);
    notice.tell_all();
    std::vector<std::string> log;
    TaskGroup tasks;
    tasks.start(wait_once(notice, Deadline::after(2ms), log, "a"));
    while (log.empty()) loop.run_once();
    CHECK(log == std::vector<std::string>{"a late"});
}

TEST_CASE("who waits again when told is not told again") {
    EventLoop loop;
    Notice notice(loop);
    int told = 0;
    auto wait_on = [](Notice& on, int& count) -> Task<> {
        for (;;) {
            co_await on.wait();
            ++count;
        }
    };
    TaskGroup tasks;
    tasks.start(wait_on(notice, told));
    notice.tell_all();
    for (int rounds = 0; rounds < 3; ++rounds) loop.run_once(Deadline::after(1ms));
    CHECK(told == 1);
    CHECK(notice.waiting() == 1);
}
