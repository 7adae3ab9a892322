#include "daemon/scoreboard.hh"

#include <doctest/doctest.h>

#include <csignal>
#include <thread>
#include <vector>

#include "daemon/children_under_test.hh"

using namespace waymark::daemon;

TEST_CASE("what a child writes its parent reads") {
    Scoreboard board(2);
    CHECK(status_of([&] {
              board.join(1);
              board.join(1);
              { const Scoreboard::Busy busy(board, 1); }
              board.leave(1);
              return 0;
          }).success());
    const Scoreboard::Score score = board.read(1);
    CHECK(score.crew == 2);
    CHECK(score.busy == 0);
    CHECK(score.served == 1);
    CHECK(score.leaving);
    CHECK(board.read(0).crew == 0);
}

TEST_CASE("ordinary memory would not do: the parent's copy stays as it was") {
    int crew = 0;
    CHECK(status_of([&] {
              crew = 1;
              return 0;
          }).success());
    CHECK(crew == 0);
}

TEST_CASE("a thread is busy for the length of a scope") {
    Scoreboard board(1);
    {
        const Scoreboard::Busy busy(board, 0);
        CHECK(board.read(0).busy == 1);
        CHECK(board.read(0).served == 0);
    }
    CHECK(board.read(0).busy == 0);
    CHECK(board.read(0).served == 1);
}

TEST_CASE("what a killed worker leaves behind is cleared for the next one") {
    Scoreboard board(1);
    Children children;
    Pipe ready = make_pipe();
    const pid_t pid = children.start([&] {
        board.join(0);
        const Scoreboard::Busy busy(board, 0);
        send_byte(ready);
        return sleep_for_ever();
    });
    wait_for_byte(ready);
    ::kill(pid, SIGKILL);
    CHECK(only_status(children, pid).killed());
    CHECK(board.read(0).busy == 1);  // for ever, if nobody did anything
    board.clear(0);
    CHECK(board.read(0).crew == 0);
    CHECK(board.read(0).busy == 0);
}

TEST_CASE("threads that write at the same time lose no count") {
    Scoreboard board(1);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            board.join(0);
            for (int j = 0; j < 1000; ++j) const Scoreboard::Busy busy(board, 0);
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(board.read(0).crew == 4);
    CHECK(board.read(0).served == 4000);
}
