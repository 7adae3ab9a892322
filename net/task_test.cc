#include "net/task.hh"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/task_group.hh"

using namespace waymark::net;

namespace {

// Something to wait for: resumes whoever waits when it is opened.
class Gate {
  public:
    auto operator co_await() {
        struct Wait {
            Gate& gate;
            bool await_ready() const { return gate.open_; }
            void await_suspend(std::coroutine_handle<> waiting) { gate.waiting_ = waiting; }
            void await_resume() const {}
        };
        return Wait{*this};
    }
    void open() {
        open_ = true;
        if (waiting_) waiting_.resume();
    }

  private:
    bool open_ = false;
    std::coroutine_handle<> waiting_;
};

Task<int> answer(Gate& gate) {
    co_await gate;
    co_return 42;
}

Task<std::unique_ptr<std::string>> move_only() {
    co_return std::make_unique<std::string>("owned");
}

Task<> failing() {
    throw std::runtime_error("no luck");
    co_return;
}

Task<> record(Gate& gate, std::vector<std::string>& log) {
    log.push_back("begins");
    const int value = co_await answer(gate);
    log.push_back("got " + std::to_string(value));
    const std::unique_ptr<std::string> owned = co_await move_only();
    log.push_back(*owned);
    try {
        co_await failing();
    } catch (const std::runtime_error& error) {
        log.push_back(error.what());
    }
}

}  // namespace

TEST_CASE("a task does nothing until it is awaited") {
    Gate gate;
    std::vector<std::string> log;
    { const Task<> task = record(gate, log); }
    CHECK(log.empty());
}

TEST_CASE("a task waits, goes on, and hands results and exceptions to whoever awaits it") {
    Gate gate;
    std::vector<std::string> log;
    TaskGroup group;
    group.start(record(gate, log));
    CHECK(log == std::vector<std::string>{"begins"});
    gate.open();
    CHECK(log == std::vector<std::string>{"begins", "got 42", "owned", "no luck"});
    CHECK(group.size() == 0);
}

TEST_CASE("a long chain of awaits does not grow the stack") {
    struct Chain {
        static Task<long> sum(long n) {
            if (n == 0) co_return 0;
            const long rest = co_await sum(n - 1);
            co_return rest + n;
        }
        static Task<> run(long& result) { result = co_await sum(2000); }
    };
    long result = 0;
    TaskGroup group;
    group.start(Chain::run(result));
    CHECK(result == 2000L * 2001 / 2);
}
